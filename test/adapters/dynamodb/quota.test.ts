import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createQuotaStore } from '../../../lambdas/adapters/dynamodb/quota.ts'
import {
  type Limit,
  type LimitOf,
  openSince,
  type Quota,
  type RateLimits,
  rateLimits,
  takeQuota,
} from '../../../lambdas/core/replies/quota.ts'
import { databaseClient, tableName } from '../../../local/aws/table.ts'
import { cases } from '../../support/properties.ts'
import { startStores, type TestStores } from '../../support/stores.ts'

const start = Date.UTC(2026, 0, 1, 12)
const after = (minutes: number) => new Date(start + minutes * 60_000)

let stores: TestStores
let client: ReturnType<typeof databaseClient>
beforeAll(async () => {
  stores = await startStores()
  client = databaseClient(stores.endpoint)
})
afterAll(async () => {
  client.destroy()
  await stores.stop()
})

const storeWith = (limits: RateLimits) =>
  createQuotaStore({ tableName, documents: DynamoDBDocumentClient.from(client) }, limits)

/** What is in the windows that are open. */
function openAt(now: Date, limits: readonly Limit[], quota: Quota | null) {
  return limits.map((limit, index) => {
    const window = quota?.windows[index]
    return window && window.used > 0 && window.startedAt > openSince(limit, now) ? window : null
  })
}

const manyAtOnce = (count: number, take: () => Promise<'taken' | { until: string; of: LimitOf }>) =>
  Promise.all(Array.from({ length: count }, take))

describe('many at once', () => {
  test('take exactly what the account may send; the others learn when its window ends', async () => {
    const results = await manyAtOnce(100, () => stores.quota.take('one', 'direct_message', after(0)))
    expect(results.filter((one) => one === 'taken')).toHaveLength(15)
    expect(results.filter((one) => one !== 'taken')).toEqual(
      Array(85).fill({ until: '2026-01-01T12:15:00.000Z', of: 'account' }),
    )
    const again = await manyAtOnce(40, () => stores.quota.take('one', 'direct_message', after(15)))
    expect(again.filter((one) => one === 'taken')).toHaveLength(15)
  })

  test('of 30 accounts take exactly what the app may send, and no account loses what it could not send', async () => {
    const { direct_message: account } = rateLimits
    const kind = { ...account, app: [{ amount: 100, windowMs: 24 * 3600_000 }] }
    const store = storeWith({ direct_message: kind, post: kind })
    const now = after(3 * 24 * 60)
    const all = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => ({
        id: `one of 30: ${n}`,
        results: await manyAtOnce(4, () => store.take(`one of 30: ${n}`, 'direct_message', now)),
      })),
    )
    const results = all.flatMap((one) => one.results)
    expect(results.filter((one) => one === 'taken')).toHaveLength(100)
    expect(results.filter((one) => one !== 'taken')).toEqual(
      Array(20).fill({ until: '2026-01-05T12:00:00.000Z', of: 'app' }),
    )
    for (const { id, results: own } of all) {
      const { account: counted } = await store.read(id, 'direct_message')
      const sent = own.filter((one) => one === 'taken').length
      expect(counted?.windows.map((window) => window?.used)).toEqual([sent, sent])
    }
  })
})

describe('a pause', () => {
  test('of the account stops it alone, one of the app stops every account; the later end counts', async () => {
    await stores.quota.pause('paused', 'post', 'account', after(10).toISOString())
    await stores.quota.pause('paused', 'post', 'account', after(5).toISOString())
    const taken = (account: string, minutes: number) => stores.quota.take(account, 'post', after(minutes))
    expect(await taken('paused', 9)).toEqual({ until: after(10).toISOString(), of: 'account' })
    expect(await taken('free', 9)).toBe('taken')
    await stores.quota.pause('paused', 'post', 'app', after(60).toISOString())
    expect(await taken('free', 20)).toEqual({ until: after(60).toISOString(), of: 'app' })
    expect(await taken('free', 60)).toBe('taken')
    expect(await taken('paused', 60)).toBe('taken')
  })

  test('is over for every worker once one has sent after it, also for one whose clock is behind', async () => {
    await stores.quota.pause('behind', 'post', 'account', after(90).toISOString())
    expect(await stores.quota.take('behind', 'post', after(91))).toBe('taken')
    expect(await stores.quota.take('behind', 'post', after(80))).toBe('taken')
  })
})

test('any number of workers take what one after the other would take', async () => {
  const limits: RateLimits['post'] = {
    account: [
      { amount: 3, windowMs: 15 * 60_000 },
      { amount: 7, windowMs: 60 * 60_000 },
    ],
    app: [{ amount: 9, windowMs: 120 * 60_000 }],
  }
  const step = fc.record({
    minutes: fc.integer({ min: 0, max: 40 }),
    account: fc.constantFrom('a', 'b', 'c'),
    workers: fc.integer({ min: 1, max: 5 }),
    pause: fc.option(
      fc.record({ of: fc.constantFrom<LimitOf>('account', 'app'), minutes: fc.integer({ min: 1, max: 50 }) }),
      {
        freq: 6,
        nil: null,
      },
    ),
  })
  const store = storeWith({ post: limits, direct_message: limits })
  let origin = start
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      // Each case begins long after the one before, when every window and pause is over.
      origin += 30 * 24 * 3600_000
      let time = origin
      const model = new Map<string, Quota>()
      const quotaOf = (key: string) => model.get(key) ?? { windows: [], notBefore: null }
      const takeInModel = (account: string, now: Date) => {
        const own = takeQuota(limits.account, quotaOf(account), now)
        if ('until' in own) return { until: own.until, of: 'account' }
        const app = takeQuota(limits.app, quotaOf('app'), now)
        if ('until' in app) return { until: app.until, of: 'app' }
        model.set(account, { ...quotaOf(account), windows: own.windows })
        model.set('app', { ...quotaOf('app'), windows: app.windows })
        return 'taken'
      }
      for (const { minutes, account, workers, pause } of steps) {
        time += minutes * 60_000
        const now = new Date(time)
        if (pause) {
          const until = new Date(time + pause.minutes * 60_000).toISOString()
          await store.pause(account, 'post', pause.of, until)
          const key = pause.of === 'app' ? 'app' : account
          const { notBefore } = quotaOf(key)
          model.set(key, { ...quotaOf(key), notBefore: notBefore && notBefore > until ? notBefore : until })
        }
        const wanted = Array.from({ length: workers }, () => takeInModel(account, now))
        const results = await manyAtOnce(workers, () => store.take(account, 'post', now))
        expect(results.filter((one) => one === 'taken')).toHaveLength(wanted.filter((one) => one === 'taken').length)
        for (const one of results) if (one !== 'taken') expect(one.until > now.toISOString()).toBe(true)
        const stored = await store.read(account, 'post')
        for (const [of, key] of [
          ['account', account],
          ['app', 'app'],
        ] as const) {
          expect(openAt(now, limits[of], stored[of])).toEqual(openAt(now, limits[of], quotaOf(key)))
        }
      }
    }),
    { numRuns: cases(100) },
  )
})
