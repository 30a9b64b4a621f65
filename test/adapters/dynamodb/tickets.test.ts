import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Page, PageRequest, TicketFilter } from '../../../lambdas/core/ports/tickets.ts'
import { countedWith } from '../../../lambdas/core/tickets/counted.ts'
import type { Status, Ticket } from '../../../lambdas/core/tickets/ticket.ts'
import { ticketIdOf } from '../../../lambdas/core/tickets/ticket-id.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, bob, directMessages, idAt, posts, shop } from '../../support/x-payloads.ts'

let stores: TestStores
let clock: Date
const now = () => clock

beforeAll(async () => {
  clock = new Date('2026-01-01T00:00:00.000Z')
  stores = await startStores(now)
  await stores.connect()
})
afterAll(() => stores.stop())

/** A ticket of a fresh customer, opened through the router. */
let customers = 0
async function openTicket(text = 'Hello'): Promise<Ticket> {
  const customer = { id: String(9_000_000 + ++customers), username: `customer${customers}` }
  const delivery = directMessages(shop, { id: idAt(clock.getTime(), customers), from: customer, to: shop, text })
  const [routed] = await routerOver(stores, now).deliver(delivery)
  const ticket = await stores.tickets.ticket(String(routed?.ticketId))
  if (!ticket) throw new Error('no ticket was opened')
  return ticket
}

async function change(ticket: Ticket, some: Partial<Ticket>): Promise<Ticket> {
  const after = { ...ticket, ...some, version: ticket.version + 1 }
  expect(await stores.tickets.commit({ before: ticket, after, message: null, follows: null })).toBe('done')
  return after
}

/** What tells the next ticket of a conversation from one. */
function next({ channelId, conversationId, number }: Ticket) {
  return { id: ticketIdOf({ channelId, conversationId, number: number + 1 }), number: number + 1 }
}

/** Every page of a list. */
async function everything<T>(list: (page: PageRequest) => Promise<Page<T>>, limit: number): Promise<T[]> {
  const all: T[] = []
  let after: string | null = null
  do {
    const page: Page<T> = await list({ limit, after })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    all.push(...page.items)
    after = page.next
  } while (after !== null)
  return all
}

