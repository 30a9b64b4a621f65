import type { IncomingMessage, ServerResponse } from 'node:http'
import type { World } from './world.ts'

/** A request to the simulator, read whole. */
export type Call = {
  readonly method: string
  readonly path: string
  /** What stands in the path for `:name`. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** The account for which it is made; null for the app's own calls. */
  readonly userId: string | null
}

/** An answer: `body` is sent as JSON, or as it is when it is a string or bytes. */
export type Answer = {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Who may make a call: `user` wants an account's OAuth 1.0a signature, `app` the bearer token, `any` either,
 * `consumer` an OAuth 1.0a signature with or without an account's token.
 */
export type Access = 'open' | 'consumer' | 'user' | 'app' | 'any'

export type Route = {
  readonly method: string
  /** With `:name` for a part. */
  readonly path: string
  readonly access: Access
  /** The limit that it counts for, `other` when it names none. */
  readonly limit?: 'posts' | 'directMessages'
  handle(world: World, call: Call): Answer | Promise<Answer>
}

/** A refusal in X's words, thrown from wherever it is noticed. */
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

/** A 400 that names what was wrong. */
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

/** An error in the v1.1 shape, which `/oauth` has too. */
export function v1Error(status: number, code: number, message: string): XError {
  return new XError({ status, body: { errors: [{ code, message }] } })
}

/** The JSON object in a body; an empty body is an empty object. */
export function jsonBody(call: Call): Record<string, unknown> {
  if (call.body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(call.body.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {}
  throw invalidRequest('The request body is not a JSON object.')
}

/** The fields of a form body; none for any other body. */
export function formBody(call: Pick<Call, 'headers' | 'body'>): URLSearchParams {
  const isForm = call.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
  return new URLSearchParams(isForm ? call.body.toString('utf8') : '')
}

/** The route for a call and what stands in its path, undefined when there is none. */
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

/** All bytes of a request. */
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
