import type { TwitterApi } from 'twitter-api-v2'
import { personFrom } from '../../core/payload/people.ts'
import { seenPost } from '../../core/payload/post.ts'
import {
  type Account,
  type AccountTokens,
  type X,
  XError,
  type XPage,
  type XSecrets,
  type XWebhook,
} from '../../core/ports.ts'
import type { Target } from '../../core/ticket.ts'
import { failedAnswer, sentAnswer } from './answers.ts'
import { appClientOf, clientOf, xErrorFrom } from './client.ts'
import { findIn } from './look-back.ts'
import { processingOf, uploadInParts } from './upload.ts'

/** Which of X's event systems channels subscribe to. */
export type EventSource = 'account-activity' | 'x-activity'

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

/** Everything of a post that makes a message, and what stands beside it. */
const POSTS = {
  'tweet.fields':
    'attachments,author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,entities,in_reply_to_user_id,note_tweet,referenced_tweets',
  expansions: 'author_id,attachments.media_keys,referenced_tweets.id,referenced_tweets.id.author_id',
  'user.fields': 'name,profile_image_url,username',
  'media.fields': 'preview_image_url,type,url,variants',
}

/** The same of a direct message. */
const MESSAGES = {
  event_types: 'MessageCreate',
  'dm_event.fields': 'attachments,created_at,dm_conversation_id,entities,event_type,id,participant_ids,sender_id,text',
  expansions: 'attachments.media_keys,participant_ids,sender_id',
  'user.fields': 'name,profile_image_url,username',
  'media.fields': 'preview_image_url,type,url,variants',
}

type ListAnswer = { data?: unknown[]; includes?: unknown; meta?: { next_token?: string } }

function pageFrom({ data = [], includes = {}, meta }: ListAnswer): XPage {
  return { items: data, beside: includes, next: meta?.next_token ?? null }
}

/** X through twitter-api-v2. @param apiUrl `https://api.x.com`, or another X */
export function createX(apiUrl: string, secrets: Pick<XSecrets, 'app'>, eventSource: EventSource): X {
  const asApp = async () => appClientOf(apiUrl, await secrets.app())
  const asAccount = async (tokens: AccountTokens) => clientOf(apiUrl, await secrets.app(), tokens)

  return {
    requestToken: (callbackUrl) =>
      asked(async () => {
        const client = clientOf(apiUrl, await secrets.app())
        const link = await client.generateAuthLink(callbackUrl, { linkMode: 'authorize', forceLogin: true })
        const authorizeUrl = link.url.replace('https://api.x.com', apiUrl)
        return { token: link.oauth_token, secret: link.oauth_token_secret, authorizeUrl }
      }),

    accessToken: (request, verifier) =>
      asked(async () => {
        const { accessToken, accessSecret } = await (await asAccount(request)).login(verifier)
        return { token: accessToken, secret: accessSecret }
      }),

    me: (tokens) =>
      asked(async () => {
        const { data } = await (await asAccount(tokens)).v2.get<{ data: Account }>('users/me')
        return { id: data.id, username: data.username }
      }),

    post: (tokens, id) =>
      visible(async () => {
        const { data, includes } = await (await asAccount(tokens)).v2.get<LookedUp>('tweets/:id', POST_FIELDS, {
          params: { id },
        })
        return seenPost(data, includes)
      }),

    user: (tokens, id) =>
      visible(async () => {
        const fields = { 'user.fields': 'profile_image_url' }
        const { data } = await (await asAccount(tokens)).v2.get<LookedUp>('users/:id', fields, { params: { id } })
        const person = data === undefined ? null : personFrom(id, data)
        return person?.username ? person : null
      }),

    invalidate: (tokens) =>
      asked(async () => {
        await (await asAccount(tokens)).v1.post('oauth/invalidate_token.json', undefined, {
          prefix: 'https://api.x.com/1.1/',
        })
      }),

    webhooks: () =>
      asked(async () => {
        const { data = [] } = await (await asApp()).v2.get<{ data?: XWebhook[] }>('webhooks')
        return data.map(({ id, url, valid }) => ({ id, url, valid }))
      }),

    createWebhook: (url) =>
      asked(async () => {
        const answer = await (await asApp()).v2.post<{ data?: XWebhook } & Partial<XWebhook>>('webhooks', { url })
        // X's older form is flat.
        const webhook = answer.data ?? answer
        return { id: String(webhook.id), url: String(webhook.url ?? url), valid: webhook.valid !== false }
      }),

    validateWebhook: (id) =>
      asked(async () => {
        await (await asApp()).v2.put('webhooks/:id', undefined, { params: { id } })
      }),

    deleteWebhook: (id) =>
      asked(async () => {
        await (await asApp()).v2.delete('webhooks/:id', undefined, { params: { id } })
      }),

    subscribe: (tokens, account, webhookId) =>
      asked(async () => {
        const client = await asAccount(tokens)
        if (eventSource === 'account-activity') await subscribeToAccount(client, webhookId)
        else await subscribeToEvents(client, await asApp(), account, webhookId)
      }),

    unsubscribe: (account, webhookId) =>
      asked(async () => {
        const client = await asApp()
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
        const client = await asApp()
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

    mentions: (tokens, account, since, next) =>
      asked(async () => {
        const query = { ...POSTS, max_results: 100, start_time: since, ...(next ? { pagination_token: next } : {}) }
        const params = { id: account.id }
        return pageFrom(await (await asAccount(tokens)).v2.get<ListAnswer>('users/:id/mentions', query, { params }))
      }),

    directMessages: (tokens, next) =>
      asked(async () => {
        const query = { ...MESSAGES, max_results: 100, ...(next ? { pagination_token: next } : {}) }
        return pageFrom(await (await asAccount(tokens)).v2.get<ListAnswer>('dm_events', query))
      }),

    replay: (webhookId, from, to) =>
      asked(async () => {
        const body = { webhook_id: webhookId, from_date: from, to_date: to }
        const answer = await (await asApp()).v2.post<{ data?: { job_id?: string } }>('webhooks/replay', body)
        return String(answer.data?.job_id)
      }),

    async send(tokens, target, text, mediaIds = []) {
      const client = await asAccount(tokens)
      try {
        return await (target.kind === 'post'
          ? sendPost(client, target, text, mediaIds)
          : sendMessage(client, target, text, mediaIds))
      } catch (error) {
        return failedAnswer(error)
      }
    },

    upload: (tokens, file, read) => asked(async () => uploadInParts(await asAccount(tokens), file, read)),
    uploadState: (tokens, mediaId) => asked(async () => processingOf(await asAccount(tokens), mediaId)),

    findSent: (tokens, account, target, text, since, files) =>
      asked(async () => findIn(await asAccount(tokens), account, target, text, since, files)),
  }
}

/** @throws XError for what X refused or left unanswered */
async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw xErrorFrom(error)
  }
}

