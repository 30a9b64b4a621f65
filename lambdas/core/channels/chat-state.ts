/** What a channel can do with encrypted messages. */
export const chatStates = [
  /** Nobody has entered a key. */
  'off',
  /** The account has no keys on X. */
  'not_used_on_x',
  /** A PIN was wrong, or X could not be asked. */
  'pin_needed',
  'readable',
  /** The account has newer keys on X than ours. */
  'replaced_on_x',
  /** X refuses the calls for encrypted messages. */
  'refused_by_x',
] as const

/** What people see of the key of a channel. It holds nothing secret. */
export type ChatState = {
  readonly state: (typeof chatStates)[number]
  /** What happened and what to do; left out if nothing is to be done. */
  readonly reason?: string | undefined
  /** X's version of the account's key. */
  readonly keyVersion?: string | undefined
  /** The fingerprint of the key, as X shows it. */
  readonly fingerprint?: string | undefined
  /** ISO time since which encrypted messages are read. */
  readonly since?: string | undefined
  /** How often X still accepts a PIN; then the key store destroys the key. */
  readonly guessesLeft?: number | undefined
}

/** Our own limit of attempts, so that nobody uses up those of X: three an hour. */
const MAX_ATTEMPTS = 3
const ATTEMPTS_MS = 3600_000
/** With so few left we do not ask: X's app is the place to try the last ones. */
export const LAST_GUESSES = 5

/**
 * Why no PIN may be tried now; null if one may.
 * @param attempts ISO times of the last ones
 */
export function pinRefusal(attempts: readonly string[], guessesLeft: number | undefined, now: Date): string | null {
  if (guessesLeft !== undefined && guessesLeft <= LAST_GUESSES) {
    return `X accepts only ${guessesLeft} more PINs before it destroys the backup of the key, so we do not try any further. Enter the PIN in the X app first, or use the key file.`
  }
  const recent = recentOf(attempts, now)
  if (recent.length < MAX_ATTEMPTS) return null
  const next = new Date(Date.parse(recent[0] ?? '') + ATTEMPTS_MS)
  return `${MAX_ATTEMPTS} PINs were tried within an hour. Try again after ${next.toISOString().slice(11, 16)} UTC.`
}

/** The attempts of the last hour, and one more. */
export function attemptsWith(attempts: readonly string[], now: Date): readonly string[] {
  return [...recentOf(attempts, now), now.toISOString()]
}

function recentOf(attempts: readonly string[], now: Date): readonly string[] {
  return attempts.filter((at) => Date.parse(at) > now.getTime() - ATTEMPTS_MS)
}

/** Why X refuses the calls for encrypted messages, in words. @param detail X's text */
export function refusalOf(status: number, detail: string): ChatState {
  const wantsOAuth2 = status === 401 || /oauth ?2|unsupported authentication|user context/i.test(detail)
  const said = `X answered ${status}: ${detail.replace(/[.\s]+$/, '')}.`
  const meaning = wantsOAuth2
    ? 'X wants OAuth 2.0 for encrypted messages here, and the channel has OAuth 1.0a access.'
    : 'X does not allow the app to use encrypted messages.'
  return { state: 'refused_by_x', reason: `${meaning} Encrypted messages stay notices. ${said}` }
}

/** The reason of a key that is no longer the account's. */
export const REPLACED =
  'Somebody replaced the keys of the account on X. Messages for the new keys are notices until an administrator enters the new PIN.'
