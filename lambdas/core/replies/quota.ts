import type { Target } from '../tickets/ticket.ts'
import { laterOf } from '../time.ts'

/** A window of one of X's rate limits: when it started (ISO time), and how much was sent in it. */
export type Window = { readonly startedAt: string; readonly used: number }

/** How much an account, or the whole app, has sent of one kind of reply. */
export type Quota = {
  /** One window for each limit, in the order of `rateLimits`; null for one that nothing was sent in yet. */
  readonly windows: readonly (Window | null)[]
  /** ISO time before which we send nothing, because X said so; null if X did not. */
  readonly notBefore: string | null
}

/** Whose limit it is: that of one account, or that of the app with all its channels. */
export type LimitOf = 'account' | 'app'

/** What an account and the app have sent of one kind of reply; null if nothing. */
export type Quotas = Readonly<Record<LimitOf, Quota | null>>

/** X accepts `amount` replies in a window of `windowMs`. */
export type Limit = { readonly amount: number; readonly windowMs: number }

/** The limits of each kind of reply. */
export type RateLimits = Readonly<Record<Target['kind'], Readonly<Record<LimitOf, readonly Limit[]>>>>

const QUARTER_MS = 15 * 60_000
const DAY_MS = 24 * 3600_000

/** X's rate limits. Source: https://docs.x.com/x-api/fundamentals/rate-limits. */
export const rateLimits: RateLimits = {
  direct_message: {
    account: [
      { amount: 15, windowMs: QUARTER_MS },
      { amount: 1440, windowMs: DAY_MS },
    ],
    app: [{ amount: 1440, windowMs: DAY_MS }],
  },
  post: { account: [{ amount: 100, windowMs: QUARTER_MS }], app: [{ amount: 10_000, windowMs: DAY_MS }] },
}

/**
 * Counts one reply: gives the windows with it, or the ISO time until which it must wait. A window that is over starts
 * again now.
 * @param quota null if nothing was sent yet
 */
export function takeQuota(
  limits: readonly Limit[],
  quota: Quota | null,
  now: Date,
): { readonly windows: readonly Window[] } | { readonly until: string } {
  if (quota?.notBefore && quota.notBefore > now.toISOString()) return { until: quota.notBefore }
  const windows = windowsAt(limits, quota, now)
  const until = windows
    .filter((window) => window.used >= window.limit)
    .map((window) => window.endsAt)
    .sort()
    .at(-1)
  return until ? { until } : { windows: windows.map(({ startedAt, used }) => ({ startedAt, used: used + 1 })) }
}

/**
 * What may still be sent: `limit` and `remaining` of the window with the least left, be it the account's or the app's;
 * 0 remain until `notBefore`.
 */
export type QuotaLeft = {
  readonly of: LimitOf
  readonly limit: number
  readonly remaining: number
  /** ISO time at which the whole limit is available again; null if none of it is used. */
  readonly resetsAt: string | null
}

/** What may be sent of a kind now: the tighter of the account's and the app's limits. */
export function quotaLeft(kind: Target['kind'], quotas: Quotas, now: Date, limits = rateLimits): QuotaLeft {
  const account = leftOf('account', limits[kind].account, quotas.account, now)
  const app = leftOf('app', limits[kind].app, quotas.app, now)
  return tighter(account, app) <= 0 ? account : app
}

function leftOf(of: LimitOf, limits: readonly Limit[], quota: Quota | null, now: Date): QuotaLeft {
  const [tightest] = windowsAt(limits, quota, now)
    .map(({ limit, used, endsAt }) => ({
      of,
      limit,
      remaining: Math.max(0, limit - used),
      resetsAt: used > 0 ? endsAt : null,
    }))
    .sort(tighter)
  if (!tightest) throw new Error(`no rate limit of the ${of} is known`)
  if (!quota?.notBefore || quota.notBefore <= now.toISOString()) return tightest
  const until = tightest.remaining === 0 && tightest.resetsAt ? tightest.resetsAt : quota.notBefore
  return { of, limit: tightest.limit, remaining: 0, resetsAt: laterOf(until, quota.notBefore) }
}

/** Sorts what has the least left first; of equals, what is used up for longer. */
function tighter(a: QuotaLeft, b: QuotaLeft): number {
  return a.remaining - b.remaining || ((a.resetsAt ?? '') >= (b.resetsAt ?? '') ? -1 : 1)
}

/** The windows of some limits at a time; a window that is over, or that nothing was sent in, starts again. */
function windowsAt(limits: readonly Limit[], quota: Quota | null, now: Date) {
  return limits.map((limit, index) => {
    const known = quota?.windows[index] ?? null
    const isOpen = known !== null && known.used > 0 && known.startedAt > openSince(limit, now)
    const { startedAt, used } = isOpen ? known : { startedAt: now.toISOString(), used: 0 }
    const endsAt = new Date(Date.parse(startedAt) + limit.windowMs).toISOString()
    return { startedAt, used, endsAt, limit: limit.amount }
  })
}

/** ISO time after which a window must have started to be still open. */
export function openSince({ windowMs }: Limit, now: Date): string {
  return new Date(now.getTime() - windowMs).toISOString()
}
