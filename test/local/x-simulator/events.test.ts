import { afterEach, describe, expect, test } from '@jest/globals'
import { readActivity } from '../../../lambdas/core/x/payload/read-activity.ts'
import { splitWebhookBody } from '../../../lambdas/core/x/webhook-body.ts'
import type { XSimulator } from '../../../local/x-simulator/simulator.ts'
import { eventually } from '../support.ts'
import {
  accountAt,
  appAt,
  type Body,
  customer,
  everything,
  neighbour,
  type Receiver,
  shop,
  subscribed,
} from './support.ts'

const all = everything()
afterEach(() => all.stop())

/** What the product makes of a delivery. */
function readBack(raw: string) {
  return splitWebhookBody(raw, '2026-01-01T00:00:00.000Z').events.map(readActivity)
}

const count = (receiver: Receiver, wanted: number) =>
  eventually(`${wanted} deliveries`, () => receiver.received.length >= wanted && receiver.received.slice())

/** Waits until nothing is under way any more. */
const settled = (x: XSimulator) =>
  eventually('the end of all deliveries', () =>
    x.control.deliveries().every(({ status }) => status === 'delivered' || status === 'failed'),
  )

async function account(...users: string[]) {
  const [x, receiver] = [await all.x(), await all.receiver()]
  await subscribed(x, receiver, ...users)
  return { x, receiver }
}

/** Subscribes an account to everything of the X Activity API that a channel wants. */
async function activity(...types: string[]) {
  const [x, receiver] = [await all.x(), await all.receiver()]
  const webhook_id = await subscribed(x, receiver)
  for (const event_type of types) {
    const filter = { user_id: shop }
    await accountAt(x, shop).v2.post('activity/subscriptions', { event_type, filter, tag: 'helpdesk', webhook_id })
  }
  return { x, receiver }
}

