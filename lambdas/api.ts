/**
 * Called by helpdesks and the console through API Gateway, which has checked the token. Promises that what it answers
 * is stored, and that a failure says what to do about it.
 */
import { activityRoutes } from './api/activity.ts'
import { attachmentRoutes } from './api/attachments.ts'
import { channelRoutes } from './api/channels.ts'
import { type ConnectDependencies, connectRoutes } from './api/connect.ts'
import { eventRoutes } from './api/events.ts'
import { extensionRoutes } from './api/extensions.ts'
import { openApiRoute } from './api/openapi.ts'
import { type ReplyDependencies, replyRoutes } from './api/replies.ts'
import { reportRoutes } from './api/reports.ts'
import { answerBy } from './api/route.ts'
import { ticketRoutes } from './api/tickets.ts'
import type { Clock, Log } from './core/ports.ts'
import { apiDependencies } from './runtime/api.ts'
import { httpHandler } from './runtime/http.ts'
import type { Stores } from './runtime/tables.ts'

export type ApiDependencies = Stores & ReplyDependencies & ConnectDependencies & { now: Clock; log: Log }

export function createApi({ log, ...dependencies }: ApiDependencies) {
  const described = [
    ...ticketRoutes(dependencies),
    ...replyRoutes({ ...dependencies, log }),
    ...attachmentRoutes(dependencies),
    ...channelRoutes(dependencies),
    ...activityRoutes(dependencies),
    ...connectRoutes({ ...dependencies, log }),
    ...extensionRoutes(dependencies),
    ...reportRoutes(dependencies),
    ...eventRoutes(dependencies),
  ]
  const routes = [...described, openApiRoute(described)]
  return httpHandler(
    routes.map((route) => ({ ...route, answer: (event) => answerBy(route, event) })),
    log,
  )
}

export const handler = createApi(apiDependencies())
