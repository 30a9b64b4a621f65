import { afterEach, describe, expect, test } from '@jest/globals'
import { readActivity } from '../../../lambdas/core/x/payload/read-activity.ts'
import { splitWebhookBody } from '../../../lambdas/core/x/webhook-body.ts'
import {
  accountAt,
  appAt,
  type Body,
  control,
  customer,
  delivered,
  deliveriesEnded,
  everything,
  neighbour,
  type Receiver,
  shop,
  subscribed,
  subscribedToActivity,
} from './support.ts'

const all = everything()
afterEach(() => all.stop())

/** Reads a delivery as the product does. */
function readBack(raw: string) {
  return splitWebhookBody(raw, '2026-01-01T00:00:00.000Z').events.map(readActivity)
}

async function account(...users: string[]) {
  const [x, receiver] = [await all.x(), await all.receiver()]
  await subscribed(x, receiver, ...users)
  return { x, receiver }
}

/** The kinds and texts of the posts that came by the X Activity API, in alphabetical order. */
const told = ({ received }: Receiver) =>
  received.map(({ body: { data } }) => [data.event_type, data.payload.text]).sort()

/** Subscribes the shop to event types of the X Activity API. */
async function activity(...types: string[]) {
  const [x, receiver] = [await all.x(), await all.receiver()]
  const webhookId = await subscribed(x, receiver)
  await subscribedToActivity(x, webhookId, shop, ...types)
  return { x, receiver }
}

