import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ApiMessage, ApiTicketReport, ApiWaitingReport } from '../../../lambdas/core/api/schemas.ts'
import { isReply } from '../../../lambdas/core/replies/reply.ts'
import { failed } from '../../../lambdas/core/replies/sending.ts'
import { type Message, type Status, statuses, type Ticket } from '../../../lambdas/core/tickets/ticket.ts'
import { type Helpdesk, helpdeskOver } from '../../support/helpdesk.ts'
import { cases } from '../../support/properties.ts'
import { answers } from '../../support/scripted-x.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { directMessages, idAt, posts, type User } from '../../support/x-payloads.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

let nowMs = Date.parse('2026-01-01T12:00:00.000Z')
const clock = { now: () => new Date(nowMs), pass }
let stores: TestStores
let helpdesk: Helpdesk
let numbers = 0

function pass(milliseconds: number): void {
  nowMs += milliseconds
}

beforeAll(async () => {
  stores = await startStores(clock.now)
  helpdesk = helpdeskOver(stores, clock)
})
afterAll(() => stores.stop())

/** Each test has a year of its own: reports are of all channels. */
beforeEach(() => {
  nowMs = Date.UTC(2026 + ++numbers, 0, 1, 12)
})

const at = (ms: number) => new Date(ms).toISOString()
const newUser = (): User => ({ id: String(9_000 + ++numbers), username: `user${numbers}` })

async function connect(): Promise<User> {
  const account = newUser()
  await helpdesk.connect(account)
  return account
}

/** @returns the id of the ticket */
async function writes(from: User, to: User): Promise<string> {
  const id = idAt(clock.now(), ++numbers)
  const [routed] = await helpdesk.deliver(directMessages(to, { id, from, to, text: `m${numbers}`, at: at(nowMs) }))
  return String(routed?.ticketId)
}

const patch = (id: string, body: object) => helpdesk.agent('PATCH', `/api/tickets/${id}`, body)

type XDoes = 'takes' | 'refuses' | 'stays silent'

/** An agent's reply, which X takes, refuses, or takes without an answer. */
async function reply(ticketId: string, x: XDoes = 'takes'): Promise<ApiMessage> {
  const { status, body } = await helpdesk.agent('POST', `/api/tickets/${ticketId}/replies`, { text: `r${++numbers}` })
  if (status !== 202) throw new Error(`${status}: ${JSON.stringify(body)}`)
  const message = body as ApiMessage
  if (x === 'refuses') helpdesk.x.next({ answer: answers.refused(403, 'no'), takes: false })
  if (x === 'stays silent') helpdesk.x.next({ answer: answers.silence(), takes: true })
  await step(message)
  return message
}

/** The sender takes a step of a reply. */
async function step({ ticketId, id }: Pick<ApiMessage, 'ticketId' | 'id'>): Promise<void> {
  const stored = await stores.tickets.message(ticketId, id)
  if (!stored) throw new Error(`${id} is not stored`)
  await helpdesk.send(stored)
}

const retry = async (message: ApiMessage) => {
  await helpdesk.agent('POST', `/api/tickets/${message.ticketId}/messages/${message.id}/retry`, {})
  await step(message)
}

async function get<T>(path: string): Promise<T> {
  const { status, body } = await helpdesk.agent('GET', path)
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
  return body as T
}

/** The report of the year of a test. */
const report = (by = 'day', more = '') => {
  const year = new Date(nowMs).getUTCFullYear()
  return get<ApiTicketReport>(`/api/reports/tickets?from=${year}-01-01&to=${year}-12-31&by=${by}${more}`)
}

