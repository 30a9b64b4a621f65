import { noTries, type Tries } from './delivery.ts'
import type { Endpoint } from './endpoint.ts'

/** Minutes between the attempts of one event; the last is made when 24 hours are over. */
const BACK_OFF_MINUTES = [1, 2, 5, 10, 30, 60, 120, 240, 360, 480] as const

/** An event, or an endpoint, is given up when attempts have failed for so long. */
const GIVEN_UP_AFTER_MS = 24 * 3600_000

/** So many failures in a row pause the endpoint for all its events; fewer may be the fault of one event. */
const FAILURES_TO_PAUSE = 5

/**
 * ISO time of the next attempt after so many failed ones, from 1; the last is made when they have failed for 24 hours.
 * @param failingSince ISO time
 */
export function nextTryAt(failedAttempts: number, now: Date, failingSince: string): string {
  const minutes = BACK_OFF_MINUTES[Math.min(failedAttempts, BACK_OFF_MINUTES.length) - 1] ?? BACK_OFF_MINUTES[0]
  const end = Date.parse(failingSince) + GIVEN_UP_AFTER_MS
  return new Date(Math.min(now.getTime() + minutes * 60_000, end)).toISOString()
}

/** The tries of a waiting event that count: those since its endpoint was started afresh. */
export function triesSince({ attempts, failingSince, triedAt }: Tries, startedAfreshAt: string): Tries {
  return triedAt === null || triedAt < startedAfreshAt ? noTries : { attempts, failingSince, triedAt }
}

/** ISO time before which an event is not tried again; null if it may be tried at once. */
export function waitsUntil({ attempts, failingSince, triedAt }: Tries, now: Date): string | null {
  if (triedAt === null || failingSince === null) return null
  const until = nextTryAt(attempts, new Date(triedAt), failingSince)
  return until > now.toISOString() ? until : null
}

/** What becomes of an endpoint after one more failed attempt: it is paused after some in a row, and disabled after a day. */
export function afterFailure(
  { failures, failingSince }: Pick<Endpoint, 'failures' | 'failingSince'>,
  began: Date,
  ended: Date,
): Partial<Endpoint> {
  const after = { failures: failures + 1, failingSince: failingSince ?? began.toISOString() }
  if (!isGivenUp(after.failingSince, ended)) return { ...after, pausedUntil: pauseAfter(after, ended) }
  const disabledBecause = `it has taken no event since ${after.failingSince}`
  return { ...after, status: 'disabled', disabledBecause, disabledNotified: false }
}

/** ISO time until which an endpoint is left alone after so many failures in a row; null if there were too few. */
function pauseAfter({ failures, failingSince }: { failures: number; failingSince: string }, now: Date): string | null {
  const excess = failures - FAILURES_TO_PAUSE
  return excess < 0 ? null : nextTryAt(excess + 1, now, failingSince)
}

/** True if attempts have failed since an ISO time for too long. */
export function isGivenUp(since: string | null, now: Date): boolean {
  return since !== null && now.getTime() - Date.parse(since) >= GIVEN_UP_AFTER_MS
}

/** True while an endpoint is paused. */
export function isPaused({ pausedUntil }: Pick<Endpoint, 'pausedUntil'>, now: Date): boolean {
  return pausedUntil !== null && Date.parse(pausedUntil) > now.getTime()
}