describe('the Account Activity API', () => {
  test('sends a direct message signed and escaped, with its users and links', async () => {
    const { x, receiver } = await account(shop)
    const { id } = x.control.directMessage({
      from: customer,
      to: shop,
      text: 'A < B & 😀 see https://example.com/orders?id=1',
    })
    const [delivery] = await delivered(x, receiver, 1)
    expect(delivery?.signed).toBe(true)
    const { body } = delivery as { body: Body }
    expect(body.for_user_id).toBe(shop)
    const [event] = body.direct_message_events
    expect(event).toMatchObject({
      type: 'message_create',
      id,
      created_timestamp: expect.stringMatching(/^\d{13}$/),
      message_create: { sender_id: customer, target: { recipient_id: shop } },
    })
    const { text, entities } = event.message_create.message_data
    expect(text).toMatch(/^A &lt; B &amp; 😀 see https:\/\/t\.co\/\w{10}$/)
    expect(entities.urls).toEqual([
      {
        url: text.slice(-23),
        expanded_url: 'https://example.com/orders?id=1',
        display_url: 'example.com/orders?id=1',
        indices: [21, 44],
      },
    ])
    expect(body.users[customer]).toMatchObject({ id: customer, screen_name: 'demo_customer', name: 'Demo Customer' })
    expect(event.message_create.source_app_id).toBeUndefined()
    expect(body.apps).toBeUndefined()
    expect(readBack(delivery?.raw ?? '')).toMatchObject([
      { activity: { kind: 'direct_message', text: 'A < B & 😀 see https://example.com/orders?id=1' } },
    ])
  })

  test('sends the account’s own message back as an echo that names the app', async () => {
    const { x, receiver } = await account(shop)
    await accountAt(x, shop).v2.sendDmToParticipant(customer, { text: 'Coming' })
    const [delivery] = await delivered(x, receiver, 1)
    const [event] = delivery?.body.direct_message_events ?? []
    const app = event.message_create.source_app_id
    expect(event.message_create.sender_id).toBe(shop)
    expect(delivery?.body.apps[app]).toMatchObject({ id: app, name: 'Helpdesk' })
    x.control.directMessage({ from: shop, to: customer, text: 'from the web' })
    const [, second] = await delivered(x, receiver, 2)
    expect(second?.body.direct_message_events[0].message_create.source_app_id).toBe('3033300')
  })

  test('sends one event to each account when both are connected', async () => {
    const { x, receiver } = await account(shop, neighbour)
    x.control.directMessage({ from: neighbour, to: shop, text: 'Hello' })
    const deliveries = await delivered(x, receiver, 2)
    expect(deliveries.map(({ body }) => body.for_user_id).sort()).toEqual([shop, neighbour])
  })

  test('sends every id of a mention exactly, as a number and as a string', async () => {
    const { x, receiver } = await account(shop)
    const { id } = x.control.post({ by: customer, text: '@demo_shop where is #order $ABC?' })
    const [delivery] = await delivered(x, receiver, 1)
    expect(delivery?.raw).toContain(`"id":${id},"id_str":"${id}"`)
    expect(BigInt(id)).toBeGreaterThan(2n ** 53n)
    const { body } = delivery as { body: Body }
    expect(body).toMatchObject({ for_user_id: shop, user_has_blocked: false })
    expect(body.tweet_create_events[0]).toMatchObject({
      id_str: id,
      created_at: expect.stringMatching(/^\w{3} \w{3} \d\d \d\d:\d\d:\d\d \+0000 \d{4}$/),
      truncated: false,
      user: { id_str: customer, screen_name: 'demo_customer' },
      in_reply_to_status_id_str: null,
      in_reply_to_user_id_str: shop,
      entities: {
        user_mentions: [{ id_str: shop, screen_name: 'demo_shop', indices: [0, 10] }],
        hashtags: [{ text: 'order', indices: [20, 26] }],
        symbols: [{ text: 'ABC', indices: [27, 31] }],
      },
    })
  })

  test('truncates a long post to 140 characters, with the full text in extended_tweet', async () => {
    const { x, receiver } = await account(shop)
    const text = `${'word '.repeat(40)}& more for @demo_shop at https://example.com/x`
    x.control.post({ by: customer, text })
    const [delivery] = await delivered(x, receiver, 1)
    const [post] = delivery?.body.tweet_create_events ?? []
    expect(post.truncated).toBe(true)
    expect([...post.text]).toHaveLength(140)
    expect(post.entities.user_mentions).toEqual([])
    expect(post.entities.urls).toMatchObject([
      { expanded_url: `https://twitter.com/i/web/status/${post.id_str}`, indices: [117, 140] },
    ])
    expect(post.extended_tweet.full_text).toContain('&amp; more for @demo_shop')
    expect(post.extended_tweet.entities.user_mentions).toMatchObject([{ id_str: shop }])
    expect(readBack(delivery?.raw ?? '')).toMatchObject([{ activity: { text, mentions: [{ id: shop }] } }])
  })

  test('adds the mentions before a reply, and display_text_range begins after them', async () => {
    const { x, receiver } = await account(shop)
    const first = x.control.post({ by: customer, text: 'Hello @demo_shop' })
    await accountAt(x, shop).v2.reply('Good day', first.id)
    const [, echo] = await delivered(x, receiver, 2)
    expect(echo?.body.tweet_create_events[0]).toMatchObject({
      text: '@demo_customer Good day',
      display_text_range: [15, 23],
      in_reply_to_status_id_str: first.id,
      in_reply_to_user_id_str: customer,
      in_reply_to_screen_name: 'demo_customer',
      entities: { user_mentions: [{ id_str: customer, indices: [0, 14] }] },
    })
    expect(echo?.body.user_has_blocked).toBeUndefined()
  })

  test('sends a reply under the customer’s own post, with the implicit mention of the account', async () => {
    const { x, receiver } = await account(shop)
    const first = x.control.post({ by: customer, text: 'Hello @demo_shop' })
    x.control.post({ by: customer, text: 'Anybody there?', inReplyTo: first.id })
    const [, second] = await delivered(x, receiver, 2)
    expect(second?.body.tweet_create_events[0]).toMatchObject({
      text: '@demo_shop Anybody there?',
      in_reply_to_user_id_str: customer,
      entities: { user_mentions: [{ id_str: shop }] },
    })
  })

  test('sends quotes with the quoted post, and no posts that do not concern the account', async () => {
    const { x, receiver } = await account(shop)
    const own = x.control.post({ by: shop, text: 'News' })
    x.control.post({ by: neighbour, text: 'Nothing to do with anybody' })
    x.control.post({ by: customer, text: 'Look', quotes: own.id })
    await delivered(x, receiver, 2)
    await deliveriesEnded(x)
    const quote = receiver.received.find(({ body }) => body.tweet_create_events[0].is_quote_status)
    expect(quote?.body.tweet_create_events[0]).toMatchObject({
      quoted_status_id_str: own.id,
      quoted_status: { id_str: own.id, text: 'News' },
    })
    expect(receiver.received).toHaveLength(2)
  })

  test('sends a deletion only to the author’s account', async () => {
    const { x, receiver } = await account(shop)
    const own = x.control.post({ by: shop, text: 'Wrong' })
    const foreign = x.control.post({ by: customer, text: '@demo_shop never mind' })
    await delivered(x, receiver, 2)
    x.control.deletePost(foreign.id)
    await accountAt(x, shop).v2.deleteTweet(own.id)
    const [, , deleted] = await delivered(x, receiver, 3)
    await deliveriesEnded(x)
    expect(deleted?.body).toEqual({
      for_user_id: shop,
      tweet_delete_events: [{ status: { id: own.id, user_id: shop }, timestamp_ms: expect.any(String) }],
    })
    expect(receiver.received).toHaveLength(3)
  })

  test('sends the revocation of access, and nothing after it', async () => {
    const { x, receiver } = await account(shop)
    x.control.revoke(shop)
    x.control.directMessage({ from: customer, to: shop, text: 'Too late' })
    const [delivery] = await delivered(x, receiver, 1)
    expect(delivery?.body).toEqual({
      user_event: {
        revoke: { date_time: expect.any(String), target: { app_id: expect.any(String) }, source: { user_id: shop } },
      },
    })
    expect(readBack(delivery?.raw ?? '')).toMatchObject([{ activity: { kind: 'revoke', channelUserId: shop } }])
    await deliveriesEnded(x)
    expect(receiver.received).toHaveLength(1)
  })
})

