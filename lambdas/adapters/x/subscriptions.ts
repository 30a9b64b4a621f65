import type { TwitterApi } from 'twitter-api-v2'
import { type Account, XError, type XSubscriptions, type XWebhook } from '../../core/ports/x.ts'
import type { EventSource } from '../../core/x/event-source.ts'
import { asAccount, asApp, callX, type XAccess } from './access.ts'
import { xErrorFrom } from './client.ts'

/** The events of the X Activity API to which a channel subscribes. */
const EVENT_TYPES = [
  'dm.received',
  'dm.sent',
  'post.mention.create',
  'post.reply.create',
  'post.create',
  'post.delete',
  'chat.received',
] as const

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
          const params = { wid: webhookId, user: account.id }
          await client.v2.delete('account_activity/webhooks/:wid/subscriptions/:user/all', undefined, { params })
          return
        }
        for (const one of await subscriptionsOf(client, account)) {
          await client.v2.delete('activity/subscriptions/:id', undefined, { params: { id: one.id } })
        }
      }),

    isSubscribed: (account, webhookId) =>
      callX(async () => {
        const client = await asApp(access)
        if (eventSource === 'x-activity') {
          const subscribed = (await subscriptionsOf(client, account)).map((one) => one.event_type)
          return EVENT_TYPES.every((eventType) => subscribed.includes(eventType))
        }
        const { data } = await client.v2.get<{ data?: { subscriptions?: { user_id: string }[] } }>(
          'account_activity/webhooks/:wid/subscriptions/all/list',
          undefined,
          { params: { wid: webhookId } },
        )
        return data?.subscriptions?.some((one) => one.user_id === account.id) === true
      }),

    replay: (webhookId, from, to) =>
      callX(async () => {
        const body = { webhook_id: webhookId, from_date: from, to_date: to }
        const answer = await (await asApp(access)).v2.post<{ data?: { job_id?: string } }>('webhooks/replay', body)
        return String(answer.data?.job_id)
      }),
  }
}

async function subscribeToAccount(client: TwitterApi, webhookId: string): Promise<void> {
  const path = 'account_activity/webhooks/:wid/subscriptions/all'
  await unlessDuplicate(client.v2.post(path, {}, { params: { wid: webhookId } }))
}

async function subscribeToEvents(client: TwitterApi, app: TwitterApi, { id }: Account, webhookId: string) {
  for (const eventType of EVENT_TYPES) {
    const body = { event_type: eventType, filter: { user_id: id }, tag: eventType, webhook_id: webhookId }
    await unlessDuplicate(client.v2.post('activity/subscriptions', body))
  }
  // X's answers to a subscription differ, and some are empty, so the list of subscriptions decides.
  const subscribed = (await subscriptionsOf(app, { id })).map((one) => one.event_type)
  const missing = EVENT_TYPES.filter((eventType) => !subscribed.includes(eventType))
  if (missing.length > 0) throw new XError(200, `not subscribed to ${missing.join(', ')}`)
}

async function subscriptionsOf(app: TwitterApi, { id }: Pick<Account, 'id'>) {
  type Subscription = { subscription_id?: string; id?: string; event_type: string; filter?: { user_id?: string } }
  const { data = [] } = await app.v2.get<{ data?: Subscription[] }>('activity/subscriptions')
  return data
    .filter((one) => one.filter?.user_id === id)
    .map((one) => ({ id: String(one.subscription_id ?? one.id), event_type: one.event_type }))
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
