import { activitySubscriptionRoutes } from './activity-subscriptions.ts'
import { plainAnswer } from './answers.ts'
import { authenticate, type Nonces, type Unanswered } from './authentication.ts'
import { directMessageRoutes } from './direct-messages.ts'
import { type Answer, findRoute, problem, type Route, XError } from './http.ts'
import { count } from './limits.ts'
import { mediaRoutes } from './media-files.ts'
import { oauthRoutes } from './oauth.ts'
import { postRoutes } from './post-calls.ts'
import { replayRoutes } from './replay.ts'
import { subscriptionRoutes } from './subscriptions.ts'
import { uploadRoutes } from './uploads.ts'
import { userRoutes } from './users.ts'
import { webhookRoutes } from './webhooks.ts'
import type { World } from './world.ts'

const routes: readonly Route[] = [
  ...oauthRoutes,
  ...userRoutes,
  ...postRoutes,
  ...directMessageRoutes,
  ...webhookRoutes,
  ...replayRoutes,
  ...subscriptionRoutes,
  ...activitySubscriptionRoutes,
  ...uploadRoutes,
  ...mediaRoutes,
]

/** The call as X would answer it: known, signed, within its limits, done. */
export async function carryOut(
  world: World,
  nonces: Nonces,
  call: Unanswered,
  onTrouble: (sentence: string) => void,
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
    onTrouble(`The X simulator has a fault: ${error instanceof Error ? error.stack : String(error)}`)
    return plainAnswer(500)
  }
}
