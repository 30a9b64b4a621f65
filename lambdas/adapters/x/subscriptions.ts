import type { TwitterApi } from 'twitter-api-v2'
import { SubscriptionLimitError, XError, type XSubscriptions, type XWebhook } from '../../core/ports/x.ts'
import type { EventSource } from '../../core/x/event-source.ts'
import { isoTime } from '../../core/x/payload/schema.ts'
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
import { answered, fieldsOf, listIn, objectsOf, required, textOf } from './shapes.ts'

/** X's largest page of subscriptions. */
const PAGE_SIZE = 1_000

/** The pages of X's largest plan. */
const MAX_PAGES = 150

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
        const answer = await asApp(access, ({ v2 }) => v2.get<unknown>('webhooks'))
        return listIn(answer).map(webhookFrom)
      }),

    createWebhook: (url) =>
      callX(async () => {
        const answer = fieldsOf(await asApp(access, ({ v2 }) => v2.post<unknown>('webhooks', { url })))
        // X has answered with and without `data`.
        return webhookFrom({ url, ...fieldsOf(answer.data ?? answer) })
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
        const answer = await asApp(access, ({ v2 }) => v2.post<unknown>('webhooks/replay', body))
        return required(textOf(fieldsOf(fieldsOf(answer).data).job_id), 'the id of the replay job')
      }),
  }
}

/** Ids of the accounts that the Account Activity API delivers for. */
async function accountActivitySubscribers(client: TwitterApi, webhookId: string): Promise<Set<string>> {
  const path = 'account_activity/webhooks/:wid/subscriptions/all/list'
  const params = { wid: webhookId }
  const { data } = answered(await client.v2.get<unknown>(path, undefined, { params }))
  const { subscriptions } = fieldsOf(data)
  return new Set(objectsOf(subscriptions).flatMap((one) => textOf(one.user_id) ?? []))
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

/** @throws XError 200 if X has left out its id or address */
function webhookFrom({ id, url, valid }: Readonly<Record<string, unknown>>): XWebhook {
  return {
    id: required(textOf(id), 'the id of the webhook'),
    url: required(textOf(url), 'its address'),
    valid: valid !== false,
  }
}

/** X's id of a subscription in the answer to its creation, of which X has three forms; null if it was empty. */
function idIn(answer: unknown): string | null {
  const { data } = fieldsOf(answer)
  const shown = fieldsOf(Array.isArray(data) ? data[0] : (fieldsOf(data).subscription ?? data))
  return textOf(shown.subscription_id) ?? textOf(shown.id)
}

/** All subscriptions of the app, page by page. A list that repeats a page ends there, with the fault in words. */
async function listActivity(client: TwitterApi, webhookId: string): Promise<SubscriptionList> {
  const found = new Map<string, ActivitySubscription>()
  const seen = new Set<string>()
  let token: string | undefined
  let fault: string | null = null
  do {
    const query = { max_results: PAGE_SIZE, ...(token ? { pagination_token: token } : {}) }
    const page: unknown = await client.v2.get<unknown>('activity/subscriptions', query)
    for (const one of listIn(page)) {
      const subscription = subscriptionFrom(one)
      if (subscription) found.set(subscription.id, subscription)
      else fault = 'the list of subscriptions has some without an id or event'
    }
    token = textOf(fieldsOf(fieldsOf(page).meta).next_token) ?? undefined
    if (token !== undefined && seen.has(token)) fault = 'the list of subscriptions repeats a page'
    if (seen.size === MAX_PAGES) fault = 'the list of subscriptions does not end'
    if (token !== undefined) seen.add(token)
  } while (token !== undefined && fault === null)
  const activity = [...found.values()]
  return { accounts: accountsIn(activity, webhookId), activity, fault }
}

/** Null if X has left out its id or event. */
function subscriptionFrom(shown: Readonly<Record<string, unknown>>): ActivitySubscription | null {
  const { user_id: accountId, ...rest } = fieldsOf(shown.filter)
  const id = textOf(shown.subscription_id) ?? textOf(shown.id)
  const eventType = textOf(shown.event_type)
  if (id === null || eventType === null) return null
  return {
    id,
    eventType,
    accountId: textOf(accountId),
    isNarrowed: Object.values(rest).some((value) => value !== null && value !== ''),
    webhookId: textOf(shown.webhook_id),
    tag: textOf(shown.tag),
    createdAt: isoTime(shown.created_at),
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
