/** Called by SQS with events of X, in order per person: turns them into tickets and messages. */
import { createMediaQueue } from '../adapters/aws/due-queue.ts'
import { rememberDecrypted } from '../adapters/aws/encryption.ts'
import { createMessageVisibility } from '../adapters/aws/message-visibility.ts'
import { createXChat } from '../adapters/x/chat.ts'
import type { QueuedEvent } from '../core/x/webhook-body.ts'
import { awsAccess } from '../runtime/aws.ts'
import { batchHandler } from '../runtime/batch.ts'
import { openChatCipherOnFirstUse } from '../runtime/chat-on-first-use.ts'
import { now } from '../runtime/clock.ts'
import { readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { xAccess } from '../runtime/x-access.ts'
import { createChatReader } from '../use-cases/chat/read-chat.ts'
import { createRouter } from '../use-cases/route-event.ts'

const environment = readEnvironment('router')

const stores = openStores(tableIn(environment), now)
const { access, encryption } = xAccess(environment)

const route = createRouter({
  ...stores,
  readChat: createChatReader({
    ...stores,
    encryption: rememberDecrypted(encryption),
    cipher: openChatCipherOnFirstUse(),
    xChat: createXChat(access),
    now,
    log,
  }),
  mediaQueue: createMediaQueue(awsAccess('sqs'), environment.MEDIA_QUEUE_URL),
  now,
  log,
})

export const handler = batchHandler<QueuedEvent>(
  'events',
  (event, { messageId }) => route(event, messageId),
  createMessageVisibility(awsAccess('sqs')),
  log,
)
