import { createHmac, timingSafeEqual } from 'node:crypto'

/** The consumer secrets that are valid now: the previous one too while a new one is being rolled out. */
export type ConsumerSecrets = { readonly current: string; readonly previous: string | null }

/** `sha256=` and the base64 HMAC-SHA256 of the bytes: the form of X's event signatures and CRC answers alike. */
export function sign(bytes: Uint8Array | string, consumerSecret: string): string {
  return `sha256=${createHmac('sha256', consumerSecret).update(bytes).digest('base64')}`
}

/**
 * Whether a delivery is signed by X: the header against the raw bytes, in constant time, under either secret.
 * A missing header, or one of another length, is a wrong signature and never an exception.
 */
export function isSigned(rawBody: Uint8Array, header: string | undefined, secrets: ConsumerSecrets): boolean {
  if (!header) return false
  const given = Buffer.from(header)
  return [secrets.current, secrets.previous].some((secret) => {
    if (!secret) return false
    const expected = Buffer.from(sign(rawBody, secret))
    return expected.length === given.length && timingSafeEqual(expected, given)
  })
}

/** What a CRC token may look like. X's are base64; a JSON text, which could pass for an event, never fits. */
const CRC_TOKEN = /^[A-Za-z0-9+/=_-]{16,128}$/

/**
 * The answer to X's challenge, or null for a token that must not be signed.
 * CRC and event signatures share key and form: whoever may choose the token freely could have a forged event signed.
 */
export function crcAnswer(token: string | undefined, consumerSecret: string): { response_token: string } | null {
  if (!token || !CRC_TOKEN.test(token)) return null
  return { response_token: sign(token, consumerSecret) }
}
