import { randomBytes } from 'node:crypto'
import type { WebhookTrial } from '../../core/ports/x.ts'
import { sign } from '../../core/x/signature.ts'

/** X waits 10 seconds by its present documents and 3 by the former ones. */
const TIMEOUT_MS = 5_000

/**
 * Sends our webhook a challenge (CRC), as X does before it accepts it and every hour.
 * Source: https://docs.x.com/x-api/webhooks/introduction
 */
export const tryWebhook: WebhookTrial = async (url, consumerSecret) => {
  const token = randomBytes(24).toString('base64url')
  let response: Response
  let body: string
  try {
    response = await fetch(`${url}?crc_token=${token}`, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
    body = await response.text()
  } catch (error) {
    return `it does not answer (${reasonOf(error)})`
  }
  if (response.status >= 300 && response.status < 400) return 'it leads to another address, which X does not follow'
  if (response.status !== 200) return `it answers X's challenge with ${response.status} instead of 200`
  return answerIn(body) === sign(token, consumerSecret)
    ? null
    : "it answers X's challenge with a wrong signature: it has another consumer secret, or is another program"
}

function answerIn(body: string): unknown {
  try {
    const answer: unknown = JSON.parse(body)
    return typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'response_token') : null
  } catch {
    return null
  }
}

/** Of a failed fetch, its cause says what happened. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `within ${TIMEOUT_MS / 1000} seconds`
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message
}
