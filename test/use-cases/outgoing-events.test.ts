import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { createEventSending } from '../../lambdas/adapters/webhooks/send.ts'
import type { Change } from '../../lambdas/core/outgoing/change.ts'
import type { Work } from '../../lambdas/core/outgoing/delivery.ts'
import { type Endpoint, outgoingEventTypes } from '../../lambdas/core/outgoing/endpoint.ts'
import type { Ticket } from '../../lambdas/core/tickets/ticket.ts'
import { createDelivering } from '../../lambdas/use-cases/deliver-events.ts'
import { createPublisher } from '../../lambdas/use-cases/publish-changes.ts'
import { createRequeue } from '../../lambdas/use-cases/requeue-due.ts'
import { noEncryption } from '../support/encryption.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'

/** 10,000 by hand: `OUTGOING_EVENTS=10000`. */
const EVENTS = Number(process.env.OUTGOING_EVENTS ?? 300)
const TICKETS = 20
const SECRET = `whsec_${Buffer.from('a secret of the endpoint').toString('base64')}`

// Signatures are of the real time, within 5 minutes of which the receiver accepts them.
let passed = 0
const now = () => new Date(Date.now() + passed)
let stores: TestStores
let work: Work[] = []
const queue = { send: async (more: readonly Work[]) => void work.push(...more) }

type Received = { readonly path: string; readonly id: string; readonly ticketId: string; readonly tags: string[] }
let received: Received[] = []
let forged = 0
let answer: (path: string) => number = () => 204
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  const headers = request.headers as Record<string, string>
  const at = new Date(Number(headers['webhook-timestamp']) * 1000)
  const signed = new Webhook(SECRET).sign(headers['webhook-id'] ?? '', at, body)
  if (signed !== headers['webhook-signature']) forged++
  const path = request.url ?? ''
  const status = answer(path)
  const { ticket } = (JSON.parse(body) as { data: { ticket: { id: string; tags: string[] } } }).data
  if (status < 300) received.push({ path, id: headers['webhook-id'] ?? '', ticketId: ticket.id, tags: ticket.tags })
  response.writeHead(status).end()
})

beforeAll(async () => {
  stores = await startStores(now)
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  receiver.close()
  await stores.stop()
})
beforeEach(async () => {
  work = []
  received = []
  forged = 0
  for (const { id } of await stores.endpoints.list()) await stores.endpoints.remove(id)
})

async function addEndpoint(id: string): Promise<void> {
  const address = receiver.address()
  const at = new Date(now().getTime() - 10_000).toISOString()
  const endpoint: Endpoint = {
    id,
    url: `http://localhost:${typeof address === 'object' ? address?.port : ''}/${id}`,
    description: '',
    eventTypes: outgoingEventTypes,
    status: 'enabled',
    disabledBecause: null,
    disabledNotified: false,
    createdAt: at,
    sendsFrom: at,
    secrets: [{ encrypted: SECRET, validUntil: null }],
    failures: 0,
    failingSince: null,
    pausedUntil: null,
  }
  await stores.endpoints.add(endpoint)
}

/** The change of a ticket whose tag is a number. */
function change(number: number): Change {
  const ticket = (tag: number) =>
    ({
      id: `twitter-1-direct-${number % TICKETS}-1`,
      channelId: 'twitter-1',
      tags: [String(tag)],
      unsettled: {},
    }) as unknown as Ticket
  const at = new Date(Math.floor(now().getTime() / 1000) * 1000).toISOString()
  return { id: String(number + 1), at, what: 'ticket', before: ticket(-1), after: ticket(number) }
}

const publisher = () => createPublisher({ ...stores, queue, now })

const deliver = (given: Partial<Parameters<typeof createDelivering>[0]> = {}) =>
  createDelivering({
    ...stores,
    sending: createEventSending(true),
    encryption: noEncryption,
    bucket: untouched('bucket'),
    now,
    log: () => {},
    ...given,
  })

