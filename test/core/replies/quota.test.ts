import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Quota, quotaLeft, rateLimits, takeQuota } from '../../../lambdas/core/replies/quota.ts'

const start = Date.UTC(2026, 0, 1, 12)
const MINUTE_MS = 60_000
const after = (minutes: number) => new Date(start + minutes * MINUTE_MS)
type Kind = 'direct_message' | 'post'
const take = (kind: Kind, quota: Quota | null, at: Date) => takeQuota(rateLimits[kind].account, quota, at)
const left = (kind: Kind, account: Quota | null, at: Date, app: Quota | null = null) =>
  quotaLeft(kind, { account, app }, at)

/** Sends as many as given at a time; fails if one has to wait. */
function send(count: number, kind: Kind, at: Date, before: Quota | null = null): Quota | null {
  let quota = before
  for (let n = 0; n < count; n++) {
    const taken = take(kind, quota, at)
    if ('until' in taken) throw new Error(`number ${n + 1} waits until ${taken.until}`)
    quota = { windows: taken.windows, notBefore: null }
  }
  return quota
}

describe('an account', () => {
  test.each([
    ['direct_message', 15],
    ['post', 100],
  ] as const)(
    'sends as many of a kind in 15 minutes as X allows, and then waits for the next window: %s',
    (kind, limit) => {
      const quota = send(limit, kind, after(0))
      expect(take(kind, quota, after(1))).toEqual({ until: '2026-01-01T12:15:00.000Z' })
      expect(take(kind, quota, after(15))).toHaveProperty('windows')
      expect(left(kind, quota, after(1))).toEqual({
        of: 'account',
        limit,
        remaining: 0,
        resetsAt: '2026-01-01T12:15:00.000Z',
      })
    },
  )

  test('sends 1440 direct messages in 24 hours and then waits for the next day', () => {
    let quota: Quota | null = null
    for (let n = 0; n < 96; n++)
      quota = send(15, 'direct_message', new Date(start + n * 14.99 * MINUTE_MS + n * 600), quota)
    expect(take('direct_message', quota, after(23 * 60 + 59))).toEqual({ until: '2026-01-02T12:00:00.000Z' })
    expect(take('direct_message', quota, after(24 * 60))).toHaveProperty('windows')
  })

  test('that X told to wait sends nothing before that time, and then sends again what is left', () => {
    const quota: Quota = { windows: send(3, 'post', after(0))?.windows ?? [], notBefore: '2026-01-01T12:07:00.000Z' }
    expect(take('post', quota, after(6))).toEqual({ until: '2026-01-01T12:07:00.000Z' })
    expect(left('post', quota, after(6))).toMatchObject({ remaining: 0, resetsAt: '2026-01-01T12:07:00.000Z' })
    expect(take('post', quota, after(7))).toHaveProperty('windows')
    expect(left('post', quota, after(7))).toMatchObject({ remaining: 97, resetsAt: '2026-01-01T12:15:00.000Z' })
  })

  test('that has sent nothing has its whole limit, and no time at which it resets', () => {
    expect(left('direct_message', null, after(0))).toEqual({ of: 'account', limit: 15, remaining: 15, resetsAt: null })
  })
})

describe('the app', () => {
  const sentByAll = (used: number): Quota => ({
    windows: [{ startedAt: after(0).toISOString(), used }],
    notBefore: null,
  })

  test.each([
    ['direct_message', 1_440],
    ['post', 10_000],
  ] as const)('sends no more than X allows all accounts together in a day: %s', (kind, limit) => {
    expect(takeQuota(rateLimits[kind].app, sentByAll(limit - 1), after(60))).toHaveProperty('windows')
    expect(takeQuota(rateLimits[kind].app, sentByAll(limit), after(60))).toEqual({ until: '2026-01-02T12:00:00.000Z' })
  })

  test('limits an account that has more left itself', () => {
    expect(left('direct_message', null, after(60), sentByAll(1_430))).toEqual({
      of: 'app',
      limit: 1_440,
      remaining: 10,
      resetsAt: '2026-01-02T12:00:00.000Z',
    })
    expect(left('direct_message', null, after(60), sentByAll(1_400))).toMatchObject({ of: 'account', remaining: 15 })
  })

  test('that X told to wait sends for no account', () => {
    const told = { windows: [], notBefore: '2026-01-01T20:00:00.000Z' }
    expect(left('post', null, after(60), told)).toMatchObject({ of: 'app', remaining: 0, resetsAt: told.notBefore })
  })
})

describe('whatever an account sends, at whatever times,', () => {
  const gapsInMinutes = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })), { maxLength: 200 })
  const kinds = fc.constantFrom('direct_message' as const, 'post' as const)

  test('no window has more than its limit, and what is left says whether the next one may be sent', () => {
    fc.assert(
      fc.property(kinds, gapsInMinutes, (kind, gaps) => {
        let quota: Quota | null = null
        let minutes = 0
        for (const gap of gaps) {
          minutes += gap
          const { remaining } = left(kind, quota, after(minutes))
          const taken = take(kind, quota, after(minutes))
          expect('windows' in taken).toBe(remaining > 0)
          if ('windows' in taken) quota = { windows: taken.windows, notBefore: null }
          rateLimits[kind].account.forEach(({ amount }, index) => {
            expect(quota?.windows[index]?.used ?? 0).toBeLessThanOrEqual(amount)
          })
        }
      }),
    )
  })

  test('one that must wait may be sent at the time that it waits for', () => {
    fc.assert(
      fc.property(kinds, gapsInMinutes, (kind, gaps) => {
        let quota: Quota | null = null
        let minutes = 0
        for (const gap of gaps) {
          minutes += gap
          const now = after(minutes)
          const taken = take(kind, quota, now)
          if ('windows' in taken) quota = { windows: taken.windows, notBefore: null }
          else {
            expect(Date.parse(taken.until)).toBeGreaterThan(now.getTime())
            expect(take(kind, quota, new Date(taken.until))).toHaveProperty('windows')
          }
        }
      }),
    )
  })
})
