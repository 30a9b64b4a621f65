import { expect, test } from '@jest/globals'
import { previousSecretOf } from '../../../lambdas/core/channels/previous-secret.ts'

const since = '2026-01-01T00:00:00.000Z'
const canGo = (neededAt: string | null, now: string) => previousSecretOf(since, neededAt, new Date(now)).canGo

test('a previous secret that was never needed can go a day after it was replaced', () => {
  expect(canGo(null, '2026-01-01T23:59:59.999Z')).toBe(false)
  expect(canGo(null, '2026-01-02T00:00:00.000Z')).toBe(true)
})

test('one that was needed can go a day after that; the note may be an hour old', () => {
  expect(canGo('2026-01-03T12:00:00.000Z', '2026-01-04T12:59:59.999Z')).toBe(false)
  expect(canGo('2026-01-03T12:00:00.000Z', '2026-01-04T13:00:00.000Z')).toBe(true)
})

test('what was noted of an earlier rotation is not taken for this one', () => {
  expect(previousSecretOf(since, '2025-12-31T23:59:59.000Z', new Date(since))).toEqual({
    since,
    lastNeededAt: null,
    canGo: false,
  })
})
