import { createMediaQueue } from '../adapters/aws/due-queue.ts'
import { awsAccess } from './aws.ts'
import { readEnvironment } from './environment.ts'
import { log } from './log.ts'
import { openStores } from './tables.ts'

const now = () => new Date()

/** What the router works with. */
export function routerDependencies() {
  const { TABLE_NAME, MEDIA_QUEUE_URL } = readEnvironment('router')
  const mediaQueue = createMediaQueue(awsAccess('sqs'), MEDIA_QUEUE_URL)
  return { ...openStores(TABLE_NAME, now), mediaQueue, now, log }
}
