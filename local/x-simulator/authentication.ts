import { createHmac, timingSafeEqual } from 'node:crypto'
import OAuth from 'oauth-1.0a'
import { type Access, type Call, formBody, problem, v1Error, type XError } from './http.ts'
import type { World } from './world.ts'

/** Clients sign for these hosts, although they send the requests to the simulator. */
const apiHosts = ['https://api.x.com']
const mediaHosts = ['https://ton.twitter.com', 'https://ton.x.com']

const maxClockSkewSeconds = 300

/** A call before routing and authentication. */
export type UnauthenticatedCall = Omit<Call, 'userId' | 'params'>

/** Used nonces, each with the Unix time in seconds at which it expires. */
export type Nonces = Map<string, number>

/**
 * Authenticates a call. Returns the account's id, or null for the app itself.
 * OAuth 1.0a: https://www.rfc-editor.org/rfc/rfc5849
 * @throws XError when the call has no valid signature or token, or the wrong kind
 */
export function authenticate(world: World, nonces: Nonces, call: UnauthenticatedCall, access: Access) {
  if (access === 'open') return null
  const header = call.headers.authorization ?? ''
  if (/^oauth /i.test(header)) {
    const { userId } = verifySignature(world, nonces, call, header, access)
    if (access === 'app') throw unsupported('OAuth 1.0a User Context', 'OAuth 2.0 Application-Only')
    if (access === 'oauth2') throw unsupported('OAuth 1.0a User Context', 'OAuth 2.0 User Context')
    return userId
  }
  if (/^bearer /i.test(header)) {
    if (world.state.bearer === null || header.slice(7) !== world.state.bearer) throw unknownBearer(call.path)
    if (access === 'user') throw unsupported('OAuth 2.0 Application-Only', 'OAuth 1.0a User Context')
    if (access === 'oauth2') throw unsupported('OAuth 2.0 Application-Only', 'OAuth 2.0 User Context')
    if (access !== 'consumer') return null
  }
  throw unauthorized(call.path)
}

function verifySignature(
  { state, consumerKey, consumerSecret, now }: World,
  nonces: Nonces,
  call: UnauthenticatedCall,
  header: string,
  access: Access,
): { userId: string | null } {
  const { oauth_signature: given = '', realm: _, ...signed } = parseHeader(header)
  const { oauth_token: token, oauth_timestamp: timestamp = '', oauth_nonce: nonce = '' } = signed
  const seconds = Number(timestamp)
  const isRecent = [Date.now(), now().getTime()].some((ms) => Math.abs(ms / 1000 - seconds) <= maxClockSkewSeconds)
  const known = secretOf(state, token, access)
  const nonceKey = `${token ?? ''} ${nonce}`
  const isValid =
    known !== undefined &&
    signed.oauth_consumer_key === consumerKey &&
    signed.oauth_signature_method === 'HMAC-SHA1' &&
    /^\d+$/.test(timestamp) &&
    isRecent &&
    nonce !== '' &&
    !nonces.has(nonceKey) &&
    hostsOf(call.path).some((host) =>
      isEqual(given, signatureOf(host, call, signed, consumerKey, consumerSecret, known.secret)),
    )
  if (!isValid) throw unauthorized(call.path)
  removeExpired(nonces)
  nonces.set(nonceKey, Date.now() / 1000 + 2 * maxClockSkewSeconds)
  return { userId: known.userId }
}

/** The secret and the account of a token. Undefined if the token is unknown or not allowed for this call. */
function secretOf(state: World['state'], token: string | undefined, access: Access) {
  if (token === undefined) return access === 'consumer' ? { secret: '', userId: null } : undefined
  const found = state.accessTokens.find((one) => one.token === token)
  if (found) return found
  const request = access === 'consumer' ? state.requestTokens.find((one) => one.token === token) : undefined
  return request && { secret: request.secret, userId: null }
}

function signatureOf(
  host: string,
  call: UnauthenticatedCall,
  signed: Record<string, string>,
  key: string,
  secret: string,
  tokenSecret: string,
): string {
  const oauth = new OAuth({
    consumer: { key, secret },
    signature_method: 'HMAC-SHA1',
    hash_function: (base, hashKey) => createHmac('sha1', hashKey).update(base).digest('base64'),
  })
  const data = { ...grouped(formBody(call)), ...grouped(call.query) }
  const request = { url: `${host}${call.path}`, method: call.method, data }
  // The package's type requires fields that it fills itself. Here all of them come from the request.
  return oauth.getSignature(request, tokenSecret, signed as unknown as OAuth.Data)
}

/** Parameters by name. A repeated parameter becomes a list. */
function grouped(parameters: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(parameters.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const values = parameters.getAll(name)
      return [name, values.length > 1 ? values : (values[0] ?? '')]
    }),
  )
}

/** The fields of an `Authorization: OAuth …` header. */
export function parseHeader(header: string): Record<string, string> {
  const pairs = [...header.matchAll(/([A-Za-z_]+)="([^"]*)"/g)]
  try {
    return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, decodeURIComponent(value)]))
  } catch {
    return {}
  }
}

const hostsOf = (path: string) => (path.startsWith('/1.1/ton/') ? mediaHosts : apiHosts)

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function removeExpired(nonces: Nonces): void {
  const second = Date.now() / 1000
  for (const [key, until] of nonces) {
    if (until > second) return
    nonces.delete(key)
  }
}

/** The 401 of the API version of the path. */
function unauthorized(path: string): XError {
  if (!path.startsWith('/2/')) return v1Error(401, 32, 'Could not authenticate you.')
  return problem(401, 'Unauthorized', 'Unauthorized')
}

/** A bearer token that is not the app's. It may be an OAuth 2.0 token of an account, of which the simulator has none. */
function unknownBearer(path: string): XError {
  if (!path.startsWith('/2/')) return unauthorized(path)
  const detail = 'Unauthorized: the bearer token is not that of the app. The simulator has no OAuth 2.0 user tokens.'
  return problem(401, 'Unauthorized', detail)
}

function unsupported(given: string, supported: string): XError {
  return problem(
    403,
    'Unsupported Authentication',
    `Authenticating with ${given} is forbidden for this endpoint.  Supported authentication types are [${supported}].`,
    'https://api.twitter.com/2/problems/unsupported-authentication',
  )
}
