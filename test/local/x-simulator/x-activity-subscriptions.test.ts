import { afterEach, describe, expect, test } from '@jest/globals'
import {
  accountAt,
  appAt,
  type Body,
  control,
  customer,
  deliveriesEnded,
  everything,
  messageOf,
  refusalOf,
  shop,
  subscribed,
} from './support.ts'

const all = everything()
afterEach(() => all.stop())

const path = 'activity/subscriptions'

/** A webhook, and the shop's wish to hear of events. */
async function started() {
  const [x, receiver] = [await all.x(), await all.receiver()]
  const webhook_id = await subscribed(x, receiver)
  const [account, app] = [accountAt(x, shop), await appAt(x)]
  const wanted = (event_type: string, user_id = shop) => ({
    event_type,
    filter: { user_id },
    tag: 'helpdesk',
    webhook_id,
  })
  const subscribe = async (event_type: string, client = account): Promise<Body> =>
    client.v2.post(path, wanted(event_type))
  return { x, receiver, webhook_id, account, app, wanted, subscribe }
}

/** Event types that the app may subscribe to for any user. */
const events = ['bio', 'geo', 'url', 'handle', 'screenname'].map((field) => `profile.update.${field}`)

test('a subscription is created, listed, pointed to another webhook, and deleted', async () => {
  const { x, app, wanted, subscribe } = await started()
  const { data } = await subscribe('dm.received')
  expect(data.subscription).toMatchObject({ ...wanted('dm.received'), subscription_id: expect.any(String) })
  const { subscription_id: id } = data.subscription
  expect(await app.v2.get(path)).toEqual({ data: [data.subscription], meta: { total_subscriptions: 1 } })
  x.control.settings({ webhookLimit: 2 })
  const other = await subscribed(x, await all.receiver())
  expect(await app.v2.put(`${path}/${id}`, { webhook_id: other, tag: 'other' })).toMatchObject({
    data: { subscription: { subscription_id: id, webhook_id: other, tag: 'other' }, total_subscriptions: 1 },
  })
  expect(await messageOf(app.v2.put(`${path}/${id}`, { event_type: 'dm.sent' }))).toEqual([
    400,
    '$.event_type: is not one of tag, webhook_id',
  ])
  expect(await messageOf(app.v2.put(`${path}/${id}`, { webhook_id: '1' }))).toEqual([
    400,
    expect.stringContaining('WebhookIdInvalid'),
  ])
  expect(await app.v2.delete(`${path}/${id}`)).toEqual({ data: { deleted: true } })
  expect((await refusalOf(app.v2.delete(`${path}/${id}`))).code).toBe(404)
})

test.each([
  ['subscription', { data: { subscription: { event_type: 'post.create' } } }],
  ['flat', { data: { event_type: 'post.create' } }],
  ['list', { data: [{ event_type: 'post.create' }], meta: { total_subscriptions: 1 } }],
])('a creation is answered in the form «%s»', async (createAnswer, expected) => {
  const { x, subscribe } = await started()
  await control(x, 'POST', 'settings', { createAnswer })
  expect(await subscribe('post.create')).toMatchObject(expected)
})

test('a creation is answered with an empty 204 when the settings say so', async () => {
  const { x, account, app, wanted } = await started()
  x.control.settings({ createAnswer: 'empty' })
  const answer = await account.v2.post(path, wanted('post.create'), { fullResponse: true, forceParseMode: 'text' })
  expect(answer.data).toBe('')
  expect(await app.v2.get(path)).toMatchObject({ data: [{ event_type: 'post.create' }] })
})

test('several are deleted by their ids, from 1 to 100 of them, and an unknown one is an error beside them', async () => {
  const { x, app, subscribe } = await started()
  const ids: string[] = []
  for (const event of events) ids.push((await subscribe(event)).data.subscription.subscription_id)
  expect(await app.v2.delete(path, { ids: [...ids.slice(0, 2), '9'].join(',') })).toEqual({
    data: ids.slice(0, 2).map((subscription_id) => ({ subscription_id, deleted: true })),
    errors: [{ subscription_id: '9', reason: 'not_found', message: expect.any(String) }],
    meta: { total_subscriptions: 3 },
  })
  expect(x.control.state().activitySubscriptions.map(({ id }) => id)).toEqual(ids.slice(2))
  const tooMany = Array.from({ length: 101 }, (_, n) => n + 1).join(',')
  for (const wrong of [tooMany, 'x', '']) expect((await refusalOf(app.v2.delete(path, { ids: wrong }))).code).toBe(400)
})

