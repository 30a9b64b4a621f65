import { words } from '../words.ts'

const language = words.language
const sameDay = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' })
const sameYear = new Intl.DateTimeFormat(language, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const whole = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' })

/** A time as short as it is clear; the whole of it as a hint. @param at ISO time */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={whole.format(new Date(at))}>
      {shortTime(at)}
    </time>
  )
}

/** @param at ISO time */
export function shortTime(at: string, now = new Date()): string {
  const then = new Date(at)
  if (then.toDateString() === now.toDateString()) return sameDay.format(then)
  return (then.getFullYear() === now.getFullYear() ? sameYear : whole).format(then)
}

/** @param date `YYYY-MM-DD`, a day of UTC */
export function shortDay(date: string): string {
  const then = new Date(`${date}T00:00:00Z`)
  return Number.isNaN(then.getTime()) ? date : day.format(then)
}

/** The day of UTC so many days before today, `YYYY-MM-DD`. */
export function dayBefore(days: number, now = Date.now()): string {
  return new Date(now - days * 86_400_000).toISOString().slice(0, 10)
}

/** A span in the two largest units that it has. */
export function duration(seconds: number): string {
  const { minutes: m, hours: h, days: d } = words.units
  if (seconds < 60) return `${Math.round(seconds)} ${words.units.seconds}`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} ${m}`
  if (minutes < 1440)
    return minutes % 60 ? `${Math.floor(minutes / 60)} ${h} ${minutes % 60} ${m}` : `${minutes / 60} ${h}`
  const hours = Math.round(minutes / 60)
  return hours % 24 ? `${Math.floor(hours / 24)} ${d} ${hours % 24} ${h}` : `${hours / 24} ${d}`
}
