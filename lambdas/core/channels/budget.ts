import { earlierOf } from '../time.ts'
import type { Channel } from './channel.ts'

/** Administrators hear when so many per cent of a budget are used. */
const MAIL_AT_PERCENT = [100, 80] as const

/** What waits for the budget looks again after this time: an administrator may have raised it. */
const LOOK_AGAIN_MS = 15 * 60_000

/** What an agent reads about a reply that waits for the budget. */
export const budgetReason =
  "Today's budget of the channel is used up. We send the reply after 00:00 UTC, or when an administrator raises the budget."

/** True if the channel may cost nothing more at X today, by UTC. */
export function isBudgetUsedUp({ dailyBudgetUsd, budgetUsedUpOn }: Channel, now: Date): boolean {
  return dailyBudgetUsd !== null && budgetUsedUpOn === dayIn(now)
}

/** ISO time at which what waits for the budget is looked at again. */
export function budgetLooksAgainAt(now: Date): string {
  return earlierOf(nextDayAt(now), new Date(now.getTime() + LOOK_AGAIN_MS).toISOString())
}

/** What to store and to mail about a budget; null if nothing is new. */
export type BudgetFinding = Pick<Channel, 'budgetUsedUpOn' | 'budgetNotified'> & {
  /** The percentage to tell administrators; null if they know. */
  readonly mailAtPercent: number | null
}

/** Judges what a channel cost today. @param spentUsd by UTC day */
export function judgeBudget(channel: Channel, spentUsd: number, now: Date): BudgetFinding | null {
  const { dailyBudgetUsd, budgetUsedUpOn, budgetNotified } = channel
  if (dailyBudgetUsd === null) return null
  const today = dayIn(now)
  const reached = MAIL_AT_PERCENT.find((percent) => spentUsd >= (dailyBudgetUsd * percent) / 100)
  if (reached === undefined) return null
  const known = budgetNotified?.startsWith(today) ? Number(budgetNotified.slice(today.length)) : 0
  const usedUpOn = reached === 100 ? today : budgetUsedUpOn
  const mailAtPercent = reached > known ? reached : null
  if (mailAtPercent === null && usedUpOn === budgetUsedUpOn) return null
  const notified = mailAtPercent === null ? budgetNotified : `${today} ${mailAtPercent}`
  return { budgetUsedUpOn: usedUpOn, budgetNotified: notified, mailAtPercent }
}

/** ISO time at which the next UTC day begins. */
export function nextDayAt(now: Date): string {
  return new Date(`${dayIn(new Date(now.getTime() + 24 * 3600_000))}T00:00:00.000Z`).toISOString()
}

/** The UTC day of a time, `YYYY-MM-DD`. */
export function dayIn(time: Date): string {
  return time.toISOString().slice(0, 10)
}
