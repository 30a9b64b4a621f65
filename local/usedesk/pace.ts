import type { Settings } from './state.ts'

/**
 * Counts calls against Usedesk's limits: so many a minute, and so long between two. All of this machine's calls come
 * from one address.
 */
export function createPace(now: () => number) {
  let taken: number[] = []
  return {
    /** True if a call may be made now; it counts then. */
    allows({ callsPerMinute, gapMs }: Pick<Settings, 'callsPerMinute' | 'gapMs'>): boolean {
      const at = now()
      taken = taken.filter((one) => one <= at && at - one < 60_000)
      const last = taken.at(-1)
      if (taken.length >= callsPerMinute || (last !== undefined && at - last < gapMs)) return false
      taken.push(at)
      return true
    },
  }
}
