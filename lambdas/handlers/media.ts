/** Called by SQS with messages whose media must be transferred or that lack something: each is a group of its own. */
import { setTimeout as pause } from 'node:timers/promises'
import { createReplyQueue } from '../adapters/aws/due-queue.ts'
import { createMessageVisibility } from '../adapters/aws/message-visibility.ts'
import { createMediaSource } from '../adapters/media/source.ts'
import { createXChat } from '../adapters/x/chat.ts'
import { createXReading } from '../adapters/x/reading.ts'
import { createXUploads } from '../adapters/x/uploads.ts'
import type { QueuedDue } from '../core/ports/queues.ts'
import { awsAccess } from '../runtime/aws.ts'
import { batchHandler } from '../runtime/batch.ts'
import { openBucket } from '../runtime/bucket.ts'
import { openChatCipherOnFirstUse } from '../runtime/chat-on-first-use.ts'
import { now } from '../runtime/clock.ts'
import { customerLimitsIn, readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { functions } from '../runtime/resources.ts'
import { openStores } from '../runtime/stores.ts'
import { xAccess } from '../runtime/x-access.ts'
import { createChatFiles } from '../use-cases/chat/chat-files.ts'
import { createMediaTransfer } from '../use-cases/media/transfer-media.ts'

const environment = readEnvironment('media')
const { access, encryption } = xAccess(environment)

const stores = openStores(tableIn(environment), now)
const bucket = openBucket(environment.MEDIA_BUCKET)

const transfer = createMediaTransfer({
  ...stores,
  bucket,
  chatFiles: createChatFiles({
    ...stores,
    bucket,
    encryption,
    cipher: openChatCipherOnFirstUse(),
    xChat: createXChat(access),
  }),
  source: createMediaSource(access.apiUrl, access.secrets),
  reading: createXReading(access),
  uploadsToX: createXUploads(access),
  encryption,
  customerLimits: customerLimitsIn(environment),
  replyQueue: createReplyQueue(awsAccess('sqs'), environment.REPLIES_QUEUE_URL),
  pause,
  now,
  log,
})

export const handler = batchHandler<QueuedDue>(
  'media',
  (due, { remainingMs }) => transfer(due, remainingMs),
  createMessageVisibility(awsAccess('sqs')),
  log,
  functions.media.timeoutSeconds * 1000,
)
