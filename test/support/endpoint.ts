import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Webhook } from 'standardwebhooks'
import type { EventData } from '../../lambdas/core/outgoing/delivery.ts'
import { type Endpoint, outgoingEventTypes } from '../../lambdas/core/outgoing/endpoint.ts'
import { close } from '../../local/server.ts'
import type { Certificate } from './certificates.ts'

/** An endpoint that gets every event. @param at ISO time since when */
export function newEndpoint(at: string): Endpoint {
  return {
    id: 'we_1',
    url: 'https://helpdesk.example.com/events',
    description: '',
    eventTypes: outgoingEventTypes,
    status: 'enabled',
    disabledBecause: null,
    disabledNotified: false,
    createdAt: at,
    sendsFrom: at,
    startedAfreshAt: at,
    secrets: [{ encrypted: endpointSecret, validUntil: null }],
    failures: 0,
    failingSince: null,
    pausedUntil: null,
  }
}

export const endpointSecret = `whsec_${Buffer.from('a secret of the endpoint').toString('base64')}`

/** An event as an endpoint gets it. `path` names the endpoint. */
export type ReceivedEvent = {
  readonly path: string
  readonly id: string
  readonly type: string
  readonly body: string
  readonly data: EventData
}

/**
 * A program that takes events at any path of a free port; the answer is the test's.
 * @param certificate if given, it speaks TLS, and its endpoints have the name `helpdesk.example.com`
 */
export async function startReceiver(answer: (event: ReceivedEvent) => number, certificate?: Certificate) {
  const taken: ReceivedEvent[] = []
  const calls: ReceivedEvent[] = []
  const names = new Set<string | false | null>()
  let forged = 0
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.socket instanceof TLSSocket) names.add(request.socket.servername)
    let body = ''
    for await (const part of request) body += part
    const headers = request.headers as Record<string, string>
    const id = headers['webhook-id'] ?? ''
    const at = new Date(Number(headers['webhook-timestamp']) * 1000)
    // By the time of the event: the clock of a test is its own.
    if (new Webhook(endpointSecret).sign(id, at, body) !== headers['webhook-signature']) forged++
    const event = { path: request.url ?? '', id, body, ...(JSON.parse(body) as { type: string; data: EventData }) }
    calls.push(event)
    const status = answer(event)
    if (status < 300) taken.push(event)
    response.writeHead(status).end()
  }
  const server = certificate ? createTlsServer(certificate, take) : createServer(take)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = certificate ? `https://helpdesk.example.com:${port}` : `http://localhost:${port}`
  return {
    /** What was answered with 2xx, and all calls. */
    taken,
    calls,
    /** The names that were asked for over TLS (SNI). */
    names,
    /** How many calls had another signature. */
    forged: () => forged,
    /** An endpoint at the receiver that gets every event. @param at ISO time since when */
    endpoint: (id: string, at: string): Endpoint => ({
      ...newEndpoint(at),
      id,
      url: `${origin}/${id}`,
      secrets: [{ encrypted: endpointSecret, validUntil: null }],
    }),
    stop: () => close(server),
  }
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>
