import { createHmac, timingSafeEqual } from 'node:crypto'

/** The valid consumer secrets: also the previous one during a rotation. */
export type ConsumerSecrets = { readonly current: string; readonly previous: string | null }

/**
 * `sha256=` and the base64 HMAC-SHA256 of the bytes: the form of X's event signatures and of CRC answers.
 * Source: https://docs.x.com/x-api/webhooks/introduction.
 */
export function sign(bytes: Uint8Array | string, consumerSecret: string): string {
  return `sha256=${createHmac('sha256', consumerSecret).update(bytes).digest('base64')}`
}

/** The form of a CRC token. X's are base64; JSON never fits. Without `m`, `$` matches only at the very end. */
const CRC_TOKEN = /^[A-Za-z0-9+/=_-]{16,128}$/

/** Which of the secrets signed. */
export type Signer = keyof ConsumerSecrets

/**
 * Which secret X signed the delivery with, null if with neither: compares the header with the raw bytes in constant time.
 * A missing header, or one of another length, is a wrong signature and never an exception.
 * A body that has the form of a CRC token is never a delivery: anyone can have such a text signed by the CRC.
 */
export function signerOf(rawBody: Uint8Array, header: string | undefined, secrets: ConsumerSecrets): Signer | null {
  if (!header || CRC_TOKEN.test(Buffer.from(rawBody).toString('latin1'))) return null
  const given = Buffer.from(header)
  const signers: readonly Signer[] = ['current', 'previous']
  const isBy = (signer: Signer) => {
    const secret = secrets[signer]
    if (!secret) return false
    const expected = Buffer.from(sign(rawBody, secret))
    return expected.length === given.length && timingSafeEqual(expected, given)
  }
  return signers.find(isBy) ?? null
}

/**
 * The answer to X's challenge-response check (CRC), or null for a token that must not be signed.
 * CRC answers and event signatures use the same key and form, so a freely chosen token could forge a delivery.
 */
export function crcAnswer(token: string | undefined, consumerSecret: string): { response_token: string } | null {
  if (!token || !CRC_TOKEN.test(token)) return null
  return { response_token: sign(token, consumerSecret) }
}
