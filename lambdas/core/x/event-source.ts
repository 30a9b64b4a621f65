/** X's event systems: the X Activity API and, until it ends on 1 January 2027, the Account Activity API. */
export const eventSources = ['x-activity', 'account-activity'] as const

/** The event system that channels subscribe to. */
export type EventSource = (typeof eventSources)[number]