describe('an answer', () => {
  test('counts once X has it, from the attempt that X took', async () => {
    const shop = await connect()
    const id = await writes(newUser(), shop)
    const openedMs = nowMs
    clock.pass(2 * MINUTE_MS)
    const refused = await reply(id, 'refuses')
    expect((await report()).total).toMatchObject({ messagesOut: 1, firstResponse: { count: 0, medianSeconds: null } })
    clock.pass(HOUR_MS)
    await retry(refused)
    const wait = (nowMs - openedMs) / 1000
    expect((await report()).total.firstResponse).toMatchObject({ count: 1, medianSeconds: wait, p90Seconds: wait })
    clock.pass(HOUR_MS)
    await reply(id)
    expect((await report()).total.firstResponse).toMatchObject({ count: 1, medianSeconds: wait })
  })

  test('of which X said nothing counts from its attempt, once X is known to have it, before a later one', async () => {
    const shop = await connect()
    const id = await writes(newUser(), shop)
    const openedMs = nowMs
    clock.pass(MINUTE_MS)
    const silent = await reply(id, 'stays silent')
    const wait = (nowMs - openedMs) / 1000
    expect((await report()).total.firstResponse.count).toBe(0)
    clock.pass(5 * MINUTE_MS)
    await step(silent)
    expect((await report()).total.firstResponse).toMatchObject({ count: 1, medianSeconds: wait })
  })

  test('that an agent finds on X counts from its attempt', async () => {
    const shop = await connect()
    const id = await writes(newUser(), shop)
    const openedMs = nowMs
    clock.pass(MINUTE_MS)
    const silent = await reply(id, 'stays silent')
    const wait = (nowMs - openedMs) / 1000
    helpdesk.x.blind = true
    for (let look = 0; look < 5; look++) {
      clock.pass(HOUR_MS)
      await step(silent)
    }
    helpdesk.x.blind = false
    await reply(id)
    expect((await report()).total.firstResponse.medianSeconds).toBeGreaterThan(wait)
    await helpdesk.agent('POST', `/api/tickets/${id}/messages/${silent.id}/resolve`, { as: 'sent' })
    expect((await report()).total.firstResponse).toMatchObject({ count: 1, medianSeconds: wait })
  })

  test('that was written on X itself counts from its writing', async () => {
    const shop = await connect()
    const ann = newUser()
    await writes(ann, shop)
    clock.pass(MINUTE_MS)
    const own = { id: idAt(clock.now(), ++numbers), from: shop, to: ann, text: 'hello', at: at(nowMs) }
    clock.pass(HOUR_MS)
    await helpdesk.deliver(directMessages(shop, own))
    expect((await report()).total.firstResponse).toMatchObject({ count: 1, medianSeconds: 60 })
  })

  test('that X took and did not deliver after all is none: the next one is the first', async () => {
    const shop = await connect()
    const id = await writes(newUser(), shop)
    const openedMs = nowMs
    clock.pass(MINUTE_MS)
    const first = await reply(id)
    clock.pass(MINUTE_MS)
    await reply(id)
    const stored = await stores.tickets.message(id, first.id)
    if (!stored || !isReply(stored)) throw new Error('it is not stored')
    expect(await stores.replies.save(stored, failed(stored, 'X did not deliver it.'))).toBe(true)
    expect((await report()).total.firstResponse).toMatchObject({ count: 1, medianSeconds: (nowMs - openedMs) / 1000 })
  })

  test('that a crash left in its ticket, though it is none, is mended by who reads the ticket', async () => {
    const shop = await connect()
    const id = await writes(newUser(), shop)
    const ticket = await stores.tickets.ticket(id)
    if (!ticket) throw new Error('it is not stored')
    const after = { ...ticket, firstResponseAt: at(nowMs), version: ticket.version + 1 }
    await stores.tickets.commit({ before: ticket, after, message: null, follows: null })
    expect((await report()).total.firstResponse.count).toBe(1)
    clock.pass(2 * HOUR_MS)
    await get(`/api/tickets/${id}/messages`)
    expect((await report()).total.firstResponse.count).toBe(0)
  })
})