async function requeue(): Promise<void> {
  const rest = {
    replies: stores.replies,
    media: stores.media,
    deletions: stores.deletions,
    deletionHoldMs: 24 * 3600_000,
    queue: untouched<never>('q'),
    mediaQueue: untouched<never>('m'),
  }
  const run = createRequeue({ ...rest, deliveries: stores.deliveries, outgoingQueue: queue, log: () => {} })
  await run({ time: now().toISOString() })
}

/** Works groups off as the queue does: one worker for a group, several groups at once; what fails comes again. */
async function workOff(by: (one: Work) => Promise<void>): Promise<void> {
  while (work.length > 0) {
    const groups = Map.groupBy(work.splice(0), ({ endpointId, group }) => `${endpointId}.${group}`)
    await Promise.all(
      [...groups.values()].map(async (ofGroup) => {
        for (const one of ofGroup) await by(one).catch(() => void work.push(one))
      }),
    )
  }
}

test('every event arrives, in order per ticket and unforged, though receivers fail and workers crash', async () => {
  await addEndpoint('flaky')
  await addEndpoint('healthy')
  let calls = 0
  answer = (path) => (path === '/flaky' && calls++ % 7 === 3 ? 500 : 204)
  let removals = 0
  const remove: typeof stores.deliveries.remove = async (event) => {
    // The endpoint has it, and the worker is gone before it could note that.
    if (removals++ % 11 === 5) throw new Error('killed')
    await stores.deliveries.remove(event)
  }
  const publish = publisher()
  for (let from = 0; from < EVENTS; from += 50) {
    const batch = Array.from({ length: Math.min(50, EVENTS - from) }, (_, index) => change(from + index))
    await publish(batch)
    // Another process, which was killed after it had published half of it.
    if (from % 100 === 0) await publisher()(batch.slice(0, 25))
    await workOff(deliver({ deliveries: { ...stores.deliveries, remove } }))
  }
  for (
    let round = 0;
    round < 200 && new Set(received.map(({ path, tags }) => `${path} ${tags}`)).size < 2 * EVENTS;
    round++
  ) {
    passed += 60_000
    await requeue()
    await workOff(deliver())
  }
  expect(forged).toBe(0)
  for (const path of ['/flaky', '/healthy']) {
    const own = received.filter((one) => one.path === path)
    expect(new Set(own.map(({ id }) => id)).size).toBe(EVENTS)
    for (const ofTicket of Map.groupBy(own, ({ ticketId }) => ticketId).values()) {
      // Each for the first time: what is told twice may come again after later ones.
      const first = [...new Set(ofTicket.map(({ tags }) => Number(tags[0])))]
      expect(first).toEqual([...first].sort((a, b) => a - b))
    }
  }
})

test('a dead endpoint is left alone, holds up no other, and is disabled after a day', async () => {
  await addEndpoint('dead')
  await addEndpoint('alive')
  let calls = 0
  answer = (path) => {
    if (path === '/dead') calls++
    return path === '/dead' ? 503 : 204
  }
  await publisher()(Array.from({ length: 40 }, (_, index) => change(1_000 + index)))
  await workOff(deliver())
  expect(received).toHaveLength(40)
  for (let minutes = 0; minutes < 27 * 60; minutes += 10) {
    passed += 10 * 60_000
    await requeue()
    await workOff(deliver())
  }
  const dead = await stores.endpoints.get('dead')
  expect(dead).toMatchObject({ status: 'disabled', disabledNotified: false })
  expect(dead?.disabledBecause).toMatch(/^it has taken no event since /)
  // 40 events in 20 tickets: without a pause there were hundreds.
  expect(calls).toBeLessThan(260)
})

test('without an endpoint a change reads and writes nothing, but for the list of endpoints every few seconds', async () => {
  let lists = 0
  const endpoints = untouched<TestStores['endpoints']>('endpoints', {
    list: async () => {
      lists++
      return []
    },
  })
  const none = { deliveries: untouched<never>('deliveries'), tickets: untouched<never>('tickets') }
  const publish = createPublisher({
    ...none,
    endpoints,
    channels: untouched('channels'),
    queue: untouched('queue'),
    now: () => new Date(0),
  })
  for (let number = 0; number < 100; number++) await publish([change(number)])
  expect(lists).toBe(1)
})
