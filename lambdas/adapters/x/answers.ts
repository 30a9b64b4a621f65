import type { TwitterRateLimit } from 'twitter-api-v2'
import type { XAnswer } from '../../core/replies/sending.ts'
import { causeOf, detailOf, isLibraryError } from './client.ts'

/** Errors of the connection, before anything is sent: X certainly has nothing. */
const CONNECTION_ERRORS = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'CERT_HAS_EXPIRED']

/**
 * The answer after X accepted a message.
 * @param rateLimit X's rate-limit headers; a used-up window sets `pauseUntil`
 */
export function sentAnswer(externalId: string, rateLimit: TwitterRateLimit | undefined): XAnswer {
  return { is: 'sent', externalId, pauseUntil: resetOf(rateLimit) }
}

/** The answer after a failed call. Throws only errors that come from neither X nor the network. */
export function failedAnswer(error: unknown): XAnswer {
  if (isLibraryError('response', error)) {
    const detail = detailOf(error)
    return { is: 'refused', status: error.code, detail, resetAt: error.code === 429 ? resetIn(error.headers) : null }
  }
  if (isLibraryError('request', error)) {
    const { message, code } = causeOf(error)
    return { is: code && CONNECTION_ERRORS.includes(code) ? 'unreached' : 'unanswered', detail: message }
  }
  if (isLibraryError('partial-response', error)) return { is: 'unanswered', detail: 'the answer was cut off' }
  throw error
}

/** When the account may send again after a 429: the latest reset of all windows that are not known to have calls left. */
function resetIn(headers: Record<string, unknown>): string | null {
  const seconds = ['x-rate-limit', 'x-app-limit-24hour', 'x-user-limit-24hour']
    .filter((window) => [undefined, '0'].includes(headers[`${window}-remaining`] as string | undefined))
    .map((window) => Number(headers[`${window}-reset`]))
    .filter((reset) => Number.isFinite(reset) && reset > 0)
  return seconds.length > 0 ? new Date(Math.max(...seconds) * 1000).toISOString() : null
}

/** The latest reset of the account's used-up windows (ISO time); null if none is used up. */
function resetOf(rateLimit: TwitterRateLimit | undefined): string | null {
  const { remaining, reset, day, userDay } = (rateLimit ?? {}) as Partial<TwitterRateLimit> & {
    userDay?: { remaining: number; reset: number }
  }
  const seconds = [{ remaining, reset }, day, userDay]
    .filter((window) => window?.remaining === 0 && Number.isFinite(window.reset))
    .map((window) => Number(window?.reset))
  return seconds.length > 0 ? new Date(Math.max(...seconds) * 1000).toISOString() : null
}
