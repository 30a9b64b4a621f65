import type { IncomingMessage, RequestListener } from 'node:http'
import { paths } from '../lambdas/core/api/paths.ts'
import { Problem, problemAnswer } from '../lambdas/core/api/problem.ts'

/**
 * The names of this machine. No page elsewhere can get one of them by DNS. They count with any port, so that a
 * forwarded one (`ssh -L 8080:localhost:3000`) works.
 */
const ownNames = ['localhost', '127.0.0.1', '[::1]']

/** The paths that X needs, and a browser that comes back from X. */
const publicPaths: readonly string[] = Object.values(paths)

/** The calls that exist on this machine only and ask for no token: those of `/_local/`, and the simulators' control calls. */
const controlPaths = /[\\/]_(local|x|usedesk)[\\/]/

/** A proxy adds these. Some write `localhost` into `Host`. */
const proxyHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'cf-connecting-ip',
]

/** What navigates inside a page. A person does not see where they are there. */
const frames = ['iframe', 'frame', 'object', 'embed']

/** True if an address is on this machine. */
export const isOwnUrl = (url: string): boolean => ownNames.includes(new URL(url).hostname)

/** True if a request came under a name of this machine and through no proxy. */
export const isOwnRequest = (request: IncomingMessage): boolean =>
  ownNames.includes(nameIn(request)) && !proxyHeaders.some((name) => name in request.headers)

/** The decoded path of a request. HTTP APIs match it. */
export function pathOf({ url = '/' }: IncomingMessage): string {
  const [path = '/'] = url.split('?', 1)
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/**
 * Passes on what this machine's own people and programs ask, and what X asks under the tunnel's name. Answers
 * everything else itself, with the reason: 421 under an unknown Host, 404 through the tunnel, 403 from a foreign page.
 * @param tunnelUrl the public address of this server, if it is not on this machine
 * @param corsOrigins origins whose pages may call the API
 */
export function guarded(
  listener: RequestListener,
  tunnelUrl?: string,
  corsOrigins: readonly string[] = [],
): RequestListener {
  const tunnelName = tunnelUrl && new URL(tunnelUrl).hostname
  return (request, response) => {
    const refusal = refusalOf(request, tunnelName, corsOrigins)
    if (!refusal) return listener(request, response)
    const { statusCode, headers, body } = problemAnswer(refusal)
    response.writeHead(statusCode, headers).end(body)
  }
}

function refusalOf(
  request: IncomingMessage,
  tunnelName: string | undefined,
  corsOrigins: readonly string[],
): Problem | undefined {
  const name = nameIn(request)
  if (!ownNames.includes(name) && name !== tunnelName) {
    return new Problem(421, `no server here has the Host «${name}»: PUBLIC_URL must be the address that X calls`)
  }
  const path = pathOf(request)
  if (!isOwnRequest(request)) {
    if (publicPaths.includes(path)) return undefined
    const here = `http://localhost:${request.socket.localPort}`
    return new Problem(404, `through a tunnel only ${publicPaths.join(' and ')} answer: use ${here} on this machine`)
  }
  if (path.startsWith('/api/') && corsOrigins.includes(request.headers.origin ?? '')) return undefined
  if (isFromForeignPage(request)) return new Problem(403, 'a page of another origin may not call this')
  if (controlPaths.test(path) && !isJsonOrEmpty(request)) {
    return new Problem(403, 'the body must be JSON: send the header content-type: application/json')
  }
  return undefined
}

/** The Host of a request in lower case, without its port. */
const nameIn = ({ headers }: IncomingMessage) => (headers.host ?? '').toLowerCase().replace(/:\d*$/, '')

/**
 * True if a browser sends the request for a page of another origin, unless a person follows a link or a redirect.
 * https://web.dev/articles/fetch-metadata
 */
function isFromForeignPage({ method, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return false
  if (site !== undefined) {
    const isFrame = frames.includes(String(headers['sec-fetch-dest']))
    return method !== 'GET' || headers['sec-fetch-mode'] !== 'navigate' || isFrame
  }
  return headers.origin !== undefined && headers.origin !== `http://${headers.host}`
}

/** A form always has another type; a page that may set this one is of the same origin. */
function isJsonOrEmpty({ headers }: IncomingMessage): boolean {
  const type = headers['content-type']
  if (type !== undefined) return /^application\/json\s*(;|$)/i.test(type)
  return (headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined
}
