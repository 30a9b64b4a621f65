import type { TwitterApi } from 'twitter-api-v2'
import { type Account, XError, type XSubscriptions, type XWebhook } from '../../core/ports/x.ts'
import type { EventSource } from '../../core/x/event-source.ts'
import { asAccount, asApp, asked, type XAccess } from './access.ts'
import { xErrorFrom } from './client.ts'

/** What a channel hears of, when it is the X Activity API that tells. */
const EVENT_TYPES = [
  'dm.received',
  'dm.sent',
  'post.mention.create',
  'post.reply.create',
  'post.create',
  'post.delete',
  'chat.received',
] as const

/** Webhooks, subscriptions and replays at X, through twitter-api-v2. @param eventSource what `subscribe` subscribes to */
export function createXSubscriptions(access: XAccess, eventSource: EventSource): XSubscriptions {
  return {
    webhooks: () =>
      asked(async () => {
        const { data = [] } = await (await asApp(access)).v2.get<{ data?: XWebhook[] }>('webhooks')
        return data.map(({ id, url, valid }) => ({ id, url, valid }))
      }),

    createWebhook: (url) =>
      asked(async () => {
        const answer = await (await asApp(access)).v2.post<{ data?: XWebhook } & Partial<XWebhook>>('webhooks', { url })
        // X's older form is flat.
        const webhook = answer.data ?? answer
        return { id: String(webhook.id), url: String(webhook.url ?? url), valid: webhook.valid !== false }
      }),

    validateWebhook: (id) =>
      asked(async () => {
        await (await asApp(access)).v2.put('webhooks/:id', undefined, { params: { id } })
      }),

    deleteWebhook: (id) =>
      asked(async () => {
        await (await asApp(access)).v2.delete('webhooks/:id', undefined, { params: { id } })
      }),

    subscribe: (tokens, account, webhookId) =>
      asked(async () => {
        const client = await asAccount(access, tokens)
        if (eventSource === 'account-activity') await subscribeToAccount(client, webhookId)
        else await subscribeToEvents(client, await asApp(access), account, webhookId)
      }),

    unsubscribe: (account, webhookId) =>
      asked(async () => {
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
      asked(async () => {
        const client = await asApp(access)
        if (eventSource === 'x-activity') {
          const there = (await subscriptionsOf(client, account)).map((one) => one.event_type)
          return EVENT_TYPES.every((eventType) => there.includes(eventType))
        }
        const { data } = await client.v2.get<{ data?: { subscriptions?: { user_id: string }[] } }>(
          'account_activity/webhooks/:wid/subscriptions/all/list',
          undefined,
          { params: { wid: webhookId } },
        )
        return data?.subscriptions?.some((one) => one.user_id === account.id) === true
      }),

    replay: (webhookId, from, to) =>
      asked(async () => {
        const body = { webhook_id: webhookId, from_date: from, to_date: to }
        const answer = await (await asApp(access)).v2.post<{ data?: { job_id?: string } }>('webhooks/replay', body)
        return String(answer.data?.job_id)
      }),
  }
}

/** A subscription that is there already is what was wanted. */
async function subscribeToAccount(client: TwitterApi, webhookId: string): Promise<void> {
  const path = 'account_activity/webhooks/:wid/subscriptions/all'
  await unlessDuplicate(client.v2.post(path, {}, { params: { wid: webhookId } }))
}

async function subscribeToEvents(client: TwitterApi, app: TwitterApi, { id }: Account, webhookId: string) {
  for (const eventType of EVENT_TYPES) {
    const body = { event_type: eventType, filter: { user_id: id }, tag: eventType, webhook_id: webhookId }
    await unlessDuplicate(client.v2.post('activity/subscriptions', body))
  }
  // X answers in several shapes, an empty one among them: what counts is what is there afterwards.
  const there = (await subscriptionsOf(app, { id })).map((one) => one.event_type)
  const missing = EVENT_TYPES.filter((eventType) => !there.includes(eventType))
  if (missing.length > 0) throw new XError(200, `not subscribed to ${missing.join(', ')}`)
}

async function subscriptionsOf(app: TwitterApi, { id }: Pick<Account, 'id'>) {
  type Subscription = { subscription_id?: string; id?: string; event_type: string; filter?: { user_id?: string } }
  const { data = [] } = await app.v2.get<{ data?: Subscription[] }>('activity/subscriptions')
  return data
    .filter((one) => one.filter?.user_id === id)
    .map((one) => ({ id: String(one.subscription_id ?? one.id), event_type: one.event_type }))
}

async function unlessDuplicate(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    const known = xErrorFrom(error)
    const isDuplicate =
      known instanceof XError && (known.status === 409 || (known.status === 400 && /duplicate/i.test(known.detail)))
    if (!isDuplicate) throw error
  }
}
