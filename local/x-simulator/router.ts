import { accountActivitySubscriptionRoutes } from './account-activity-subscriptions.ts'
import { authenticate, type Nonces, type UnauthenticatedCall } from './authentication.ts'
import { chatRoutes } from './chat/conversation-routes.ts'
import { chatMediaRoutes } from './chat/media-routes.ts'
import { publicKeyRoutes } from './chat/public-key-routes.ts'
import { directMessageRoutes } from './direct-messages.ts'
import { type Answer, findRoute, problem, type Route, XError } from './http.ts'
import { mediaRoutes } from './media-files.ts'
import { uploadRoutes } from './media-uploads.ts'
import { moderationRoutes } from './moderation.ts'
import { oauthRoutes } from './oauth.ts'
import { postRoutes } from './post-calls.ts'
import { count } from './rate-limits.ts'
import { replayRoutes } from './replay-jobs.ts'
import { defaultAnswer } from './scripted-answers.ts'
import { userRoutes } from './users.ts'
import { webhookRoutes } from './webhooks.ts'
import type { World } from './world.ts'
import { xActivitySubscriptionRoutes } from './x-activity-subscriptions.ts'

/** All calls of X that the simulator knows. */
export const routes: readonly Route[] = [
  ...oauthRoutes,
  ...publicKeyRoutes,
  ...userRoutes,
  ...postRoutes,
  ...directMessageRoutes,
  ...chatRoutes,
  ...chatMediaRoutes,
  ...moderationRoutes,
  ...webhookRoutes,
  ...replayRoutes,
  ...accountActivitySubscriptionRoutes,
  ...xActivitySubscriptionRoutes,
  ...uploadRoutes,
  ...mediaRoutes,
]

/** Answers a call as X does: finds the route, checks the authentication and the rate limit, executes the call. */
export async function handleCall(
  world: World,
  nonces: Nonces,
  call: UnauthenticatedCall,
  onWarning: (sentence: string) => void,
): Promise<Answer> {
  let headers: Record<string, string> = {}
  try {
    const found = findRoute(routes, call.method, call.path)
    if (!found) throw problem(404, 'Not Found', 'Not Found')
    const userId = authenticate(world, nonces, call, found.route.access)
    if (call.path.startsWith('/2/')) {
      const quota = count(world, found.route, userId)
      headers = quota.headers
      if (!quota.allowed) throw problem(429, 'Too Many Requests', 'Too Many Requests')
    }
    const answer = await found.route.handle(world, { ...call, params: found.params, userId })
    return { ...answer, headers: { ...headers, ...answer.headers } }
  } catch (error) {
    if (error instanceof XError) return { ...error.answer, headers: { ...headers, ...error.answer.headers } }
    onWarning(`The X simulator failed: ${error instanceof Error ? error.stack : String(error)}`)
    return defaultAnswer(500)
  }
}
