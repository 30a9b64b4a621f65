/**
 * Called by helpdesks and the console through API Gateway, which has checked the token. A success promises that the
 * change is stored. A failure says what the caller can do.
 */
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { Clock, Log } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { type AuditDependencies, createAuditTrail } from '../audit-trail.ts'
import type { SetupDependencies } from '../look-at-setup.ts'
import { activityRoutes } from './activity.ts'
import { attachmentRoutes } from './attachments.ts'
import { auditRoutes } from './audit.ts'
import { blockRoutes } from './blocks.ts'
import { channelStateRoutes } from './channel-state.ts'
import { channelRoutes } from './channels.ts'
import { type ChatKeyDependencies, chatKeyRoutes } from './chat-keys.ts'
import { type ConnectDependencies, connectRoutes } from './connect.ts'
import { type CustomerDependencies, customerRoutes } from './customers.ts'
import { erasureRoutes } from './erasures.ts'
import { eventRoutes } from './events.ts'
import { type ExtensionDependencies, extensionRoutes } from './extensions.ts'
import { noiseRuleRoutes } from './noise-rules.ts'
import { descriptionRoutes } from './openapi-route.ts'
import { type ReplyDependencies, replyRoutes } from './replies.ts'
import { reportRoutes } from './reports.ts'
import { answerBy } from './route.ts'
import { setupRoutes } from './setup.ts'
import { type TicketRouteDependencies, ticketRoutes } from './tickets.ts'
import { type EndpointDependencies, webhookEndpointRoutes } from './webhook-endpoints.ts'
import { type XActionDependencies, xActionRoutes } from './x-actions.ts'

export type ApiDependencies = Stores &
  Omit<TicketRouteDependencies, 'trail'> &
  Omit<ReplyDependencies, 'trail'> &
  Omit<ConnectDependencies, 'trail'> &
  Omit<ExtensionDependencies, 'trail'> &
  Omit<EndpointDependencies, 'trail'> &
  Omit<XActionDependencies, 'trail'> &
  Omit<ChatKeyDependencies, 'trail'> &
  SetupDependencies &
  Omit<CustomerDependencies, 'trail'> &
  AuditDependencies & { now: Clock; log: Log }

export function apiEndpoints({ log, ...given }: ApiDependencies) {
  const trail = createAuditTrail(given)
  const dependencies = { ...given, trail }
  const described = [
    ...ticketRoutes(dependencies),
    ...replyRoutes({ ...dependencies, log }),
    ...attachmentRoutes(dependencies),
    ...channelRoutes(dependencies),
    ...chatKeyRoutes({ ...dependencies, log }),
    ...channelStateRoutes(dependencies),
    ...activityRoutes(dependencies),
    ...noiseRuleRoutes(dependencies),
    ...connectRoutes({ ...dependencies, log }),
    ...extensionRoutes(dependencies),
    ...setupRoutes(dependencies),
    ...reportRoutes(dependencies),
    ...eventRoutes(dependencies),
    ...auditRoutes(dependencies),
    ...blockRoutes(dependencies),
    ...customerRoutes(dependencies),
    ...erasureRoutes(dependencies),
    ...webhookEndpointRoutes(dependencies),
    ...xActionRoutes(dependencies),
  ]
  const routes = [...described, ...descriptionRoutes(described)]
  return routes.map((route) => ({ ...route, answer: (event: APIGatewayProxyEventV2) => answerBy(route, event, trail) }))
}
