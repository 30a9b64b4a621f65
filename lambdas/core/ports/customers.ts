import type { Profile } from '../x/profile.ts'

/** What is kept of customers besides their tickets. */
export type CustomerStore = {
  /** Null if it was not asked for in the last 30 days. @param id X's id */
  profile(id: string): Promise<Profile | null>
  keepProfile(id: string, profile: Profile): Promise<void>
}
