import { newChannel } from '../../lambdas/core/channels/channel.ts'
import type { Situation } from '../../lambdas/core/tickets/decision.ts'
import { shop } from './x-payloads.ts'

/** When the situation is. */
export const at = '2026-01-01T00:00:00.000Z'

/** The shop's channel, just connected. */
export const channel = newChannel({ id: `twitter-${shop.id}`, twitterUserId: shop.id, username: shop.username, at })

/** Nothing is known but the channel. */
export const nothing: Situation = {
  extensionEnabled: true,
  extensionEnabledAt: null,
  channel,
  authorIsConnected: false,
  authorIsBlocked: false,
  storedIn: null,
  stored: null,
  edited: null,
  current: null,
  answered: null,
  own: null,
  parent: null,
  replay: null,
  parentTicketId: null,
  parentMessage: null,
  attempts: [],
  unended: null,
  placeholders: new Map(),
  awaited: [],
}
