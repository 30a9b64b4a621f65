import type { Endpoint } from './endpoint.ts'

/** Minutes between the attempts of one event. They add up to 24 hours with the last one repeated. */
const BACK_OFF_MINUTES = [1, 2, 5, 10, 30, 60, 120, 240, 360, 480] as const

/** An event, or an endpoint, is given up when attempts have failed for so long. */
const GIVEN_UP_AFTER_MS = 24 * 3600_000

/** So many failures in a row pause the endpoint for all its events; fewer may be the fault of one event. */
const FAILURES_TO_PAUSE = 5

/** ISO time of the next attempt after so many failed ones, from 1. */
export function nextTryAt(failedAttempts: number, now: Date): string {
  const minutes = BACK_OFF_MINUTES[Math.min(failedAttempts, BACK_OFF_MINUTES.length) - 1] ?? BACK_OFF_MINUTES[0]
  return new Date(now.getTime() + minutes * 60_000).toISOString()
}

/** ISO time until which an endpoint is left alone after so many failures in a row; null if there were too few. */
export function pauseAfter(failures: number, now: Date): string | null {
  const excess = failures - FAILURES_TO_PAUSE
  return excess < 0 ? null : nextTryAt(excess + 1, now)
}

/** True if attempts have failed since an ISO time for too long. */
export function isGivenUp(since: string | null, now: Date): boolean {
  return since !== null && now.getTime() - Date.parse(since) >= GIVEN_UP_AFTER_MS
}

/** True while an endpoint is paused. */
export function isPaused({ pausedUntil }: Pick<Endpoint, 'pausedUntil'>, now: Date): boolean {
  return pausedUntil !== null && Date.parse(pausedUntil) > now.getTime()
}
