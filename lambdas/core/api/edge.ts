import { paths } from './paths.ts'

/** Headers of the API that pages of other origins may send, and read. */
export const cors = {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  requestHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match'],
  answerHeaders: ['etag', 'link', 'retry-after', 'www-authenticate'],
  maxAgeSeconds: 3600,
} as const

/** True for an origin that may be named: https, or a page on the developer's machine; without a path or a wildcard. */
export function isCorsOrigin(text: string): boolean {
  return /^(https:\/\/[a-z0-9.-]+|http:\/\/(localhost|127\.0\.0\.1))(:\d{1,5})?$/.test(text)
}

/**
 * The source of a CloudFront function for calls of the API, which the gateway of `npm start` runs too
 * (docs/decisions/edge.md). It answers what needs no function of ours: a call whose token is missing, damaged or expired,
 * as a problem, because API Gateway's own 401 is none; and the question of a browser whether a page of another origin may
 * call. It checks no signature: API Gateway does.
 * @param origins whose pages may call the API
 */
export function edgeFunction(origins: readonly string[]): string {
  return `const ORIGINS = ${JSON.stringify(origins)}

function handler(event) {
  const request = event.request
  const origin = request.headers.origin ? request.headers.origin.value : ''
  const isAllowed = ORIGINS.indexOf(origin) >= 0
  if (request.method === 'OPTIONS') return isAllowed ? preflight(origin) : request
  if (request.uri === '${paths.callback}' && request.method === 'GET') return request
  const header = request.headers.authorization ? request.headers.authorization.value : ''
  const wrong = whatIsWrong(header.replace(/^bearer */i, ''))
  return wrong ? refusal(wrong, isAllowed ? origin : '') : request
}

function whatIsWrong(token) {
  if (token === '') return 'a bearer token is required'
  try {
    const parts = token.split('.')
    const claims = JSON.parse(Buffer.from(parts[1], 'base64url').toString('utf8'))
    if (parts.length !== 3 || typeof claims.exp !== 'number') return 'the token is not valid'
    return claims.exp * 1000 <= Date.now() ? 'the token has expired' : null
  } catch (error) {
    return 'the token is not valid'
  }
}

function refusal(detail, origin) {
  const isMissing = detail === 'a bearer token is required'
  const challenge = isMissing ? 'Bearer' : 'Bearer error="invalid_token", error_description="' + detail + '"'
  const problem = { type: 'about:blank', title: 'Unauthorized', status: 401, detail: detail }
  const headers = {
    'content-type': { value: 'application/problem+json' },
    'cache-control': { value: 'no-store' },
    'www-authenticate': { value: challenge },
  }
  if (origin) {
    headers['access-control-allow-origin'] = { value: origin }
    headers['access-control-expose-headers'] = { value: '${cors.answerHeaders.join(', ')}' }
    headers.vary = { value: 'Origin' }
  }
  return { statusCode: 401, statusDescription: 'Unauthorized', headers: headers, body: JSON.stringify(problem) }
}

function preflight(origin) {
  return {
    statusCode: 204,
    statusDescription: 'No Content',
    headers: {
      'access-control-allow-origin': { value: origin },
      'access-control-allow-methods': { value: '${cors.methods.join(', ')}' },
      'access-control-allow-headers': { value: '${cors.requestHeaders.join(', ')}' },
      'access-control-max-age': { value: '${cors.maxAgeSeconds}' },
      vary: { value: 'Origin' },
    },
  }
}
`
}
