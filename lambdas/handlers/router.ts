/** Called by SQS with events of X, in order per person: turns them into tickets and messages. */
import { createMediaQueue } from '../adapters/aws/due-queue.ts'
import { createMessageVisibility } from '../adapters/aws/message-visibility.ts'
import type { QueuedEvent } from '../core/x/webhook-body.ts'
import { awsAccess } from '../runtime/aws.ts'
import { batchHandler } from '../runtime/batch.ts'
import { now } from '../runtime/clock.ts'
import { readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { createRouter } from '../use-cases/route-event.ts'

const environment = readEnvironment('router')

const route = createRouter({
  ...openStores(tableIn(environment), now),
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
