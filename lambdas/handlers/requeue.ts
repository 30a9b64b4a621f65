/** Called by a schedule every minute: queues the replies and media that are due. */
import { createMediaQueue, createReplyQueue } from '../adapters/aws/due-queue.ts'
import { awsAccess } from '../runtime/aws.ts'
import { now } from '../runtime/clock.ts'
import { readEnvironment } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { createRequeue } from '../use-cases/requeue-due.ts'

const { TABLE_NAME, REPLIES_QUEUE_URL, MEDIA_QUEUE_URL } = readEnvironment('requeue')

export const handler = createRequeue({
  ...openStores(TABLE_NAME, now),
  queue: createReplyQueue(awsAccess('sqs'), REPLIES_QUEUE_URL),
  mediaQueue: createMediaQueue(awsAccess('sqs'), MEDIA_QUEUE_URL),
  log,
})
