import type { TwitterApi } from 'twitter-api-v2'
import { routes } from '../../local/x-simulator/router.ts'
import type { XSimulator } from '../../local/x-simulator/simulator.ts'
import type { Settings } from '../../local/x-simulator/state.ts'
import {
  accountAt,
  appAt,
  type Body,
  customer,
  everything,
  keys,
  neighbour,
  shop,
} from '../local/x-simulator/support.ts'
import { decideOnX } from '../support/authorize.ts'
import { files } from '../support/files.ts'
import { xAt } from '../support/x.ts'
import type { Exchange } from './openapi.ts'
import { type Recorder, startRecorder } from './recorder.ts'

/** What a walk did, and what it left out. */
export type Walk = { readonly exchanges: readonly Exchange[]; readonly missed: readonly string[] }

type Start = { readonly x: XSimulator; readonly recorder: Recorder; readonly hook: string }

/** Starts a simulator with a recorder before it and a webhook, lets the walk go, and ends all three. */
async function walking(
  settings: Partial<Omit<Settings, 'limits'>>,
  walk: (start: Start) => Promise<string[]>,
): Promise<Walk> {
  const all = everything()
  const x = await all.x()
  x.control.settings({ webhookLimit: 2, ...settings })
  const recorder = await startRecorder(x.url)
  try {
    const missed = await walk({ x, recorder, hook: (await all.receiver()).url })
    return { exchanges: recorder.exchanges, missed }
  } finally {
    await recorder.stop()
    await all.stop()
  }
}

/** Makes every call that the product makes, by its adapters. Misses the methods of ports that it did not call. */
export function walkProduct(settings: Partial<Omit<Settings, 'limits'>>): Promise<Walk> {
  return walking(settings, async ({ x, recorder, hook }) => {
    const called = new Set<string>()
    const secrets = { app: async () => ({ key: keys.consumerKey, secret: keys.consumerSecret }) }
    const counted = (eventSource: 'x-activity' | 'account-activity') =>
      new Proxy(xAt(recorder.url, secrets, eventSource), {
        get(target, name: string) {
          called.add(name)
          return Reflect.get(target, name)
        },
      })
    const [ours, former] = [counted('x-activity'), counted('account-activity')]
    const account = { id: shop, username: 'demo_shop' }

    const request = await ours.requestToken('http://localhost:3000/callback')
    const back = await decideOnX(request.authorizeUrl.replace(recorder.url, x.url), shop, 'allow')
    const tokens = await ours.accessToken(request, back.searchParams.get('oauth_verifier') ?? '')
    await ours.me(tokens)

    const webhook = await ours.createWebhook(hook)
    await ours.webhooks()
    await ours.validateWebhook(webhook.id)
    const ids = { id: webhook.id, formerIds: ['1'] }
    const listed = () => ours.listSubscriptions(webhook.id)
    await former.subscribe(tokens, account, ids, await former.listSubscriptions(webhook.id))
    await former.unsubscribe(account, ids)
    await former.subscribe(tokens, account, ids, await former.listSubscriptions(webhook.id))
    await ours.subscribe(tokens, account, ids, await listed())
    await ours.subscribeToRevocations(ids, await listed())
    const elsewhere = x.control.state().activitySubscriptions[0]
    if (elsewhere) elsewhere.webhookId = '1'
    await ours.repoint(account, ids, await listed())
    await ours.removeSubscriptions((await listed()).activity.slice(-1).map(({ id }) => id))
    await ours.endFormerSubscriptions(webhook.id, new Set([shop]))
    const minute = (minutesAgo: number) =>
      new Date(Date.now() - minutesAgo * 60_000).toISOString().replace(/\D/g, '').slice(0, 12)
    await ours.replay(webhook.id, minute(60), minute(20))

    const since = new Date(Date.now() - 3_600_000).toISOString()
    const picture = files.png('picture')
    const upload = (category: string) =>
      ours.upload(
        tokens,
        { attachmentId: category, contentType: 'image/png', size: picture.length, category },
        async (from, count) => picture.subarray(from, from + count),
      )
    const [ofPost, ofMessage] = [await upload('tweet_image'), await upload('dm_image')]
    await ours.uploadState(tokens, ofPost.mediaId)

    const entry = x.control.post({ by: customer, text: 'Hello @demo_shop' })
    const quote = x.control.post({ by: customer, text: 'Look @demo_shop https://example.com', quotes: entry.id })
    for (let n = 0; n < 101; n += 1) x.control.post({ by: neighbour, text: `@demo_shop ${n}`, inReplyTo: entry.id })
    const link = `https://x.com/demo_customer/status/${entry.id}`
    x.control.directMessage({
      from: customer,
      to: shop,
      text: `see ${link}`,
      media: { contentType: 'image/png', bytes: picture },
    })
    for (let n = 0; n < 101; n += 1) x.control.directMessage({ from: customer, to: shop, text: `${n}` })
    const toPost = { kind: 'post', inReplyTo: entry.id } as const
    const toPerson = { kind: 'direct_message', recipientId: customer } as const
    await ours.send(tokens, toPost, 'Good day', [ofPost.mediaId])
    await ours.send(tokens, toPerson, 'Good day', [ofMessage.mediaId])
    await ours.send(tokens, toPerson, 'without a picture')
    await ours.findSent(tokens, account, toPost, 'Good day', since)
    await ours.findSent(tokens, account, toPerson, 'Good day', since)

    await ours.post(tokens, quote.id)
    await ours.user(tokens, customer)
    await ours.profile(tokens, customer, new Date().toISOString())
    const mentions = await ours.mentions(tokens, account, { time: since }, null)
    await ours.mentions(tokens, account, { id: '1' }, mentions.next)
    const messages = await ours.directMessages(tokens, null)
    await ours.directMessages(tokens, messages.next)

    const own = x.control.post({ by: shop, text: 'New shoes' })
    const answer = x.control.post({ by: customer, text: '@demo_shop buy gold', inReplyTo: own.id })
    for (const hidden of [true, false]) await ours.setHidden(tokens, answer.id, hidden)
    for (const muted of [true, false]) await ours.setMuted(tokens, shop, customer, muted)
    for (const blocked of [true, false]) await ours.setDirectMessagesBlocked(tokens, customer, blocked)
    await ours.deletePost(tokens, own.id)

    await ours.unsubscribe(account, ids)
    await ours.deleteWebhook(webhook.id)
    await ours.invalidate(tokens)
    const ports = Object.keys(xAt(recorder.url, secrets, 'x-activity'))
    return ports.filter((name) => !called.has(name)).map((name) => `the adapters' method ${name}`)
  })
}

