const DAY_MS = 24 * 3600_000

/** Farther from UTC than any local time. */
const WIDEST_OFFSET_MS = 18 * 3600_000

/** True for a name of a time zone that this system knows. An offset such as `+02:00` knows no summer time, so it is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return formatOf(name) !== undefined
  } catch {
    return false
  }
}

/** The local day (`YYYY-MM-DD`) of a moment. */
export function localDayOf(at: Date, timeZone: string): string {
  return new Date(at.getTime() + offsetAt(timeZone, at.getTime())).toISOString().slice(0, 10)
}

/**
 * The first moment of a local day, in milliseconds since 1970: its midnight, or what comes first where summer time skips
 * that. A day that a zone skipped begins with the next one.
 * @param day `YYYY-MM-DD`
 */
export function startOfDay(day: string, timeZone: string): number {
  const midnight = Date.parse(day)
  const isReached = (ms: number) => ms + offsetAt(timeZone, ms) >= midnight
  const likely = midnight - offsetAt(timeZone, midnight)
  if (isReached(likely) && !isReached(likely - 1_000)) return likely
  let [before, after] = [midnight - WIDEST_OFFSET_MS, midnight + WIDEST_OFFSET_MS]
  while (after - before > 1_000) {
    const middle = before + 1_000 * Math.floor((after - before) / 2_000)
    if (isReached(middle)) after = middle
    else before = middle
  }
  return after
}

/** The day after a day; both `YYYY-MM-DD`. */
export function nextDay(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().replace(/T.*/, '')
}

/** Milliseconds by which local time is ahead of UTC at a moment. */
export function offsetAt(timeZone: string, ms: number): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - Math.floor(ms / 1000) * 1000
}

/** Making one takes longer than everything else here. */
const formats = new Map<string, Intl.DateTimeFormat>()

/** @throws RangeError if there is no such time zone */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  // Names are known whatever their case: there are as many formats as zones, and not as many as ways to write them.
  const name = timeZone.toLowerCase()
  const known = formats.get(name)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(name, format)
  return format
}