test('the list is read in pages, also while subscriptions go; an unknown or expired token is refused', async () => {
  const { x, app, subscribe } = await started()
  const ids: string[] = []
  for (const event of events) ids.push((await subscribe(event)).data.subscription.subscription_id)
  const page = async (pagination_token?: string): Promise<Body> =>
    app.v2.get(path, { max_results: 2, ...(pagination_token ? { pagination_token } : {}) })
  const idsOf = ({ data }: Body) => data.map((one: Body) => one.subscription_id)
  const first = await page()
  expect(idsOf(first)).toEqual(ids.slice(0, 2))
  expect(first.meta).toEqual({ total_subscriptions: 5, next_token: expect.stringMatching(/^[\w-]{16,}$/) })
  await app.v2.delete(`${path}/${ids[0]}`)
  const second = await page(first.meta.next_token)
  expect(idsOf(second)).toEqual(ids.slice(2, 4))
  const last = await page(second.meta.next_token)
  expect([idsOf(last), last.meta.next_token]).toEqual([ids.slice(4), undefined])
  await control(x, 'POST', 'page-tokens/expire')
  for (const token of [first.meta.next_token, '2']) {
    expect(await messageOf(page(token))).toEqual([400, expect.stringContaining('unknown or has expired')])
  }
  for (const max_results of [0, 1_001]) expect((await refusalOf(app.v2.get(path, { max_results }))).code).toBe(400)
})

test('subscriptions of others fill the list of a large app', async () => {
  const { x, app, subscribe } = await started()
  expect((await control(x, 'POST', 'foreign-subscriptions', { count: 1_200 })).status).toBe(200)
  await subscribe('dm.received')
  const { data, meta } = (await app.v2.get(path, { max_results: 1_000 })) as Body
  expect([data.length, meta.total_subscriptions]).toEqual([1_000, 1_201])
  const rest = (await app.v2.get(path, { max_results: 1_000, pagination_token: meta.next_token })) as Body
  expect(rest.data.at(-1).event_type).toBe('dm.received')
})

describe('a subscription is refused', () => {
  test('when it is there already, with 400 or 409, also for another webhook', async () => {
    const { x, account, wanted, subscribe } = await started()
    await subscribe('dm.received')
    x.control.settings({ webhookLimit: 2 })
    const webhook_id = await subscribed(x, await all.receiver())
    const again = () => account.v2.post(path, { ...wanted('dm.received'), webhook_id })
    expect(await messageOf(again())).toEqual([400, 'DuplicateSubscriptionFailed: Subscription already exists'])
    x.control.settings({ duplicateStatus: 409 })
    expect(await messageOf(again())).toEqual([409, 'DuplicateSubscriptionFailed: Subscription already exists'])
  })

  test('beyond the limit, which is 1,500', async () => {
    const { x, subscribe } = await started()
    expect(x.control.state().settings.activitySubscriptionLimit).toBe(1_500)
    await control(x, 'POST', 'settings', { activitySubscriptionLimit: 1 })
    await subscribe('dm.received')
    expect(await messageOf(subscribe('dm.sent'))).toEqual([400, expect.stringContaining('SubscriptionLimitExceeded')])
  })

  test.each([
    ['of an unknown event', { event_type: 'nothing.known' }, /event_type: nothing.known/],
    ['without a filter', { filter: undefined }, /filter: object expected/],
    ['of nobody', { filter: {} }, /filter.user_id: is missing/],
    ['of an unknown user', { filter: { user_id: '1' } }, /UserNotFound/],
    ['with an unknown filter', { filter: { user_id: shop, post_id: '1' } }, /filter.post_id: is not one of/],
    ['with a direction that it has not', { filter: { user_id: shop, direction: 'inbound' } }, /filter.direction/],
    ['with another field', { name: 'x' }, /name: is not one of/],
    ['with an empty tag', { tag: '' }, /tag: 1 to 200 characters/],
    ['with a tag that is too long', { tag: 'x'.repeat(201) }, /tag: 1 to 200 characters/],
    ['for an unknown webhook', { webhook_id: '1' }, /WebhookIdInvalid/],
  ])('%s', async (_, change, sentence) => {
    const { app, wanted } = await started()
    expect(await messageOf(app.v2.post(path, { ...wanted('post.create'), ...change } as Body))).toEqual([
      400,
      expect.stringMatching(sentence),
    ])
  })

  test.each([
    ...['dm.received', 'dm.sent', 'chat.received', 'chat.sent'],
    ...['post.mention.create', 'post.reply.create', 'post.quote.create', 'post.repost.create', 'like.create'],
  ])('of the private event %s, unless the account itself asks', async (event) => {
    const { x, app, subscribe } = await started()
    expect(await messageOf(subscribe(event, app))).toEqual([400, expect.stringContaining('OauthAccessTokenRequired')])
    expect((await refusalOf(subscribe(event, accountAt(x, customer)))).code).toBe(403)
    await subscribe(event)
  })
})

