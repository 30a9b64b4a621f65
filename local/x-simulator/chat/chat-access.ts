import { type Answer, type Call, forbidden, invalidRequest, problem } from '../http.ts'
import type { World } from '../world.ts'
import { conversationOf, membersOf } from './conversations.ts'

type Handle = (world: World, call: Call) => Answer | Promise<Answer>

/** A call that an account's OAuth 1.0a signature may make, unless the settings say that X wants OAuth 2.0 there. */
export const forAccounts =
  (handle: Handle): Handle =>
  (world, call) => {
    if (!world.state.settings.chatNeedsOAuth2) return handle(world, call)
    throw problem(
      403,
      'Unsupported Authentication',
      'Authenticating with OAuth 1.0a User Context is forbidden for this endpoint.  Supported authentication types are [OAuth 2.0 User Context].',
      'https://api.twitter.com/2/problems/unsupported-authentication',
    )
  }

/**
 * The conversation that a path names: by the other person's id, by both ids with a dash, or by a group's id.
 * @throws XError when the account is not in it
 */
export function conversationIn({ state }: World, { params, userId }: Call): string {
  const { id = '' } = params
  if (!/^(\d{1,19}|\d{1,19}-\d{1,19}|g\d{1,19})$/.test(id)) throw invalidRequest(`The \`id\` [${id}] is not valid`)
  const [a = '', b] = id.split('-')
  const conversationId = id.startsWith('g')
    ? id
    : b === undefined
      ? conversationOf(userId ?? '', a)
      : conversationOf(a, b)
  if (!membersOf(state, conversationId).includes(userId ?? '')) {
    throw forbidden('You are not a participant of this conversation.')
  }
  return conversationId
}

/** A text of a body. @throws XError when it is missing */
export function textIn(body: Record<string, unknown>, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw invalidRequest(`$.${name}: string expected`)
  return value
}
