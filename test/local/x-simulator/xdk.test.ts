import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ApiError, Client, httpClient, OAuth1, Paginator } from '@xdevplatform/xdk'
import type { XSimulator } from '../../../local/x-simulator/simulator.ts'
import { appAt, type Body, customer, everything, keys, neighbour, type Receiver, shop } from './support.ts'

const all = everything()

let x: XSimulator
let receiver: Receiver
/** X's own client with the bearer token of the app, and with the shop's tokens. */
let app: Client
let own: Client
const requestOfX = httpClient.request.bind(httpClient)

beforeEach(async () => {
  x = await all.x()
  receiver = await all.receiver()
  // The client signs for X's address, so that must stay until the request is sent.
  httpClient.request = (url, options) => requestOfX(url.replace('https://api.x.com', x.url), options)
  await appAt(x)
  app = new Client({ bearerToken: x.control.state().bearer ?? '', retry: false })
  own = new Client({ oauth1: signedAs(shop), retry: false })
})
afterEach(async () => {
  httpClient.request = requestOfX
  await all.stop()
})

function signedAs(user: string): OAuth1 {
  const { token, secret } = x.control.token(user)
  const [apiKey, apiSecret] = [keys.consumerKey, keys.consumerSecret]
  return new OAuth1({ apiKey, apiSecret, callback: 'oob', accessToken: token, accessTokenSecret: secret })
}

/** The status and the body of a refusal. */
async function refusalOf(call: Promise<unknown>): Promise<Body> {
  const error = await call.then(
    () => undefined,
    (one: unknown) => one,
  )
  if (!(error instanceof ApiError)) throw new Error(`The call was not refused: ${String(error)}`)
  return { status: error.status, data: error.data }
}

/** The client's types leave some answers open, so the tests say what they read. */
const answerOf = async (call: Promise<unknown>): Promise<Body> => call

