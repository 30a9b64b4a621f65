import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { APIGatewayEventRequestContextV2, APIGatewayProxyEventV2 } from 'aws-lambda'
import type { JWTPayload } from 'jose'

/** An event of API Gateway's HTTP API, payload format 2.0, with the authorizer's part where the route has one. */
export type HttpEvent = APIGatewayProxyEventV2 & {
  requestContext: APIGatewayEventRequestContextV2 & {
    authorizer?: { jwt: { claims: Record<string, string>; scopes: null } }
  }
}

/** A request on the way to its function. */
export type Incoming = {
  readonly request: IncomingMessage
  /** Decoded. */
  readonly path: string
  readonly body: Buffer
  readonly routeKey: string
  /** What `{proxy+}` stands for. */
  readonly proxy: string | undefined
  readonly claims: JWTPayload | undefined
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export function requestEvent({ request, path, body, routeKey, proxy, claims }: Incoming, now = new Date()): HttpEvent {
  const { cookie, connection: _hop, ...headers } = joinedHeaders(request)
  const query = request.url?.split('?').slice(1).join('?') ?? ''
  const sourceIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  headers['x-forwarded-for'] = [headers['x-forwarded-for'], sourceIp].filter(Boolean).join(', ')
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

/** Claims as the JWT authorizer hands them on: texts all, a list in brackets. */
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

/** Text as text where it is text in full; any other bytes as base64, so that not one of them changes on the way. */
function bodyOf(body: Buffer, contentType: string | undefined): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false }
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (textTypes.test(type) && isUtf8(body)) return { body: body.toString('utf8'), isBase64Encoded: false }
  return { body: body.toString('base64'), isBase64Encoded: true }
}

/** What goes out to the client. */
export type Outgoing = { status: number; headers: Record<string, string | string[]>; body: Buffer }

/**
 * A function's answer as a response, by the rules of payload format 2.0: what has no `statusCode` is the body of a 200.
 * @throws Error when it is no response
 */
export function readResponse(answer: unknown): Outgoing {
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
  // The length and the framing are the server's business.
  delete outgoing['content-length']
  delete outgoing['transfer-encoding']
  return { status, headers: outgoing, body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8') }
}
