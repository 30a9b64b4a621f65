import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createEventSending } from '../../lambdas/adapters/webhooks/send.ts'
import type { Change } from '../../lambdas/core/outgoing/change.ts'
import type { Work } from '../../lambdas/core/outgoing/delivery.ts'
import type { Ticket } from '../../lambdas/core/tickets/ticket.ts'
import { createDelivering } from '../../lambdas/use-cases/deliver-events.ts'
import { createPublisher } from '../../lambdas/use-cases/publish-changes.ts'
import { createRequeue } from '../../lambdas/use-cases/requeue-due.ts'
import { noEncryption } from '../support/encryption.ts'
import { type ReceivedEvent, type Receiver, startReceiver } from '../support/endpoint.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'

/** 10,000 by hand: `OUTGOING_EVENTS=10000`, with progress. */
const EVENTS = Number(process.env.OUTGOING_EVENTS ?? 160)
const TICKETS = 20
const MINUTE_MS = 60_000

let clock = new Date('2026-03-01T12:00:00.000Z')
const now = () => clock
const pass = (ms: number) => {
  clock = new Date(clock.getTime() + ms)
}
let stores: TestStores
let work: Work[] = []
const queue = { send: async (more: readonly Work[]) => void work.push(...more) }

let answer: (path: string) => number = () => 204
let receiver: Receiver
beforeAll(async () => {
  stores = await startStores(now)
  receiver = await startReceiver(({ path }) => answer(path))
})
afterAll(async () => {
  await receiver.stop()
  await stores.stop()
})
beforeEach(async () => {
  work = []
  answer = () => 204
  receiver.taken.length = 0
  receiver.calls.length = 0
  for (const { id } of await stores.endpoints.list()) await stores.endpoints.remove(id)
})

const add = (id: string) => stores.endpoints.add(receiver.endpoint(id, now().toISOString()))
const callsOf = (path: string) => receiver.calls.filter((one) => one.path === path).length

let changes = 0
/** Changes of tickets; the tag is a number that grows. @param ticket the number of the ticket, if all are of one */
function newChanges(count: number, ticket?: number): Change[] {
  return Array.from({ length: count }, () => {
    const number = ++changes
    const tagged = (tag: number) =>
      ({
        id: `twitter-1-direct-${ticket ?? number % TICKETS}-1`,
        channelId: 'twitter-1',
        tags: [String(tag)],
        unsettled: {},
      }) as unknown as Ticket
    return { id: String(number), at: now().toISOString(), what: 'ticket', before: tagged(-1), after: tagged(number) }
  })
}

const publisher = () => createPublisher({ ...stores, queue, usedeskUrl: null, now })

const deliver = (given: Partial<Parameters<typeof createDelivering>[0]> = {}) =>
  createDelivering({
    ...stores,
    tellUsedesk: null,
    // The machine may be slow: only the receiver decides whether an attempt fails.
    sending: createEventSending(true, 100_000),
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
    hasUsedesk: false,
    deletionHoldMs: 24 * 3600_000,
    queue: untouched<never>('q'),
    mediaQueue: untouched<never>('m'),
  }
  const run = createRequeue({ ...rest, deliveries: stores.deliveries, outgoingQueue: queue, log: () => {} })
  await run({ time: now().toISOString() })
}

/** Works groups off as the queue does: one worker for a group, several groups at once; what fails comes again. */
async function workOff(by: (one: Work) => Promise<void> = deliver()): Promise<void> {
  while (work.length > 0) {
    const groups = Map.groupBy(work.splice(0), ({ endpointId, group }) => `${endpointId}.${group}`)
    await Promise.all(
      [...groups.values()].map(async (ofGroup) => {
        for (const one of ofGroup) await by(one).catch(() => void work.push(one))
      }),
    )
  }
}

/** Lets time pass, in steps, as the schedule and the queue see it. */
async function later(minutes: number, step = minutes): Promise<void> {
  for (let passed = 0; passed < minutes; passed += step) {
    pass(step * MINUTE_MS)
    await requeue()
    await workOff()
  }
}

test(
  'every event arrives, in order per ticket and unforged, though receivers fail and workers crash',
  async () => {
    await add('flaky')
    await add('healthy')
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
      const batch = newChanges(Math.min(50, EVENTS - from))
      await publish(batch)
      // Another process, which was killed after it had published half of it.
      if (from % 100 === 0) await publisher()(batch.slice(0, 25))
      await workOff(deliver({ deliveries: { ...stores.deliveries, remove } }))
      if (from % 1_000 === 950) process.stderr.write(`${from + 50} of ${EVENTS} published\n`)
    }
    const taken = () => new Set(receiver.taken.map(({ path, id }) => `${path} ${id}`)).size
    while (taken() < 2 * EVENTS) {
      await later(1)
      if (EVENTS > 1_000) process.stderr.write(`${taken()} of ${2 * EVENTS} taken\n`)
    }
    expect(receiver.forged()).toBe(0)
    for (const path of ['/flaky', '/healthy']) {
      const own = receiver.taken.filter((one) => one.path === path)
      expect(new Set(own.map(({ id }) => id)).size).toBe(EVENTS)
      for (const ofTicket of Map.groupBy(own, ({ data }) => data.ticket?.id).values()) {
        // Each for the first time: what is told twice may come again after later ones.
        const first = [...new Set(ofTicket.map(({ data }) => Number(data.ticket?.tags[0])))]
        expect(first).toEqual([...first].sort((a, b) => a - b))
      }
    }
  },
  Math.max(120_000, EVENTS * 1_000),
)