/** As `asked`; null for what is not there or not visible to the account, which X says in several ways. */
async function visible<T>(call: () => Promise<T | null>): Promise<T | null> {
  try {
    return await asked(call)
  } catch (error) {
    if (error instanceof XError && (error.status === 403 || error.status === 404)) return null
    throw error
  }
}

/** X answers 200 without `data` and with `errors` for a post or person that it does not show. */
type LookedUp = { data?: unknown; includes?: unknown }

const POST_FIELDS = {
  'tweet.fields':
    'author_id,created_at,display_text_range,entities,note_tweet,in_reply_to_user_id,referenced_tweets,attachments,withheld',
  expansions: 'author_id,attachments.media_keys',
  'user.fields': 'profile_image_url',
  'media.fields': 'url,preview_image_url,variants',
}

async function sendPost(
  client: TwitterApi,
  target: Extract<Target, { kind: 'post' }>,
  text: string,
  mediaIds: readonly string[],
) {
  const media = mediaIds.length > 0 ? { media: { media_ids: [...mediaIds] } } : {}
  const body = { text, reply: { in_reply_to_tweet_id: target.inReplyTo }, ...media }
  const answer = await client.v2.post<{ data: { id: string } }>('tweets', body, { fullResponse: true })
  return sentAnswer(answer.data.data.id, answer.rateLimit)
}

async function sendMessage(
  client: TwitterApi,
  target: Extract<Target, { kind: 'direct_message' }>,
  text: string,
  mediaIds: readonly string[],
) {
  const attachments = mediaIds.map((id) => ({ media_id: id }))
  // X takes a file without a text, but no empty text.
  const body = { ...(text === '' ? {} : { text }), ...(attachments.length > 0 ? { attachments } : {}) }
  const answer = await client.v2.post<{ data: { dm_event_id: string } }>(
    'dm_conversations/with/:participant_id/messages',
    body,
    { fullResponse: true, params: { participant_id: target.recipientId } },
  )
  return sentAnswer(answer.data.data.dm_event_id, answer.rateLimit)
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
