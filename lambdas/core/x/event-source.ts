/** X's event systems: the X Activity API, and the Account Activity API, which ends on 1 January 2027. */
export const eventSources = ['x-activity', 'account-activity'] as const

/** The event system that channels subscribe to. */
export type EventSource = (typeof eventSources)[number]
