/** A question to X about an encrypted conversation. */
export type Question = {
  /** The key that was missing. */
  readonly about: string
  /** ISO time. */
  readonly at: string
}

/** X is asked again about the same key only after this time, however many messages need it. */
const ASK_AGAIN_MS = 60_000
/** Each key that nobody has heard of is a question. So many an hour a customer can make us ask, whatever they send. */
const MAX_QUESTIONS = 10
const HOUR_MS = 3600_000

/** True if X may be asked about a key now. */
export function mayAsk(asked: readonly Question[], about: string, now: Date): boolean {
  const recent = within(asked, HOUR_MS, now)
  if (recent.length >= MAX_QUESTIONS) return false
  return !within(recent, ASK_AGAIN_MS, now).some((one) => one.about === about)
}

/** The questions of the last hour with one more. */
export function askedWith(asked: readonly Question[], about: string, now: Date): readonly Question[] {
  return [...within(asked, HOUR_MS, now), { about, at: now.toISOString() }]
}

function within(asked: readonly Question[], milliseconds: number, now: Date): readonly Question[] {
  return asked.filter(({ at }) => now.getTime() - Date.parse(at) < milliseconds)
}