describe('a change of a ticket', () => {
  test('is refused when the ticket has changed since it was read', async () => {
    const ticket = await openTicket()
    await change(ticket, { status: 'pending' })
    const stale = { ...ticket, status: 'solved' as const, version: ticket.version + 1 }
    expect(await stores.tickets.commit({ before: ticket, after: stale, message: null, follows: null })).toBe('changed')
    expect((await stores.tickets.ticket(ticket.id))?.status).toBe('pending')
  })

  test('that opens a closed ticket is refused when the conversation went on in a later one', async () => {
    const ticket = await openTicket()
    const closed = await change(ticket, { status: 'closed' })
    const customer = { id: ticket.customer.id, username: 'again' }
    await routerOver(stores, now).deliver(directMessages(shop, { id: idAt(clock, 777), from: customer, to: shop }))
    const reopened = { ...closed, status: 'open' as const, version: closed.version + 1 }
    expect(await stores.tickets.commit({ before: closed, after: reopened, message: null, follows: null })).toBe(
      'changed',
    )
    expect(await stores.tickets.currentTicketId(closed)).not.toBe(closed.id)
  })

  test('with a direct message that is stored already stores no second one', async () => {
    const ticket = await openTicket()
    const [message] = await stores.messagesOf(ticket.id)
    if (!message) throw new Error('a message was meant')
    const change = { before: ticket, after: ticket, message, follows: null }
    expect(await stores.tickets.commit(change)).toBe('repeated')
    expect(await stores.messagesOf(ticket.id)).toEqual([message])
  })

  test.each(['inbound', 'outbound'] as const)(
    'with a post, %s, that another worker put into another ticket takes it back',
    async (direction) => {
      const { deliver } = routerOver(stores, now)
      const mention = () =>
        posts(shop, { id: idAt(clock, 900 + ++customers), by: bob, text: '@shop hi', mentions: [shop] })
      const [one, other] = await deliver(mention(), mention())
      const [stored] = await stores.messagesOf(one?.ticketId)
      const before = await stores.tickets.ticket(String(other?.ticketId))
      if (!before || !stored) throw new Error('a message and another ticket were meant')
      const message = { ...stored, direction, ticketId: before.id }
      const after = { ...before, ...countedWith(before, message), version: 2 }
      const placed = { answers: null, unknownParentId: null, continues: null, placeholders: new Map(), awaited: [] }
      expect(await stores.tickets.commit({ before, after, message, placed, follows: null })).toBe('changed')
      expect(await stores.messagesOf(before.id)).toHaveLength(1)
      expect(await stores.messagesOf(one?.ticketId)).toEqual([stored])
      const { messageCount, outboundCount, counted } = before
      expect(await stores.tickets.ticket(before.id)).toMatchObject({ messageCount, outboundCount, counted })
    },
  )

  test('of two that open one after the same closed ticket, one is refused', async () => {
    const closed = await change(await openTicket(), { status: 'closed' })
    const after = { ...closed, ...next(closed), status: 'new' as const, version: 1 }
    const follow = () => stores.tickets.commit({ before: null, after, message: null, follows: closed })
    expect((await Promise.all([follow(), follow()])).sort()).toEqual(['changed', 'done'])
  })

  test('opens nothing after a ticket that an agent has just opened again', async () => {
    const closed = await change(await openTicket(), { status: 'closed' })
    await change(closed, { status: 'open' })
    const after = { ...closed, ...next(closed), status: 'new' as const, version: 1 }
    expect(await stores.tickets.commit({ before: null, after, message: null, follows: closed })).toBe('changed')
    expect(await stores.tickets.ticket(after.id)).toBeNull()
  })
})

