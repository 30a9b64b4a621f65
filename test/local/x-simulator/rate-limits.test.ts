import { afterEach, describe, expect, test } from '@jest/globals'
import type { TwitterApi } from 'twitter-api-v2'
import type { XSimulator } from '../../../local/x-simulator/simulator.ts'
import { accountAt, appAt, type Body, control, customer, everything, refusalOf, shop } from './support.ts'

const all = everything()
afterEach(() => all.stop())

type Client = 'account' | 'app'

/** Makes a call, whatever X answers, and returns the headers about its limits, without the times. */
async function limitsOf(client: TwitterApi, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string) {
  const settings = { fullResponse: true, forceParseMode: 'text' } as const
  const calls = {
    GET: () => client.v2.get(path, {}, settings),
    POST: () => client.v2.post(path, {}, settings),
    PUT: () => client.v2.put(path, {}, settings),
    DELETE: () => client.v2.delete(path, {}, settings),
  }
  const { headers } = await calls[method]().catch((error: Body) => error)
  const found = Object.entries(headers as Record<string, string>).filter(([name]) =>
    /-limit(-24hour)?-limit$/.test(name),
  )
  return Object.fromEntries(found.map(([name, value]) => [name.replace(/-limit$/, ''), Number(value)]))
}

const client = async (x: XSimulator, which: Client) => (which === 'app' ? appAt(x) : accountAt(x, shop))

describe('the limits are X’s', () => {
  const day = 'x-user-limit-24hour'
  const appDay = 'x-app-limit-24hour'
  test.each([
    ['POST', 'tweets', 'account', { 'x-rate-limit': 100, [appDay]: 10_000 }],
    ['DELETE', 'tweets/1', 'account', { 'x-rate-limit': 50 }],
    ['PUT', 'tweets/1/hidden', 'account', { 'x-rate-limit': 50 }],
    ['POST', `users/${shop}/muting`, 'account', { 'x-rate-limit': 50 }],
    ['DELETE', `users/${shop}/muting/1`, 'account', { 'x-rate-limit': 50 }],
    ['POST', 'dm_conversations/with/1/messages', 'account', { 'x-rate-limit': 15, [day]: 1_440, [appDay]: 1_440 }],
    ['DELETE', 'dm_events/1', 'account', { 'x-rate-limit': 300, [day]: 1_500, [appDay]: 4_000 }],
    ['POST', 'users/1/dm/block', 'account', { 'x-rate-limit': 10, [day]: 400, [appDay]: 1_000 }],
    ['GET', 'dm_events', 'account', { 'x-rate-limit': 15 }],
    ['GET', 'dm_conversations/with/1/dm_events', 'account', { 'x-rate-limit': 15 }],
    ['GET', `users/${shop}/mentions`, 'account', { 'x-rate-limit': 300 }],
    ['GET', `users/${shop}/mentions`, 'app', { 'x-rate-limit': 450 }],
    ['GET', `users/${shop}/tweets`, 'account', { 'x-rate-limit': 900 }],
    ['GET', `users/${shop}/tweets`, 'app', { 'x-rate-limit': 10_000 }],
    ['GET', 'tweets/1', 'account', { 'x-rate-limit': 900 }],
    ['GET', 'tweets/1', 'app', { 'x-rate-limit': 450 }],
    ['GET', 'users/1', 'account', { 'x-rate-limit': 900 }],
    ['GET', 'users/1', 'app', { 'x-rate-limit': 300 }],
    ['GET', 'users/me', 'account', { 'x-rate-limit': 75 }],
    ['POST', 'media/upload/initialize', 'account', { 'x-rate-limit': 1_875, [appDay]: 180_000 }],
    ['POST', 'activity/subscriptions', 'account', { 'x-rate-limit': 500 }],
    ['GET', 'activity/subscriptions', 'app', { 'x-rate-limit': 500 }],
    ['GET', 'webhooks', 'app', { 'x-rate-limit': 450 }],
    ['POST', 'webhooks/replay', 'app', { 'x-rate-limit': 100 }],
  ] as const)('%s %s with the token of the %s', async (method, path, which, expected) => {
    const x = await all.x()
    expect(await limitsOf(await client(x, which), method, path)).toEqual(expected)
  })
})

test('a limit of the app counts the calls of all accounts, of each method by itself', async () => {
  const x = await all.x()
  await control(x, 'POST', 'limits', { subscriptionsPerApp: { limit: 2 } })
  const create = (user: string) =>
    accountAt(x, user).v2.post('activity/subscriptions', {
      event_type: 'dm.received',
      filter: { user_id: user },
    } as Body)
  await create(shop)
  await create(customer)
  expect((await refusalOf(create(shop))).code).toBe(429)
  await (await appAt(x)).v2.get('activity/subscriptions')
})

test('a limit of an account leaves the app and other accounts alone', async () => {
  const x = await all.x()
  x.control.limits({ mentions: { limit: 1 } })
  const path = `users/${shop}/mentions`
  await accountAt(x, shop).v2.get(path)
  expect((await refusalOf(accountAt(x, shop).v2.get(path))).code).toBe(429)
  await accountAt(x, customer).v2.get(path)
  for (const _ of ['once', 'again']) await (await appAt(x)).v2.get(path)
})
