import { ApiPartialResponseError, ApiRequestError, ApiResponseError, type TwitterRateLimit } from 'twitter-api-v2'
import type { XAnswer } from '../../core/replies/sending.ts'
import { causeOf, detailOf } from './client.ts'

/** Failures before anything was sent: X certainly has nothing of it. */
const UNREACHED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'CERT_HAS_EXPIRED']

/** The answer to a call that sent. @param rateLimit X's headers; a window that is used up is not tried again */
export function sentAnswer(externalId: string, rateLimit: TwitterRateLimit | undefined): XAnswer {
  return { is: 'sent', externalId, pauseUntil: resetOf(rateLimit) }
}

/** What a failed call that sends came to. Never throws for anything that X or the network did. */
export function failedAnswer(error: unknown): XAnswer {
  if (error instanceof ApiResponseError) {
    const detail = detailOf(error)
    return { is: 'refused', status: error.code, detail, resetAt: error.code === 429 ? resetIn(error.headers) : null }
  }
  if (error instanceof ApiRequestError) {
    const { message, code } = causeOf(error)
    return { is: code && UNREACHED.includes(code) ? 'unreached' : 'unanswered', detail: message }
  }
  if (error instanceof ApiPartialResponseError) return { is: 'unanswered', detail: 'the answer broke off' }
  throw error
}

/** Of a 429: when the last of the windows that are used up, or of which X does not say, begins anew (ISO time). */
function resetIn(headers: Record<string, unknown>): string | null {
  const seconds = ['x-rate-limit', 'x-app-limit-24hour', 'x-user-limit-24hour']
    .filter((window) => [undefined, '0'].includes(headers[`${window}-remaining`] as string | undefined))
    .map((window) => Number(headers[`${window}-reset`]))
    .filter((reset) => Number.isFinite(reset) && reset > 0)
  return seconds.length > 0 ? new Date(Math.max(...seconds) * 1000).toISOString() : null
}

/** When the latest used-up window of an account begins anew (ISO time); null when none is used up. */
function resetOf(rateLimit: TwitterRateLimit | undefined): string | null {
  const { remaining, reset, day, userDay } = (rateLimit ?? {}) as Partial<TwitterRateLimit> & {
    userDay?: { remaining: number; reset: number }
  }
  const seconds = [{ remaining, reset }, day, userDay]
    .filter((window) => window?.remaining === 0 && Number.isFinite(window.reset))
    .map((window) => Number(window?.reset))
  return seconds.length > 0 ? new Date(Math.max(...seconds) * 1000).toISOString() : null
}
