import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { blockedUntil, type Quota, quotaLeft, rateLimits, takeQuota } from '../../../lambdas/core/replies/quota.ts'

const start = Date.UTC(2026, 0, 1, 12)
const MINUTE_MS = 60_000
const after = (minutes: number) => new Date(start + minutes * MINUTE_MS)

/** Sends as many as given at a time; fails if one has to wait. */
function send(count: number, kind: 'direct_message' | 'post', at: Date, before: Quota | null = null): Quota | null {
  let quota = before
  for (let n = 0; n < count; n++) {
    const taken = takeQuota(kind, quota, at)
    if ('until' in taken) throw new Error(`number ${n + 1} waits until ${taken.until}`)
    quota = taken.next
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
      expect(takeQuota(kind, quota, after(1))).toEqual({ until: '2026-01-01T12:15:00.000Z' })
      expect(takeQuota(kind, quota, after(15))).toMatchObject({ next: { windows: expect.any(Array), notBefore: null } })
      expect(quotaLeft(kind, quota, after(1))).toEqual({ limit, remaining: 0, resetsAt: '2026-01-01T12:15:00.000Z' })
    },
  )

  test('sends 1440 direct messages in 24 hours and then waits for the next day', () => {
    let quota: Quota | null = null
    for (let n = 0; n < 96; n++)
      quota = send(15, 'direct_message', new Date(start + n * 14.99 * MINUTE_MS + n * 600), quota)
    expect(takeQuota('direct_message', quota, after(23 * 60 + 59))).toEqual({ until: '2026-01-02T12:00:00.000Z' })
    expect(takeQuota('direct_message', quota, after(24 * 60))).toHaveProperty('next')
  })

  test('that X told to wait sends nothing before that time, and then sends again', () => {
    const quota = blockedUntil(null, '2026-01-01T12:07:00.000Z')
    expect(takeQuota('post', quota, after(6))).toEqual({ until: '2026-01-01T12:07:00.000Z' })
    expect(quotaLeft('post', quota, after(6))).toEqual({
      limit: 100,
      remaining: 0,
      resetsAt: '2026-01-01T12:07:00.000Z',
    })
    expect(takeQuota('post', quota, after(7))).toMatchObject({ next: { notBefore: null } })
  })

  test('that X told to wait keeps what it has sent', () => {
    const quota = blockedUntil(send(3, 'post', after(0)), '2026-01-01T12:01:00.000Z')
    expect(quotaLeft('post', quota, after(2))).toEqual({
      limit: 100,
      remaining: 97,
      resetsAt: '2026-01-01T12:15:00.000Z',
    })
  })

  test('that has sent nothing has its whole limit, and no time at which it resets', () => {
    expect(quotaLeft('direct_message', null, after(0))).toEqual({ limit: 15, remaining: 15, resetsAt: null })
  })
})

test('a change is known by a higher version', () => {
  const first = send(1, 'post', after(0))
  expect([first?.version, blockedUntil(first, '2026-01-01T13:00:00.000Z').version]).toEqual([1, 2])
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
          const { remaining } = quotaLeft(kind, quota, after(minutes))
          const taken = takeQuota(kind, quota, after(minutes))
          expect('next' in taken).toBe(remaining > 0)
          if ('next' in taken) quota = taken.next
          quota?.windows.forEach(({ used }, index) => {
            expect(used).toBeLessThanOrEqual(rateLimits[kind][index]?.amount ?? 0)
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
          const taken = takeQuota(kind, quota, now)
          if ('next' in taken) quota = taken.next
          else {
            expect(Date.parse(taken.until)).toBeGreaterThan(now.getTime())
            expect(takeQuota(kind, quota, new Date(taken.until))).toHaveProperty('next')
          }
        }
      }),
    )
  })
})
