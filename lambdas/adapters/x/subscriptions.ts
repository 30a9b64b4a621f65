import type { TwitterApi } from 'twitter-api-v2'
import { type Account, XError, type XSubscriptions, type XWebhook } from '../../core/ports/x.ts'
import type { EventSource } from '../../core/x/event-source.ts'
import { asAccount, asApp, callX, type XAccess } from './access.ts'
import { xErrorFrom } from './client.ts'

/** The events that a channel subscribes to: https://docs.x.com/x-api/activity. */
const EVENT_TYPES = [
  'dm.received',
  'dm.sent',
  'post.mention.create',
  'post.reply.create',
  'post.create',
  'post.delete',
  'chat.received',
  'chat.sent',
] as const

/** X's largest page of subscriptions. */
const PAGE_SIZE = 1_000

/**
 * Manages webhooks, subscriptions and replays at X.
 * @param eventSource the API to which `subscribe` subscribes
 */
export function createXSubscriptions(access: XAccess, eventSource: EventSource): XSubscriptions {
  return {
    webhooks: () =>
      callX(async () => {
        const { data = [] } = await (await asApp(access)).v2.get<{ data?: XWebhook[] }>('webhooks')
        return data.map(({ id, url, valid }) => ({ id, url, valid }))
      }),

    createWebhook: (url) =>
      callX(async () => {
        const answer = await (await asApp(access)).v2.post<{ data?: XWebhook } & Partial<XWebhook>>('webhooks', { url })
        // X has answered with and without `data`.
        const webhook = answer.data ?? answer
        return { id: String(webhook.id), url: String(webhook.url ?? url), valid: webhook.valid !== false }
      }),

    validateWebhook: (id) =>
      callX(async () => {
        await (await asApp(access)).v2.put('webhooks/:id', undefined, { params: { id } })
      }),

    deleteWebhook: (id) =>
      callX(async () => {
        await (await asApp(access)).v2.delete('webhooks/:id', undefined, { params: { id } })
      }),

    subscribe: (tokens, account, webhookId) =>
      callX(async () => {
        const client = await asAccount(access, tokens)
        if (eventSource === 'account-activity') await subscribeToAccount(client, webhookId)
        else await subscribeToEvents(client, await asApp(access), account, webhookId)
      }),

    unsubscribe: (account, webhookId) =>
      callX(async () => {
        const client = await asApp(access)
        if (eventSource === 'account-activity') {
          await unsubscribeFromAccountActivity(client, webhookId, account.id)
          return
        }
        const own = (await activitySubscriptions(client)).filter((one) => one.userId === account.id)
        for (const { id } of own) await client.v2.delete('activity/subscriptions/:id', undefined, { params: { id } })
      }),

    subscribedAccounts: (webhookId) =>
      callX(async () => {
        const client = await asApp(access)
        if (eventSource === 'x-activity') return completeIn(await activitySubscriptions(client), webhookId)
        return accountActivitySubscribers(client, webhookId)
      }),

    endFormerSubscriptions: (webhookId, accountIds) =>
      callX(async () => {
        if (eventSource !== 'x-activity') return 0
        const client = await asApp(access)
        const former = [...(await accountActivitySubscribers(client, webhookId))].filter((id) => accountIds.has(id))
        for (const user of former) await unsubscribeFromAccountActivity(client, webhookId, user)
        return former.length
      }),

    replay: (webhookId, from, to) =>
      callX(async () => {
        const body = { webhook_id: webhookId, from_date: from, to_date: to }
        const answer = await (await asApp(access)).v2.post<{ data?: { job_id?: string } }>('webhooks/replay', body)
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

async function subscribeToAccount(client: TwitterApi, webhookId: string): Promise<void> {
  const path = 'account_activity/webhooks/:wid/subscriptions/all'
  await unlessDuplicate(client.v2.post(path, {}, { params: { wid: webhookId } }))
}

/**
 * Creates the subscriptions that are missing, and points those with another webhook to ours.
 * X's answers to a creation differ, and some are empty, so the list of subscriptions decides.
 * Private events must be created by the account; only the app may change and list subscriptions.
 * @throws XError if an event is still missing
 */
async function subscribeToEvents(client: TwitterApi, app: TwitterApi, { id: userId }: Account, webhookId: string) {
  const isOwn = (one: ActivitySubscription) => one.userId === userId
  const before = (await activitySubscriptions(app)).filter(isOwn)
  for (const eventType of EVENT_TYPES) {
    if (before.some((one) => one.eventType === eventType)) continue
    const body = { event_type: eventType, filter: { user_id: userId }, tag: eventType, webhook_id: webhookId }
    await unlessDuplicate(client.v2.post('activity/subscriptions', body))
  }
  const after = await activitySubscriptions(app)
  const own = after.filter(isOwn)
  for (const one of own) await pointTo(app, one, webhookId)
  const missing = EVENT_TYPES.filter((eventType) => !own.some((one) => one.eventType === eventType))
  if (missing.length > 0) throw new XError(200, `not subscribed to ${missing.join(', ')}`)
  await subscribeToRevocations(app, after, webhookId)
}

async function pointTo(app: TwitterApi, { id, webhookId: current }: ActivitySubscription, webhookId: string) {
  if (current === webhookId) return
  await app.v2.put('activity/subscriptions/:id', { webhook_id: webhookId }, { params: { id } })
}

const REVOCATIONS = 'oauth.revoke'

/**
 * Subscribes the app to revocations by any account, once. X does not list this event among the documented ones, so a
 * refusal is no error: without it, the next call in the account's name shows that access is gone.
 */
async function subscribeToRevocations(app: TwitterApi, all: readonly ActivitySubscription[], webhookId: string) {
  const existing = all.find((one) => one.eventType === REVOCATIONS)
  try {
    if (existing) return await pointTo(app, existing, webhookId)
    const body = { event_type: REVOCATIONS, filter: {}, tag: REVOCATIONS, webhook_id: webhookId }
    await unlessDuplicate(app.v2.post('activity/subscriptions', body))
  } catch (error) {
    if (!(xErrorFrom(error) instanceof XError)) throw error
  }
}

type ActivitySubscription = { id: string; eventType: string; userId: string | undefined; webhookId: string | undefined }

/** All subscriptions of the app. @throws XError if X's pages never end */
async function activitySubscriptions(app: TwitterApi): Promise<ActivitySubscription[]> {
  type Item = {
    subscription_id?: string
    id?: string
    event_type: string
    filter?: { user_id?: string }
    webhook_id?: string
  }
  const found: ActivitySubscription[] = []
  const seen = new Set<string>()
  for (let token: string | undefined = ''; token !== undefined; ) {
    const query = { max_results: PAGE_SIZE, ...(token ? { pagination_token: token } : {}) }
    const page: { data?: Item[]; meta?: { next_token?: string } } = await app.v2.get('activity/subscriptions', query)
    for (const { subscription_id, id, event_type, filter, webhook_id } of page.data ?? []) {
      const userId = filter?.user_id
      found.push({ id: String(subscription_id ?? id), eventType: event_type, userId, webhookId: webhook_id })
    }
    token = page.meta?.next_token
    if (token !== undefined && seen.has(token)) throw new XError(200, 'the list of subscriptions repeats a page')
    if (token !== undefined) seen.add(token)
  }
  return found
}

/** The accounts with a subscription for every event that points to the webhook. */
function completeIn(all: readonly ActivitySubscription[], webhookId: string): Set<string> {
  const types = new Map<string, Set<string>>()
  for (const { userId, eventType, webhookId: to } of all) {
    if (userId === undefined || to !== webhookId) continue
    types.set(userId, (types.get(userId) ?? new Set()).add(eventType))
  }
  return new Set([...types].filter(([, own]) => EVENT_TYPES.every((type) => own.has(type))).map(([userId]) => userId))
}

/** Ignores X's refusal of a subscription that exists. */
async function unlessDuplicate(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    const refusal = xErrorFrom(error)
    const isDuplicate =
      refusal instanceof XError &&
      (refusal.status === 409 || (refusal.status === 400 && /duplicate/i.test(refusal.detail)))
    if (!isDuplicate) throw error
  }
}
