import type { Recovered } from '../tickets/ticket.ts'
import { earlierOf, laterOf } from '../time.ts'
import type { Channel } from './channel.ts'

/** A period in which X's deliveries did not reach us. Both are ISO times. */
export type Outage = { readonly from: string; readonly to: string }

/** A replay job that X accepted: it delivers again what happened in that period. `end` is absent until X tells its end. */
export type Replay = Outage & { readonly jobId: string; readonly requestedAt: string; readonly end?: ReplayEnd }

/** How X says that a replay job ended. `Incomplete`: some of its deliveries failed, X asks to request it again. */
export type ReplayEnd = 'Complete' | 'Incomplete'

/** How far we have read one of X's lists. */
export type BackfillProgress = {
  readonly done: boolean
  /** X's token of the next page; null for the first. */
  readonly next: string | null
}

/** Nothing of the list is read yet. */
export const notRead: BackfillProgress = { done: false, next: null }

/** The period for which we still read a channel's lists at X, and how far we have read each list. It may end later. */
export type Backfill = Outage & {
  readonly mentions: BackfillProgress
  readonly directMessages: BackfillProgress
  /** How far the encrypted conversations of tickets were read; `next` is of our list of tickets. Left out at first. */
  readonly chat?: BackfillProgress | undefined
}

/** The sort key under which the webhook notes the end of a replay job, beside the outage. */
export function replayNote(jobId: string): string {
  return `REPLAY#${jobId}`
}

/** The sort key under which the webhook notes, there too, that the previous secret is needed. */
export const PREVIOUS_SECRET_NOTE = 'PREVIOUS_SECRET'

const MINUTE_MS = 60_000

/** Allows for clocks that differ and for the time that a call takes. */
const CLOCK_SKEW_MS = MINUTE_MS

/**
 * X's limits of a replay job, as ages of its beginning and its end, narrowed by the clock skew. Source: X's
 * documentation, "Webhooks: replay".
 */
const REPLAY_MAX_AGE_MS = 24 * 60 * MINUTE_MS - CLOCK_SKEW_MS
const REPLAY_MIN_FROM_AGE_MS = 31 * MINUTE_MS + CLOCK_SKEW_MS
const REPLAY_MIN_TO_AGE_MS = 10 * MINUTE_MS + CLOCK_SKEW_MS

/** We notice an outage a little after it begins, so we treat it as longer by this much on either side. */
export const OUTAGE_MARGIN_MS = 5 * MINUTE_MS

/** A new or changed subscription may deliver only after some minutes (seen at X), so the lists are read until then. */
const SUBSCRIPTION_DELAY_MS = 10 * MINUTE_MS

/**
 * One outage that covers both and the time between them. Reading too much is harmless: stored messages stay as they
 * are.
 */
export function unionOf(one: Outage | null, other: Outage | null): Outage | null {
  if (!one || !other) return one ?? other
  return { from: earlierOf(one.from, other.from), to: laterOf(one.to, other.to) }
}

/**
 * A channel's backfill after a further outage. X lists the newest first, so both lists are read from the start again.
 */
export function extendBackfill(backfill: Backfill | null, outage: Outage | null): Backfill | null {
  const whole = outage && unionOf(backfill, outage)
  return whole ? { from: whole.from, to: whole.to, mentions: notRead, directMessages: notRead } : backfill
}

/**
 * What is left of a backfill after a run has read so far: null if nothing is. Of a period that has not ended yet, the
 * time since that run is read again later.
 * @param readAt ISO time of the run
 */
export function remainderOf(
  { from, to }: Outage,
  { mentions, directMessages, chat }: Pick<Backfill, 'mentions' | 'directMessages' | 'chat'>,
  readAt: string,
): Backfill | null {
  if (!mentions.done || !directMessages.done || chat?.done === false) {
    return { from, to, mentions, directMessages, ...(chat && { chat }) }
  }
  return to > readAt ? { from: laterOf(from, readAt), to, mentions: notRead, directMessages: notRead } : null
}

/**
 * The time for which X may not have delivered for a channel whose subscription was missing, or that was connected since
 * it last worked: access was lost meanwhile, or the subscription is new. Null if neither is so.
 * @param healthyAt ISO time at which its subscription last worked; null before the first check
 * @param at ISO time of the check
 */
