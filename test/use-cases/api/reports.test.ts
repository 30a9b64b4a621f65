import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { addUp, figuresOf, rowOf } from '../../../lambdas/core/reports/report.ts'
import { statuses, type Ticket } from '../../../lambdas/core/tickets/ticket.ts'
import { apiOver } from '../../support/api.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, bob, directMessages, idAt, posts, shop } from '../../support/x-payloads.ts'

type Row = { key: string; label: string } & ReturnType<typeof rowOf>
type Report = { rows: Row[]; total: ReturnType<typeof rowOf> }

let clock = new Date('2026-01-01T00:00:00.000Z')
let stores: TestStores
let api: ReturnType<typeof apiOver>
let router: ReturnType<typeof routerOver>
const other = { id: '990', username: 'other_shop' }

beforeAll(async () => {
  stores = await startStores(() => clock)
  await stores.connect(shop)
  await stores.connect(other)
  router = routerOver(stores, () => clock)
  api = apiOver(stores, () => clock, { replyQueue: { send: async () => {} } })
})
afterAll(() => stores.stop())

async function call(method: string, path: string, options: { query?: Record<string, string>; body?: object } = {}) {
  const answer = await api(method, path, {
    claims: { sub: 'kim', username: 'kim', 'cognito:groups': '[agents]' },
    ...(options.query ? { query: options.query } : {}),
    ...(options.body ? { body: JSON.stringify(options.body) } : {}),
  })
  return { status: answer.statusCode ?? 0, body: JSON.parse(answer.body ?? '') }
}

const report = async (by: string, from = '2026-01-01', to = '2026-01-10'): Promise<Report> =>
  (await call('GET', '/api/reports/tickets', { query: { from, to, by } })).body

async function allTickets(): Promise<Ticket[]> {
  return stores.allTickets()
}

/** A report by looking at every ticket and every message. */
async function counted(keysOf: (ticket: Ticket) => readonly string[]) {
  const groups = new Map<
    string,
    { opened: number; closed: number; messagesIn: number; messagesOut: number; waits: number[] }
  >()
  for (const ticket of await allTickets()) {
    const items = await stores.messagesOf(ticket.id)
    const out = items.filter(({ direction }) => direction === 'outbound')
    const first = out.map(({ createdAt }) => createdAt).sort()[0]
    for (const key of keysOf(ticket)) {
      const group = groups.get(key) ?? { opened: 0, closed: 0, messagesIn: 0, messagesOut: 0, waits: [] }
      groups.set(key, group)
      group.opened += 1
      group.closed += ticket.status === 'closed' ? 1 : 0
      group.messagesIn += items.length - out.length
      group.messagesOut += out.length
      if (first) group.waits.push((Date.parse(first) - Date.parse(ticket.openedAt)) / 1000)
    }
  }
  return groups
}

