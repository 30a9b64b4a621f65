/**
 * Called by helpdesks and the console through API Gateway, which has checked the token. A success promises that the
 * change is stored. A failure says what the caller can do.
 */
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { Clock, Log } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { activityRoutes } from './activity.ts'
import { attachmentRoutes } from './attachments.ts'
import { channelRoutes } from './channels.ts'
import { type ConnectDependencies, connectRoutes } from './connect.ts'
import { eventRoutes } from './events.ts'
import { type ExtensionDependencies, extensionRoutes } from './extensions.ts'
import { openApiRoute } from './openapi-route.ts'
import { type ReplyDependencies, replyRoutes } from './replies.ts'
import { reportRoutes } from './reports.ts'
import { answerBy } from './route.ts'
import { ticketRoutes } from './tickets.ts'
import { type EndpointDependencies, webhookEndpointRoutes } from './webhook-endpoints.ts'

export type ApiDependencies = Stores &
  ReplyDependencies &
  ConnectDependencies &
  ExtensionDependencies &
  EndpointDependencies & { now: Clock; log: Log }

export function apiEndpoints({ log, ...dependencies }: ApiDependencies) {
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
    ...webhookEndpointRoutes(dependencies),
  ]
  const routes = [...described, openApiRoute(described)]
  return routes.map((route) => ({ ...route, answer: (event: APIGatewayProxyEventV2) => answerBy(route, event) }))
}
