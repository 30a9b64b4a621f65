/**
 * What X charges, in US dollars for one, pay-per-use: the only place with its prices. Sources:
 * https://docs.x.com/x-api/activity/event-pricing.md for what comes in,
 * https://docs.x.com/x-api/getting-started/pricing for what is read and sent.
 */
export const prices = {
  /** An event with a direct message, or one read from a list. */
  directMessageEvent: 0.01,
  /** An event with a post, or a post that is read. */
  post: 0.005,
  /** A person who is read. */
  user: 0.01,
  sentDirectMessage: 0.015,
  sentPost: 0.015,
  sentReplyToMention: 0.01,
  sentPostWithLink: 0.2,
} as const

/**
 * What each name that costs something in the counts costs: a received direct message or post; the look-up of an author,
 * and of an answered post with its author; a sent reply.
 */
const costs = {
  'paid#dm': prices.directMessageEvent,
  'paid#post': prices.post,
  'paid#author': prices.user,
  'paid#parent': prices.post + prices.user,
  'paid#sent': Math.max(prices.sentDirectMessage, prices.sentPost),
  'paid#link': prices.sentPostWithLink,
} as const
export type PaidName = keyof typeof costs

/** What the counted things cost at X, in US dollars. @param counted numbers by name; names that cost nothing are left out */
export function costOf(counted: ReadonlyMap<string, number>): number {
  const sum = Object.entries(costs).reduce((total, [name, usd]) => total + usd * (counted.get(name) ?? 0), 0)
  return Math.round(sum * 10_000) / 10_000
}
