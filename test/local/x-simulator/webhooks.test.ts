import { afterEach, describe, expect, test } from '@jest/globals'
import { eventually } from '../support.ts'
import {
  accountAt,
  appAt,
  type Body,
  customer,
  everything,
  messageOf,
  neighbour,
  shop,
  subscribed,
  subscribedToActivity,
} from './support.ts'

const all = everything()
afterEach(() => all.stop())

describe('webhooks', () => {
  test('are registered after their CRC, listed and deleted', async () => {
    const x = await all.x()
    const receiver = await all.receiver()
    const app = await appAt(x)
    const { data } = (await app.v2.post('webhooks', { url: receiver.url })) as Body
    expect(data).toEqual({
      id: expect.stringMatching(/^\d{19}$/),
      url: receiver.url,
      valid: true,
      created_at: expect.any(String),
    })
    expect(receiver.challenges).toHaveLength(1)
    expect(await app.v2.get('webhooks')).toEqual({ data: [data], meta: { result_count: 1 } })
    expect(await app.v2.delete(`webhooks/${data.id}`)).toEqual({ data: { deleted: true } })
    expect(await app.v2.get('webhooks')).toEqual({ data: [], meta: { result_count: 0 } })
  })

  test('are answered in the older form when the settings say so', async () => {
    const x = await all.x()
    const receiver = await all.receiver()
    x.control.settings({ webhookAnswers: 'old' })
    const app = await appAt(x)
    const webhook = (await app.v2.post('webhooks', { url: receiver.url })) as Body
    expect(webhook).toMatchObject({ id: expect.any(String), url: receiver.url, valid: true })
    expect(await app.v2.put(`webhooks/${webhook.id}`)).toEqual({ data: { attempted: true } })
  })

  test('leave their subscriptions of the X Activity API behind when they are deleted', async () => {
    const x = await all.x()
    const receiver = await all.receiver()
    const id = await subscribed(x, receiver, shop)
    await subscribedToActivity(x, id, shop, 'dm.received')
    await (await appAt(x)).v2.delete(`webhooks/${id}`)
    expect(x.control.state()).toMatchObject({
      subscriptions: [],
      activitySubscriptions: [{ eventType: 'dm.received', webhookId: id }],
    })
    x.control.directMessage({ from: customer, to: shop, text: 'nobody hears' })
    expect(x.control.deliveries()).toEqual([])
  })

  test('can also be registered with an account’s signature', async () => {
    const x = await all.x()
    const receiver = await all.receiver()
    await accountAt(x, shop).v2.post('webhooks', { url: receiver.url })
    expect(x.control.state().webhooks).toMatchObject([{ url: receiver.url, valid: true }])
  })

  test('with a wrong CRC answer are refused with CrcValidationFailed', async () => {
    const x = await all.x()
    const receiver = await all.receiver()
    receiver.secret = 'another secret'
    const app = await appAt(x)
    expect(await messageOf(app.v2.post('webhooks', { url: receiver.url }))).toEqual([
      400,
      'CrcValidationFailed: URL returned bad response during CRC with error: Invalid `response_token`',
    ])
    const nowhere = app.v2.post('webhooks', { url: 'http://localhost:1/webhook' })
    expect(await messageOf(nowhere)).toEqual([400, expect.stringContaining('CrcValidationFailed')])
    expect(x.control.state().webhooks).toEqual([])
  })

  test('are refused when they are duplicate, too many, not http, or unknown', async () => {
    const x = await all.x()
    const [one, two] = [await all.receiver(), await all.receiver()]
    const app = await appAt(x)
    const create = (url: unknown) => app.v2.post('webhooks', { url } as Body)
    const { data } = (await create(one.url)) as Body
    expect(await messageOf(create(one.url))).toEqual([400, expect.stringContaining('DuplicateUrlFailed')])
    expect(await messageOf(create(two.url))).toEqual([400, 'WebhookLimitExceeded: '])
    expect(await messageOf(create('ftp://example.com/'))).toEqual([400, expect.stringContaining('UrlValidationFailed')])
    expect(await messageOf(create(undefined))).toEqual([400, expect.stringContaining('UrlValidationFailed')])
    for (const call of [app.v2.put('webhooks/1'), app.v2.delete('webhooks/1')]) {
      expect(await messageOf(call)).toEqual([400, expect.stringContaining('WebhookIdInvalid')])
    }
    x.control.settings({ webhookLimit: 2 })
    expect(((await create(two.url)) as Body).data.id).not.toBe(data.id)
  })

  test('that fail a later challenge get no events until a PUT succeeds', async () => {
    const x = await all.x()
    const receiver = await all.receiver()
    const id = await subscribed(x, receiver, shop)
    const app = await appAt(x)
    receiver.secret = 'rotated'
    expect(await x.control.challengeWebhooks()).toEqual({ [id]: 'Invalid `response_token`' })
    expect(await app.v2.get('webhooks')).toMatchObject({ data: [{ id, valid: false }] })
    x.control.directMessage({ from: customer, to: shop, text: 'lost' })
    expect(await messageOf(app.v2.put(`webhooks/${id}`))).toEqual([400, expect.stringContaining('CrcValidationFailed')])
    receiver.secret = 'test-consumer-secret'
    expect(await x.control.challengeWebhooks()).toEqual({ [id]: null })
    expect(await app.v2.get('webhooks')).toMatchObject({ data: [{ id, valid: false }] })
    expect(await app.v2.put(`webhooks/${id}`)).toEqual({ data: { valid: true } })
    x.control.directMessage({ from: customer, to: shop, text: 'heard' })
    await eventually('the answer to the second message', () => x.control.deliveries()[1]?.attempts.length === 1)
    expect(x.control.deliveries()).toMatchObject([{ status: 'missed', attempts: [] }, { attempts: [{ status: 200 }] }])
    expect(receiver.received.map(({ body }) => body.direct_message_events[0].message_create.message_data.text)).toEqual(
      ['heard'],
    )
  })
})

