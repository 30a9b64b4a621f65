import type { MessageVisibility, QueuedDue } from '../../lambdas/core/ports/queues.ts'
import type { QueuedEvent } from '../../lambdas/core/x/webhook-body.ts'
import { batchHandler } from '../../lambdas/runtime/batch.ts'
import { httpHandler } from '../../lambdas/runtime/http.ts'
import { functions } from '../../lambdas/runtime/resources.ts'
import { type ApiDependencies, apiEndpoints } from '../../lambdas/use-cases/api/routes.ts'
import { createMediaTransfer, type MediaDependencies } from '../../lambdas/use-cases/media/transfer-media.ts'
import { createRouter, type RouterDependencies } from '../../lambdas/use-cases/route-event.ts'
import { createSender, type SenderDependencies } from '../../lambdas/use-cases/send-reply.ts'

/** The handlers as `lambdas/handlers/` makes them, over dependencies of a test, which itself hands in what comes again. */
const visibility: MessageVisibility = { change: async () => {} }

export function apiHandler(dependencies: ApiDependencies) {
  return httpHandler(apiEndpoints(dependencies), dependencies.log)
}

export function routerHandler(dependencies: RouterDependencies) {
  const route = createRouter(dependencies)
  return batchHandler<QueuedEvent>(
    'events',
    (event, { messageId }) => route(event, messageId),
    visibility,
    dependencies.log,
  )
}

export function senderHandler(dependencies: SenderDependencies) {
  return batchHandler('replies', createSender(dependencies), visibility, dependencies.log)
}

export function mediaHandler(dependencies: MediaDependencies) {
  const transfer = createMediaTransfer(dependencies)
  return batchHandler<QueuedDue>(
    'media',
    (due, { remainingMs }) => transfer(due, remainingMs),
    visibility,
    dependencies.log,
    functions.media.timeoutSeconds * 1000,
  )
}