describe('the Account Activity API', () => {
  test('sends a direct message signed, escaped, with its people and links', async () => {
    const { x, receiver } = await account(shop)
    const { id } = x.control.directMessage({
      from: customer,
      to: shop,
      text: 'A < B & 😀 see https://example.com/orders?id=1',
    })
    const [delivery] = await count(receiver, 1)
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
    const [delivery] = await count(receiver, 1)
    const [event] = delivery?.body.direct_message_events ?? []
    const app = event.message_create.source_app_id
    expect(event.message_create.sender_id).toBe(shop)
    expect(delivery?.body.apps[app]).toMatchObject({ id: app, name: 'Helpdesk' })
    x.control.directMessage({ from: shop, to: customer, text: 'from the web' })
    const [, second] = await count(receiver, 2)
    expect(second?.body.direct_message_events[0].message_create.source_app_id).toBe('3033300')
  })

  test('sends each end its own event when both are connected', async () => {
    const { x, receiver } = await account(shop, neighbour)
    x.control.directMessage({ from: neighbour, to: shop, text: 'Hello' })
    const deliveries = await count(receiver, 2)
    expect(deliveries.map(({ body }) => body.for_user_id).sort()).toEqual([shop, neighbour])
  })

  test('sends a mention with every id whole, as a number and as a string', async () => {
    const { x, receiver } = await account(shop)
    const { id } = x.control.post({ by: customer, text: '@demo_shop where is #order $ABC?' })
    const [delivery] = await count(receiver, 1)
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

  test('sends of a long post 140 characters, and the whole of it in extended_tweet', async () => {
    const { x, receiver } = await account(shop)
    const text = `${'word '.repeat(40)}& more for @demo_shop at https://example.com/x`
    x.control.post({ by: customer, text })
    const [delivery] = await count(receiver, 1)
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

  test('puts the mentions that X makes itself before an answer, past which the text to show begins', async () => {
    const { x, receiver } = await account(shop)
    const first = x.control.post({ by: customer, text: 'Hello @demo_shop' })
    await accountAt(x, shop).v2.reply('Good day', first.id)
    const [, echo] = await count(receiver, 2)
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

  test('tells the account of an answer under the customer’s own entry: the mention is implicit', async () => {
    const { x, receiver } = await account(shop)
    const first = x.control.post({ by: customer, text: 'Hello @demo_shop' })
    x.control.post({ by: customer, text: 'Anybody there?', inReplyTo: first.id })
    const [, second] = await count(receiver, 2)
    expect(second?.body.tweet_create_events[0]).toMatchObject({
      text: '@demo_shop Anybody there?',
      in_reply_to_user_id_str: customer,
      entities: { user_mentions: [{ id_str: shop }] },
    })
  })

  test('tells of quotes with the quoted post, and nothing of posts that do not concern the account', async () => {
    const { x, receiver } = await account(shop)
    const own = x.control.post({ by: shop, text: 'News' })
    x.control.post({ by: neighbour, text: 'Nothing to do with anybody' })
    x.control.post({ by: customer, text: 'Look', quotes: own.id })
    await count(receiver, 2)
    await settled(x)
    const quote = receiver.received.find(({ body }) => body.tweet_create_events[0].is_quote_status)
    expect(quote?.body.tweet_create_events[0]).toMatchObject({
      quoted_status_id_str: own.id,
      quoted_status: { id_str: own.id, text: 'News' },
    })
    expect(receiver.received).toHaveLength(2)
  })

  test('tells of deleted posts only their own account', async () => {
    const { x, receiver } = await account(shop)
    const own = x.control.post({ by: shop, text: 'Wrong' })
    const foreign = x.control.post({ by: customer, text: '@demo_shop never mind' })
    await count(receiver, 2)
    x.control.deletePost(foreign.id)
    await accountAt(x, shop).v2.deleteTweet(own.id)
    const [, , deleted] = await count(receiver, 3)
    await settled(x)
    expect(deleted?.body).toEqual({
      for_user_id: shop,
      tweet_delete_events: [{ status: { id: own.id, user_id: shop }, timestamp_ms: expect.any(String) }],
    })
    expect(receiver.received).toHaveLength(3)
  })

  test('tells that the permission was taken away, after which nothing comes', async () => {
    const { x, receiver } = await account(shop)
    x.control.revoke(shop)
    x.control.directMessage({ from: customer, to: shop, text: 'Too late' })
    const [delivery] = await count(receiver, 1)
    expect(delivery?.body).toEqual({
      user_event: {
        revoke: { date_time: expect.any(String), target: { app_id: expect.any(String) }, source: { user_id: shop } },
      },
    })
    expect(readBack(delivery?.raw ?? '')).toMatchObject([{ activity: { kind: 'revoke', channelUserId: shop } }])
    await settled(x)
    expect(receiver.received).toHaveLength(1)
  })
})

describe('the X Activity API', () => {
  test('sends direct messages of both directions with users under data', async () => {
    const { x, receiver } = await activity('dm.received', 'dm.sent')
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    const [received] = await count(receiver, 1)
    await accountAt(x, shop).v2.sendDmToParticipant(customer, { text: 'Coming' })
    const [, sent] = await count(receiver, 2)
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

  test('sends a mention only when it is written in the text, a reply only to the account’s own post', async () => {
    const { x, receiver } = await activity('post.mention.create', 'post.reply.create', 'post.create')
    const first = x.control.post({ by: customer, text: 'Hello @demo_shop' })
    x.control.post({ by: customer, text: 'implicit only', inReplyTo: first.id })
    const own = x.control.post({ by: shop, text: 'Good day', inReplyTo: first.id })
    x.control.post({ by: customer, text: 'thanks', inReplyTo: own.id })
    x.control.post({ by: neighbour, text: '@demo_shop me too', inReplyTo: own.id })
    await settled(x)
    const kinds = receiver.received.map(({ body: { data } }) => [data.event_type, data.payload.text])
    expect(kinds.sort()).toEqual([
      ['post.create', '@demo_customer Good day'],
      ['post.mention.create', '@demo_customer @demo_shop me too'],
      ['post.mention.create', 'Hello @demo_shop'],
      ['post.reply.create', '@demo_customer @demo_shop me too'],
      ['post.reply.create', '@demo_shop thanks'],
    ])
    const reply = receiver.received.find(({ body }) => body.data.event_type === 'post.reply.create')
    expect(reply?.body.data).toMatchObject({
      includes: {},
      payload: {
        author_id: expect.any(String),
        conversation_id: first.id,
        in_reply_to_user_id: shop,
        referenced_tweets: [{ type: 'replied_to', id: own.id }],
        entities: { mentions: expect.any(Array) },
      },
    })
    const mention = receiver.received.find(({ body }) => body.data.payload.id === first.id)
    expect(mention?.body.data.includes.users[0]).toMatchObject({ id: customer, username: 'demo_customer' })
    expect(mention?.body.data.payload.entities.mentions[0]).toMatchObject({ start: 6, start_str: '6', id: shop })
  })

  test('sends deletions, encrypted messages and the end of the permission', async () => {
    const { x, receiver } = await activity('post.delete', 'chat.received', 'oauth.revoke')
    const post = x.control.post({ by: shop, text: 'Wrong' })
    x.control.deletePost(post.id)
    x.control.encryptedChat({ from: customer, to: shop })
    x.control.revoke(shop)
    await settled(x)
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
  test('are tried again while the answer is not 200, and no more after it', async () => {
    const { x, receiver } = await account(shop)
    receiver.statuses = [503, 204]
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    await settled(x)
    expect(x.control.deliveries()).toMatchObject([
      { status: 'delivered', attempts: [{ status: 503 }, { status: 204 }, { status: 200 }] },
    ])
    expect(new Set(receiver.received.map(({ raw }) => raw)).size).toBe(1)
  })

  test('are given up after the last retry, which somebody hears', async () => {
    const troubles: string[] = []
    const x = await all.x({ onTrouble: (sentence) => troubles.push(sentence) })
    const receiver = await all.receiver()
    await subscribed(x, receiver, shop)
    receiver.statuses = [500, 500, 500, 500, 500]
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    await settled(x)
    expect(x.control.deliveries()).toMatchObject([{ status: 'failed', attempts: [{}, {}, {}, {}] }])
    expect(receiver.received).toHaveLength(4)
    expect(troubles).toEqual([expect.stringContaining('direct_message_events')])
  })

  test('to nobody are tried again too, and say why', async () => {
    const { x, receiver } = await account(shop)
    await receiver.stop()
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    await settled(x)
    expect(x.control.deliveries()[0]?.attempts[0]).toMatchObject({
      status: null,
      error: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('to a redirect make the webhook invalid at once', async () => {
    const { x, receiver } = await account(shop)
    receiver.statuses = [302]
    x.control.directMessage({ from: customer, to: shop, text: 'Hello' })
    await settled(x)
    expect(await (await appAt(x)).v2.get('webhooks')).toMatchObject({ data: [{ valid: false }] })
    expect(receiver.received).toHaveLength(1)
  })

  test('are held and released, so that an echo comes when the test wants it', async () => {
    const { x, receiver } = await account(shop)
    x.control.echoes({ hold: true })
    await accountAt(x, shop).v2.sendDmToParticipant(customer, { text: 'Coming' })
    expect(x.control.deliveries()).toMatchObject([{ status: 'held', attempts: [] }])
    expect(receiver.received).toEqual([])
    x.control.echoes({ release: true })
    await count(receiver, 1)
    x.control.directMessage({ from: customer, to: shop, text: 'at once again' })
    await count(receiver, 2)
  })

  test('wait as long as they are told to', async () => {
    const { x, receiver } = await account(shop)
    x.control.echoes({ delayMs: 60_000 })
    x.control.directMessage({ from: customer, to: shop, text: 'later' })
    x.control.echoes({ delayMs: 0 })
    x.control.directMessage({ from: customer, to: shop, text: 'now' })
    await count(receiver, 1)
    expect(x.control.deliveries().map(({ status }) => status)[0]).toBe('waiting')
  })
})
