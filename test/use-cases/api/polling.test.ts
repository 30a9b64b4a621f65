import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { TAG_MAX_AGE_MS } from '../../../lambdas/core/api/entity-tag.ts'
import type { TicketStore } from '../../../lambdas/core/ports/tickets.ts'
import { type Status, statuses, type Ticket } from '../../../lambdas/core/tickets/ticket.ts'
import { laterOf } from '../../../lambdas/core/time.ts'
import { cursorOf } from '../../../lambdas/use-cases/api/route.ts'
import { apiOver } from '../../support/api.ts'
import { cases } from '../../support/properties.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, bob, directMessages, idAt, posts, shop } from '../../support/x-payloads.ts'

const claims = { sub: 'kim', username: 'kim', 'cognito:groups': '[agents]' }

let clock = new Date('2026-01-01T12:00:00.000Z')
const now = () => clock
const wait = (ms: number) => {
  clock = new Date(clock.getTime() + ms)
}

let stores: TestStores
let api: ReturnType<typeof apiOver>
let direct: string
let mention: string

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
  api = apiOver(stores, now)
  const { deliver } = routerOver(stores, now)
  const [one] = await deliver(directMessages(shop, { id: idAt(now(), 1), from: ann, to: shop }))
  const [other] = await deliver(posts(shop, { id: idAt(now(), 2), by: bob, text: '@shop hi', mentions: [shop] }))
  direct = String(one?.ticketId)
  mention = String(other?.ticketId)
})
afterAll(() => stores.stop())
beforeEach(() => wait(60_000))

type Query = Record<string, string>

async function get(path: string, query: Query = {}, tag?: string, call = api) {
  const headers: Record<string, string> = tag === undefined ? {} : { 'if-none-match': tag }
  const { statusCode, headers: answered = {}, body = '' } = await call('GET', path, { claims, query, headers })
  return { status: statusCode, tag: String(answered.etag), body: body === '' ? null : JSON.parse(body) }
}

async function patch(id: string, change: object): Promise<void> {
  const { statusCode } = await api('PATCH', `/api/tickets/${id}`, { claims, body: JSON.stringify(change) })
  expect(statusCode).toBe(200)
}

const list = '/api/tickets'

describe('the list of tickets', () => {
  test('is answered 304, without a body and with the same tag, while nothing changes', async () => {
    const { tag } = await get(list)
    wait(5_000)
    expect(await get(list, {}, tag)).toEqual({ status: 304, tag, body: null })
    wait(5_000)
    expect((await get(list, {}, `"other", ${tag}`)).status).toBe(304)
  })

  test('is answered anew after a change, also one in the millisecond in which it was read', async () => {
    const { tag } = await get(list)
    await patch(mention, { status: 'pending' })
    const second = await get(list, {}, tag)
    expect(second.status).toBe(200)
    expect(second.body.tickets[0]).toMatchObject({ id: mention, status: 'pending' })
    wait(5_001)
    const third = await get(list, {}, second.tag)
    wait(5_000)
    expect((await get(list, {}, third.tag)).status).toBe(304)
  })

  test('of a filter is answered anew when its newest ticket leaves it', async () => {
    await patch(direct, { tags: ['urgent'] })
    wait(10_000)
    const { tag, body } = await get(list, { tag: 'urgent' })
    expect(body.tickets).toHaveLength(1)
    await patch(direct, { tags: [] })
    const { status, body: left } = await get(list, { tag: 'urgent' }, tag)
    expect([status, left.tickets]).toEqual([200, []])
  })

  test.each<[string, Query]>([
    ['filter', { status: 'open' }],
    ['limit', { limit: '1' }],
    ['time', { updatedSince: '2026-01-01T00:00:00Z' }],
    ['cursor', { cursor: String(cursorOf('2026-01-01T12:00:00.000Z#x')) }],
  ])('has another tag for another %s', async (_, query) => {
    const { tag } = await get(list)
    expect((await get(list, query, tag)).status).toBe(200)
  })

  test('is answered anew after some minutes, so that the name of a channel is never much older', async () => {
    const { tag } = await get(list)
    await stores.changeChannel(`twitter-${shop.id}`, { name: 'The Shop' }, now().toISOString())
    wait(TAG_MAX_AGE_MS)
    const { status, body } = await get(list, {}, tag)
    expect([status, body.tickets[0].channel.name]).toEqual([200, 'The Shop'])
  })

  test.each(['', '*', 'nonsense', 'W/"', '"', 'W/"0123456789abcdef-1767268800000"'])(
    'is answered in full to If-None-Match: %s',
    async (header) => {
      expect((await get(list, {}, header)).status).toBe(200)
    },
  )

  test('is no secret of its tag: without a token it is 401 all the same', async () => {
    const { tag } = await get(list)
    expect((await api('GET', list, { headers: { 'if-none-match': tag } })).statusCode).toBe(401)
  })
})

