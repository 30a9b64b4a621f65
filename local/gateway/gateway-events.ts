import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { APIGatewayEventRequestContextV2, APIGatewayProxyEventV2 } from 'aws-lambda'
import type { JWTPayload } from 'jose'

/** An event of an HTTP API of API Gateway, payload format 2.0, with the claims of the token if the route has an authorizer. */
export type HttpEvent = APIGatewayProxyEventV2 & {
  requestContext: APIGatewayEventRequestContextV2 & {
    authorizer?: { jwt: { claims: Record<string, string>; scopes: null } }
  }
}

/** A request with its route. */
export type RoutedRequest = {
  readonly request: IncomingMessage
  /** The decoded path. */
  readonly path: string
  readonly body: Buffer
  readonly routeKey: string
  /** The value of `{proxy+}` in the route. */
  readonly proxy: string | undefined
  readonly claims: JWTPayload | undefined
}

/**
 * Makes the event that API Gateway sends to a function.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function requestEvent(
  { request, path, body, routeKey, proxy, claims }: RoutedRequest,
  now = new Date(),
): HttpEvent {
  const { cookie, connection: _hop, ...headers } = joinedHeaders(request)
  const query = request.url?.split('?').slice(1).join('?') ?? ''
  const sourceIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  // CloudFront appends the caller's address, and API Gateway that of CloudFront, which here is this machine's.
  headers['x-forwarded-for'] = [headers['x-forwarded-for'], sourceIp, '127.0.0.1'].filter(Boolean).join(', ')
  headers['x-forwarded-port'] ??= String(request.socket.localPort)
  headers['x-forwarded-proto'] ??= 'http'
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie && { cookies: cookie.split(/; ?/) }),
    headers,
    ...(query && { queryStringParameters: queryParameters(query) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      ...(claims && { authorizer: { jwt: { claims: claimTexts(claims), scopes: null } } }),
      domainName: headers.host ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: logTime(now),
      timeEpoch: now.getTime(),
    },
    ...(proxy !== undefined && { pathParameters: { proxy } }),
    ...bodyOf(body, headers['content-type']),
  }
}

function joinedHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headersDistinct)
  return Object.fromEntries(entries.map(([name, values = []]) => [name, values.join(name === 'cookie' ? '; ' : ',')]))
}

function queryParameters(query: string): Record<string, string> {
  const parameters = new URLSearchParams(query)
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(',')]))
}

/** Converts claims as the JWT authorizer does: every value is text, a list stands in brackets. */
function claimTexts(claims: JWTPayload): Record<string, string> {
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(text).join(' ')}]`
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
  }
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, text(value)]))
}

/** `12/Mar/2026:19:03:58 +0000` */
function logTime(at: Date): string {
  const [, day, month, year, time] = at.toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

const textTypes = /^(text\/.+|application\/(json|javascript|xml|x-www-form-urlencoded))$/

/** Valid UTF-8 of a text type stays text. Any other body becomes base64, so that no byte changes. */
function bodyOf(body: Buffer, contentType: string | undefined): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false }
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (textTypes.test(type) && isUtf8(body)) return { body: body.toString('utf8'), isBase64Encoded: false }
  return { body: body.toString('base64'), isBase64Encoded: true }
}

/** A response to the client. */
export type GatewayResponse = { status: number; headers: Record<string, string | string[]>; body: Buffer }

/**
 * Converts a function's result to a response by the rules of payload format 2.0: a result without `statusCode` is the
 * body of a 200.
 * @throws Error when the result is not a valid response
 */
export function readResponse(answer: unknown): GatewayResponse {
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) {
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer ?? null)
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) }
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = answer as Record<string, unknown>
  const status = Number(statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new Error(`statusCode ${statusCode}`)
  if (body !== undefined && body !== null && typeof body !== 'string') throw new Error('the body is not a string')
  const given = Object.entries((headers ?? {}) as Record<string, unknown>).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ])
  const outgoing = {
    'content-type': 'text/plain;charset=UTF-8',
    ...Object.fromEntries(given),
    ...(Array.isArray(cookies) && cookies.length > 0 && { 'set-cookie': cookies.map(String) }),
  }
  // The server sets the length and the transfer encoding.
  delete outgoing['content-length']
  delete outgoing['transfer-encoding']
  return { status, headers: outgoing, body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8') }
}
