import type { Target } from './ticket.ts'

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
  const at = now.toISOString()
  if (quota?.notBefore && quota.notBefore > at) return { until: quota.notBefore }
  const windows = limits[kind].map((limit, index): Window & { endsAt: string; full: boolean } => {
    const known = quota?.windows[index]
    const isOpen = known !== undefined && Date.parse(known.startedAt) + limit.milliseconds > now.getTime()
    const { startedAt, used } = isOpen ? known : { startedAt: at, used: 0 }
    const endsAt = new Date(Date.parse(startedAt) + limit.milliseconds).toISOString()
    return { startedAt, used: used + 1, endsAt, full: used >= limit.amount }
  })
  const until = windows
    .filter((window) => window.full)
    .map((window) => window.endsAt)
    .sort()
    .at(-1)
  if (until) return { until }
  return {
    next: {
      windows: windows.map(({ startedAt, used }) => ({ startedAt, used })),
      notBefore: null,
      version: (quota?.version ?? 0) + 1,
    },
  }
}

/** The quota of an account of which X said to wait. @param until ISO time */
export function blockedUntil(quota: Quota | null, until: string): Quota {
  return { windows: quota?.windows ?? [], notBefore: until, version: (quota?.version ?? 0) + 1 }
}
