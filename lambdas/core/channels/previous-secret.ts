import { laterOf } from '../time.ts'

const HOUR_MS = 3600_000

/** The webhook notes at most once in this time that the previous consumer secret was needed. */
export const NOTED_EVERY_MS = HOUR_MS

/** A previous secret that was not needed for so long can go. X's own retries end after minutes. */
const UNNEEDED_MS = 24 * HOUR_MS

/** The consumer secret that is being replaced. All times are ISO times. */
export type PreviousSecret = {
  /** Since when the stored secrets are as they are. */
  readonly since: string
  /** When X signed with it last, exact to an hour; null if that was never seen. */
  readonly lastNeededAt: string | null
  /** True if it was not needed for a day, so that it can be removed. */
  readonly canGo: boolean
}

/** What is known of a previous secret. @param since ISO time, @param lastNeededAt ISO time */
export function previousSecretOf(since: string, lastNeededAt: string | null, now: Date): PreviousSecret {
  // What was noted before the secrets were changed concerns another one.
  const needed = lastNeededAt !== null && lastNeededAt >= since ? lastNeededAt : null
  // It may have been needed until the next note was due.
  const unneededSince = laterOf(since, needed === null ? '' : after(needed, NOTED_EVERY_MS))
  return { since, lastNeededAt: needed, canGo: now.toISOString() >= after(unneededSince, UNNEEDED_MS) }
}

function after(time: string, milliseconds: number): string {
  return new Date(Date.parse(time) + milliseconds).toISOString()
}
