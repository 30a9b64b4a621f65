import { createHmac, timingSafeEqual } from 'node:crypto'

/** True for an event that the helpdesk signed with the secret (`whsec_…`) within 5 minutes. `body` is as it came, not parsed. */
export function isSigned(headers: Record<string, string>, body: string, secret: string, now = Date.now()): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures = '' } = headers
  if (!(Math.abs(now / 1000 - Number(at)) < 300)) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const own = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest()
  // There are two while a secret is changed.
  const given = signatures.split(' ').map((one) => Buffer.from(one.replace(/^v1,/, ''), 'base64'))
  return given.some((one) => one.length === own.length && timingSafeEqual(one, own))
}