describe('closings', () => {
  test('count on the day of the closing, whenever the ticket was opened, with the time from opening to closing', async () => {
    const shop = await connect()
    const id = await writes(newUser(), shop)
    clock.pass(48 * HOUR_MS)
    await patch(id, { status: 'closed' })
    const year = new Date(nowMs).getUTCFullYear()
    const only = (day: string) =>
      get<ApiTicketReport>(`/api/reports/tickets?from=${year}-01-0${day}&to=${year}-01-0${day}&by=day`)
    expect((await only('1')).total).toMatchObject({ opened: 1, closed: 1, closedInPeriod: 0 })
    const day = 48 * 3600
    expect((await only('3')).total).toMatchObject({
      ...{ opened: 0, closed: 0, closedInPeriod: 1 },
      timeToClose: { medianSeconds: day, p90Seconds: day },
    })
    for (const by of ['tag', 'status', 'channel']) {
      const { rows } = await get<ApiTicketReport>(`/api/reports/tickets?from=${year}-01-03&to=${year}-01-03&by=${by}`)
      expect(rows).toEqual([expect.objectContaining({ opened: 0, closedInPeriod: 1 })])
    }
  })

  test('of a ticket that was opened again count no more; closed again, on the later day; other changes leave the day', async () => {
    const shop = await connect()
    const id = await writes(newUser(), shop)
    await patch(id, { status: 'closed' })
    clock.pass(24 * HOUR_MS)
    await patch(id, { status: 'open' })
    expect((await report()).total).toMatchObject({ closed: 0, closedInPeriod: 0 })
    clock.pass(24 * HOUR_MS)
    await patch(id, { status: 'closed' })
    clock.pass(24 * HOUR_MS)
    await patch(id, { addTags: ['refund'] })
    await patch(id, { status: 'closed' })
    const { rows } = await report()
    const year = new Date(nowMs).getUTCFullYear()
    expect(rows.flatMap(({ key, closedInPeriod }) => (closedInPeriod > 0 ? [[key, closedInPeriod]] : []))).toEqual([
      [`${year}-01-03`, 1],
    ])
    expect((await report('tag')).rows).toContainEqual(expect.objectContaining({ key: 'refund', closedInPeriod: 1 }))
  })
})

describe('days', () => {
  test('are those of the time zone', async () => {
    const shop = await connect()
    const year = new Date(nowMs).getUTCFullYear()
    nowMs = Date.UTC(year, 2, 1, 23, 30)
    const id = await writes(newUser(), shop)
    clock.pass(HOUR_MS)
    await patch(id, { status: 'closed' })
    const shown = async (zone: string) =>
      (await report('day', `&timeZone=${zone}`)).rows.flatMap(({ key, opened, closedInPeriod }) =>
        opened + closedInPeriod > 0 ? [[key, opened, closedInPeriod]] : [],
      )
    expect(await shown('UTC')).toEqual([
      [`${year}-03-01`, 1, 0],
      [`${year}-03-02`, 0, 1],
    ])
    expect(await shown('Europe/Berlin')).toEqual([[`${year}-03-02`, 1, 1]])
    expect(await shown('America/New_York')).toEqual([[`${year}-03-01`, 1, 1]])
  })

  test('end today in the time zone when nothing else is said', async () => {
    nowMs = Date.UTC(2099, 5, 1, 23, 30)
    const { from, to, timeZone } = await get<ApiTicketReport>('/api/reports/tickets?by=tag&timeZone=Europe/Berlin')
    expect({ from, to, timeZone }).toEqual({ from: '2099-05-04', to: '2099-06-02', timeZone: 'Europe/Berlin' })
  })

  test.each([
    ['by=colour', 'by'],
    ['', 'by'],
    ['by=day&from=2026-02-30', 'from'],
    ['by=day&from=2026-02-02&to=2026-02-01', 'from'],
    ['by=day&from=2016-01-01&to=2026-01-01', 'from'],
    ['by=day&timeZone=Europe/Atlantis', 'timeZone'],
    ['by=day&timeZone=%2B02:00', 'timeZone'],
  ])('?%s is refused with 422 that names %s, as CSV too', async (query, field) => {
    for (const path of ['/api/reports/tickets', '/api/reports/tickets.csv']) {
      expect(await helpdesk.agent('GET', `${path}?${query}`)).toMatchObject({
        status: 422,
        body: { errors: [expect.objectContaining({ field })] },
      })
    }
  })

  test.each(['0000-01-01', '0099-12-31', '9999-12-31'])('of %s are empty, and no failure', async (day) => {
    for (const zone of ['UTC', 'Asia/Tokyo', 'America/New_York']) {
      const { rows } = await get<ApiTicketReport>(`/api/reports/tickets?from=${day}&to=${day}&by=day&timeZone=${zone}`)
      expect(rows).toEqual([expect.objectContaining({ key: day, opened: 0, closedInPeriod: 0 })])
    }
  })
})

