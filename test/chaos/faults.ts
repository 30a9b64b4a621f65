import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Random } from './random.ts'

/** The AWS services that the harness disturbs. */
export type Service = 'dynamodb' | 'sqs' | 's3' | 'ses'

/**
 * What happens to a call: it is throttled; it fails with 500; it is slow; its connection breaks before the service has
 * it, or after the service has carried it out (`lost`); its caller's worker dies before or after the service has carried
 * it out (`crash_before`, `crash_after`).
 */
export const faultKinds = ['throttled', 'failing', 'slow', 'refused', 'lost', 'crash_before', 'crash_after'] as const
export type FaultKind = (typeof faultKinds)[number]

/** A share, from 0 to 1, of the calls of a service has a fault. */
export type Fault = { readonly service: Service; readonly kind: FaultKind; readonly share: number }

/** An answer with this header ends the worker that gets it: see crashing.ts. */
export const crashHeader = 'x-chaos-crash'

const slowMs = { min: 50, max: 1_500 }

/** How each service says that it throttles, and that it failed. */
const refusals: Readonly<Record<Service, Readonly<Record<'throttled' | 'failing', readonly [number, string]>>>> = {
  dynamodb: {
    throttled: [400, json('com.amazonaws.dynamodb.v20120810#ThrottlingException')],
    failing: [500, json('com.amazonaws.dynamodb.v20120810#InternalServerError')],
  },
  sqs: {
    throttled: [400, json('com.amazonaws.sqs#RequestThrottled')],
    failing: [500, json('com.amazonaws.sqs#InternalError')],
  },
  s3: { throttled: [503, xml('SlowDown')], failing: [500, xml('InternalError')] },
  ses: {
    throttled: [400, `<ErrorResponse>${xml('Throttling')}</ErrorResponse>`],
    failing: [500, `<ErrorResponse>${xml('InternalFailure')}</ErrorResponse>`],
  },
}

function json(type: string): string {
  return JSON.stringify({ __type: type, message: 'chaos' })
}

function xml(code: string): string {
  return `<Error><Code>${code}</Code><Message>chaos</Message></Error>`
}

/**
 * Starts a proxy in front of a service, on 127.0.0.1 and a free port.
 * @param target the service's address
 * @param faults the faults at this moment
 * @param onFault called with each fault that a call has
 */
export async function startFaultyProxy(
  service: Service,
  target: string,
  faults: () => readonly Fault[],
  random: Random,
  onFault: (kind: FaultKind) => void,
): Promise<{ readonly url: string; readonly server: Server }> {
  const agent = new Agent({ keepAlive: true })
  const draw = () => faults().find((one) => one.service === service && random.chance(one.share))?.kind

  const pass = (asked: IncomingMessage, answer: ServerResponse, onAnswer: (found: IncomingMessage) => void) => {
    const { method, headers, url } = asked
    const passed = request(new URL(url ?? '/', target), { method, headers, agent }, onAnswer)
    passed.on('error', () => answer.destroy())
    asked.on('error', () => passed.destroy())
    asked.pipe(passed)
  }
  const forward = (asked: IncomingMessage, answer: ServerResponse, more: Record<string, string> = {}) =>
    pass(asked, answer, (found) => {
      answer.writeHead(found.statusCode ?? 500, { ...found.headers, ...more })
      found.pipe(answer)
    })

  const server = createServer((asked, answer) => {
    const kind = draw()
    if (kind) onFault(kind)
    switch (kind) {
      case undefined:
        return forward(asked, answer)
      case 'slow':
        setTimeout(() => forward(asked, answer), slowMs.min + random.below(slowMs.max - slowMs.min))
        return
      case 'refused':
        answer.destroy()
        return
      case 'lost':
        return pass(asked, answer, (found) => found.resume().once('end', () => answer.destroy()))
      case 'crash_after':
        return forward(asked, answer, { [crashHeader]: '1' })
    }
    const [status, body] = refusals[service][kind === 'throttled' ? 'throttled' : 'failing']
    asked.resume()
    const type = body.startsWith('{') ? 'application/x-amz-json-1.0' : 'text/xml'
    answer.writeHead(status, { 'content-type': type, ...(kind === 'crash_before' ? { [crashHeader]: '1' } : {}) })
    answer.end(body)
  })
  // The embedded SQS answers a long poll after 20 seconds; a proxy must not give up before.
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}
