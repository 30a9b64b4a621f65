/**
 * Whose turn it is: a schedule attends its channels in the order of their ids and goes on where its last run stopped, so
 * that the channel that has waited longest comes first. That is one stored item, however many channels there are.
 */

/** The schedules that attend channels. */
export type ChannelSchedule = 'inactivity' | 'mentions' | 'reconcile'

/** Where the last run of a schedule stopped. */
export type Turn = {
  /** The channel after which the next run begins; null for the beginning. */
  readonly after: string | null
  /** ISO time since which X, because of a limit, refused the first channel of every run; null if it did not. */
  readonly refusedSince: string | null
}

export const firstTurn: Turn = { after: null, refusedSince: null }

/** The channels in the order in which a run attends them. */
export function inTurn<C extends { readonly id: string }>(channels: readonly C[], { after }: Turn): C[] {
  const sorted = channels.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const first = after === null ? 0 : sorted.findIndex(({ id }) => id > after)
  return first <= 0 ? sorted : [...sorted.slice(first), ...sorted.slice(0, first)]
}

/** What a run has done with the channels that were in turn. */
export type RunEnd = {
  /** How many of them, from the first on, it has begun. */
  readonly begun: number
  /** Index of the first one that X refused because of a limit, and gave to none after it; null if there is none. */
  readonly refusedFrom: number | null
}

/** X's limits are of 15 minutes. After twice that it is the channel that X refuses, not the app, so it is passed over. */
const PASS_OVER_MS = 30 * 60_000

/**
 * The turn of the next run. It begins with the first channel that X refused because of a limit, otherwise behind the last
 * one that was begun.
 * @param order the channels as `inTurn` gave them
 */
export function turnAfter(
  turn: Turn,
  order: readonly { readonly id: string }[],
  { begun, refusedFrom }: RunEnd,
  now: Date,
): Turn {
  if (refusedFrom !== 0) {
    const last = (refusedFrom ?? begun) - 1
    const isWholeRound = refusedFrom === null && begun === order.length
    return { after: isWholeRound ? turn.after : (order[last]?.id ?? turn.after), refusedSince: null }
  }
  const { refusedSince } = turn
  if (refusedSince === null || now.getTime() - Date.parse(refusedSince) < PASS_OVER_MS)
    return { after: turn.after, refusedSince: refusedSince ?? now.toISOString() }
  return { after: order[0]?.id ?? null, refusedSince: null }
}