describe('the X Activity API', () => {
  test('sends direct messages in both directions, with the users under data', async () => {
    const { x, receiver } = await activity('dm.received', 'dm.sent')
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    const [received] = await delivered(x, receiver, 1)
    await accountAt(x, shop).v2.sendDmToParticipant(customer, { text: 'Coming' })
    const [, sent] = await delivered(x, receiver, 2)
    expect(received).toMatchObject({
      signed: true,
      body: {
        data: {
          event_uuid: expect.stringMatching(/^-?\d+$/),
          event_type: 'dm.received',
          filter: { user_id: shop },
          tag: 'helpdesk',
          payload: {
            direct_message_events: [{ message_create: { sender_id: customer } }],
            users: { [customer]: { data: { id: customer, username: 'demo_customer' } } },
          },
        },
      },
    })
    expect(sent?.body.data).toMatchObject({
      event_type: 'dm.sent',
      payload: { direct_message_events: [{ message_create: { sender_id: shop } }] },
    })
  })

  test('sends a mention only if the text contains it, and a reply only if the parent is the account’s own first post', async () => {
    const { x, receiver } = await activity('post.mention.create', 'post.reply.create', 'post.create')
    const news = x.control.post({ by: shop, text: 'News' })
    x.control.post({ by: customer, text: 'good', inReplyTo: news.id })
    x.control.post({ by: neighbour, text: '@demo_shop very good', inReplyTo: news.id })
    await deliveriesEnded(x)
    expect(told(receiver)).toEqual([
      ['post.create', 'News'],
      ['post.mention.create', '@demo_shop very good'],
      ['post.reply.create', '@demo_shop good'],
      ['post.reply.create', '@demo_shop very good'],
    ])
    const reply = receiver.received.find(({ body }) => body.data.event_type === 'post.reply.create')
    expect(reply?.body.data).toMatchObject({
      includes: {},
      payload: {
        author_id: expect.any(String),
        conversation_id: news.id,
        in_reply_to_user_id: shop,
        in_reply_to_tweet_id: news.id,
        referenced_tweets: [{ type: 'replied_to', id: news.id }],
        entities: { mentions: expect.any(Array) },
      },
    })
    const mention = receiver.received.find(({ body }) => body.data.event_type === 'post.mention.create')
    expect(mention?.body.data.includes.users[0]).toMatchObject({ id: neighbour, username: 'demo_neighbour' })
    expect(mention?.body.data.payload.entities.mentions[0]).toMatchObject({ start: 0, start_str: '0', id: shop })
  })

  test('sends nothing of an answer under the customer’s own first entry, nor of one to the account’s answer', async () => {
    const { x, receiver } = await activity('post.mention.create', 'post.reply.create')
    const first = x.control.post({ by: customer, text: 'Hello @demo_shop' })
    x.control.post({ by: customer, text: 'implicit only', inReplyTo: first.id })
    const answer = x.control.post({ by: shop, text: 'Good day', inReplyTo: first.id })
    x.control.post({ by: customer, text: 'thanks', inReplyTo: answer.id })
    await deliveriesEnded(x)
    expect(told(receiver)).toEqual([['post.mention.create', 'Hello @demo_shop']])

    x.control.settings({ repliesToReplies: true })
    x.control.post({ by: customer, text: 'many thanks', inReplyTo: answer.id })
    x.control.post({ by: customer, text: 'implicit again', inReplyTo: first.id })
    await deliveriesEnded(x)
    expect(told(receiver)).toEqual([
      ['post.mention.create', 'Hello @demo_shop'],
      ['post.reply.create', '@demo_shop many thanks'],
    ])
  })

  test('sends quotes and reposts to the author of the original, and a repost is no mention', async () => {
    const { x, receiver } = await activity(
      'post.create',
      'post.mention.create',
      'post.quote.create',
      'post.repost.create',
    )
    const news = x.control.post({ by: shop, text: 'News' })
    const foreign = x.control.post({ by: neighbour, text: 'Hello @demo_shop' })
    x.control.post({ by: customer, text: 'Look', quotes: news.id })
    expect((await control(x, 'POST', `posts/${news.id}/repost`, { by: customer })).status).toBe(200)
    expect((await control(x, 'POST', `posts/${news.id}/repost`, { by: customer })).status).toBe(400)
    x.control.repost(foreign.id, customer)
    x.control.repost(foreign.id, shop)
    await deliveriesEnded(x)
    expect(told(receiver)).toEqual([
      ['post.create', 'News'],
      ['post.create', 'RT @demo_neighbour: Hello @demo_shop'],
      ['post.mention.create', 'Hello @demo_shop'],
      ['post.quote.create', 'Look'],
      ['post.repost.create', 'RT @demo_shop: News'],
    ])
    const repost = receiver.received.find(({ body }) => body.data.event_type === 'post.repost.create')
    expect(repost?.body.data.payload.referenced_tweets).toEqual([{ type: 'retweeted', id: news.id }])
    expect(readBack(repost?.raw ?? '')).toMatchObject([{ activity: { isRepost: true } }])
  })

  test('sends nothing of a protected account’s posts, not even to itself', async () => {
    const { x, receiver } = await activity('post.create', 'post.delete', 'post.mention.create', 'post.reply.create')
    const news = x.control.post({ by: shop, text: 'News' })
    x.control.changeUser(customer, { protected: true, followers: [shop] })
    x.control.post({ by: customer, text: 'Hello @demo_shop' })
    x.control.post({ by: customer, text: 'good', inReplyTo: news.id })
    x.control.changeUser(shop, { protected: true })
    const secret = x.control.post({ by: shop, text: 'For followers' })
    x.control.deletePost(secret.id)
    x.control.post({ by: neighbour, text: 'Hello @demo_shop' })
    await deliveriesEnded(x)
    expect(told(receiver)).toEqual([
      ['post.create', 'News'],
      ['post.mention.create', 'Hello @demo_shop'],
    ])
  })

  test('sends the new names when the settings say so', async () => {
    const { x, receiver } = await activity('post.mention.create', 'post.create', 'post.delete')
    x.control.settings({ eventNames: 'new' })
    const news = x.control.post({ by: shop, text: 'News' })
    const text = `@demo_shop ${'long '.repeat(70)}end`
    const post = x.control.post({ by: customer, text, inReplyTo: news.id, quotes: news.id })
    x.control.deletePost(news.id)
    await deliveriesEnded(x)
    const mention = receiver.received.find(({ body }) => body.data.event_type === 'post.mention.create')
    const { payload, includes } = mention?.body.data ?? {}
    expect(payload).toMatchObject({
      id: post.id,
      text: expect.stringMatching(/^@demo_shop long .*… https:\/\/t\.co\/\d{10}$/),
      note_post: { text },
      edit_history_post_ids: [post.id],
      referenced_posts: [
        { type: 'replied_to', id: news.id },
        { type: 'quoted', id: news.id },
      ],
      public_metrics: { repost_count: 0 },
    })
    expect(payload.in_reply_to_tweet_id).toBeUndefined()
    expect(includes.posts.map(({ id }: { id: string }) => id)).toEqual([post.id, news.id])
    expect(includes.users[0].public_metrics).toMatchObject({ post_count: 0 })
    expect(mention?.raw).not.toMatch(/tweet/)
    expect(readBack(mention?.raw ?? '')).toMatchObject([{ activity: { text: text.trim() } }])
  })

  test('sends its data as a list when the settings say so', async () => {
    const { x, receiver } = await activity('dm.received')
    x.control.settings({ eventLists: true })
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    const [delivery] = await delivered(x, receiver, 1)
    expect(delivery?.body).toMatchObject({ data: [{ event_type: 'dm.received' }] })
    expect(readBack(delivery?.raw ?? '')).toMatchObject([{ activity: { text: 'Hello' } }])
  })

  test('begins after a delay when the settings say so', async () => {
    const [x, receiver] = [await all.x(), await all.receiver()]
    x.control.settings({ subscriptionDelaySeconds: 60 })
    x.control.clock(new Date('2026-05-01T12:00:00Z'))
    await subscribedToActivity(x, await subscribed(x, receiver), shop, 'dm.received')
    x.control.directMessage({ from: customer, to: shop, text: 'too early' })
    x.control.clock(new Date('2026-05-01T12:02:00Z'))
    x.control.directMessage({ from: customer, to: shop, text: 'heard' })
    await deliveriesEnded(x)
    expect(x.control.deliveries()).toMatchObject([{ event: 'dm.received', body: expect.stringContaining('heard') }])
  })

  test('sends deletions, encrypted messages and the revocation of access', async () => {
    const { x, receiver } = await activity('post.delete', 'chat.received', 'oauth.revoke')
    const post = x.control.post({ by: shop, text: 'Wrong' })
    x.control.deletePost(post.id)
    x.control.chat.write({ from: customer, to: shop, text: 'secret' })
    x.control.revoke(shop)
    await deliveriesEnded(x)
    const by = Object.fromEntries(receiver.received.map(({ body }) => [body.data.event_type, body.data]))
    expect(by['post.delete'].payload).toEqual({ id: post.id, author_id: shop })
    expect(by['chat.received'].payload).toMatchObject({ sender_id: customer, encoded_event: expect.any(String) })
    expect(by['oauth.revoke']).toMatchObject({ filter: {}, payload: { user_id: shop } })
    const read = receiver.received.flatMap(({ raw }) => readBack(raw))
    expect(read.map((one) => ('activity' in one ? one.activity.kind : one)).sort()).toEqual([
      'encrypted_chat',
      'post_deletion',
      'revoke',
    ])
  })
})

