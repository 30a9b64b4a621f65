import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { MAX_BLOCKED } from '../../../lambdas/core/channels/channel.ts'
import { apiOver } from '../../support/api.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, bob, directMessages, idAt, posts, shop } from '../../support/x-payloads.ts'

const clock = new Date('2026-01-01T12:00:00.000Z')
const now = () => clock
let stores: TestStores
beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
})
afterAll(() => stores.stop())

const id = (n: number) => idAt(clock, n)

async function call(method: string, path: string, body?: object) {
  const claims = { sub: 'kim', 'cognito:groups': '[agents]' }
  const answer = await apiOver(stores, now)(method, path, { claims, ...(body && { body: JSON.stringify(body) }) })
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') }
}
const path = `/api/customers/${ann.id}/blocked`

test('a blocked customer is ignored with the reason, others are not, and unblocking ends it', async () => {
  const { deliver } = routerOver(stores, now)
  expect(await call('GET', path)).toEqual({ status: 200, body: { blocked: false } })
  expect(await call('PUT', path, { blocked: true })).toEqual({ status: 200, body: { blocked: true } })
  const routed = await deliver(
    directMessages(shop, { id: id(1), from: ann, to: shop }, { id: id(2), from: bob, to: shop }),
    posts(shop, { id: id(3), by: ann, text: '@shop hello', mentions: [shop] }),
  )
  expect(routed.map(({ outcome, reason }) => (outcome === 'ignored' ? reason : outcome)).sort()).toEqual([
    'opened',
    'the customer is blocked',
    'the customer is blocked',
  ])
  const { items } = await stores.events.list({ outcome: 'ignored' }, { limit: 10, after: null })
  expect(items.map(({ reason }) => reason)).toEqual(['the customer is blocked', 'the customer is blocked'])

  // The switch of the extension is in the same item.
  await stores.channels.setExtension(false, now().toISOString())
  await stores.channels.setExtension(true, now().toISOString())
  expect((await call('GET', path)).body).toEqual({ blocked: true })

  await call('PUT', path, { blocked: false })
  await call('PUT', path, { blocked: false })
  const [again] = await deliver(directMessages(shop, { id: id(4), from: ann, to: shop }))
  expect(again?.outcome).toBe('opened')
})

test('what is no id of X is refused, and so is one block too many', async () => {
  expect((await call('PUT', '/api/customers/ann/blocked', { blocked: true })).status).toBe(422)
  for (let n = 0; n < MAX_BLOCKED; n++) await stores.channels.setBlocked(String(5_000 + n), true)
  expect(await call('PUT', path, { blocked: true })).toMatchObject({ status: 409 })
  expect((await call('PUT', '/api/customers/5000/blocked', { blocked: true })).status).toBe(200)
})