test('filters are a user, a keyword for news, and a direction for likes and follows', async () => {
  const { app, account, wanted } = await started()
  const direction = { user_id: shop, direction: 'inbound' }
  await app.v2.post(path, { ...wanted('follow.follow'), filter: direction })
  await account.v2.post(path, { ...wanted('like.create'), filter: direction })
  await account.v2.post(path, wanted('like.create'))
  await app.v2.post(path, { event_type: 'news.new', filter: { keyword: 'parcels' } } as Body)
  expect(((await app.v2.get(path)) as Body).data.map((one: Body) => one.filter)).toEqual([
    direction,
    direction,
    { user_id: shop },
    { keyword: 'parcels' },
  ])
})

test('only the app changes and deletes; both list', async () => {
  const { account, subscribe } = await started()
  const { subscription_id: id } = (await subscribe('dm.received')).data.subscription
  for (const call of [account.v2.put(`${path}/${id}`, { tag: 'x' }), account.v2.delete(`${path}/${id}`)]) {
    expect(await refusalOf(call)).toMatchObject({ code: 403, data: { title: 'Unsupported Authentication' } })
  }
  expect(await account.v2.get(path)).toMatchObject({ meta: { total_subscriptions: 1 } })
})

describe('the revocation of access', () => {
  test('is told to whom the app has subscribed, and ends the subscriptions that the token made', async () => {
    const { x, receiver, app, webhook_id, subscribe } = await started()
    await app.v2.post(path, { event_type: 'oauth.revoke', filter: {}, webhook_id } as Body)
    await subscribe('dm.received')
    await subscribe('post.delete')
    await subscribe('post.create', app)
    x.control.revoke(shop)
    await deliveriesEnded(x)
    expect(receiver.received.map(({ body }) => body.data)).toMatchObject([
      { event_type: 'oauth.revoke', filter: {}, payload: { user_id: shop, date_time: expect.any(String) } },
    ])
    expect(x.control.state().activitySubscriptions.map(({ eventType }) => eventType)).toEqual([
      'oauth.revoke',
      'post.create',
    ])
  })

  test('ends no subscription when the settings say so', async () => {
    const { x, subscribe } = await started()
    await control(x, 'POST', 'settings', { revocationDeletes: false })
    await subscribe('dm.received')
    x.control.revoke(shop)
    expect(x.control.state().activitySubscriptions).toMatchObject([{ eventType: 'dm.received' }])
  })

  test('is an unknown event when the settings say so', async () => {
    const { x, app } = await started()
    await control(x, 'POST', 'settings', { revocationEvents: false })
    expect(await messageOf(app.v2.post(path, { event_type: 'oauth.revoke', filter: {} } as Body))).toEqual([
      400,
      expect.stringContaining('event_type'),
    ])
  })
})
