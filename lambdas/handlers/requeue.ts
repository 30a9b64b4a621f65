/** Called by a schedule every minute: queues the replies and media that are due, and what was deleted on X. */
import { createMediaQueue, createReplyQueue } from '../adapters/aws/due-queue.ts'
import { createOutgoingQueue } from '../adapters/aws/outgoing-queue.ts'
import { awsAccess } from '../runtime/aws.ts'
import { now } from '../runtime/clock.ts'
import { deletionHoldIn, readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { createRequeue } from '../use-cases/requeue-due.ts'

const environment = readEnvironment('requeue')

export const handler = createRequeue({
  ...openStores(tableIn(environment), now),
  queue: createReplyQueue(awsAccess('sqs'), environment.REPLIES_QUEUE_URL),
  mediaQueue: createMediaQueue(awsAccess('sqs'), environment.MEDIA_QUEUE_URL),
  hasUsedesk: environment.USEDESK_API_URL !== '',
  deletionHoldMs: deletionHoldIn(environment.DELETION_HOLD_HOURS),
  outgoingQueue: createOutgoingQueue(awsAccess('sqs'), environment.OUTGOING_QUEUE_URL),
  log,
})
