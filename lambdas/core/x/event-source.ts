/** X's event systems: the X Activity API, and the Account Activity API, which ends on 1 January 2027. */
export const eventSources = ['x-activity', 'account-activity'] as const

/** The event system that channels subscribe to. */
export type EventSource = (typeof eventSources)[number]

/** What to do about an event system that ends; null for one that stays. Says nothing of today's date. */
export function endOf(source: EventSource): string | null {
  return source === 'account-activity'
    ? 'X ends the Account Activity API on 1 January 2027: set the event source to x-activity before that. Channels then receive by the X Activity API.'
    : null
}
