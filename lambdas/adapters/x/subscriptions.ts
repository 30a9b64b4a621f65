import type { TwitterApi } from 'twitter-api-v2'
import { SubscriptionLimitError, XError, type XSubscriptions, type XWebhook } from '../../core/ports/x.ts'
import type { EventSource } from '../../core/x/event-source.ts'
import {
  type ActivitySubscription,
  accountsIn,
  type EventType,
  isOnOurs,
  lackOf,
  revocations,
  type SubscriptionList,
  type WebhookIds,
} from '../../core/x/subscriptions.ts'
import { asAccount, asApp, callX, type XAccess } from './access.ts'
import { xErrorFrom } from './client.ts'

/** X's largest page of subscriptions. */
const PAGE_SIZE = 1_000

/** X deletes at most so many subscriptions in one call. */
const MAX_DELETED = 100

/** Subscriptions in the Account Activity API that one run ends: one call each, and a run must end in time. */
const MAX_ENDED = 100

/** X's limits of subscriptions: of the self-serve, Enterprise and Partner plans. */
const LIMITS = [1_500, 75_000, 150_000]

/**
 * Manages webhooks, subscriptions and replays at X.
 * @param eventSource the API to which `subscribe` subscribes
 */
export function createXSubscriptions(access: XAccess, eventSource: EventSource): XSubscriptions {
  const isOfActivity = eventSource === 'x-activity'
  return {
    webhooks: () =>
      callX(async () => {
        const { data = [] } = await asApp(access, ({ v2 }) => v2.get<{ data?: XWebhook[] }>('webhooks'))
        return data.map(({ id, url, valid }) => ({ id, url, valid }))
      }),

    createWebhook: (url) =>
      callX(async () => {
        type Answer = { data?: XWebhook } & Partial<XWebhook>
        const answer = await asApp(access, ({ v2 }) => v2.post<Answer>('webhooks', { url }))
        // X has answered with and without `data`.
        const webhook = answer.data ?? answer
        return { id: String(webhook.id), url: String(webhook.url ?? url), valid: webhook.valid !== false }
      }),

    validateWebhook: (id) =>
      callX(async () => {
        await asApp(access, ({ v2 }) => v2.put('webhooks/:id', undefined, { params: { id } }))
      }),

    deleteWebhook: (id) =>
      callX(async () => {
        await asApp(access, ({ v2 }) => v2.delete('webhooks/:id', undefined, { params: { id } }))
      }),

    listSubscriptions: (webhookId) =>
      callX(() =>
        asApp(access, async (client) => {
          if (isOfActivity) return listActivity(client, webhookId)
          return { accounts: await accountActivitySubscribers(client, webhookId), activity: [], fault: null }
        }),
      ),

    subscribe: (tokens, account, webhook, list) =>
      callX(async () => {
        const client = await asAccount(access, tokens)
        if (isOfActivity) {
          const { create } = lackOf(list.activity, account.id, webhook)
          return createMissing(client, access, create, account.id, webhook.id, list)
        }
        const path = 'account_activity/webhooks/:wid/subscriptions/all'
        const made = await unlessDuplicate(client.v2.post(path, {}, { params: { wid: webhook.id } }))
        return made === null ? 0 : 1
      }),

    repoint: (account, webhook, list) =>
      callX(async () => {
        const { repoint } = lackOf(list.activity, account.id, webhook)
        if (repoint.length === 0) return 0
        for (const { id } of repoint) await asApp(access, (client) => pointTo(client, id, webhook.id))
        return repoint.length
      }),

    async subscribeToRevocations(webhook, list) {
      if (isOfActivity) await subscribeToRevocations(access, webhook, list)
    },

    unsubscribe: (account, webhook) =>
      callX(() =>
        asApp(access, async (client) => {
          if (!isOfActivity) return unsubscribeFromAccountActivity(client, webhook.id, account.id)
          const { activity } = await listActivity(client, webhook.id)
          const own = activity.filter((one) => one.accountId === account.id && isOnOurs(one, webhook))
          await remove(
            client,
            own.map(({ id }) => id),
          )
        }),
      ),

    removeSubscriptions: (ids) => callX(() => asApp(access, (client) => remove(client, ids))),

    endFormerSubscriptions: (webhookId, accountIds) =>
      callX(async () => {
        if (!isOfActivity) return 0
        const all = await asApp(access, (client) => accountActivitySubscribers(client, webhookId))
        const former = [...all].filter((id) => accountIds.has(id)).slice(0, MAX_ENDED)
        for (const user of former)
          await asApp(access, (client) => unsubscribeFromAccountActivity(client, webhookId, user))
        return former.length
      }),

    replay: (webhookId, from, to) =>
      callX(async () => {
        const body = { webhook_id: webhookId, from_date: from, to_date: to }
        type Answer = { data?: { job_id?: string } }
        const answer = await asApp(access, ({ v2 }) => v2.post<Answer>('webhooks/replay', body))
        return String(answer.data?.job_id)
      }),
  }
}

