import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { JWTPayload } from 'jose'
import { paths } from '../../lambdas/core/api/paths.ts'
import { Problem, problemAnswer } from '../../lambdas/core/api/problem.ts'
import { guarded, isOwnRequest, pathOf } from '../guard.ts'
import type { TokenIssuer } from '../identity/tokens.ts'
import type { LocalFunction } from '../lambda/functions.ts'
import { InvocationError } from '../lambda/sandbox.ts'
import { runOnRequest, type Schedules } from '../lambda/schedules.ts'
import { close, listen } from '../server.ts'
import type { ConsolePages } from './console-pages.ts'
import { createEdge, type Edge } from './edge.ts'
import { type GatewayResponse, readResponse, requestEvent } from './gateway-events.ts'

/** Stands in for API Gateway and CloudFront on this machine. */
export type Gateway = { readonly port: number; stop(): Promise<void> }

/** The parts to which the gateway passes requests. */
export type Backends = {
  readonly functions: Readonly<Record<'webhook' | 'api', Pick<LocalFunction, 'invoke'>>>
  readonly tokens: TokenIssuer
  readonly schedules: Schedules
  readonly pages: ConsolePages
  /** Called for each delivery that was answered with an error because the webhook did not run. */
  readonly onRefusedDelivery: () => void
}

export type GatewayOptions = {
  /** 0 means any free port. */
  readonly port: number
  /** Requests wait for this promise: the gateway starts before its backends, because they need its port. */
  readonly backends: Backends | Promise<Backends>
  /** The public address, if it is not on this machine. Only X and browsers that come back from X use it. */
  readonly tunnelUrl?: string | undefined
  /** The origins whose pages may call the API; none by default. */
  readonly corsOrigins?: readonly string[]
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const maxBodyBytes = 10 * 1024 * 1024

type Route = {
  readonly key: string
  readonly method?: string
  readonly path: RegExp
  readonly to: 'webhook' | 'api'
  readonly token: boolean
}

const exactly = (path: string) => new RegExp(`^${path.replaceAll('.', '\\.')}$`)
const openApiPath = '/api/openapi.json'
const docsPath = '/api/docs'

/** The routes of the HTTP API, the most specific first. The group `proxy` is the value of `{proxy+}`. */
const routes: readonly Route[] = [
  { key: `ANY ${paths.webhook}`, path: exactly(paths.webhook), to: 'webhook', token: false },
  // X redirects a browser to the callback: it has a cookie and no token.
  { key: `GET ${paths.callback}`, method: 'GET', path: exactly(paths.callback), to: 'api', token: false },
  { key: `POST ${paths.usedesk}`, method: 'POST', path: exactly(paths.usedesk), to: 'api', token: false },
  { key: `GET ${openApiPath}`, method: 'GET', path: exactly(openApiPath), to: 'api', token: false },
  { key: `GET ${docsPath}`, method: 'GET', path: exactly(docsPath), to: 'api', token: false },
  { key: 'ANY /api/{proxy+}', path: /^\/api\/(?<proxy>.+)$/s, to: 'api', token: true },
  { key: 'ANY /', path: /^\/$/, to: 'api', token: false },
  { key: 'ANY /{proxy+}', path: /^\/(?<proxy>.+)$/s, to: 'api', token: false },
]

/**
 * Starts the server for everything that has an address of its own in AWS: the HTTP API, the files of the console and
 * the token issuer; and for `/_local/`, which exists on this machine only.
 * @throws UserError when the port is in use
 */
export async function startGateway({ port, backends, tunnelUrl, corsOrigins = [] }: GatewayOptions): Promise<Gateway> {
  const edge = createEdge(corsOrigins)
  const answerRequest: RequestListener = (request, response) => {
    serve(request, response, backends, edge)
      .catch(() => json(500, { message: 'Internal Server Error' }))
      .then((reply) => reply && send(response, tunnelUrl ? onThisMachine(request, reply, tunnelUrl) : reply))
  }
  const server = createServer(guarded(answerRequest, tunnelUrl, corsOrigins))
  return { port: await listen(server, port, 'PORT'), stop: () => close(server) }
}

/** Returns the response to a request. Undefined when the token issuer sends it itself. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  backends: GatewayOptions['backends'],
  edge: Edge,
): Promise<GatewayResponse | undefined> {
  const all = await backends
  const { tokens, schedules, pages } = all
  const path = pathOf(request)
  // The cookie that began to connect an account is on this machine, where the console is.
  if (path === paths.callback && request.method === 'GET' && !isOwnRequest(request)) {
    return { status: 302, headers: { location: `${ownUrl(request)}${request.url}` }, body: Buffer.alloc(0) }
  }
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
  const isCall = /^\/api\/./.test(path)
  if (!isCall) return answer(request, path, body, all)
  // CloudFront calls the function for each call but those for the description.
  const isDescription = request.method === 'GET' && (path === openApiPath || path === docsPath)
  const own = isDescription ? undefined : edge.answer(request, path)
  return own ?? edge.passOn(request, await answer(request, path, body, all))
}

/** Does what API Gateway does: finds the route, checks the token, calls the function. */
async function answer(
  request: IncomingMessage,
  path: string,
  body: Buffer,
  { functions, tokens, onRefusedDelivery }: Backends,
): Promise<GatewayResponse> {
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
    if (route.to === 'webhook' && request.method === 'POST') onRefusedDelivery()
    const timedOut = error instanceof InvocationError && error.errorType === 'Sandbox.Timedout'
    return timedOut ? json(503, { message: 'Service Unavailable' }) : json(500, { message: 'Internal Server Error' })
  }
}

async function runSchedule(
  { method }: IncomingMessage,
  name: string,
  body: Buffer,
  schedules: Schedules,
): Promise<GatewayResponse> {
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
): Promise<{ claims: JWTPayload } | { refused: GatewayResponse }> {
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

/** Reads a body. Returns undefined if it is too large; reads the rest all the same, so that the client gets the response. */
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

const ownUrl = ({ socket }: IncomingMessage) => `http://localhost:${socket.localPort}`

/**
 * Turns a reply for the tunnel's address into one for this machine's, where the console is: redirects lead here, and
 * cookies work without TLS. Safari keeps no `Secure` cookie of `http://localhost`.
 */
function onThisMachine(request: IncomingMessage, reply: GatewayResponse, tunnelUrl: string): GatewayResponse {
  const headers = { ...reply.headers }
  const { location, 'set-cookie': cookies } = headers
  if (typeof location === 'string' && location.startsWith(`${tunnelUrl}/`)) {
    headers.location = ownUrl(request) + location.slice(tunnelUrl.length)
  }
  if (Array.isArray(cookies)) headers['set-cookie'] = cookies.map((one) => one.replace(/; *Secure\b/i, ''))
  return { ...reply, headers }
}

const json = (status: number, content: unknown, headers: Readonly<Record<string, string>> = {}): GatewayResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify(content)),
})

function send(response: ServerResponse, { status, headers, body }: GatewayResponse): void {
  try {
    response.writeHead(status, { ...headers, 'content-length': body.length })
  } catch {
    // A header of the handler is not valid in HTTP. API Gateway answers the same.
    const refusal = json(500, { message: 'Internal Server Error' })
    response.writeHead(refusal.status, { ...refusal.headers, 'content-length': refusal.body.length })
    response.end(refusal.body)
    return
  }
  response.end(body)
}