describe('deliveries', () => {
  test('are retried until the answer is 200', async () => {
    const { x, receiver } = await account(shop)
    receiver.statuses = [503, 204]
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    await deliveriesEnded(x)
    expect(x.control.deliveries()).toMatchObject([
      { status: 'delivered', attempts: [{ status: 503 }, { status: 204 }, { status: 200 }] },
    ])
    expect(new Set(receiver.received.map(({ raw }) => raw)).size).toBe(1)
  })

  test('fail after the last retry, with a warning', async () => {
    const warnings: string[] = []
    const x = await all.x({ onWarning: (sentence) => warnings.push(sentence) })
    const receiver = await all.receiver()
    await subscribed(x, receiver, shop)
    receiver.statuses = [500, 500, 500, 500, 500]
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    await deliveriesEnded(x)
    expect(x.control.deliveries()).toMatchObject([{ status: 'failed', attempts: [{}, {}, {}, {}] }])
    expect(receiver.received).toHaveLength(4)
    expect(warnings).toEqual([expect.stringContaining('direct_message_events')])
  })

  test('to an unreachable webhook are retried too, and record the error', async () => {
    const { x, receiver } = await account(shop)
    await receiver.stop()
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    await deliveriesEnded(x)
    expect(x.control.deliveries()[0]?.attempts[0]).toMatchObject({
      status: null,
      error: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('that get a redirect make the webhook invalid at once', async () => {
    const { x, receiver } = await account(shop)
    receiver.statuses = [302]
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    await deliveriesEnded(x)
    expect(await (await appAt(x)).v2.get('webhooks')).toMatchObject({ data: [{ valid: false }] })
    expect(receiver.received).toHaveLength(1)
  })

  test('can be held and released', async () => {
    const { x, receiver } = await account(shop)
    x.control.echoes({ hold: true })
    await accountAt(x, shop).v2.sendDmToParticipant(customer, { text: 'Coming' })
    expect(x.control.deliveries()).toMatchObject([{ status: 'held', attempts: [] }])
    expect(receiver.received).toEqual([])
    x.control.echoes({ release: true })
    await delivered(x, receiver, 1)
    x.control.directMessage({ from: customer, to: shop, text: 'at once again' })
    await delivered(x, receiver, 2)
  })

  test('can be delayed', async () => {
    const { x, receiver } = await account(shop)
    x.control.echoes({ delayMs: 60_000 })
    x.control.directMessage({ from: customer, to: shop, text: 'later' })
    x.control.echoes({ delayMs: 0 })
    x.control.directMessage({ from: customer, to: shop, text: 'now' })
    await delivered(x, receiver, 1)
    expect(x.control.deliveries().map(({ status }) => status)[0]).toBe('waiting')
  })
})