/** Ids of the accounts that the Account Activity API delivers for. */
async function accountActivitySubscribers(client: TwitterApi, webhookId: string): Promise<Set<string>> {
  const path = 'account_activity/webhooks/:wid/subscriptions/all/list'
  const params = { wid: webhookId }
  type Answer = { data?: { subscriptions?: { user_id: string }[] } }
  const { data } = await client.v2.get<Answer>(path, undefined, { params })
  return new Set((data?.subscriptions ?? []).map((one) => one.user_id))
}

async function unsubscribeFromAccountActivity(client: TwitterApi, webhookId: string, user: string): Promise<void> {
  const path = 'account_activity/webhooks/:wid/subscriptions/:user/all'
  await client.v2.delete(path, undefined, { params: { wid: webhookId, user } })
}

/**
 * Subscribes an account to events. One that X says exists counts as made. Returns how many were made.
 * @param client a client in the name of the account, because only it may subscribe to private events
 * @throws SubscriptionLimitError if X allows no more; those made before are removed again
 */
async function createMissing(
  client: TwitterApi,
  access: XAccess,
  types: readonly EventType[],
  accountId: string,
  webhookId: string,
  list: SubscriptionList,
): Promise<number> {
  const made: (string | null)[] = []
  try {
    for (const type of types) {
      const body = { event_type: type, filter: { user_id: accountId }, tag: type, webhook_id: webhookId }
      const answer = await unlessDuplicate(client.v2.post<unknown>('activity/subscriptions', body))
      if (answer !== null) made.push(idIn(answer.made))
    }
    return made.length
  } catch (error) {
    const refusal = xErrorFrom(error)
    const total = list.activity.length + made.length
    if (!(refusal instanceof XError) || !isLimit(refusal, total)) throw error
    await removeMade(access, made, accountId, webhookId, list)
    const own = list.activity.filter((one) => one.webhookId === webhookId).length
    const others = list.activity.length - own
    throw new SubscriptionLimitError(refusal, { total, others, channels: list.accounts.size })
  }
}

/**
 * True if X refuses a subscription because of its number. X does not document the error of the X Activity API, so beside
 * the words any refusal at the limit of a plan counts.
 */
function isLimit({ status, detail }: XError, total: number): boolean {
  if (status !== 400 && status !== 403) return false
  return /SubscriptionLimitExceeded|\blimit\b/i.test(detail) || LIMITS.includes(total)
}

/** Removes what was made of an account that does not fit. What X does not remove now, `reconcile` finds. */
async function removeMade(
  access: XAccess,
  made: readonly (string | null)[],
  accountId: string,
  webhookId: string,
  list: SubscriptionList,
): Promise<void> {
  if (made.length === 0) return
  try {
    const known = new Set(list.activity.map(({ id }) => id))
    const listed = made.includes(null)
      ? (await asApp(access, (client) => listActivity(client, webhookId))).activity.filter(
          (one) => one.accountId === accountId && one.webhookId === webhookId && !known.has(one.id),
        )
      : []
    const ids = [...new Set([...made.filter((id) => id !== null), ...listed.map(({ id }) => id)])]
    await asApp(access, (client) => remove(client, ids))
  } catch (error) {
    if (!(xErrorFrom(error) instanceof XError)) throw error
  }
}

