/** The router as `lambdas/handlers/router.ts` makes it, without what reads encrypted messages. */
import { createMediaQueue } from '../../lambdas/adapters/aws/due-queue.ts'
import { createMessageVisibility } from '../../lambdas/adapters/aws/message-visibility.ts'
import type { QueuedEvent } from '../../lambdas/core/x/webhook-body.ts'
import { awsAccess } from '../../lambdas/runtime/aws.ts'
import { batchHandler } from '../../lambdas/runtime/batch.ts'
import { now } from '../../lambdas/runtime/clock.ts'
import { readEnvironment, tableIn } from '../../lambdas/runtime/environment.ts'
import { log } from '../../lambdas/runtime/log.ts'
import { openStores } from '../../lambdas/runtime/stores.ts'
import { createRouter } from '../../lambdas/use-cases/route-event.ts'

const environment = readEnvironment('router')

const route = createRouter({
  ...openStores(tableIn(environment), now),
  readChat: async (chat) => chat,
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
