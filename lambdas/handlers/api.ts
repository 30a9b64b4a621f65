/** Called through API Gateway by helpdesks and the console. The gateway has checked the token. */
import { createReplyQueue } from '../adapters/aws/due-queue.ts'
import { createEventQueue } from '../adapters/aws/event-queue.ts'
import { createMailSetup } from '../adapters/aws/mail-setup.ts'
import { createOutgoingQueue } from '../adapters/aws/outgoing-queue.ts'
import { createEventSending } from '../adapters/webhooks/send.ts'
import { createXAccounts } from '../adapters/x/accounts.ts'
import { createXChat } from '../adapters/x/chat.ts'
import { createXModeration } from '../adapters/x/moderation.ts'
import { createXProfiles } from '../adapters/x/profiles.ts'
import { createXSubscriptions } from '../adapters/x/subscriptions.ts'
import { tryWebhook } from '../adapters/x/webhook-trial.ts'
import { paths } from '../core/api/paths.ts'
import { awsAccess } from '../runtime/aws.ts'
import { openBucketOnFirstUse } from '../runtime/bucket-on-first-use.ts'
import { openChatCipherOnFirstUse } from '../runtime/chat-on-first-use.ts'
import { now } from '../runtime/clock.ts'
import {
  auditDaysIn,
  eventSourceIn,
  isRealX,
  listIn,
  localEndpointsIn,
  readEnvironment,
  searchIn,
  tableIn,
} from '../runtime/environment.ts'
import { httpHandler } from '../runtime/http.ts'
import { openKeyRecovery } from '../runtime/key-recovery.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { openUsedeskSecrets } from '../runtime/usedesk.ts'
import { xAccess } from '../runtime/x-access.ts'
import { apiEndpoints } from '../use-cases/api/routes.ts'
import { createUsedeskReceiver } from '../use-cases/usedesk/receive-usedesk.ts'

const environment = readEnvironment('api')
const { access, encryption } = xAccess(environment)
const eventSource = eventSourceIn(environment.EVENT_SOURCE)

const stores = openStores(tableIn(environment), now)
const outgoingQueue = createOutgoingQueue(awsAccess('sqs'), environment.OUTGOING_QUEUE_URL)

const endpoints = apiEndpoints({
  ...stores,
  replyQueue: createReplyQueue(awsAccess('sqs'), environment.REPLIES_QUEUE_URL),
  bucket: openBucketOnFirstUse(environment.MEDIA_BUCKET),
  eventQueue: createEventQueue(awsAccess('sqs'), environment.EVENTS_QUEUE_URL),
  accounts: createXAccounts(access),
  cipher: openChatCipherOnFirstUse(),
  xChat: createXChat(access),
  moderation: createXModeration(access),
  profiles: createXProfiles(access),
  recovery: openKeyRecovery(environment.KEY_RECOVERY),
  subscriptions: createXSubscriptions(access, eventSource),
  outgoingQueue,
  sending: createEventSending(localEndpointsIn(environment.LOCAL_ENDPOINTS)),
  hasSearch: searchIn(environment.SEARCH),
  eventSource,
  encryption,
  secrets: access.secrets,
  tryWebhook,
  mailSetup: createMailSetup({
    from: environment.MAIL_FROM,
    administrators: listIn(environment.ADMINISTRATORS),
    alarmTopic: environment.ALARM_TOPIC,
  }),
  isRealX: isRealX(environment.X_API_URL),
  publicUrl: environment.PUBLIC_URL,
  auditDays: auditDaysIn(environment.AUDIT_DAYS),
  now,
  log,
})

const fromUsedesk = environment.USEDESK_API_URL !== '' && {
  method: 'POST',
  path: paths.usedesk,
  answer: createUsedeskReceiver({
    ...stores,
    secrets: openUsedeskSecrets(environment),
    queue: outgoingQueue,
    now,
    log,
  }),
}

export const handler = httpHandler(
  fromUsedesk ? [...endpoints, fromUsedesk] : endpoints,
  log,
  listIn(environment.ORIGIN_SECRETS),
)
