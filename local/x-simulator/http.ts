import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CallKind } from './limits.ts'
import type { World } from './world.ts'

/** A request to the simulator with its whole body. */
export type Call = {
  readonly method: string
  readonly path: string
  /** The values of `:name` in the route's path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** The account of the access token; null for calls of the app itself. */
  readonly userId: string | null
}

/** An answer. `body` is sent as JSON, a string or bytes as they are. */
export type Answer = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Who may make a call: `user` needs an OAuth 1.0a signature of an account, `app` the bearer token, `any` either of
 * them, `consumer` an OAuth 1.0a signature with or without an access token, `open` nothing. `oauth2` needs an OAuth 2.0
 * token of an account. The simulator issues none, so it refuses every such call.
 */
export type Access = 'open' | 'consumer' | 'user' | 'app' | 'any' | 'oauth2'

export type Route = {
  readonly method: string
  /** `:name` matches one segment. */
  readonly path: string
  readonly access: Access
  /** The kind of the call, which has its rate limits. Default: `other`. */
  readonly limit?: CallKind
  handle(world: World, call: Call): Answer | Promise<Answer>
}

/** An error answer of X. */
export class XError extends Error {
  override readonly name = 'XError'
  readonly answer: Answer
  constructor(answer: Answer) {
    super(`X answers ${answer.status}`)
    this.answer = answer
  }
}

/** A problem of the v2 API. */
export function problem(status: number, title: string, detail: string, type = 'about:blank'): XError {
  return new XError({ status, body: { title, detail, type, status } })
}

export const forbidden = (detail: string) => problem(403, 'Forbidden', detail)

/** A 400 with a message. */
export function invalidRequest(message: string): XError {
  return new XError({
    status: 400,
    body: {
      errors: [{ message }],
      title: 'Invalid Request',
      detail: 'One or more parameters to your request was invalid.',
      type: 'https://api.twitter.com/2/problems/invalid-request',
    },
  })
}

/** An error in the v1.1 format, which `/oauth` uses too. */
export function v1Error(status: number, code: number, message: string): XError {
  return new XError({ status, body: { errors: [{ code, message }] } })
}

/** Parses a JSON object. An empty body is an empty object. */
export function jsonBody(call: Call): Record<string, unknown> {
  if (call.body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(call.body.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {}
  throw invalidRequest('The request body is not a JSON object.')
}

/** The fields of a form. No fields if the body is not a form. */
export function formBody(call: Pick<Call, 'headers' | 'body'>): URLSearchParams {
  const isForm = call.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
  return new URLSearchParams(isForm ? call.body.toString('utf8') : '')
}

/** Finds the route of a call and the values of its path. Undefined if there is none. */
export function findRoute(routes: readonly Route[], method: string, path: string) {
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path, path) : undefined
    if (params) return { route, params }
  }
  return undefined
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':') && value !== '') params[part.slice(1)] = decode(value)
    else if (part !== value) return undefined
  }
  return params
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Reads the body of a request. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Sends an answer. */
export function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const asIs = typeof body === 'string' || Buffer.isBuffer(body)
  const bytes = asIs ? Buffer.from(body) : Buffer.from(body === undefined ? '' : JSON.stringify(body))
  const type = asIs ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8'
  const defaults: Record<string, string> = bytes.length > 0 ? { 'content-type': type } : {}
  response.writeHead(status, { ...defaults, ...headers, 'content-length': bytes.length })
  response.end(bytes)
}
