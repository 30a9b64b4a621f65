import { createHmac, randomBytes } from 'node:crypto'
import type { AppKeys } from '../../core/ports/platform.ts'
import type { AccountTokens } from '../../core/ports/x.ts'

/** The parts of a signature that differ from call to call; seconds since 1970. */
export type Moment = { readonly nonce: string; readonly seconds: number }

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/** The order of bytes, because encoded text is ASCII. */
const compare = (a: string, b: string) => Number(a > b) - Number(a < b)

/**
 * The `Authorization` header of a GET, signed with OAuth 1.0a. Written out because twitter-api-v2 signs only calls that it
 * makes itself, and holds their answers whole in memory.
 * Source: https://www.rfc-editor.org/rfc/rfc5849#section-3.4
 */
export function authorizationOf(
  url: URL,
  app: AppKeys,
  tokens: AccountTokens,
  { nonce, seconds }: Moment = { nonce: randomBytes(16).toString('hex'), seconds: Math.floor(Date.now() / 1000) },
): string {
  const own: [string, string][] = [
    ['oauth_consumer_key', app.key],
    ['oauth_nonce', nonce],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(seconds)],
    ['oauth_token', tokens.token],
    ['oauth_version', '1.0'],
  ]
  const parameters = [...own, ...url.searchParams]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const base = ['GET', `${url.origin}${url.pathname}`, parameters].map(encode).join('&')
  const key = `${encode(app.secret)}&${encode(tokens.secret)}`
  const signature = createHmac('sha1', key).update(base).digest('base64')
  const fields = [...own, ['oauth_signature', signature]] as const
  return `OAuth ${fields.map(([name, value]) => `${encode(name)}="${encode(value)}"`).join(', ')}`
}