const post = {
  'post.fields':
    'attachments,conversation_id,created_at,display_text_range,entities,note_post,possibly_sensitive,lang,reply_settings',
  expansions:
    'author_id,in_reply_to_user_id,referenced_posts,edit_history_post_ids,attachments.media_keys,entities.mentions.username',
  'user.fields': 'created_at,profile_image_url,protected,verified',
  'media.fields': 'height,preview_image_url,url,variants,width',
}
const message = {
  'dm_event.fields': 'attachments,created_at,dm_conversation_id,entities',
  'post.fields': 'created_at',
  expansions: 'attachments.media_keys,participant_ids,referenced_posts,sender_id',
}

/** Makes every call of X's API that the simulator knows, in the new vocabulary. Misses the routes that it did not call. */
export function walkSimulator(settings: Partial<Omit<Settings, 'limits'>>): Promise<Walk> {
  return walking(settings, async ({ x, recorder, hook }) => {
    const recorded = { ...x, url: recorder.url }
    const [app, own] = [await appAt(recorded), accountAt(recorded, shop)]
    await walkSubscriptions(app, own, hook)

    const picture = { contentType: 'image/png', bytes: files.png('picture') }
    const film = { contentType: 'video/mp4', bytes: files.mp4('film') }
    const entry = x.control.post({
      by: customer,
      text: 'Hello @demo_shop #one $TWO https://example.com',
      media: [picture],
    })
    const other = x.control.post({ by: neighbour, text: `@demo_shop ${'long '.repeat(80)}`, quotes: entry.id })
    x.control.post({ by: neighbour, text: 'a film for @demo_shop', media: [film] })
    x.control.editPost(other.id, '@demo_shop short')
    x.control.repost(entry.id, neighbour)
    const news: Body = await own.v2.post('tweets', { text: 'News' })
    const answer = x.control.post({ by: customer, text: 'bad', inReplyTo: news.data.id })
    await own.v2.put(`tweets/${answer.id}/hidden`, { hidden: true } as Body)
    for (const [path, query] of [
      ['tweets', { ids: `${entry.id},${other.id}`, ...post }],
      [`tweets/${other.id}`, post],
      [`users/${neighbour}/tweets`, { ...post, max_results: 5 }],
      [`users/${shop}/mentions`, { ...post, max_results: 5 }],
      ['users', { ids: `${shop},${customer}`, 'user.fields': post['user.fields'] }],
      [`users/${customer}`, {}],
      ['users/by/username/demo_customer', {}],
      ['users/me', {}],
    ] as const) {
      await own.v2.get(path, query as Body)
    }
    await own.v2.delete(`tweets/${news.data.id}`)
    await own.v2.post(`users/${shop}/muting`, { target_user_id: customer })
    await own.v2.delete(`users/${shop}/muting/${customer}`)
    for (const call of ['block', 'unblock']) await own.v2.post(`users/${customer}/dm/${call}`)

    x.control.directMessage({ from: customer, to: shop, text: 'https://x.com/a/status/1', media: film })
    const sent: Body = await own.v2.post(`dm_conversations/with/${customer}/messages`, { text: 'Hello' })
    const { dm_event_id: id } = sent.data
    await own.v2.get('dm_events', { ...message, event_types: 'MessageCreate' } as Body)
    await own.v2.get(`dm_conversations/with/${customer}/dm_events`, message as Body)
    await own.v2.get(`dm_events/${id}`, message as Body)
    await own.v2.delete(`dm_events/${id}`)
    await own.v2.uploadMedia(film.bytes, { media_type: 'video/mp4' as never })
    const base64 = picture.bytes.toString('base64')
    await own.v2.post('media/upload', { media: base64, media_category: 'tweet_image' })
    await walkChat(x, own)
    await walkRefusals(app, own, customer)

    const called = recorder.exchanges.map(({ method, path }) => `${method} ${path}`)
    const known = routes.filter(({ path, access }) => path.startsWith('/2/') && access !== 'oauth2')
    return known
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => !called.some((one) => new RegExp(`^${route.replace(/:\w+/g, '[^/]+')}$`).test(one)))
      .map((route) => `the simulator's route ${route}`)
  })
}

