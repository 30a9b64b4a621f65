import type { Target } from '../tickets/ticket.ts'
import { laterOf } from '../time.ts'

/** A window of one of X's rate limits: when it started (ISO time), and how much the account has sent in it. */
type Window = { readonly startedAt: string; readonly used: number }

/** How much an account has sent of one kind of reply. */
export type Quota = {
  /** One window for each limit of the kind, in the order of `rateLimits`. */
  readonly windows: readonly Window[]
  /** ISO time before which we send nothing, because X said so; null if X did not. */
  readonly notBefore: string | null
  /** Grows with each change; a change of an older version is made again. */
  readonly version: number
}

type Limit = { readonly amount: number; readonly windowMs: number }

const MINUTE_MS = 60_000

/** X's rate limits per account. Source: https://docs.x.com/x-api/fundamentals/rate-limits. */
export const rateLimits: Readonly<Record<Target['kind'], readonly Limit[]>> = {
  direct_message: [
    { amount: 15, windowMs: 15 * MINUTE_MS },
    { amount: 1440, windowMs: 24 * 60 * MINUTE_MS },
  ],
  post: [{ amount: 100, windowMs: 15 * MINUTE_MS }],
}

/**
 * Counts one reply, or gives the ISO time until which the account must wait.
 * @param quota null if nothing was sent yet
 */
export function takeQuota(kind: Target['kind'], quota: Quota | null, now: Date): { next: Quota } | { until: string } {
  if (quota?.notBefore && quota.notBefore > now.toISOString()) return { until: quota.notBefore }
  const windows = windowsAt(kind, quota, now)
  const until = windows
    .filter((window) => window.used >= window.limit)
    .map((window) => window.endsAt)
    .sort()
    .at(-1)
  if (until) return { until }
  return {
    next: {
      windows: windows.map(({ startedAt, used }) => ({ startedAt, used: used + 1 })),
      notBefore: null,
      version: (quota?.version ?? 0) + 1,
    },
  }
}

/**
 * What an account may still send: `limit` and `remaining` of the window with the least left; 0 remain until
 * `notBefore`.
 */
export type QuotaLeft = {
  readonly limit: number
  readonly remaining: number
  /** ISO time at which the whole limit is available again; null if none of it is used. */
  readonly resetsAt: string | null
}

/** What an account may send of a kind now. @param quota null if nothing was sent yet */
export function quotaLeft(kind: Target['kind'], quota: Quota | null, now: Date): QuotaLeft {
  const [tightest] = windowsAt(kind, quota, now)
    .map(({ limit, used, endsAt }) => ({
      limit,
      remaining: Math.max(0, limit - used),
      resetsAt: used > 0 ? endsAt : null,
    }))
    .sort((a, b) => a.remaining - b.remaining || ((a.resetsAt ?? '') > (b.resetsAt ?? '') ? -1 : 1))
  if (!tightest) throw new Error(`no rate limit is known for a ${kind}`)
  if (!quota?.notBefore || quota.notBefore <= now.toISOString()) return tightest
  const until = tightest.remaining === 0 && tightest.resetsAt ? tightest.resetsAt : quota.notBefore
  return { limit: tightest.limit, remaining: 0, resetsAt: laterOf(until, quota.notBefore) }
}

/** The windows of a kind at a time; a window that is over starts again. */
function windowsAt(kind: Target['kind'], quota: Quota | null, now: Date) {
  return rateLimits[kind].map((limit, index) => {
    const known = quota?.windows[index]
    const isOpen = known !== undefined && Date.parse(known.startedAt) + limit.windowMs > now.getTime()
    const { startedAt, used } = isOpen ? known : { startedAt: now.toISOString(), used: 0 }
    const endsAt = new Date(Date.parse(startedAt) + limit.windowMs).toISOString()
    return { startedAt, used, endsAt, limit: limit.amount }
  })
}

/** The quota of an account that X told to wait. @param until ISO time */
export function blockedUntil(quota: Quota | null, until: string): Quota {
  return { windows: quota?.windows ?? [], notBefore: until, version: (quota?.version ?? 0) + 1 }
}
