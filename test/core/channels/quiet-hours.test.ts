import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { newChannel } from '../../../lambdas/core/channels/channel.ts'
import { inactivityToReport } from '../../../lambdas/core/channels/inactivity.ts'
import {
  expectedMs,
  isAlwaysQuiet,
  isQuiet,
  type QuietHours,
  weekdays,
} from '../../../lambdas/core/channels/quiet-hours.ts'
import { isTimeZone } from '../../../lambdas/core/time-zone.ts'
import { cases } from '../../support/properties.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const workdays = weekdays.slice(0, 5)
/** Nights of workdays and whole weekends. */
const office: QuietHours = {
  timeZone: 'Europe/Berlin',
  weekly: [
    { days: workdays, from: '18:00', to: '08:00' },
    { days: ['saturday', 'sunday'], from: '00:00', to: '00:00' },
  ],
}

describe('hours in which silence is expected', () => {
  test.each([
    ['2026-03-12T16:59:59.999Z', false],
    ['2026-03-12T17:00:00.000Z', true],
    ['2026-03-13T06:59:59.999Z', true],
    ['2026-03-13T07:00:00.000Z', false],
    ['2026-03-14T11:00:00.000Z', true],
    ['2026-03-15T23:30:00.000Z', false],
    ['2026-07-09T06:00:00.000Z', false],
    ['2026-07-09T16:00:00.000Z', true],
  ])('are local ones: at %s %j', (at, expected) => {
    expect(isQuiet(office, new Date(at))).toBe(expected)
  })

  test('do not count: a week has what is outside of them', () => {
    const week = (from: string, days = 7) => {
      const start = new Date(from)
      return expectedMs(office, start, new Date(start.getTime() + days * 24 * HOUR_MS)) / HOUR_MS
    }
    // Monday has its early hours besides, as no range ends in them.
    expect(week('2026-03-09T00:00:00Z')).toBe(5 * 10 + 8)
    expect(week('2026-07-06T00:00:00Z')).toBe(5 * 10 + 8)
  })

  test('that summer time skips or repeats are none and two', () => {
    const night = { timeZone: 'Europe/Berlin', weekly: [{ days: ['sunday' as const], from: '02:00', to: '03:00' }] }
    const quietOn = (day: string) => {
      const from = new Date(`${day}T12:00:00Z`)
      return 24 - expectedMs(night, from, new Date(from.getTime() + 24 * HOUR_MS)) / HOUR_MS
    }
    expect([quietOn('2026-03-28'), quietOn('2026-10-24'), quietOn('2026-11-07')]).toEqual([0, 2, 1])
  })

  test('may not fill the week', () => {
    expect(isAlwaysQuiet([{ days: [...weekdays], from: '07:30', to: '07:30' }])).toBe(true)
    expect(isAlwaysQuiet([{ days: [...weekdays], from: '07:30', to: '07:29' }])).toBe(false)
    expect(isAlwaysQuiet(office.weekly)).toBe(false)
  })

  test.each(['Europe/Berlin', 'UTC', 'America/Argentina/Ushuaia', 'Asia/Kathmandu', 'Etc/GMT+5'])(
    'are of the zone %s',
    (name) => expect(isTimeZone(name)).toBe(true),
  )
  test.each(['', '+02:00', '02:00', 'Europe/Bonn', 'berlin', 'Europe/Berlin ', '\u0000'])('are of no zone %j', (name) =>
    expect(isTimeZone(name)).toBe(false),
  )
})

/** The same, looked up minute by minute on the clock of the zone. */
function wallClock({ timeZone, weekly }: QuietHours) {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'long', hour: '2-digit', minute: '2-digit' })
  return (ms: number): boolean => {
    const [weekday = '', time = ''] = format.format(ms).toLowerCase().split(' ')
    const today = weekdays.findIndex((day) => weekday.startsWith(day))
    const [now, before] = [weekdays[today], weekdays[(today + 6) % 7]]
    return weekly.some(({ days, from, to }) => {
      const isOver = to > from
      const begun = days.some((day) => day === now) && time >= from && (!isOver || time < to)
      return begun || (!isOver && days.some((day) => day === before) && time < to)
    })
  }
}

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
const hours: fc.Arbitrary<QuietHours> = fc
  .record({
    timeZone: fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
    weekly: fc.array(
      fc.record({ days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }), from: time, to: time }),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  })
  .filter(({ weekly }) => !isAlwaysQuiet(weekly))
/** Half of them near the days on which many zones change their offset. */
const minute = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: Date.UTC(2018, 0), max: Date.UTC(2032, 0) }),
      fc
        .tuple(
          fc.integer({ min: 2018, max: 2031 }),
          fc.constantFrom([2, 5], [2, 26], [3, 2], [8, 25], [9, 24], [10, 1]),
        )
        .map(([year, [month = 0, day = 1]]) => Date.UTC(year, month, day)),
    ),
    fc.integer({ min: 0, max: 7 * 24 * 60 }),
  )
  .map(([ms, minutes]) => Math.floor(ms / MINUTE_MS + minutes) * MINUTE_MS)

test('the hours of any week and zone are those that its wall clock shows, minute by minute', () => {
  fc.assert(
    fc.property(hours, minute, fc.integer({ min: 1, max: 4 * 24 * 60 }), (quiet, from, minutes) => {
      const isQuietAt = wallClock(quiet)
      let expected = 0
      for (let n = 0; n < minutes; n++) if (!isQuietAt(from + n * MINUTE_MS)) expected++
      const to = from + minutes * MINUTE_MS
      expect(expectedMs(quiet, new Date(from), new Date(to)) / MINUTE_MS).toBe(expected)
      expect([isQuiet(quiet, new Date(from)), isQuiet(quiet, new Date(to))]).toEqual([isQuietAt(from), isQuietAt(to)])
    }),
    { numRuns: cases(60) },
  )
})

test('a silence is reported in the first minute in which it has lasted for long enough outside of them', () => {
  const first = fc.property(hours, minute, fc.integer({ min: 1, max: 30 }), (quietHours, from, noMessagesHours) => {
    const isQuietAt = wallClock(quietHours)
    const at = new Date(from).toISOString()
    const channel = {
      ...newChannel({ id: 'c', twitterUserId: '1', username: 'shop', at }),
      noMessagesHours,
      quietHours,
    }
    const isDue = (ms: number) => inactivityToReport(channel, { enabled: true, enabledAt: null }, new Date(ms)) !== null
    let counted = 0
    for (let n = 0; n < 6 * 24 * 60; n++) {
      const now = from + n * MINUTE_MS
      if (counted === noMessagesHours * 60 && !isQuietAt(now)) {
        expect(isDue(now)).toBe(true)
        return
      }
      if (n % 60 === 0 || counted >= noMessagesHours * 60 - 1) expect(isDue(now)).toBe(false)
      if (!isQuietAt(now)) counted++
    }
  })
  fc.assert(first, { numRuns: cases(60) })
})