async function walkSubscriptions(app: TwitterApi, own: TwitterApi, hook: string): Promise<void> {
  const { data: webhook } = (await app.v2.post('webhooks', { url: hook })) as Body
  await app.v2.get('webhooks')
  await app.v2.put(`webhooks/${webhook.id}`)
  const former = `account_activity/webhooks/${webhook.id}/subscriptions`
  await own.v2.post(`${former}/all`)
  await own.v2.get(`${former}/all`)
  await app.v2.get(`${former}/all/list`)
  await app.v2.get('account_activity/subscriptions/count')
  await app.v2.delete(`${former}/${shop}/all`)
  const path = 'activity/subscriptions'
  const ids: string[] = []
  for (const event_type of ['dm.received', 'dm.sent', 'post.create']) {
    const body = { event_type, filter: { user_id: shop }, tag: 'walk', webhook_id: webhook.id }
    ids.push(((await own.v2.post(path, body)) as Body).data.subscription.subscription_id)
  }
  const first = (await app.v2.get(path, { max_results: 2 })) as Body
  await app.v2.get(path, { max_results: 2, pagination_token: first.meta.next_token })
  await app.v2.put(`${path}/${ids[0]}`, { webhook_id: webhook.id, tag: 'other' })
  await app.v2.delete(`${path}/${ids[0]}`)
  await app.v2.delete(path, { ids: `${ids[1]},9` })
  const minute = (minutesAgo: number) =>
    new Date(Date.now() - minutesAgo * 60_000).toISOString().replace(/\D/g, '').slice(0, 12)
  await app.v2.post('webhooks/replay', { webhook_id: webhook.id, from_date: minute(60), to_date: minute(20) })
  await app.v2.delete(`webhooks/${webhook.id}`)
}

