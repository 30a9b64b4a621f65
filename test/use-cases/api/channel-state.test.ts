import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { apiOver } from '../../support/api.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, directMessages, idAt, posts, shop } from '../../support/x-payloads.ts'

let now = new Date('2026-03-12T09:00:00.000Z')
let stores: TestStores
beforeAll(async () => {
  stores = await startStores(() => now)
  await stores.connect()
})
afterAll(() => stores.stop())

const id = `twitter-${shop.id}`
async function state() {
  const call = apiOver(stores, () => now)
  const claims = { sub: 'kim', username: 'kim', 'cognito:groups': '[agents]' }
  const { statusCode, body } = await call('GET', `/api/channels/${id}/state`, { claims })
  expect(statusCode).toBe(200)
  return JSON.parse(body ?? '')
}

test('a fresh channel has no event, has cost nothing, and may send what X allows', async () => {
  expect(await state()).toMatchObject({
    lastEventAt: null,
    mentionsPolledAt: null,
    subscriptionsCheckedAt: null,
    spentTodayUsd: 0,
    repliesLeft: {
      directMessages: { of: 'account', limit: 15, remaining: 15, resetsAt: null },
      posts: { of: 'account', limit: 100, remaining: 100, resetsAt: null },
    },
  })
})

test('the last event is the newest of X, whatever became of it; replies and what is stored of checks are told too', async () => {
  const router = routerOver(stores, () => now)
  await router.deliver(directMessages(shop, { id: idAt(now, 1), from: ann, to: shop, text: 'Hello' }))
  now = new Date('2026-03-12T09:10:00.000Z')
  await router.deliver(posts(shop, { id: idAt(now, 2), by: ann, text: 'hello all' }))
  const ignoredAt = now.toISOString()
  now = new Date('2026-03-12T09:20:00.000Z')
  await stores.quota.take(id, 'direct_message', now)
  await stores.health.saveMentionsMark(id, { polledTo: '2026-03-12T09:18:00.000Z', sinceId: null })
  const healthyAt = '2026-03-12T09:15:00.000Z'
  await stores.health.saveChannel(id, { healthyAt, fault: null, backfill: null })
  expect(await state()).toMatchObject({
    lastEventAt: ignoredAt,
    mentionsPolledAt: '2026-03-12T09:18:00.000Z',
    subscriptionsCheckedAt: healthyAt,
    // A direct message and a post.
    spentTodayUsd: 0.015,
    repliesLeft: { directMessages: { remaining: 14, resetsAt: '2026-03-12T09:35:00.000Z' } },
  })
})

test('what is wrong is told with what to do', async () => {
  await stores.channels.setExtension(false, now.toISOString())
  const { faults } = await state()
  expect(faults[0]).toEqual({
    what: 'The extension is off: new messages do not become tickets.',
    todo: 'Turn it on under «Extensions».',
  })
  await stores.channels.setExtension(true, now.toISOString())
})
