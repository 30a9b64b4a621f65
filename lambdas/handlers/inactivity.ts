/** Called by a schedule every 5 minutes: mails administrators about channels without messages or access, and budgets. */
import { createMailer } from '../adapters/aws/mail.ts'
import { createXAccounts } from '../adapters/x/accounts.ts'
import { createXSubscriptions } from '../adapters/x/subscriptions.ts'
import { now } from '../runtime/clock.ts'
import { eventSourceIn, listIn, readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { xAccess } from '../runtime/x-access.ts'
import { createNotifier } from '../use-cases/notify-administrators.ts'
import { createInactivityReport } from '../use-cases/report-inactivity.ts'
import { createBudgetWatch } from '../use-cases/watch-budgets.ts'

const environment = readEnvironment('inactivity')
const { access, encryption } = xAccess(environment)
const { channels, counts, health, endpoints } = openStores(tableIn(environment), now)

const notify = createNotifier(createMailer(environment.MAIL_FROM, listIn(environment.ADMINISTRATORS)), log)
const watchBudgets = createBudgetWatch({ channels, counts, notify, publicUrl: environment.PUBLIC_URL })

const reportInactivity = createInactivityReport({
  channels,
  counts,
  health,
  endpoints,
  accounts: createXAccounts(access),
  subscriptions: createXSubscriptions(access, eventSourceIn(environment.EVENT_SOURCE)),
  encryption,
  notify,
  publicUrl: environment.PUBLIC_URL,
  log,
})

export const handler: typeof reportInactivity = async (event, context) => {
  try {
    await watchBudgets(event)
  } finally {
    await reportInactivity(event, context)
  }
}