async function walkChat(x: XSimulator, own: TwitterApi): Promise<void> {
  x.control.chat.write({ from: customer, to: shop, text: 'Hello' })
  const answer = x.control.chat.write({ from: shop, to: customer, text: 'Good day' })
  const at = `chat/conversations/${customer}`
  const keyFields = 'public_key_version,public_key,signing_public_key,identity_public_key_signature,juicebox_config'
  const [known] = x.control.chat.keys(shop)
  await own.v2.get(`users/${shop}/public_keys`, { 'public_key.fields': keyFields } as Body)
  await own.v2.get('users/public_keys', { ids: `${shop},${customer}`, 'public_key.fields': keyFields } as Body)
  await own.v2.get('chat/conversations', {
    max_results: 10,
    'chat_conversation.fields': 'created_at,updated_at,is_muted,type',
    expansions: 'participant_ids',
  } as Body)
  await own.v2.get(at, { 'chat_conversation.fields': 'created_at' } as Body)
  const eventFields =
    'conversation_id,conversation_token,created_at,encoded_event,id,is_trusted,message_event_signature,previous_id,sender_id'
  const page = { max_results: 1, 'chat_message_event.fields': eventFields }
  const { meta }: Body = await own.v2.get(`${at}/events`, page as Body)
  await own.v2.get(`${at}/events`, { ...page, pagination_token: meta.next_token } as Body)
  await own.v2.post(`${at}/read`, { seen_until_sequence_id: answer.id })
  // A message id that X has is answered like the first time.
  const message_id = answer.messageId
  const event = { encoded_message_create_event: 'AA==', encoded_message_event_signature: 'AA==' }
  await own.v2.post(`${at}/messages`, { message_id, ...event })
  const ids = `${shop}-${customer}`
  const { data }: Body = await own.v2.post('chat/media/upload/initialize', { conversation_id: ids, total_bytes: 4 })
  const named = { conversation_id: ids, media_hash_key: data.media_hash_key }
  const upload = `chat/media/upload/${data.session_id}`
  await own.v2.post(`${upload}/append`, { ...named, segment_index: 0, media: 'AAAAAA==' })
  await own.v2.post(`${upload}/finalize`, { ...named, num_parts: '1' })
  await own.v2.get(`chat/media/${ids}/${data.media_hash_key}`, {}, { forceParseMode: 'buffer' })
  await own.v2.post(`${at}/keys`, {
    conversation_key_version: String(Date.now() * 2),
    conversation_participant_keys: [{ user_id: shop, encrypted_conversation_key: 'AA==', public_key_version: '1' }],
    action_signatures: [
      {
        message_id: 'change',
        encoded_message_event_detail: 'AA==',
        message_event_signature: { signature: 'AA', public_key_version: '1', signature_version: '7' },
      },
    ],
  })
  await own.v2.post(`users/${shop}/public_keys`, {
    version: '1',
    generate_version: true,
    public_key: {
      public_key: known?.publicKey,
      signing_public_key: known?.signingPublicKey,
      identity_public_key_signature: known?.identityPublicKeySignature,
    },
  } as Body)
}

/** Calls that X refuses, and some that it answers with an error inside a 200. */
async function walkRefusals(app: TwitterApi, own: TwitterApi, other: string): Promise<void> {
  await own.v2.get('tweets/1', post as Body)
  await own.v2.get('tweets', { ids: '1,2' } as Body)
  await own.v2.get('users/1')
  const calls = [
    () => app.v2.post('webhooks', { url: 'ftp://example.com' }),
    () => app.v2.delete('activity/subscriptions/1'),
    () => own.v2.post('tweets', { text: 'too long '.repeat(40) }),
    () => own.v2.delete('tweets/1'),
    () => own.v2.post(`users/${other}/muting`, { target_user_id: other }),
  ]
  for (const call of calls) await call().catch(() => {})
}
