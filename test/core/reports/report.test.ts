import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { reportCsv } from '../../../lambdas/core/reports/csv.ts'
import {
  type ClosedTicket,
  daysIn,
  groupings,
  histogramOf,
  type OpenedTicket,
  reportOf,
} from '../../../lambdas/core/reports/report.ts'
import { statuses } from '../../../lambdas/core/tickets/ticket.ts'
import { localDayOf, startOfDay } from '../../../lambdas/core/time-zone.ts'
import { cases } from '../../support/properties.ts'

const HOUR_MS = 3600_000

/** Zones whose clocks change at midnight, by half an hour or by two hours, and one that skipped a day. */
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Pacific/Kiritimati',
  'Pacific/Apia',
]

/** The local day as the runtime writes it. */
const formats = new Map(
  zones.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }),
  ]),
)
const dayIn = (ms: number, timeZone: string) => formats.get(timeZone)?.format(ms) ?? ''

const moment = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2030, 0, 1) })

describe('a local day', () => {
  test('begins at the first moment that has its date, and ends where the next one begins', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(...zones), (ms, timeZone) => {
        const day = dayIn(ms, timeZone)
        expect(localDayOf(new Date(ms), timeZone)).toBe(day)
        const start = startOfDay(day, timeZone)
        expect(dayIn(start, timeZone)).toBe(day)
        expect(dayIn(start - 1, timeZone) < day).toBe(true)
        const [one] = daysIn(day, day, timeZone)
        expect(one && one.from <= ms && ms < one.until).toBe(true)
      }),
      { numRuns: cases(300) },
    )
  })

  test.each([
    ['2026-03-29', 'Europe/Berlin', 23],
    ['2026-10-25', 'Europe/Berlin', 25],
    ['2026-04-24', 'Africa/Cairo', 23],
    ['2017-10-15', 'America/Sao_Paulo', 23],
    ['2026-10-04', 'Australia/Lord_Howe', 23.5],
    ['2011-12-30', 'Pacific/Apia', 0],
  ])('%s has in %s %d hours', (day, timeZone, hours) => {
    const [one] = daysIn(day, day, timeZone)
    expect(((one?.until ?? 0) - (one?.from ?? 0)) / HOUR_MS).toBe(hours)
  })
})

const from = '2026-03-20'
const to = '2026-04-10'
const channels = ['a', 'b', 'c'].map((id) => ({ id, name: `Shop ${id}` }))
const near = fc.integer({ min: Date.parse('2026-03-18T00:00:00Z'), max: Date.parse('2026-04-13T00:00:00Z') })
const common = {
  channelId: fc.constantFrom('a', 'b'),
  tags: fc.uniqueArray(fc.constantFrom('refund', 'Twitter:Direct', 'r1#tag#a', '__proto__'), { maxLength: 3 }),
}
const openedTicket = fc
  .record({
    ...common,
    at: near,
    status: fc.constantFrom(...statuses),
    messageCount: fc.integer({ min: 1, max: 9 }),
    outboundCount: fc.nat(1),
    waitMs: fc.option(fc.integer({ min: -2_000, max: 9 * 24 * HOUR_MS })),
  })
  .map(
    ({ at, waitMs, ...rest }): OpenedTicket => ({
      ...rest,
      openedAt: new Date(at).toISOString(),
      firstResponseAt: waitMs === null ? null : new Date(at + waitMs).toISOString(),
    }),
  )
const closedTicket = fc.record({ ...common, at: near, openMs: fc.nat(40 * 24 * HOUR_MS) }).map(
  ({ at, openMs, ...rest }): ClosedTicket => ({
    ...rest,
    openedAt: new Date(at - openMs).toISOString(),
    closedAt: new Date(at).toISOString(),
  }),
)

/** What one row must be, by filtering all tickets. */
function counted(opened: readonly OpenedTicket[], closed: readonly ClosedTicket[]) {
  const seconds = (start: string, end: string) => Math.max(0, Math.round((Date.parse(end) - Date.parse(start)) / 1000))
  const waits = opened.flatMap(({ openedAt, firstResponseAt: at }) => (at === null ? [] : [seconds(openedAt, at)]))
  const lives = closed.map(({ openedAt, closedAt }) => seconds(openedAt, closedAt))
  // The least time that at least this share of all does not exceed.
  const least = (all: readonly number[], share: number) =>
    all.length === 0
      ? null
      : Math.min(...all.filter((one) => all.filter((other) => other <= one).length >= share * all.length))
  return {
    opened: opened.length,
    closed: opened.filter(({ status }) => status === 'closed').length,
    messagesIn: opened.reduce((sum, { messageCount, outboundCount }) => sum + messageCount - outboundCount, 0),
    messagesOut: opened.reduce((sum, { outboundCount }) => sum + outboundCount, 0),
    firstResponse: {
      count: waits.length,
      medianSeconds: least(waits, 0.5),
      p90Seconds: least(waits, 0.9),
      histogram: histogramOf(waits),
    },
    closedInPeriod: closed.length,
    timeToClose: { medianSeconds: least(lives, 0.5), p90Seconds: least(lives, 0.9) },
  }
}