function expectSame(rows: readonly Row[], groups: Awaited<ReturnType<typeof counted>>) {
  expect(
    rows
      .filter(({ opened }) => opened > 0)
      .map(({ key }) => key)
      .sort(),
  ).toEqual([...groups.keys()].sort())
  for (const { key, label: _label, firstResponse, ...numbers } of rows) {
    const { waits, ...wanted } = groups.get(key) ?? { opened: 0, closed: 0, messagesIn: 0, messagesOut: 0, waits: [] }
    expect({ key, ...numbers }).toEqual({ key, ...wanted })
    expect(firstResponse.count).toBe(waits.length)
    expect(firstResponse.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(waits.length)
    const middle = waits.sort((a, b) => a - b)[Math.ceil(waits.length / 2) - 1]
    if (middle === undefined) expect(firstResponse.medianSeconds).toBeNull()
    else
      expect(Math.abs((firstResponse.medianSeconds ?? 0) - Math.max(1, middle))).toBeLessThanOrEqual(
        0.05 * Math.max(1, middle),
      )
  }
}

const untouchedTicket: Ticket = {
  id: 't',
  channelId: 'c',
  kind: 'direct',
  conversationId: 'direct-1',
  number: 1,
  status: 'open',
  tags: [],
  subject: '',
  customer: { id: '1', username: null, name: null, avatarUrl: null },
  openedAt: '',
  openedBecause: '',
  updatedAt: '',
  messageCount: 2,
  outboundCount: 1,
  firstResponseAt: null,
  firstPosition: '',
  lowestPosition: '',
  lastPosition: '',
  firstEntryId: null,
  previousTicketId: null,
  nextTicketId: null,
  lastMessage: null,
  waitingSince: null,
  unsettled: {},
  isContinued: false,
  isAwaited: false,
  version: 1,
  counted: [],
}

let n = 0
const people = [ann, bob, { id: '881', username: 'cem' }]
const steps = {
  message: fc.record({ do: fc.constant('message' as const), who: fc.nat(2), to: fc.nat(1), wait: fc.nat(90_000) }),
  mention: fc.record({ do: fc.constant('mention' as const), who: fc.nat(2), to: fc.nat(1), wait: fc.nat(3_000) }),
  reply: fc.record({ do: fc.constant('reply' as const), which: fc.nat(9), wait: fc.nat(40_000) }),
  status: fc.record({
    do: fc.constant('status' as const),
    which: fc.nat(9),
    status: fc.constantFrom(...statuses),
    wait: fc.nat(600),
  }),
  tags: fc.record({
    do: fc.constant('tags' as const),
    which: fc.nat(9),
    tags: fc.subarray(['Twitter:Direct', 'refund', 'a#b', 'VIP', 'status#new']),
    wait: fc.nat(600),
  }),
}
type Step = ReturnType<(typeof steps)[keyof typeof steps]['generate']>['value']

async function take(step: Step) {
  clock = new Date(clock.getTime() + step.wait * 1000)
  if (step.do === 'message' || step.do === 'mention') {
    const [from, account] = [people[step.who] ?? ann, step.to === 0 ? shop : other]
    const id = idAt(clock, ++n)
    const delivery =
      step.do === 'message'
        ? directMessages(account, { id, from, to: account, at: clock.toISOString() })
        : posts(account, {
            id,
            by: from,
            text: `@${account.username} hi`,
            mentions: [account],
            at: clock.toISOString(),
          })
    await router.deliver(delivery)
    return
  }
  const tickets = await allTickets()
  const ticket = tickets[step.which % Math.max(1, tickets.length)]
  if (!ticket) return
  if (step.do === 'reply') await call('POST', `/api/tickets/${ticket.id}/replies`, { body: { text: 'Hello' } })
  if (step.do === 'status') await call('PATCH', `/api/tickets/${ticket.id}`, { body: { status: step.status } })
  if (step.do === 'tags') await call('PATCH', `/api/tickets/${ticket.id}`, { body: { tags: step.tags } })
}

const seed = Number(process.env.FC_SEED ?? Date.now())

describe('reports agree with a count over all tickets', () => {
  test(`after the random history ${seed}, by tag, status, channel and day`, async () => {
    const history = fc.sample(fc.oneof(...Object.values(steps)), { numRuns: 150, seed })
    for (const step of history) await take(step)
    const to = clock.toISOString().slice(0, 10)
    expectSame((await report('tag', '2026-01-01', to)).rows, await counted(({ tags }) => tags))
    expectSame((await report('status', '2026-01-01', to)).rows, await counted(({ status }) => [status]))
    expectSame((await report('channel', '2026-01-01', to)).rows, await counted(({ channelId }) => [channelId]))
    const byDay = await report('day', '2026-01-01', to)
    expectSame(byDay.rows, await counted(({ openedAt }) => [openedAt.slice(0, 10)]))
    expectSame([{ key: 'all', label: 'all', ...byDay.total }], await counted(() => ['all']))
  })
})

describe('a report', () => {
  test('is of the days that were asked for, in UTC, in a steady order', async () => {
    clock = new Date('2027-03-01T23:59:59.000Z')
    await take({ do: 'message', who: 0, to: 0, wait: 0 })
    await take({ do: 'mention', who: 0, to: 0, wait: 1 })
    const { rows, total } = await report('day', '2027-03-01', '2027-03-03')
    expect(rows.map(({ key, opened }) => [key, opened])).toEqual([
      ['2027-03-01', expect.any(Number)],
      ['2027-03-02', 1],
      ['2027-03-03', 0],
    ])
    expect(total.opened).toBe(rows.reduce((sum, { opened }) => sum + opened, 0))
  })

  test.each([
    [{ by: 'colour' }, 'by'],
    [{}, 'by'],
    [{ by: 'day', from: '2026-02-30' }, 'from'],
    [{ by: 'day', from: '2026-02-02', to: '2026-02-01' }, 'from'],
    [{ by: 'day', from: '2020-01-01', to: '2026-01-01' }, 'from'],
  ])('%j is refused with 422 that names %s', async (query, field) => {
    const answer = await call('GET', '/api/reports/tickets', { query })
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toEqual([expect.objectContaining({ field })])
  })
})

describe('the median', () => {
  const opened = Date.UTC(2026, 0, 1)
  const answeredAfter = (seconds: number): Ticket => ({
    ...untouchedTicket,
    openedAt: new Date(opened).toISOString(),
    firstResponseAt: new Date(opened + seconds * 1000).toISOString(),
  })

  test('is within 5 % of the true one for any times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 * 24 * 3600 }), { minLength: 1, maxLength: 60 }), (waits) => {
        const sums = addUp(waits.map((wait) => figuresOf(answeredAfter(wait))))
        const middle = waits.sort((a, b) => a - b)[Math.ceil(waits.length / 2) - 1] ?? 0
        const median = rowOf(sums, 'all').firstResponse.medianSeconds ?? 0
        return Math.abs(median - middle) <= 0.05 * middle
      }),
    )
  })
})