describe('X’s own client walks through', () => {
  test('webhooks: created after their CRC, listed, checked again, replayed and deleted', async () => {
    const { data: webhook } = await answerOf(app.webhooks.create({ url: receiver.url }))
    expect(webhook).toMatchObject({ url: receiver.url, valid: true })
    expect(await answerOf(app.webhooks.get())).toMatchObject({ data: [{ id: webhook.id }], meta: { resultCount: 1 } })
    expect(await answerOf(app.webhooks.validate(webhook.id))).toEqual({ data: { valid: true } })
    expect(receiver.challenges).toHaveLength(2)
    x.control.clock(new Date('2026-05-01T13:00:00Z'))
    const job = { webhookId: webhook.id, fromDate: '202605011200', toDate: '202605011230' }
    expect((await answerOf(app.webhooks.createWebhookReplayJob(job))).data.jobId).toMatch(/^\d{19}$/)
    expect(await answerOf(app.webhooks.delete(webhook.id))).toEqual({ data: { deleted: true } })
    expect(await refusalOf(app.webhooks.validate(webhook.id))).toMatchObject({ status: 400 })
  })

  test('subscriptions: created by the account, listed in pages, changed and deleted by the app', async () => {
    const { data: webhook } = await answerOf(app.webhooks.create({ url: receiver.url }))
    const ids: string[] = []
    for (const eventType of ['dm.received', 'post.mention.create', 'post.create'] as const) {
      const body = { eventType, filter: { userId: shop }, tag: eventType, webhookId: webhook.id }
      ids.push((await answerOf(own.activity.createSubscription(body))).data.subscription.subscriptionId)
    }
    const pages = new Paginator<Body>(async (token) =>
      answerOf(app.activity.getSubscriptions({ maxResults: 2, ...(token ? { paginationToken: token } : {}) })),
    )
    while (!pages.done) await pages.fetchNext()
    expect(pages.items.map(({ subscriptionId }) => subscriptionId)).toEqual(ids)
    const [first = '', ...others] = ids
    expect(await answerOf(app.activity.updateSubscription(first, { tag: 'other' }))).toMatchObject({
      data: { subscription: { subscriptionId: first, tag: 'other' }, totalSubscriptions: 3 },
    })
    expect(await answerOf(app.activity.deleteSubscription(first))).toEqual({ data: { deleted: true } })
    expect(await answerOf(app.activity.deleteSubscriptionsByIds([...others, first]))).toMatchObject({
      data: others.map((subscriptionId) => ({ subscriptionId, deleted: true })),
      errors: [{ subscriptionId: first, reason: 'not_found' }],
      meta: { totalSubscriptions: 0 },
    })
    const body = { eventType: 'dm.received', filter: { userId: shop } } as const
    expect(await refusalOf(app.activity.createSubscription(body))).toMatchObject({
      status: 400,
      data: { errors: [{ message: expect.stringContaining('OauthAccessTokenRequired') }] },
    })
  })

  test('posts: created, answered, hidden, read in a timeline, looked up and deleted', async () => {
    const { data: post } = await answerOf(own.posts.create({ text: 'News & more' }))
    const answer = x.control.post({ by: customer, text: 'bad', inReplyTo: post.id })
    expect(await answerOf(own.posts.hideReply(answer.id, { hidden: true }))).toEqual({ data: { hidden: true } })
    await own.posts.create({ text: 'Sorry', reply: { inReplyToTweetId: answer.id } })
    const timeline = await answerOf(
      own.users.getPosts(shop, { maxResults: 5, postFields: ['created_at'], expansions: ['referenced_posts'] }),
    )
    expect(timeline.data).toMatchObject([
      { text: '@demo_customer Sorry', referencedPosts: [{ type: 'replied_to', id: answer.id }] },
      { text: 'News &amp; more', createdAt: expect.any(String) },
    ])
    expect((await answerOf(app.posts.getByIds([post.id, answer.id]))).data).toHaveLength(2)
    expect(await answerOf(own.posts.delete(post.id))).toEqual({ data: { deleted: true } })
    expect(await answerOf(app.posts.getById(post.id))).toMatchObject({ errors: [{ resourceId: post.id }] })
  })

  test('mentions: in pages since an id, with their authors', async () => {
    const [first] = Array.from({ length: 7 }, (_, n) => x.control.post({ by: customer, text: `@demo_shop ${n}` }))
    const entry = x.control.post({ by: neighbour, text: 'without the handle', inReplyTo: first?.id })
    const pages = new Paginator<Body>(async (token) =>
      answerOf(
        own.users.getMentions(shop, {
          maxResults: 5,
          sinceId: first?.id ?? '',
          postFields: ['created_at', 'entities', 'note_post'],
          expansions: ['author_id', 'referenced_posts'],
          ...(token ? { paginationToken: token } : {}),
        }),
      ),
    )
    while (!pages.done) await pages.fetchNext()
    expect(pages.items).toHaveLength(7)
    expect(pages.items[0]).toMatchObject({ id: entry.id, authorId: neighbour, referencedPosts: [{ id: first?.id }] })
    expect(pages.includes).toMatchObject({ users: [{ username: 'demo_customer' }] })
  })

  test('direct messages: sent, listed, looked up, deleted and blocked', async () => {
    const { data: sent } = await answerOf(own.directMessages.createByParticipantId(customer, { text: 'Hello' }))
    x.control.directMessage({ from: customer, to: shop, text: 'Good day' })
    const listed = await answerOf(
      own.directMessages.getEventsByParticipantId(customer, {
        expansions: ['sender_id'],
        dmEventFields: ['created_at'],
      }),
    )
    expect(listed.data).toMatchObject([
      { text: 'Good day', senderId: customer },
      { id: sent.dmEventId, senderId: shop, createdAt: expect.any(String) },
    ])
    expect((await answerOf(own.directMessages.getEvents({ maxResults: 1 }))).meta.nextToken).toEqual(expect.any(String))
    expect((await answerOf(own.directMessages.getEventsById(sent.dmEventId))).data.text).toBe('Hello')
    expect(await answerOf(own.directMessages.deleteEvents(sent.dmEventId))).toEqual({ data: { deleted: true } })
    expect(await answerOf(own.users.blockDms(customer))).toEqual({ data: { blocked: true } })
    expect(await answerOf(own.users.unblockDms(customer))).toEqual({ data: { blocked: false } })
  })

  test('users: oneself, others by id and by name, muted and unmuted', async () => {
    expect((await answerOf(own.users.getMe())).data).toMatchObject({ id: shop, username: 'demo_shop' })
    expect((await answerOf(app.users.getByIds([shop, customer]))).data).toHaveLength(2)
    expect((await answerOf(app.users.getByUsername('demo_customer'))).data.id).toBe(customer)
    expect(await answerOf(own.users.muteUser(shop, { targetUserId: customer }))).toEqual({ data: { muting: true } })
    expect(await answerOf(own.users.unmuteUser(shop, customer))).toEqual({ data: { muting: false } })
  })
})
