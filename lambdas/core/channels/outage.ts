import type { Recovered } from '../tickets/ticket.ts'
import { earlierOf, laterOf } from '../time.ts'

/** A time in which X's deliveries did not reach us, ISO times. */
export type Gap = { readonly from: string; readonly to: string }

/** A job that X was asked for: to deliver again what happened in a gap. */
export type Replay = Gap & { readonly jobId: string; readonly requestedAt: string }

/** How far asking for what a channel missed has come, in one of X's lists. */
export type Progress = {
  readonly done: boolean
  /** X's token of the next page; null for the first. */
  readonly next: string | null
}

/** What a channel has missed and is asked for, list by list. */
export type Missed = Gap & { readonly mentions: Progress; readonly directMessages: Progress }

const MINUTE = 60_000

/** Clocks differ a little, and a call takes its time. */
const SKEW = MINUTE

/** X's limits of a replay job, in milliseconds before now, and a minute within. Source: X's docs, "Webhooks: replay". */
const OLDEST = 24 * 60 * MINUTE - SKEW
const YOUNGEST_FROM = 31 * MINUTE + SKEW
const YOUNGEST_TO = 10 * MINUTE + SKEW

/** Deliveries are noticed to fail a little after they begin to. */
export const MARGIN = 5 * MINUTE

const BEGUN: Progress = { done: false, next: null }

/** Both gaps and what lies between; what came in between is told again, which changes nothing. */
export function widen(gap: Gap | null, more: Gap | null): Gap | null {
  if (!gap || !more) return gap ?? more
  return { from: earlierOf(gap.from, more.from), to: laterOf(gap.to, more.to) }
}

/** What is to be asked for after a further gap: from the beginning, since each list begins with the newest. */
export function missedWith(missed: Missed | null, gap: Gap | null): Missed | null {
  const whole = gap && widen(missed, gap)
  return whole ? { from: whole.from, to: whole.to, mentions: BEGUN, directMessages: BEGUN } : missed
}

/** Whether something that happened at an ISO time may have been missed. */
export function isWithin({ from, to }: Gap, time: string): boolean {
  const at = Date.parse(time)
  return at >= Date.parse(from) - MARGIN && at <= Date.parse(to) + MARGIN
}

/** When and for which time X may be asked to deliver a gap again; X's times are whole minutes. */
export type ReplayStep =
  | { readonly do: 'wait'; readonly until: string }
  | { readonly do: 'request'; readonly gap: Gap }
  | { readonly do: 'give_up' }

/** What to do for a gap now, within what X allows. */
export function replayStep(gap: Gap, now: Date): ReplayStep {
  const at = now.getTime()
  const from = Math.max(downToMinute(Date.parse(gap.from)), upToMinute(at - OLDEST))
  const to = Math.max(upToMinute(Date.parse(gap.to)), downToMinute(Date.parse(gap.from)) + MINUTE)
  if (from >= to) return { do: 'give_up' }
  const until = Math.max(from + YOUNGEST_FROM, to + YOUNGEST_TO)
  if (at < until) return { do: 'wait', until: new Date(until).toISOString() }
  return { do: 'request', gap: { from: new Date(from).toISOString(), to: new Date(to).toISOString() } }
}

/** A time as X's replay wants it: `yyyymmddhhmm`, UTC. */
export function replayTime(time: string): string {
  return time.slice(0, 16).replace(/\D/g, '')
}

/**
 * By which way an event came, when not by an ordinary delivery. X does not mark what it tells again: it is known by
 * having happened in the gap, and coming after X was asked.
 * @param polled whether it was asked for by us
 */
export function recoveredBy(
  polled: boolean,
  event: { readonly createdAt: string; readonly receivedAt: string },
  replay: Replay | null,
): Recovered | null {
  if (polled) return 'poll'
  const isToldAgain = replay !== null && event.receivedAt >= replay.requestedAt && isWithin(replay, event.createdAt)
  return isToldAgain ? 'replay' : null
}

const downToMinute = (ms: number) => Math.floor(ms / MINUTE) * MINUTE
const upToMinute = (ms: number) => Math.ceil(ms / MINUTE) * MINUTE