describe('a report', () => {
  test('has in each row what counting over all tickets gives, however it is grouped', () => {
    fc.assert(
      fc.property(
        fc.array(openedTicket, { maxLength: 30 }),
        fc.array(closedTicket, { maxLength: 20 }),
        fc.constantFrom(...zones),
        fc.constantFrom(...groupings),
        (allOpened, allClosed, timeZone, by) => {
          const days = daysIn(from, to, timeZone)
          const dayOf = (time: string) => dayIn(Date.parse(time), timeZone)
          const isIn = (time: string) => dayOf(time) >= from && dayOf(time) <= to
          const opened = allOpened.filter(({ openedAt }) => isIn(openedAt))
          const closed = allClosed.filter(({ closedAt }) => isIn(closedAt))
          const keysOf = {
            tag: ({ tags }: OpenedTicket | ClosedTicket) => tags,
            channel: ({ channelId }: OpenedTicket | ClosedTicket) => [channelId],
            status: (one: OpenedTicket | ClosedTicket) => ['closedAt' in one ? 'closed' : one.status],
            day: (one: OpenedTicket | ClosedTicket) => [dayOf('closedAt' in one ? one.closedAt : one.openedAt)],
          }[by]
          const { rows, total } = reportOf({ opened, closed }, by, days, channels)
          expect(total).toEqual(counted(opened, closed))
          const keys = new Set([...opened, ...closed].flatMap(keysOf))
          const shown = rows.filter((one) => one.opened + one.closedInPeriod > 0)
          expect(new Set(shown.map(({ key }) => key))).toEqual(keys)
          expect(by === 'day' || shown.length === rows.length).toBe(true)
          for (const { key, label: _label, ...row } of rows) {
            const inRow = (one: OpenedTicket | ClosedTicket) => keysOf(one).includes(key)
            expect({ key, ...row }).toEqual({ key, ...counted(opened.filter(inRow), closed.filter(inRow)) })
          }
        },
      ),
      { numRuns: cases(100) },
    )
  })

  test('shows all days in their order, and words for statuses', () => {
    const none = { opened: [], closed: [] }
    const days = daysIn('2026-03-28', '2026-03-30', 'Europe/Berlin')
    expect(reportOf(none, 'day', days, channels).rows.map(({ key }) => key)).toEqual([
      '2026-03-28',
      '2026-03-29',
      '2026-03-30',
    ])
    const [ticket] = fc.sample(openedTicket, 1) as [OpenedTicket]
    const opened = [{ ...ticket, status: 'on_hold' as const }]
    expect(reportOf({ opened, closed: [] }, 'status', days, channels).rows).toEqual([
      expect.objectContaining({ key: 'on_hold', label: 'On hold' }),
    ])
  })

  test('is as CSV a table with units, whole numbers and no formula', () => {
    const opened: OpenedTicket[] = [
      {
        channelId: 'a',
        status: 'closed',
        tags: ['=1+1'],
        messageCount: 3,
        outboundCount: 1,
        openedAt: '2026-03-20T10:00:00.000Z',
        firstResponseAt: '2026-03-20T10:01:30.456Z',
      },
    ]
    const closed: ClosedTicket[] = [
      {
        channelId: 'a',
        tags: ['=1+1'],
        openedAt: '2026-03-20T10:00:00.000Z',
        closedAt: '2026-03-21T10:00:00.000Z',
      },
    ]
    const days = daysIn(from, to, 'UTC')
    const csv = reportCsv(reportOf({ opened, closed }, 'tag', days, channels), 'tag', 'UTC')
    expect(csv.split('\r\n')).toEqual([
      'Tag,Opened,Of these closed by now,Messages received,Replies written,Answered,' +
        '"First response, median (s)","First response, 90th percentile (s)",' +
        'Closed in these days,"Time to close, median (s)","Time to close, 90th percentile (s)"',
      "'=1+1,1,1,2,1,1,90,90,1,86400,86400",
      'Total,1,1,2,1,1,90,90,1,86400,86400',
      '',
    ])
  })
})