describe('a ticket', () => {
  test('is answered 304 until it changes, whatever else does', async () => {
    const { tag } = await get(`${list}/${direct}`)
    await patch(mention, { status: 'solved' })
    wait(5_000)
    expect(await get(`${list}/${direct}`, {}, tag)).toEqual({ status: 304, tag, body: null })
    await patch(direct, { status: 'on_hold' })
    const { status, body } = await get(`${list}/${direct}`, {}, tag)
    expect([status, body.status]).toEqual([200, 'on_hold'])
  })

  test('with a new message has another tag, and so has another ticket', async () => {
    const { tag } = await get(`${list}/${direct}`)
    await routerOver(stores, now).deliver(directMessages(shop, { id: idAt(now(), 3), from: ann, to: shop }))
    expect((await get(`${list}/${direct}`, {}, tag)).status).toBe(200)
    expect((await get(`${list}/none`, {}, tag)).status).toBe(404)
  })
})

test('the OpenAPI document describes If-None-Match, ETag and 304', async () => {
  const { paths } = (await get('/api/openapi.json')).body
  for (const path of [list, `${list}/{id}`]) {
    const { parameters, responses } = paths[path].get
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'If-None-Match', in: 'header', required: false }))
    expect(responses[200].headers.ETag).toEqual(responses[304].headers.ETag)
    expect(responses[304].content).toBeUndefined()
  }
  expect(paths['/api/channels'].get.responses[304]).toBeUndefined()
})

describe('pollers', () => {
  const queries: Query[] = [{}, { status: 'open' }, { tag: 'urgent', limit: '1' }]

  type Step =
    | { do: 'change'; ticket: number; status: Status; isUrgent: boolean; lateMs: number }
    | { do: 'poll'; query: number }
    | { do: 'wait'; ms: number }

  const steps: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      do: fc.constant('change' as const),
      ticket: fc.nat(1),
      status: fc.constantFrom(...statuses),
      isUrgent: fc.boolean(),
      lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })),
    }),
    fc.record({ do: fc.constant('poll' as const), query: fc.nat(queries.length - 1) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.oneof(fc.nat(2), fc.nat(10_000)) }),
  )

  type PolledStore = Pick<TicketStore, 'ticket' | 'commit' | 'tickets' | 'changedSince'>

  /** The promises of the port, over these tickets in memory: thousands of cases in the time of ten. */
  async function modelOf(ids: readonly string[]): Promise<PolledStore> {
    const stored = new Map<string, Ticket>()
    for (const id of ids) stored.set(id, (await stores.tickets.ticket(id)) as Ticket)
    return {
      ticket: async (id) => stored.get(id) ?? null,
      commit: async ({ after }) => {
        stored.set(after.id, after)
        return 'done'
      },
      tickets: async ({ status, tag }, { limit }) => ({
        items: [...stored.values()]
          .filter(
            (one) => (!status || one.status === status) && [tag ?? []].flat().every((name) => one.tags.includes(name)),
          )
          .sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1))
          .slice(0, limit),
        next: null,
      }),
      changedSince: async (time) => [...stored.values()].some(({ updatedAt }) => updatedAt >= time),
    }
  }

  /** Changes a ticket as a worker does whose clock, or whose write, is late. */
  async function change(store: PolledStore, id: string, step: Extract<Step, { do: 'change' }>): Promise<void> {
    const before = (await store.ticket(id)) as Ticket
    const updatedAt = laterOf(new Date(clock.getTime() - step.lateMs).toISOString(), before.updatedAt)
    const tags = step.isUrgent ? ['urgent'] : []
    const after = { ...before, status: step.status, tags, updatedAt, version: before.version + 1 }
    expect(await store.commit({ before, after, message: null, follows: null })).toBe('done')
  }

  test.each([
    ['the table', async () => stores.tickets, 10],
    ['a model', () => modelOf([direct, mention]), cases(1_000)],
  ] as const)(
    'of %s have what a fresh call answers after each poll, and are answered 304 in the end',
    async (_, store, numRuns) => {
      const polled = await store()
      const channels = { ...stores.channels, several: async () => [] }
      const call = apiOver({ ...stores, channels, tickets: { ...stores.tickets, ...polled } }, now)
      await fc.assert(
        fc.asyncProperty(fc.array(steps, { minLength: 3, maxLength: 12 }), async (history) => {
          wait(60_000)
          const held = queries.map(() => ({ tag: '', body: null }))
          const poll = async (query: number) => {
            const answer = await get(list, queries[query], held[query]?.tag, call)
            if (answer.status !== 304) held[query] = answer
            expect(held[query]?.body).toEqual((await get(list, queries[query], undefined, call)).body)
            return answer.status
          }
          for (const step of history) {
            if (step.do === 'wait') wait(step.ms)
            else if (step.do === 'poll') await poll(step.query)
            else await change(polled, step.ticket === 0 ? direct : mention, step)
          }
          wait(5_001)
          for (const query of queries.keys()) await poll(query)
          wait(5_001)
          for (const query of queries.keys()) expect(await poll(query)).toBe(304)
        }),
        { numRuns },
      )
    },
  )
})
