/** Called by a schedule every 15 minutes: repairs webhook and subscriptions, and fetches what X did not deliver. */
import { createEventQueue } from '../adapters/aws/event-queue.ts'
import { createMailer } from '../adapters/aws/mail.ts'
import { createXAccounts } from '../adapters/x/accounts.ts'
import { createXChat } from '../adapters/x/chat.ts'
import { createXReading } from '../adapters/x/reading.ts'
import { createXSubscriptions } from '../adapters/x/subscriptions.ts'
import { awsAccess } from '../runtime/aws.ts'
import { now } from '../runtime/clock.ts'
import { eventSourceIn, listIn, readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { xAccess } from '../runtime/x-access.ts'
import { createNotifier } from '../use-cases/notify-administrators.ts'
import { createReconcile } from '../use-cases/reconcile/reconcile.ts'

const environment = readEnvironment('reconcile')
const { access, encryption } = xAccess(environment)
const eventSource = eventSourceIn(environment.EVENT_SOURCE)
const { channels, chatKeys, health, tickets } = openStores(tableIn(environment), now)

export const handler = createReconcile({
  channels,
  chatKeys,
  health,
  tickets,
  xChat: createXChat(access),
  events: createEventQueue(awsAccess('sqs'), environment.EVENTS_QUEUE_URL),
  accounts: createXAccounts(access),
  reading: createXReading(access),
  subscriptions: createXSubscriptions(access, eventSource),
  eventSource,
  encryption,
  notify: createNotifier(createMailer(environment.MAIL_FROM, listIn(environment.ADMINISTRATORS)), log),
  publicUrl: environment.PUBLIC_URL,
  log,
})
