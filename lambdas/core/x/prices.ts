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
  deletedPost: 0.01,
  mutedPerson: 0.015,
  unmutedPerson: 0.005,
  /** X publishes no price for the next two; these are those of alike calls. */
  hiddenAnswer: 0.005,
  blockedDirectMessages: 0.01,
} as const

/**
 * What each name that costs something in the counts costs: a received direct message or post; the look-up of an author,
 * and of an answered post with its author; a sent reply; what an agent does on X besides.
 */
const costs = {
  'paid#dm': prices.directMessageEvent,
  'paid#post': prices.post,
  'paid#author': prices.user,
  'paid#parent': prices.post + prices.user,
  'paid#sent': Math.max(prices.sentDirectMessage, prices.sentPost),
  'paid#link': prices.sentPostWithLink,
  'paid#delete': prices.deletedPost,
  'paid#hide': prices.hiddenAnswer,
  'paid#mute': prices.mutedPerson,
  'paid#unmute': prices.unmutedPerson,
  'paid#dm-block': prices.blockedDirectMessages,
} as const
export type PaidName = keyof typeof costs

/** What one of these costs at X, in US dollars. */
export function priceOf(name: PaidName): number {
  return costs[name]
}

/** What the counted things cost at X, in US dollars. @param counted numbers by name; names that cost nothing are left out */
export function costOf(counted: ReadonlyMap<string, number>): number {
  const sum = Object.entries(costs).reduce((total, [name, usd]) => total + usd * (counted.get(name) ?? 0), 0)
  return Math.round(sum * 10_000) / 10_000
}
