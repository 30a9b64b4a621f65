/** The context of a call that has all the time that it needs. */
export const ampleTime = { getRemainingTimeInMillis: () => 300_000 }
