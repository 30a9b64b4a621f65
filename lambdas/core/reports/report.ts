import { statuses, type Ticket } from '../tickets/ticket.ts'
import { nextDay, startOfDay } from '../time-zone.ts'
import { daysBetween } from './counts.ts'

/** How a report groups tickets. */
export const groupings = ['tag', 'status', 'channel', 'day'] as const
export type Grouping = (typeof groupings)[number]

/** What a report needs of a ticket that was opened in its days. */
export type OpenedTicket = Pick<
  Ticket,
  'channelId' | 'status' | 'tags' | 'messageCount' | 'outboundCount' | 'openedAt' | 'firstResponseAt'
>

/** What a report needs of a ticket that was closed in its days, and still is. @property closedAt ISO time */
export type ClosedTicket = Pick<Ticket, 'channelId' | 'tags' | 'openedAt'> & { readonly closedAt: string }

/** A local day, from its first moment until that of the next one, in milliseconds since 1970. */
export type Day = { readonly day: string; readonly from: number; readonly until: number }

/** Whole seconds; null if there are no times. */
type Times = { readonly medianSeconds: number | null; readonly p90Seconds: number | null }

/** How many durations are in a class. `upToSeconds`: its upper bound, included; null for everything longer. */
export type DurationClass = { readonly upToSeconds: number | null; readonly count: number }

/** A row of a report. The first five numbers are of the tickets opened in its days, as they are now. */
export type ReportRow = {
  readonly opened: number
  readonly closed: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly firstResponse: Times & { readonly count: number; readonly histogram: readonly DurationClass[] }
  /** Tickets closed in its days, whenever they were opened. */
  readonly closedInPeriod: number
  readonly timeToClose: Times
}

export type LabelledRow = ReportRow & { readonly key: string; readonly label: string }

/** Tickets of one row. */
type Group = { readonly opened: OpenedTicket[]; readonly closed: ClosedTicket[] }

/** All days from one to another, both included, in a time zone. @param from, to `YYYY-MM-DD` */
export function daysIn(from: string, to: string, timeZone: string): Day[] {
  const days = daysBetween(from, to)
  const starts = [...days, nextDay(to)].map((day) => startOfDay(day, timeZone))
  return days.map((day, index) => ({ day, from: starts[index] ?? 0, until: starts[index + 1] ?? 0 }))
}

/**
 * The rows of a report and their total. Every day and no other group without a ticket has a row.
 * @param channels those of the rows by channel, in their order
 */
export function reportOf(
  { opened, closed }: { readonly opened: readonly OpenedTicket[]; readonly closed: readonly ClosedTicket[] },
  by: Grouping,
  days: readonly Day[],
  channels: readonly { readonly id: string; readonly name: string }[],
): { rows: LabelledRow[]; total: ReportRow } {
  const groups = new Map<string, Group>()
  const groupOf = (key: string) => {
    const group = groups.get(key) ?? { opened: [], closed: [] }
    groups.set(key, group)
    return group
  }
  const keys = keysBy[by]
  for (const one of opened) for (const key of keys.opened(one, days)) groupOf(key).opened.push(one)
  for (const one of closed) for (const key of keys.closed(one, days)) groupOf(key).closed.push(one)
  const rows = labelsOf(by, [...groups.keys()], days, channels).map(([key, label]) => ({
    key,
    label,
    ...rowOf(groups.get(key) ?? { opened: [], closed: [] }),
  }))
  return { rows, total: rowOf({ opened: [...opened], closed: [...closed] }) }
}

/** The groups of a ticket that was opened, and of one that was closed. */
const keysBy: Readonly<
  Record<
    Grouping,
    {
      readonly opened: (ticket: OpenedTicket, days: readonly Day[]) => readonly string[]
      readonly closed: (ticket: ClosedTicket, days: readonly Day[]) => readonly string[]
    }
  >
> = {
  tag: { opened: ({ tags }) => tags, closed: ({ tags }) => tags },
  status: { opened: ({ status }) => [status], closed: () => ['closed'] },
  channel: { opened: ({ channelId }) => [channelId], closed: ({ channelId }) => [channelId] },
  day: {
    opened: ({ openedAt }, days) => dayAt(openedAt, days),
    closed: ({ closedAt }, days) => dayAt(closedAt, days),
  },
}

/** The day of an ISO time among days in their order; none if it is in none of them. */
function dayAt(time: string, days: readonly Day[]): string[] {
  const ms = Date.parse(time)
  let [low, high] = [0, days.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const day = days[middle]
    if (!day) return []
    if (ms < day.from) high = middle - 1
    else if (ms >= day.until) low = middle + 1
    else return [day.day]
  }
  return []
}

/** The keys of the rows in their order, each with its label. */
function labelsOf(
  by: Grouping,
  found: readonly string[],
  days: readonly Day[],
  channels: readonly { readonly id: string; readonly name: string }[],
): (readonly [key: string, label: string])[] {
  switch (by) {
    case 'day':
      return days.map(({ day }) => [day, day])
    case 'channel':
      return channels.filter(({ id }) => found.includes(id)).map(({ id, name }) => [id, name])
    case 'status':
      return statuses.filter((one) => found.includes(one)).map((one) => [one, wordsOf(one)])
    case 'tag':
      return [...found].sort().map((tag) => [tag, tag])
  }
}

/** A status as people read it: `on_hold` is «On hold». */
const wordsOf = (status: string) => `${status.charAt(0).toUpperCase()}${status.slice(1).replace('_', ' ')}`

function rowOf({ opened, closed }: Group): ReportRow {
  const sum = (of: (ticket: OpenedTicket) => number) => opened.reduce((all, one) => all + of(one), 0)
  const waits = opened.flatMap(({ openedAt, firstResponseAt }) =>
    firstResponseAt === null ? [] : [secondsBetween(openedAt, firstResponseAt)],
  )
  return {
    opened: opened.length,
    closed: sum(({ status }) => (status === 'closed' ? 1 : 0)),
    messagesIn: sum(({ messageCount, outboundCount }) => messageCount - outboundCount),
    messagesOut: sum(({ outboundCount }) => outboundCount),
    firstResponse: { count: waits.length, ...timesOf(waits), histogram: histogramOf(waits) },
    closedInPeriod: closed.length,
    timeToClose: timesOf(closed.map(({ openedAt, closedAt }) => secondsBetween(openedAt, closedAt))),
  }
}

/** Whole seconds from an ISO time to another; 0 if that is earlier, because clocks differ. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))
}

/** Median and 90th percentile: the least time that is not exceeded by half, or nine tenths, of them. */
function timesOf(seconds: readonly number[]): Times {
  const sorted = Float64Array.from(seconds).sort()
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null
  return { medianSeconds: at(0.5), p90Seconds: at(0.9) }
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The upper bounds of the classes of durations, in seconds. */
const LIMITS_SECONDS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY, null] as const

/** How many durations are in each class. */
export function histogramOf(seconds: readonly number[]): DurationClass[] {
  const counts = LIMITS_SECONDS.map(() => 0)
  for (const one of seconds) {
    const index = LIMITS_SECONDS.findIndex((limit) => limit === null || one <= limit)
    counts[index] = (counts[index] ?? 0) + 1
  }
  return LIMITS_SECONDS.map((upToSeconds, index) => ({ upToSeconds, count: counts[index] ?? 0 }))
}