async function subscribeToRevocations(access: XAccess, webhook: WebhookIds, list: SubscriptionList): Promise<void> {
  const existing = list.activity.find(({ eventType }) => eventType === revocations)
  try {
    if (!existing) {
      const body = { event_type: revocations, filter: {}, tag: revocations, webhook_id: webhook.id }
      await asApp(access, ({ v2 }) => unlessDuplicate(v2.post('activity/subscriptions', body)))
    } else if (existing.webhookId !== webhook.id && isOnOurs(existing, webhook)) {
      await asApp(access, (client) => pointTo(client, existing.id, webhook.id))
    }
  } catch (error) {
    if (!(xErrorFrom(error) instanceof XError)) throw error
  }
}

async function pointTo(client: TwitterApi, id: string, webhookId: string): Promise<void> {
  await client.v2.put('activity/subscriptions/:id', { webhook_id: webhookId }, { params: { id } })
}

async function remove(client: TwitterApi, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += MAX_DELETED) {
    await client.v2.delete('activity/subscriptions', { ids: ids.slice(from, from + MAX_DELETED).join(',') })
  }
}

type ShownSubscription = {
  subscription_id?: string
  id?: string
  event_type: string
  filter?: Readonly<Record<string, unknown>>
  tag?: string
  webhook_id?: string
  created_at?: string
}

/** X's id of a subscription in the answer to its creation, of which X has three forms; null if it was empty. */
function idIn(answer: unknown): string | null {
  type Shown = Partial<ShownSubscription>
  const { data } = (answer ?? {}) as { data?: (Shown & { subscription?: Shown }) | Shown[] }
  const shown = Array.isArray(data) ? data[0] : (data?.subscription ?? data)
  return shown?.subscription_id ?? shown?.id ?? null
}

/** All subscriptions of the app, page by page. A list that repeats a page ends there, with the fault in words. */
async function listActivity(client: TwitterApi, webhookId: string): Promise<SubscriptionList> {
  const found = new Map<string, ActivitySubscription>()
  const seen = new Set<string>()
  let token: string | undefined
  let fault: string | null = null
  do {
    const query = { max_results: PAGE_SIZE, ...(token ? { pagination_token: token } : {}) }
    type Page = { data?: ShownSubscription[]; meta?: { next_token?: string } }
    const page: Page = await client.v2.get<Page>('activity/subscriptions', query)
    for (const one of page.data ?? []) {
      const subscription = subscriptionFrom(one)
      found.set(subscription.id, subscription)
    }
    token = page.meta?.next_token
    if (token !== undefined && seen.has(token)) fault = 'the list of subscriptions repeats a page'
    if (token !== undefined) seen.add(token)
  } while (token !== undefined && fault === null)
  const activity = [...found.values()]
  return { accounts: accountsIn(activity, webhookId), activity, fault }
}

function subscriptionFrom(shown: ShownSubscription): ActivitySubscription {
  const { user_id: accountId, ...rest } = shown.filter ?? {}
  const { created_at: createdAt = '' } = shown
  return {
    id: String(shown.subscription_id ?? shown.id),
    eventType: shown.event_type,
    accountId: typeof accountId === 'string' ? accountId : null,
    isNarrowed: Object.values(rest).some((value) => value !== null && value !== ''),
    webhookId: shown.webhook_id ?? null,
    tag: shown.tag ?? null,
    createdAt: Number.isNaN(Date.parse(createdAt)) ? null : new Date(createdAt).toISOString(),
  }
}

/** X's answer; null if X refuses because the subscription exists. */
async function unlessDuplicate<T>(call: Promise<T>): Promise<{ readonly made: T } | null> {
  try {
    return { made: await call }
  } catch (error) {
    const refusal = xErrorFrom(error)
    const isDuplicate =
      refusal instanceof XError &&
      (refusal.status === 409 || (refusal.status === 400 && /duplicate/i.test(refusal.detail)))
    if (!isDuplicate) throw error
    return null
  }
}