describe('who waits now', () => {
  test('is counted by how long they have been waiting', async () => {
    const before = await get<ApiWaitingReport>('/api/reports/waiting')
    const shop = await connect()
    await writes(newUser(), shop)
    clock.pass(3 * HOUR_MS)
    const answered = await writes(newUser(), shop)
    await reply(answered)
    const solved = await writes(newUser(), shop)
    await patch(solved, { status: 'solved' })
    const refused = await writes(newUser(), shop)
    clock.pass(10 * MINUTE_MS)
    await reply(refused, 'refuses')
    await writes(newUser(), shop)
    clock.pass(10 * MINUTE_MS)
    const { count, ages, isWhole, at: readAt } = await get<ApiWaitingReport>('/api/reports/waiting')
    expect({ count, isWhole, readAt }).toEqual({ count: before.count + 3, isWhole: true, readAt: at(nowMs) })
    const within = (seconds: number) => ages.find(({ upToSeconds }) => upToSeconds === seconds)?.count
    expect([within(900), within(4 * 3600)]).toEqual([2, 1])
  })
})

const people = [newUser(), newUser(), newUser()]
const wait = fc.nat(20 * 3600)
const does = fc.oneof(
  fc.record({ do: fc.constantFrom('message' as const, 'mention' as const), who: fc.nat(2), to: fc.nat(1), wait }),
  fc.record({
    do: fc.constant('reply' as const),
    of: fc.nat(9),
    x: fc.constantFrom<XDoes>('takes', 'refuses', 'stays silent'),
    wait,
  }),
  fc.record({ do: fc.constantFrom('retry' as const, 'look' as const), of: fc.nat(9), wait }),
  fc.record({ do: fc.constant('status' as const), of: fc.nat(9), status: fc.constantFrom(...statuses), wait }),
  fc.record({
    do: fc.constant('tags' as const),
    of: fc.nat(9),
    tags: fc.subarray(['Twitter:Direct', 'refund', 'a#b', 'VIP', 'status#new']),
    wait,
  }),
)
type Step = ReturnType<typeof does.generate>['value']

/** What a test knows besides what is stored: its tickets, when X took a reply, and when a ticket was closed. */
type Seen = {
  readonly tickets: Set<string>
  readonly takenAt: Map<string, number>
  readonly closedAt: Map<string, number>
  readonly sent: ApiMessage[]
}

async function take(one: Step, accounts: readonly User[], seen: Seen): Promise<void> {
  clock.pass(one.wait * 1000)
  const { x } = helpdesk
  /** Whatever X takes meanwhile is this reply. */
  const sending = async (work: () => Promise<ApiMessage>) => {
    const before = x.taken.length
    const message = await work()
    if (x.taken.length > before) seen.takenAt.set(message.id, nowMs)
  }
  if ('who' in one) {
    const [from, account] = [people[one.who], accounts[one.to]] as [User, User]
    if (one.do === 'message') return void seen.tickets.add(await writes(from, account))
    const post = { id: idAt(clock.now(), ++numbers), by: from, text: `@${account.username} hi`, mentions: [account] }
    const [routed] = await helpdesk.deliver(posts(account, { ...post, at: at(nowMs) }))
    return void seen.tickets.add(String(routed?.ticketId))
  }
  if (one.do === 'retry' || one.do === 'look') {
    const message = seen.sent[one.of % Math.max(1, seen.sent.length)]
    if (!message) return
    await sending(async () => {
      await (one.do === 'retry' ? retry : step)(message)
      return message
    })
    return
  }
  const ids = [...seen.tickets]
  const ticket = await stores.tickets.ticket(ids[one.of % Math.max(1, ids.length)] ?? '')
  if (!ticket) return
  if (one.do === 'reply' && ticket.status !== 'closed') {
    await sending(async () => {
      const message = await reply(ticket.id, one.x)
      seen.sent.push(message)
      return message
    })
    // What X was to do, but was not asked: the reply waits for an earlier one.
    x.forget()
  }
  if (one.do === 'status') {
    const { status } = await patch(ticket.id, { status: one.status })
    if (status !== 200) return
    if (one.status !== 'closed') seen.closedAt.delete(ticket.id)
    else if (!seen.closedAt.has(ticket.id)) seen.closedAt.set(ticket.id, nowMs)
  }
  if (one.do === 'tags') await patch(ticket.id, { tags: one.tags })
}

/** Half-open ranges would hide what is at their ends: a day is asked of the runtime. */
const dayIn = (ms: number, timeZone: string) =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms)

