import { offsetAt } from '../time-zone.ts'

/**
 * Hours of the week in which no message is expected, in local time of a zone. An hour that summer time skips is none of
 * them, and one that it repeats counts twice, as on a wall clock.
 */

/** Days of a week, the first one first. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof weekdays)[number]

export type QuietHours = {
  /** Name in the IANA time zone database, such as `Europe/Berlin`. */
  readonly timeZone: string
  readonly weekly: readonly QuietRange[]
}

/** From a local time to another, `HH:MM`, beginning on each of some days. It ends on the next day unless `to` is later. */
export type QuietRange = { readonly days: readonly Weekday[]; readonly from: string; readonly to: string }

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const WEEK_MS = 7 * DAY_MS

/** The last Monday before 1970, the beginning of a week in which local times are counted. */
const FIRST_MONDAY_MS = -3 * DAY_MS

/** True if every moment of the week is quiet. */
export function isAlwaysQuiet(weekly: readonly QuietRange[]): boolean {
  return spansOf(weekly).reduce((sum, [from, to]) => sum + to - from, 0) === WEEK_MS
}

/** True if no message is expected at a moment. */
export function isQuiet({ timeZone, weekly }: QuietHours, at: Date): boolean {
  const local = at.getTime() + offsetAt(timeZone, at.getTime())
  return quietBefore(spansOf(weekly), local + 1) > quietBefore(spansOf(weekly), local)
}

/** Milliseconds from one moment to another that are not quiet. */
export function expectedMs({ timeZone, weekly }: QuietHours, from: Date, to: Date): number {
  const spans = spansOf(weekly)
  let sum = 0
  for (let start = from.getTime(); start < to.getTime(); ) {
    const offset = offsetAt(timeZone, start)
    const end = offsetChangeIn(timeZone, start, Math.min(start + DAY_MS, to.getTime()))
    sum += end - start - (quietBefore(spans, end + offset) - quietBefore(spans, start + offset))
    start = end
  }
  return sum
}

/** The quiet spans of a week, in milliseconds from its beginning: in order, without overlaps. */
function spansOf(weekly: readonly QuietRange[]): (readonly [number, number])[] {
  const spans = weekly.flatMap(({ days, from, to }) =>
    days.flatMap((day) => {
      const start = weekdays.indexOf(day) * DAY_MS + msOf(from)
      const end = start + ((msOf(to) - msOf(from) + DAY_MS) % DAY_MS || DAY_MS)
      return end <= WEEK_MS ? [[start, end] as const] : [[start, WEEK_MS] as const, [0, end - WEEK_MS] as const]
    }),
  )
  const merged: [number, number][] = []
  for (const [start, end] of spans.sort(([one], [other]) => one - other)) {
    const last = merged.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else merged.push([start, end])
  }
  return merged
}

function msOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return (hours * 60 + minutes) * MINUTE_MS
}

/** Quiet milliseconds up to a local time since the first Monday. */
function quietBefore(spans: readonly (readonly [number, number])[], localMs: number): number {
  const since = localMs - FIRST_MONDAY_MS
  const weeks = Math.floor(since / WEEK_MS)
  const inWeek = since - weeks * WEEK_MS
  const perWeek = spans.reduce((sum, [from, to]) => sum + to - from, 0)
  return weeks * perWeek + spans.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, inWeek) - from), 0)
}

/** When the offset of a zone changes between two moments, at most a day apart; the later one if it does not. */
function offsetChangeIn(timeZone: string, from: number, to: number): number {
  const offset = offsetAt(timeZone, from)
  if (offsetAt(timeZone, to) === offset) return to
  let [before, after] = [from, to]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (offsetAt(timeZone, middle) === offset) before = middle
    else after = middle
  }
  return after
}
