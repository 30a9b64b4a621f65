import type { TwitterRateLimit } from 'twitter-api-v2'
import { XError } from '../../core/ports/x.ts'
import { noResets, type Resets, type XAnswer } from '../../core/replies/sending.ts'
import { isXId } from '../../core/x/ids.ts'
import { causeOf, detailOf, isLibraryError, xErrorFrom } from './client.ts'

/** Errors of the connection, before anything is sent: X certainly has nothing. */
const CONNECTION_ERRORS = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'CERT_HAS_EXPIRED']

/**
 * The answer after X accepted a message. Without an id of X nobody knows whether it did.
 * @param rateLimit X's rate-limit headers, of windows that may now be used up
 */
export function sentAnswer(externalId: unknown, rateLimit: TwitterRateLimit | undefined): XAnswer {
  if (!isXId(externalId)) return { is: 'unanswered', detail: 'X answered without the id of the message' }
  return { is: 'sent', externalId, resets: resetsOf(rateLimit) }
}

/** The answer after a failed call. @throws errors that come from neither X nor the network */
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
  const noAnswer = xErrorFrom(error)
  if (noAnswer instanceof XError) return { is: 'unanswered', detail: noAnswer.detail }
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

/** The year 10000: no time of X, and not sorted after others as an ISO time. */
const MAX_SECONDS = 253_402_300_800

/** The latest of some times in epoch seconds, as an ISO time; null if there is none. */
function latest(seconds: readonly number[]): string | null {
  const known = seconds.filter((one) => one > 0 && one < MAX_SECONDS)
  return known.length > 0 ? new Date(Math.max(...known) * 1000).toISOString() : null
}
