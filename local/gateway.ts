import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWTPayload } from 'jose'
import type { LocalFunction } from './functions.ts'
import { readResponse, requestEvent } from './gateway-events.ts'
import { InvocationError } from './sandbox.ts'
import { Refusal } from './settings.ts'
import type { TokenIssuer } from './tokens.ts'

/** The product's front door on one machine. */
export type Gateway = { readonly port: number; stop(): Promise<void> }

export type GatewayOptions = {
  /** 0 takes any free one. */
  readonly port: number
  readonly functions: Readonly<Record<'webhook' | 'api', Pick<LocalFunction, 'invoke'>>>
  readonly tokens: TokenIssuer
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
  { key: 'GET /api/openapi.json', method: 'GET', path: /^\/api\/openapi\.json$/, to: 'api', token: false },
  { key: 'ANY /api/{proxy+}', path: /^\/api\/(?<proxy>.+)$/s, to: 'api', token: true },
  { key: 'ANY /', path: /^\/$/, to: 'api', token: false },
  { key: 'ANY /{proxy+}', path: /^\/(?<proxy>.+)$/s, to: 'api', token: false },
]

type Reply = { status: number; headers: Readonly<Record<string, string | string[]>>; body: Buffer }

/**
 * Serves what API Gateway's HTTP API serves in AWS, and the issuer of tokens, which in AWS has its own address.
 * @throws Refusal when the port is taken
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const server = createServer((request, response) => {
    answer(request, options)
      .catch(() => json(500, { message: 'Internal Server Error' }))
      .then((reply) => send(response, reply))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `PORT ${options.port} is in use by another process: end that one or set PORT to another number.`
      const denied = `PORT ${options.port} may not be opened by this user: set PORT to a number from 1024 on.`
      const known = { EADDRINUSE: taken, EACCES: denied }[error.code ?? '']
      reject(known ? new Refusal(known) : error)
    })
    server.listen(options.port, '127.0.0.1', resolve)
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

async function answer(request: IncomingMessage, { functions, tokens }: GatewayOptions): Promise<Reply> {
  const body = await readBody(request)
  if (!body) return json(413, { message: 'Request Entity Too Large' })
  const path = decodePath((request.url ?? '/').split('?', 1)[0] ?? '/')
  const own = await answerHere(request, path, body, tokens)
  if (own) return own
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

/** What one machine has beside the HTTP API. */
async function answerHere(
  request: IncomingMessage,
  path: string,
  body: Buffer,
  tokens: TokenIssuer,
): Promise<Reply | undefined> {
  if (path === '/oauth2/token') {
    if (request.method !== 'POST') return json(405, { error: 'method_not_allowed' }, { allow: 'POST' })
    const { status, body: content } = await tokens.answer(request.headers.authorization, body.toString('utf8'))
    return json(status, content, { 'cache-control': 'no-store' })
  }
  if (path === '/.well-known/jwks.json' && request.method === 'GET') return json(200, tokens.jwks)
  if (/^\/(\.well-known|_local)(\/|$)/.test(path)) return json(404, { message: 'Not Found' })
  return undefined
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
): Promise<{ claims: JWTPayload } | { refused: Reply }> {
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

const json = (status: number, content: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify(content)),
})

function send(response: ServerResponse, { status, headers, body }: Reply): void {
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