describe('lists of tickets', () => {
  let all: Ticket[]
  const wanted = (filter: TicketFilter) =>
    all
      .filter(
        (ticket) =>
          [filter.tag ?? []].flat().every((tag) => ticket.tags.includes(tag)) &&
          (!filter.status || ticket.status === filter.status) &&
          (!filter.channelId || ticket.channelId === filter.channelId) &&
          (!filter.customerId || ticket.customer.id === filter.customerId) &&
          (!filter.updatedSince || ticket.updatedAt >= filter.updatedSince),
      )
      .sort((a, b) => (`${a.updatedAt}#${a.id}` < `${b.updatedAt}#${b.id}` ? 1 : -1))
      .map((ticket) => ticket.id)

  beforeAll(async () => {
    await stores.stop()
    stores = await startStores(now)
    await stores.connect()
    const marks: Status[] = ['new', 'open', 'closed']
    all = []
    for (let n = 0; n < 45; n++) {
      clock = new Date(Date.UTC(2026, 1, 1, 0, 0, Math.floor(n / 3)))
      const ticket = await openTicket()
      const tags = n % 4 === 0 ? [...ticket.tags, 'refund'] : ticket.tags
      all.push(n % 3 === 0 && n % 4 !== 0 ? ticket : await change(ticket, { status: marks[n % 3] ?? 'new', tags }))
    }
  })

  const since = '2026-02-01T00:00:07.000Z'
  const channelId = `twitter-${shop.id}`
  const filters: TicketFilter[] = [
    {},
    { tag: 'refund' },
    { tag: 'Twitter:Direct' },
    { tag: 'Twitter: Mention' },
    { status: 'closed' },
    { status: 'open', tag: 'refund' },
    { channelId, status: 'closed' },
    { channelId: 'twitter-1' },
    { customerId: '9000001' },
    { updatedSince: since },
    { updatedSince: since, tag: 'refund', channelId },
  ]
  test.each(filters)('%j gives every ticket that fits, newest first, once, however small the page', async (filter) => {
    for (const limit of [1, 7, 100]) {
      const found = await everything((page) => stores.tickets.tickets(filter, page), limit)
      expect(found.map((ticket) => ticket.id)).toEqual(wanted(filter))
    }
  })

  test('of any ticket it is known whether it has changed at a time or later', async () => {
    const times = all.map(({ updatedAt }) => updatedAt).sort()
    const newest = String(times.at(-1))
    const later = new Date(Date.parse(newest) + 1).toISOString()
    expect(await stores.tickets.changedSince(String(times[0]))).toBe(true)
    expect(await stores.tickets.changedSince(newest)).toBe(true)
    expect(await stores.tickets.changedSince(later)).toBe(false)
    for (const ticket of all.slice(0, 10)) {
      const at = new Date(Date.parse(later) + all.indexOf(ticket)).toISOString()
      expect(await stores.tickets.changedSince(at)).toBe(false)
      all[all.indexOf(ticket)] = await change(ticket, { updatedAt: at })
      expect(await stores.tickets.changedSince(at)).toBe(true)
    }
  })

  test('a removed tag is no longer found by it', async () => {
    const [listed] = await everything((page) => stores.tickets.tickets({ tag: 'refund' }, page), 100)
    const ticket = listed && (await stores.tickets.ticket(listed.id))
    if (!ticket) throw new Error('a ticket with the tag was meant')
    const after = await change(ticket, { tags: ['other'] })
    all = all.map((one) => (one.id === after.id ? after : one))
    for (const tag of ['refund', 'other', 'Twitter:Direct']) {
      const found = await everything((page) => stores.tickets.tickets({ tag }, page), 10)
      expect(found.map((one) => one.id)).toEqual(wanted({ tag }))
    }
    const entries = await Promise.all(Array.from({ length: 4 }, (_, number) => stores.itemsOf(`TAG#refund#${number}`)))
    expect(entries.flat().filter((entry) => entry.endsWith(after.id))).toEqual([])
  })
})

describe('messages of a ticket', () => {
  beforeEach(() => {
    clock = new Date('2026-03-01T00:00:00.000Z')
  })

  test('come in the order of their ids, whichever came first, page by page', async () => {
    const at = '2026-03-01T00:00:00.000Z'
    const ids = [3, 1, 2, 5, 4].map((n) => idAt(at, n))
    const { deliver } = routerOver(stores, now)
    const outcomes = []
    for (const id of ids) outcomes.push(...(await deliver(directMessages(shop, { id, from: ann, to: shop, at }))))
    const ticketId = String(outcomes[0]?.ticketId)
    const ticket = await stores.tickets.ticket(ticketId)
    if (!ticket) throw new Error('a ticket was meant')
    const found = await everything((page) => stores.tickets.messages(ticket, page), 2)
    expect(found.map((message) => message.externalId)).toEqual([...ids].sort())
  })

  test('a deleted post of the account stays, marked with the time', async () => {
    const { deliver } = routerOver(stores, now)
    const entry = idAt(clock, 50)
    const [opened] = await deliver(posts(shop, { id: entry, by: bob, text: '@shop hi', mentions: [shop] }))
    const answer = { id: idAt(clock, 51), by: shop, text: '@bob hi', mentions: [bob], answers: { id: entry, by: bob } }
    await deliver(posts(shop, answer))
    const deletion = { for_user_id: shop.id, tweet_delete_events: [{ status: { id: answer.id, user_id: shop.id } }] }
    expect(await deliver(deletion)).toMatchObject([{ outcome: 'deleted', ticketId: opened?.ticketId }])
    clock = new Date('2026-03-02T00:00:00.000Z')
    await deliver(deletion)
    const messages = await stores.messagesOf(opened?.ticketId)
    expect(messages.map((message) => message.deletedAt)).toEqual([null, '2026-03-01T00:00:00.000Z'])
  })
})
