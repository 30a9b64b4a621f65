import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWTPayload } from 'jose'
import { Problem, problemAnswer } from '../../lambdas/core/api/problem.ts'
import type { TokenIssuer } from '../identity/tokens.ts'
import type { LocalFunction } from '../lambda/functions.ts'
import { InvocationError } from '../lambda/sandbox.ts'
import { runOnRequest, type Schedules } from '../lambda/schedules.ts'
import { portError } from '../settings.ts'
import type { ConsolePages } from './console-pages.ts'
import { type Outgoing, readResponse, requestEvent } from './gateway-events.ts'

/** The product's front door on one machine. */
export type Gateway = { readonly port: number; stop(): Promise<void> }

/** What answers behind the door. */
export type Answerers = {
  readonly functions: Readonly<Record<'webhook' | 'api', Pick<LocalFunction, 'invoke'>>>
  readonly tokens: TokenIssuer
  readonly schedules: Schedules
  readonly pages: ConsolePages
}

export type GatewayOptions = {
  /** 0 takes any free one. */
  readonly port: number
  /** Requests wait for them: the door is there before they are, since they must know its address. */
  readonly answerers: Answerers | Promise<Answerers>
}

/** As API Gateway has it: 10 MB. */
const maxBodyBytes = 10 * 1024 * 1024

type Route = {
  readonly key: string
  readonly method?: string
  readonly path: RegExp
  readonly to: 'webhook' | 'api'
  readonly token: boolean
}

/** The routes of the HTTP API, the most specific first. `proxy` is what `{proxy+}` stands for. */
const routes: readonly Route[] = [
  { key: 'ANY /webhooks/twitter', path: /^\/webhooks\/twitter$/, to: 'webhook', token: false },
  {
    // A browser that X sends back brings no token, but a cookie.
    key: 'GET /api/channels/twitter/callback',
    method: 'GET',
    path: /^\/api\/channels\/twitter\/callback$/,
    to: 'api',
    token: false,
  },
  { key: 'GET /api/openapi.json', method: 'GET', path: /^\/api\/openapi\.json$/, to: 'api', token: false },
  { key: 'ANY /api/{proxy+}', path: /^\/api\/(?<proxy>.+)$/s, to: 'api', token: true },
  { key: 'ANY /', path: /^\/$/, to: 'api', token: false },
  { key: 'ANY /{proxy+}', path: /^\/(?<proxy>.+)$/s, to: 'api', token: false },
]

/**
 * Serves what CloudFront serves in AWS: API Gateway's HTTP API and the files of the console; the issuer of tokens, which in
 * AWS has its own address; and what there is on one machine only.
 * @throws Refusal when the port is taken
 */
export async function startGateway({ port, answerers }: GatewayOptions): Promise<Gateway> {
  const server = createServer((request, response) => {
    serve(request, response, answerers)
      .catch(() => json(500, { message: 'Internal Server Error' }))
      .then((reply) => reply && send(response, reply))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError('PORT', port, error)))
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The reply to a request, undefined where the issuer of tokens gives it itself. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answerers: GatewayOptions['answerers'],
): Promise<Outgoing | undefined> {
  const { functions, tokens, schedules, pages } = await answerers
  const path = decodePath((request.url ?? '/').split('?', 1)[0] ?? '/')
  if (tokens.serves(path)) {
    tokens.serve(request, response)
    return undefined
  }
  const page = pages.answer({ method: request.method ?? 'GET', path, accept: request.headers.accept ?? '' })
  if (page) return page
  const body = await readBody(request)
  if (!body) return json(413, { message: 'Request Entity Too Large' })
  const schedule = /^\/_local\/schedules\/([^/]+)$/.exec(path)?.[1]
  if (schedule !== undefined) return runSchedule(request, schedule, body, schedules)
  if (/^\/(\.well-known|_local)(\/|$)/.test(path)) return json(404, { message: 'Not Found' })
  return answer(request, path, body, functions, tokens)
}

/** What API Gateway does: finds the route, checks the token, calls the function. */
async function answer(
  request: IncomingMessage,
  path: string,
  body: Buffer,
  functions: Answerers['functions'],
  tokens: TokenIssuer,
): Promise<Outgoing> {
  const found = findRoute(request.method ?? 'GET', path)
  if (!found) return json(404, { message: 'Not Found' })
  const { route, proxy } = found
  let claims: JWTPayload | undefined
  if (route.token) {
    const verified = await authorize(request.headers.authorization, tokens)
    if ('refused' in verified) return verified.refused
    claims = verified.claims
  }
  const event = requestEvent({ request, path, body, routeKey: route.key, proxy, claims })
  try {
    const response = readResponse(await functions[route.to].invoke(event))
    return { ...response, headers: { 'apigw-requestid': event.requestContext.requestId, ...response.headers } }
  } catch (error) {
    const timedOut = error instanceof InvocationError && error.errorType === 'Sandbox.Timedout'
    return timedOut ? json(503, { message: 'Service Unavailable' }) : json(500, { message: 'Internal Server Error' })
  }
}

async function runSchedule(
  { method }: IncomingMessage,
  name: string,
  body: Buffer,
  schedules: Schedules,
): Promise<Outgoing> {
  try {
    if (method !== 'POST') throw new Problem(405, `${method} is not allowed here`, { headers: { allow: 'POST' } })
    await runOnRequest(schedules, name, body.toString('utf8'))
    return json(200, {})
  } catch (error) {
    if (error instanceof Problem) return readResponse(problemAnswer(error))
    throw error
  }
}

function findRoute(method: string, path: string): { route: Route; proxy: string | undefined } | undefined {
  for (const route of routes) {
    const match = route.method === undefined || route.method === method ? route.path.exec(path) : null
    if (match) return { route, proxy: match.groups?.proxy }
  }
  return undefined
}

async function authorize(
  header: string | undefined,
  tokens: TokenIssuer,
): Promise<{ claims: JWTPayload } | { refused: Outgoing }> {
  const refused = (challenge: string) => ({
    refused: json(401, { message: 'Unauthorized' }, { 'www-authenticate': challenge }),
  })
  if (!header) return refused('Bearer')
  try {
    return { claims: await tokens.verify(header.replace(/^bearer +/i, '')) }
  } catch (error) {
    const expired = (error as { code?: string }).code === 'ERR_JWT_EXPIRED'
    const description = expired ? 'the token has expired' : 'the token is not valid'
    return refused(`Bearer scope="" error="invalid_token" error_description="${description}"`)
  }
}

/** All bytes of a body, undefined when there are too many. The rest is read and dropped, so that the sender hears why. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maxBodyBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  return size <= maxBodyBytes ? Buffer.concat(chunks) : undefined
}

/** HTTP APIs match and hand on the decoded path, `rawPath` included. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const json = (status: number, content: unknown, headers: Readonly<Record<string, string>> = {}): Outgoing => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify(content)),
})

function send(response: ServerResponse, { status, headers, body }: Outgoing): void {
  try {
    response.writeHead(status, { ...headers, 'content-length': body.length })
  } catch {
    // A handler's header that HTTP does not allow; API Gateway answers the same.
    const refusal = json(500, { message: 'Internal Server Error' })
    response.writeHead(refusal.status, { ...refusal.headers, 'content-length': refusal.body.length })
    response.end(refusal.body)
    return
  }
  response.end(body)
}