test('a dead endpoint is left alone, holds up no other, and is disabled after a day', async () => {
  await add('dead')
  await add('alive')
  answer = (path) => (path === '/dead' ? 503 : 204)
  await publisher()(newChanges(2 * TICKETS))
  await workOff()
  expect(receiver.taken).toHaveLength(2 * TICKETS)
  // Five failures in a row pause it: what comes then is not even tried.
  await later(4, 1)
  while ((await stores.endpoints.get('dead'))?.pausedUntil == null) await later(5)
  const calls = callsOf('/dead')
  await publisher()(newChanges(2 * TICKETS))
  await workOff()
  expect(callsOf('/dead')).toBe(calls)
  expect(receiver.taken).toHaveLength(4 * TICKETS)
  await later(24 * 60, 30)
  const dead = await stores.endpoints.get('dead')
  expect(dead).toMatchObject({ status: 'disabled', disabledNotified: false })
  expect(dead?.disabledBecause).toMatch(/^it has taken no event since /)
})

test('many tickets that fail at once count as one failure: an outage of a minute is over after a minute', async () => {
  await add('restarting')
  answer = () => 503
  await publisher()(newChanges(TICKETS))
  await workOff()
  expect(await stores.endpoints.get('restarting')).toMatchObject({ failures: 1, pausedUntil: null })
  answer = () => 204
  await later(1)
  expect(receiver.taken).toHaveLength(TICKETS)
  expect(await stores.endpoints.get('restarting')).toMatchObject({ failures: 0, failingSince: null })
})

test('a later event of a ticket brings no attempt before the one that failed is due', async () => {
  await add('refusing')
  answer = () => 500
  const publish = publisher()
  for (let event = 0; event < 5; event++) {
    await publish(newChanges(1, 1))
    await workOff()
  }
  expect(callsOf('/refusing')).toBe(1)
  await later(1)
  expect(callsOf('/refusing')).toBe(2)
  answer = () => 204
  await later(2)
  expect(receiver.taken).toHaveLength(5)
})

test('one event that is never taken is tried for a day, later and later, and then the next of its ticket is sent', async () => {
  await add('picky')
  const publish = publisher()
  await publish(newChanges(2, 1))
  let first = ''
  const failed: number[] = []
  const began = now().getTime()
  answer = () => {
    const { id, data } = receiver.calls.at(-1) ?? { id: '', data: {} as ReceivedEvent['data'] }
    // Those of the other ticket arrive at the same time.
    if (data.ticket?.id.endsWith('-1-1')) first ||= id
    if (id !== first) return 204
    failed.push((now().getTime() - began) / MINUTE_MS)
    return 500
  }
  // Others arrive, so the endpoint itself is neither paused nor disabled.
  let step = 1
  for (let minutes = 0; receiver.taken.every(({ data }) => !data.ticket?.id.endsWith('-1-1')); minutes += step) {
    // All later times are whole steps of 12 minutes.
    step = minutes < 60 ? 1 : 12
    if (minutes % 60 === 0) await publish(newChanges(1, 2))
    await workOff()
    await later(step)
    if (minutes > 26 * 60) throw new Error('the second event of the ticket was not sent')
  }
  expect(failed).toEqual([0, 1, 3, 8, 18, 48, 108, 228, 468, 828, 1308, 1440])
  const { items } = await stores.deliveries.recorded('picky', { limit: 100, after: null })
  expect(items.filter(({ outcome }) => outcome === 'given_up')).toMatchObject([{ attempt: 12, eventId: first }])
})

test('an endpoint that is enabled again gets what waited, with all its tries', async () => {
  await add('back')
  answer = () => 503
  await publisher()(newChanges(3, 1))
  await workOff()
  await later(24 * 60, 30)
  expect(await stores.endpoints.get('back')).toMatchObject({ status: 'disabled' })
  pass(1)
  const afresh = { failures: 0, failingSince: null, pausedUntil: null, startedAfreshAt: now().toISOString() }
  await stores.endpoints.change('back', { status: 'enabled', ...afresh })
  // It fails once more: that is no reason to give up what failed before.
  await later(5)
  answer = () => 204
  await later(10, 1)
  expect(receiver.taken).toHaveLength(3)
})

test('what waits for an endpoint goes with it', async () => {
  await add('removed')
  answer = () => 503
  await publisher()(newChanges(2, 1))
  await workOff()
  await stores.endpoints.remove('removed')
  await later(1)
  expect(await stores.deliveries.waiting({ endpointId: 'removed', group: 'twitter-1-direct-1-1' }, 10)).toEqual([])
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
    usedeskUrl: null,
    now: () => new Date(0),
  })
  for (const change of newChanges(100)) await publish([change])
  expect(lists).toBe(1)
})
