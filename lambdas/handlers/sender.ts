/** Called by SQS with due replies, in order per ticket: sends them to X. */
import { createMediaQueue } from '../adapters/aws/due-queue.ts'
import { createMessageVisibility } from '../adapters/aws/message-visibility.ts'
import { createXChat } from '../adapters/x/chat.ts'
import { createXPosting } from '../adapters/x/posting.ts'
import { awsAccess } from '../runtime/aws.ts'
import { batchHandler } from '../runtime/batch.ts'
import { openChatCipherOnFirstUse } from '../runtime/chat-on-first-use.ts'
import { now } from '../runtime/clock.ts'
import { readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { xAccess } from '../runtime/x-access.ts'
import { createChatSending } from '../use-cases/chat/write-chat.ts'
import { createSender } from '../use-cases/send-reply.ts'

const environment = readEnvironment('sender')
const { access, encryption } = xAccess(environment)

const stores = openStores(tableIn(environment), now)

const send = createSender({
  ...stores,
  chat: createChatSending({
    ...stores,
    encryption,
    cipher: openChatCipherOnFirstUse(),
    xChat: createXChat(access),
    log,
  }),
  posting: createXPosting(access),
  encryption,
  mediaQueue: createMediaQueue(awsAccess('sqs'), environment.MEDIA_QUEUE_URL),
  now,
  log,
})

export const handler = batchHandler('replies', send, createMessageVisibility(awsAccess('sqs')), log)
