import { createMediaQueue, createReplyQueue } from '../adapters/aws/due-queue.ts'
import { awsAccess } from './aws.ts'
import { readEnvironment } from './environment.ts'
import { log } from './log.ts'
import { openStores } from './tables.ts'

/** What the sweep works with. */
export function requeueDependencies() {
  const { TABLE_NAME, REPLIES_QUEUE_URL, MEDIA_QUEUE_URL } = readEnvironment('requeue')
  return {
    ...openStores(TABLE_NAME, () => new Date()),
    queue: createReplyQueue(awsAccess('sqs'), REPLIES_QUEUE_URL),
    mediaQueue: createMediaQueue(awsAccess('sqs'), MEDIA_QUEUE_URL),
    log,
  }
}