export function channelOutage(
  { connectedAt, countsFrom }: Pick<Channel, 'connectedAt' | 'countsFrom'>,
  healthyAt: string | null,
  isSubscribed: boolean,
  at: string,
): Outage | null {
  if (isSubscribed && healthyAt !== null && healthyAt >= connectedAt) return null
  const from = laterOf(healthyAt ?? countsFrom, countsFrom)
  return from > at ? null : { from, to: new Date(Date.parse(at) + SUBSCRIPTION_DELAY_MS).toISOString() }
}

/** What EventBridge says of an alarm that changed. Times are those of CloudWatch, `2026-01-31T19:00:00.000+0000`. */
export type AlarmChange = {
  readonly state: AlarmState
  readonly previousState?: AlarmState
}
type AlarmState = { readonly value: string; readonly timestamp: string }

/** The alarm counts five minutes and may look at them five minutes later. */
const ALARM_DELAY_MS = 10 * MINUTE_MS

/**
 * The gap that the alarm on refused deliveries tells when it begins, and again when it ends; null if the change is
 * neither. It begins before the alarm, which saw the first failure late.
 */
export function gapIn({ state, previousState }: AlarmChange): Outage | null {
  const began = state.value === 'ALARM' ? state : previousState?.value === 'ALARM' ? previousState : null
  if (began === null || (state.value !== 'ALARM' && state.value !== 'OK')) return null
  const [from, to] = [Date.parse(began.timestamp) - ALARM_DELAY_MS, Date.parse(state.timestamp)]
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}

/** True if an event of that ISO time may have been lost in the outage, margin included. */
export function isWithin({ from, to }: Outage, time: string): boolean {
  const at = Date.parse(time)
  return at >= Date.parse(from) - OUTAGE_MARGIN_MS && at <= Date.parse(to) + OUTAGE_MARGIN_MS
}

/** What to do about replaying an outage; `period` begins and ends on whole minutes, as X requires. */
export type ReplayStep =
  | { readonly do: 'wait'; readonly until: string }
  | { readonly do: 'request'; readonly period: Outage }
  | { readonly do: 'give_up' }

/** The next step of replaying an outage within X's limits. */
export function replayStep(outage: Outage, now: Date): ReplayStep {
  const at = now.getTime()
  const from = Math.max(downToMinute(Date.parse(outage.from)), upToMinute(at - REPLAY_MAX_AGE_MS))
  const to = Math.max(upToMinute(Date.parse(outage.to)), downToMinute(Date.parse(outage.from)) + MINUTE_MS)
  if (from >= to) return { do: 'give_up' }
  const until = Math.max(from + REPLAY_MIN_FROM_AGE_MS, to + REPLAY_MIN_TO_AGE_MS)
  if (at < until) return { do: 'wait', until: new Date(until).toISOString() }
  return { do: 'request', period: { from: new Date(from).toISOString(), to: new Date(to).toISOString() } }
}

/** An ISO time in UTC in the form that X's replay call takes: `yyyymmddhhmm`. */
export function replayTime(time: string): string {
  return time.slice(0, 16).replace(/\D/g, '')
}

/**
 * How we recovered an event; null for an ordinary delivery. X does not mark replayed events. We recognize them: they
 * happened in the outage and came after we requested the replay.
 * @param polled true if we read the event from one of X's lists
 * @param event both are ISO times
 */
export function recoveredBy(
  polled: boolean,
  event: { readonly createdAt: string; readonly receivedAt: string },
  replay: Replay | null,
): Recovered | null {
  if (polled) return 'poll'
  const isReplayed = replay !== null && event.receivedAt >= replay.requestedAt && isWithin(replay, event.createdAt)
  return isReplayed ? 'replay' : null
}

/**
 * True if an event may come from a replay, by its times alone: X replays nothing that is younger.
 * @param event both are ISO times
 */
export function mayBeReplayed({ createdAt, receivedAt }: { readonly createdAt: string; readonly receivedAt: string }) {
  return Date.parse(receivedAt) - Date.parse(createdAt) >= REPLAY_MIN_TO_AGE_MS - OUTAGE_MARGIN_MS - CLOCK_SKEW_MS
}

const downToMinute = (ms: number) => Math.floor(ms / MINUTE_MS) * MINUTE_MS
const upToMinute = (ms: number) => Math.ceil(ms / MINUTE_MS) * MINUTE_MS
