/**
 * The app's subscriptions in the X Activity API, and what they should be. X allows one for each event type and filter.
 * Source: https://docs.x.com/x-api/activity/introduction.
 */

/** The events that a channel subscribes to. Only the account may subscribe to those of messages, mentions and answers. */
export const eventTypes = [
  'dm.received',
  'dm.sent',
  'post.mention.create',
  'post.reply.create',
  'post.create',
  'post.delete',
  'chat.received',
  'chat.sent',
] as const

export type EventType = (typeof eventTypes)[number]

/** The event to which the app subscribes once, for all accounts. */
export const revocations = 'oauth.revoke'

/** A subscription as X lists it. */
export type ActivitySubscription = {
  readonly id: string
  readonly eventType: string
  /** X's id of the account; null if it is for all accounts. */
  readonly accountId: string | null
  /** True if it is not for all such events of the account, but for a part of them. Never one of ours. */
  readonly isNarrowed: boolean
  /** Null if X tells of its events in another way. */
  readonly webhookId: string | null
  readonly tag: string | null
  /** ISO time; null if X does not say. */
  readonly createdAt: string | null
}

/** What X delivers for, from one list for all channels. */
export type SubscriptionList = {
  /** Ids of the accounts whose events X delivers to our webhook, all of them. */
  readonly accounts: ReadonlySet<string>
  /** Every subscription of the app; none if channels subscribe to the Account Activity API. */
  readonly activity: readonly ActivitySubscription[]
  /** Why the list is not whole, in words; null if it is. */
  readonly fault: string | null
}

/** Ids of our webhook at X, and of those that were ours at former addresses. */
export type WebhookIds = { readonly id: string; readonly formerIds: readonly string[] }

/** The accounts with a subscription for every event that points to a webhook. */
export function accountsIn(all: readonly ActivitySubscription[], webhookId: string): Set<string> {
  const types = new Map<string, Set<string>>()
  for (const { accountId, eventType, webhookId: to, isNarrowed } of all) {
    if (accountId === null || to !== webhookId || isNarrowed) continue
    types.set(accountId, (types.get(accountId) ?? new Set()).add(eventType))
  }
  return new Set([...types].filter(([, own]) => eventTypes.every((type) => own.has(type))).map(([id]) => id))
}

/**
 * What an account lacks: events to subscribe to, and subscriptions that point elsewhere. Those are pointed to our webhook,
 * because X allows no second one; ours of before first.
 */
export function lackOf(
  all: readonly ActivitySubscription[],
  accountId: string,
  webhook: WebhookIds,
): { readonly create: readonly EventType[]; readonly repoint: readonly ActivitySubscription[] } {
  const own = all.filter((one) => one.accountId === accountId && !one.isNarrowed)
  const create: EventType[] = []
  const repoint: ActivitySubscription[] = []
  for (const type of eventTypes) {
    const ofType = own.filter(({ eventType }) => eventType === type)
    if (ofType.some(({ webhookId }) => webhookId === webhook.id)) continue
    const [elsewhere] = preferring(ofType, webhook)
    if (elsewhere) repoint.push(elsewhere)
    else create.push(type)
  }
  return { create, repoint }
}

/** Subscriptions, those on our webhook first, then those on our former ones. */
function preferring(all: readonly ActivitySubscription[], webhook: WebhookIds): ActivitySubscription[] {
  const rank = (one: ActivitySubscription) => (one.webhookId === webhook.id ? 0 : isOnOurs(one, webhook) ? 1 : 2)
  return [...all].sort((a, b) => rank(a) - rank(b))
}

/** A subscription younger than this may belong to an account that is just being connected. */
const CONNECTING_MS = 3600_000

/**
 * Ids of subscriptions that we made and no longer need. `orphans`: of an account that is no channel any more.
 * `duplicates`: beside another one of the same account and event. A subscription counts as made by us only if it has our
 * form and points to our webhook or a former one of ours.
 * @param channels ids of the accounts that are connected or wait to be reconnected
 */
export function surplusIn(
  all: readonly ActivitySubscription[],
  webhook: WebhookIds,
  channels: ReadonlySet<string>,
  now: Date,
): { readonly orphans: readonly string[]; readonly duplicates: readonly string[] } {
  const oldest = new Date(now.getTime() - CONNECTING_MS).toISOString()
  const ours = all.filter((one) => isMadeByUs(one, webhook))
  const orphans = ours.filter(
    ({ accountId, createdAt }) => !channels.has(accountId ?? '') && createdAt !== null && createdAt < oldest,
  )
  const kept = new Set<string>()
  const duplicates = preferring(ours, webhook).filter(({ accountId, eventType }) => {
    if (!channels.has(accountId ?? '')) return false
    const key = `${accountId} ${eventType}`
    const isDuplicate = kept.has(key)
    kept.add(key)
    return isDuplicate
  })
  return { orphans: orphans.map(({ id }) => id), duplicates: duplicates.map(({ id }) => id) }
}

/** True if a subscription points to our webhook or to one that was ours. */
export function isOnOurs({ webhookId }: ActivitySubscription, { id, formerIds }: WebhookIds): boolean {
  return webhookId !== null && (webhookId === id || formerIds.includes(webhookId))
}

function isMadeByUs(one: ActivitySubscription, webhook: WebhookIds): boolean {
  return (
    one.accountId !== null &&
    !one.isNarrowed &&
    one.tag === one.eventType &&
    eventTypes.some((type) => type === one.eventType) &&
    isOnOurs(one, webhook)
  )
}

/** The app's subscriptions at the moment in which X allowed no further one. */
export type SubscriptionUse = {
  /** All of the app: so many X allows. */
  readonly total: number
  /** Those that do not point to our webhook. */
  readonly others: number
  /** Channels that have all of theirs. */
  readonly channels: number
}

/** How many channels X's limit has room for, beside the other subscriptions of the app. */
export function channelsThatFit({ total, others }: SubscriptionUse): number {
  return Math.floor((total - others) / eventTypes.length)
}

/** X's limit of subscriptions in numbers, and what an administrator can do. */
export function limitAdvice(use: SubscriptionUse): string {
  const others = use.others > 0 ? `, and ${use.others} are used by others than this helpdesk` : ''
  return `X allows the app ${use.total} subscriptions, ${eventTypes.length} for each channel${others}. So ${channelsThatFit(use)} channels fit, and ${use.channels} are subscribed. Disconnect a channel that you no longer need, delete subscriptions of others, or choose a plan that allows more.`
}
