import type { TwitterRateLimit } from 'twitter-api-v2'
import { noResets, type Resets, type XAnswer } from '../../core/replies/sending.ts'
import { causeOf, detailOf, isLibraryError } from './client.ts'

/** Errors of the connection, before anything is sent: X certainly has nothing. */
const CONNECTION_ERRORS = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'CERT_HAS_EXPIRED']

/** The answer after X accepted a message. @param rateLimit X's rate-limit headers, of windows that may now be used up */
export function sentAnswer(externalId: string, rateLimit: TwitterRateLimit | undefined): XAnswer {
  return { is: 'sent', externalId, resets: resetsOf(rateLimit) }
}

/** The answer after a failed call. Throws only errors that come from neither X nor the network. */
export function failedAnswer(error: unknown): XAnswer {
  if (isLibraryError('response', error)) {
    const detail = detailOf(error)
    return {
      is: 'refused',
      status: error.code,
      detail,
      resets: error.code === 429 ? resetsIn(error.headers) : noResets,
    }
  }
  if (isLibraryError('request', error)) {
    const { message, code } = causeOf(error)
    return { is: code && CONNECTION_ERRORS.includes(code) ? 'unreached' : 'unanswered', detail: message }
  }
  if (isLibraryError('partial-response', error)) return { is: 'unanswered', detail: 'the answer was cut off' }
  throw error
}

/**
 * When X takes messages again after a 429: for the account the latest reset of its windows that are not known to have
 * calls left; for the app that of its day, if X says that nothing of it is left.
 */
function resetsIn(headers: Record<string, unknown>): Resets {
  const remaining = (window: string) => headers[`${window}-remaining`] as string | undefined
  const reset = (window: string) => Number(headers[`${window}-reset`])
  const ofAccount = ['x-rate-limit', 'x-user-limit-24hour'].filter((window) =>
    [undefined, '0'].includes(remaining(window)),
  )
  const ofApp = ['x-app-limit-24hour'].filter((window) => remaining(window) === '0')
  return { account: latest(ofAccount.map(reset)), app: latest(ofApp.map(reset)) }
}

/** The latest resets of the account's and the app's windows that are used up. */
function resetsOf(rateLimit: TwitterRateLimit | undefined): Resets {
  type Known = { remaining: number; reset: number }
  const { remaining, reset, day, userDay } = (rateLimit ?? {}) as Partial<Known> & { day?: Known; userDay?: Known }
  const usedUp = (windows: readonly (Partial<Known> | undefined)[]) =>
    latest(windows.filter((window) => window?.remaining === 0).map((window) => Number(window?.reset)))
  return { account: usedUp([{ remaining, reset } as Partial<Known>, userDay]), app: usedUp([day]) }
}

/** The latest of some times in epoch seconds, as an ISO time; null if there is none. */
function latest(seconds: readonly number[]): string | null {
  const known = seconds.filter((one) => Number.isFinite(one) && one > 0)
  return known.length > 0 ? new Date(Math.max(...known) * 1000).toISOString() : null
}