type Whole = { readonly ticket: Ticket; readonly messages: readonly Message[] }

/** The rows of a report by looking at every ticket and every message. */
function counted(all: readonly Whole[], by: 'tag' | 'status' | 'channel' | 'day', timeZone: string, seen: Seen) {
  const rows = new Map<
    string,
    { opened: number; closed: number; in: number; out: number; waits: number[]; lives: number[] }
  >()
  const row = (key: string) => {
    const found = rows.get(key) ?? { opened: 0, closed: 0, in: 0, out: 0, waits: [], lives: [] }
    rows.set(key, found)
    return found
  }
  for (const { ticket, messages } of all) {
    const openedMs = Date.parse(ticket.openedAt)
    const keys = (day: number, status: Status) =>
      ({ tag: ticket.tags, status: [status], channel: [ticket.channelId], day: [dayIn(day, timeZone)] })[by]
    const out = messages.filter(({ direction }) => direction === 'outbound')
    const answers = out.flatMap(({ id, delivery }) =>
      delivery?.status === 'sent' ? [seen.takenAt.get(id) ?? NaN] : [],
    )
    for (const key of keys(openedMs, ticket.status)) {
      const one = row(key)
      one.opened += 1
      one.closed += ticket.status === 'closed' ? 1 : 0
      one.in += messages.length - out.length
      one.out += out.length
      if (answers.length > 0) one.waits.push(Math.round((Math.min(...answers) - openedMs) / 1000))
    }
    const closedMs = seen.closedAt.get(ticket.id)
    if (closedMs === undefined) continue
    for (const key of keys(closedMs, 'closed')) row(key).lives.push(Math.round((closedMs - openedMs) / 1000))
  }
  return rows
}

const rank = (times: readonly number[], share: number) =>
  [...times].sort((a, b) => a - b)[Math.ceil(share * times.length) - 1] ?? null

describe('a report agrees with a count over all tickets and messages', () => {
  test('after a random history, by tag, status, channel and day, in any time zone', async () => {
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia')
    await fc.assert(
      fc.asyncProperty(fc.array(does, { minLength: 5, maxLength: 30 }), zone, async (history, timeZone) => {
        const began = nowMs
        nowMs = began + 400 * 24 * HOUR_MS
        const from = dayIn(nowMs, timeZone)
        const accounts = [await connect(), await connect()]
        const seen: Seen = { tickets: new Set(), takenAt: new Map(), closedAt: new Map(), sent: [] }
        for (const one of history) await take(one, accounts, seen)
        const to = dayIn(nowMs, timeZone)
        const all: Whole[] = []
        for (const id of seen.tickets) {
          const ticket = await stores.tickets.ticket(id)
          if (ticket) all.push({ ticket, messages: await stores.messagesOf(id) })
        }
        for (const by of ['tag', 'status', 'channel', 'day'] as const) {
          const query = `from=${from}&to=${to}&by=${by}&timeZone=${timeZone}`
          const { rows } = await get<ApiTicketReport>(`/api/reports/tickets?${query}`)
          const wanted = [...counted(all, by, timeZone, seen)].map(([key, one]) => ({
            key,
            opened: one.opened,
            closed: one.closed,
            messagesIn: one.in,
            messagesOut: one.out,
            answered: [one.waits.length, rank(one.waits, 0.5), rank(one.waits, 0.9)],
            closedInPeriod: [one.lives.length, rank(one.lives, 0.5), rank(one.lives, 0.9)],
          }))
          const found = rows
            .filter(({ opened, closedInPeriod }) => opened + closedInPeriod > 0)
            .map(({ key, opened, closed, messagesIn, messagesOut, firstResponse, closedInPeriod, timeToClose }) => ({
              ...{ key, opened, closed, messagesIn, messagesOut },
              answered: [firstResponse.count, firstResponse.medianSeconds, firstResponse.p90Seconds],
              closedInPeriod: [closedInPeriod, timeToClose.medianSeconds, timeToClose.p90Seconds],
            }))
          const byKey = (one: { key: string }, other: { key: string }) => (one.key < other.key ? -1 : 1)
          expect({ by, rows: found.sort(byKey) }).toEqual({ by, rows: wanted.sort(byKey) })
        }
      }),
      { numRuns: cases(3) },
    )
  })
})
