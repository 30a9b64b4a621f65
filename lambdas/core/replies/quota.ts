import type { Target } from '../tickets/ticket.ts'
import { laterOf } from '../time.ts'

/** What an account has sent in one of X's windows. */
type Window = { readonly startedAt: string; readonly used: number }

/** How much an account has sent of one kind, and until when X wants nothing of it. */
export type Quota = {
  /** One for each limit of the kind. */
  readonly windows: readonly Window[]
  /** ISO time before which nothing is sent, because X said so; null when it did not. */
  readonly notBefore: string | null
  /** Grows with each change: whoever counted on an older one counts again. */
  readonly version: number
}

type Limit = { readonly amount: number; readonly milliseconds: number }

const MINUTE = 60_000

/** X's limits per account. Source: X's docs, "Rate limits". */
export const limits: Readonly<Record<Target['kind'], readonly Limit[]>> = {
  direct_message: [
    { amount: 15, milliseconds: 15 * MINUTE },
    { amount: 1440, milliseconds: 24 * 60 * MINUTE },
  ],
  post: [{ amount: 100, milliseconds: 15 * MINUTE }],
}

/** Takes one of an account's quota, or says when there is one again (ISO time). */
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

/** What is left to an account: of its tightest window, or nothing while X wants nothing of it. */
export type QuotaLeft = {
  readonly limit: number
  readonly remaining: number
  /** ISO time at which all of it is there again; null when none of it is used. */
  readonly resetsAt: string | null
}

/** How much of a kind an account may send now, and when the limit that is reached first begins anew. */
export function quotaLeft(kind: Target['kind'], quota: Quota | null, now: Date): QuotaLeft {
  const [tightest] = windowsAt(kind, quota, now)
    .map(({ limit, used, endsAt }) => ({
      limit,
      remaining: Math.max(0, limit - used),
      resetsAt: used > 0 ? endsAt : null,
    }))
    .sort((a, b) => a.remaining - b.remaining || ((a.resetsAt ?? '') > (b.resetsAt ?? '') ? -1 : 1))
  if (!tightest) throw new Error(`there is no limit for a ${kind}`)
  if (!quota?.notBefore || quota.notBefore <= now.toISOString()) return tightest
  const until = tightest.remaining === 0 && tightest.resetsAt ? tightest.resetsAt : quota.notBefore
  return { limit: tightest.limit, remaining: 0, resetsAt: laterOf(until, quota.notBefore) }
}

/** The windows of a kind at a time: those that are over begin anew. */
function windowsAt(kind: Target['kind'], quota: Quota | null, now: Date) {
  return limits[kind].map((limit, index) => {
    const known = quota?.windows[index]
    const isOpen = known !== undefined && Date.parse(known.startedAt) + limit.milliseconds > now.getTime()
    const { startedAt, used } = isOpen ? known : { startedAt: now.toISOString(), used: 0 }
    const endsAt = new Date(Date.parse(startedAt) + limit.milliseconds).toISOString()
    return { startedAt, used, endsAt, limit: limit.amount }
  })
}

/** The quota of an account of which X said to wait. @param until ISO time */
export function blockedUntil(quota: Quota | null, until: string): Quota {
  return { windows: quota?.windows ?? [], notBefore: until, version: (quota?.version ?? 0) + 1 }
}
