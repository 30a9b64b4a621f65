import { commonMessages } from './messages/common.ts'

const { language, units } = commonMessages
const DAY_MS = 86_400_000

const timeFormat = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' })
const dayAndTimeFormat = new Intl.DateTimeFormat(language, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const dayFormat = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' })
const dateFormat = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
const fullFormat = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
const exactFormat = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
const utcDayFormat = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' })

/** Without the day when it is today, without the year when it is this year. @param at ISO time */
export function formatTime(at: string, now = new Date()): string {
  const date = new Date(at)
  if (date.toDateString() === now.toDateString()) return timeFormat.format(date)
  return (date.getFullYear() === now.getFullYear() ? dayAndTimeFormat : fullFormat).format(date)
}

/** The time of today, otherwise the day. @param at ISO time */
export function formatShortTime(at: string, now = new Date()): string {
  const date = new Date(at)
  if (date.toDateString() === now.toDateString()) return timeFormat.format(date)
  return (date.getFullYear() === now.getFullYear() ? dayFormat : dateFormat).format(date)
}

/** With day and year. @param at ISO time */
export const formatFullTime = (at: string): string => fullFormat.format(new Date(at))

/** With day, year and seconds. @param at ISO time */
export const formatExactTime = (at: string): string => exactFormat.format(new Date(at))

/** @param day `YYYY-MM-DD` in UTC; anything else is returned as it is */
export function formatDay(day: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  return Number.isNaN(date.getTime()) ? day : utcDayFormat.format(date)
}

/** The UTC day that many days ago, as `YYYY-MM-DD`. */
export function daysAgo(days: number, nowMs = Date.now()): string {
  return new Date(nowMs - days * DAY_MS).toISOString().slice(0, 10)
}

/** The reader's time zone, as IANA names it. */
export const readersTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC'

/** The reader's own day that many days ago, as `YYYY-MM-DD`. */
export function ownDaysAgo(days: number, now = new Date()): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days)
  return new Date(day.getTime() - day.getTimezoneOffset() * 60_000).toISOString().slice(0, 10)
}

/** In the two largest units, for example «1 h 30 min». */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} ${units.seconds}`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} ${units.minutes}`
  if (minutes < 24 * 60) return twoUnits(minutes, 60, units.hours, units.minutes)
  return twoUnits(Math.round(minutes / 60), 24, units.days, units.hours)
}

function twoUnits(amount: number, perLargeUnit: number, largeUnit: string, smallUnit: string): string {
  const rest = amount % perLargeUnit
  const large = `${Math.floor(amount / perLargeUnit)} ${largeUnit}`
  return rest > 0 ? `${large} ${rest} ${smallUnit}` : large
}