describe('subscriptions of the Account Activity API', () => {
  test('are created by the account, listed, counted, and deleted by the app', async () => {
    const x = await all.x()
    const receiver = await all.receiver()
    const id = await subscribed(x, receiver, shop)
    const path = `account_activity/webhooks/${id}/subscriptions`
    const app = await appAt(x)
    expect(await accountAt(x, shop).v2.get(`${path}/all`)).toEqual({ data: { subscribed: true } })
    expect(await accountAt(x, customer).v2.get(`${path}/all`)).toEqual({ data: { subscribed: false } })
    expect(await app.v2.get(`${path}/all/list`)).toMatchObject({
      data: { webhook_id: id, webhook_url: receiver.url, subscriptions: [{ user_id: shop }] },
    })
    expect(await app.v2.get('account_activity/subscriptions/count')).toMatchObject({
      data: { provisioned_count: '3', subscriptions_count_all: '1' },
    })
    expect(await app.v2.delete(`${path}/${shop}/all`)).toEqual({ data: { subscribed: false } })
    expect(await messageOf(app.v2.delete(`${path}/${shop}/all`))).toEqual([
      400,
      expect.stringContaining('SubscriptionNotFound'),
    ])
    expect(await app.v2.get(`${path}/all/list`)).toMatchObject({ data: { subscriptions: [] } })
  })

  test('are refused when they are duplicate, too many, or for an unknown webhook', async () => {
    const x = await all.x()
    const receiver = await all.receiver()
    x.control.settings({ subscriptionLimit: 2 })
    const id = await subscribed(x, receiver, shop, customer)
    const subscribe = (user: string, webhook = id) =>
      accountAt(x, user).v2.post(`account_activity/webhooks/${webhook}/subscriptions/all`)
    expect(await messageOf(subscribe(shop))).toEqual([400, 'DuplicateSubscriptionFailed: Subscription already exists'])
    expect(await messageOf(subscribe(neighbour))).toEqual([400, expect.stringContaining('SubscriptionLimitExceeded')])
    expect(await messageOf(subscribe(shop, '1'))).toEqual([400, expect.stringContaining('WebhookIdInvalid')])
  })
})
