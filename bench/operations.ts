import { randomUUID } from 'node:crypto'
import type { DueMessage } from '../lambdas/core/ports/queues.ts'
import type { Status } from '../lambdas/core/tickets/ticket.ts'
import { openStores } from '../lambdas/runtime/stores.ts'
import { createIndexing } from '../lambdas/use-cases/index-words.ts'
import { databaseClient, sharedTable } from '../local/aws/table.ts'
import { type ApiOptions, apiOver } from '../test/support/api.ts'
import { noEncryption } from '../test/support/encryption.ts'
import { newEndpoint } from '../test/support/endpoint.ts'
import { senderHandler } from '../test/support/handlers.ts'
import { recordOf, routerOver } from '../test/support/router.ts'
import { ScriptedX } from '../test/support/scripted-x.ts'
import { startStores } from '../test/support/stores.ts'
import { untouched } from '../test/support/untouched.ts'
import { portsOf } from '../test/support/x.ts'
import { directMessages, idAt, posts, type User } from '../test/support/x-payloads.ts'
import { outgoingOver } from './outgoing.ts'
import { countUnits, type Units } from './units.ts'

/** An operation of the product, by the name in its row of the table. */
export type Operation = keyof typeof goals
export type Figures = Readonly<Record<Operation, Units>>

/** The most units that an operation may consume, where there is a goal. */
export type Goal = { readonly write?: number; readonly read?: number }

/** The operations and their goals. `as before`: no more than the operation before it. */
export const goals = {
  'a direct message joins a ticket': { write: 6, read: 2 },
  'a direct message opens a ticket': { write: 9, read: 3 },
  'a post joins a ticket': { write: 6, read: 2 },
  'a post opens a ticket': { write: 9, read: 3 },
  'a direct message joins a ticket that has 3 more tags': { write: 6, read: 2 },
  'a direct message turns a solved ticket into open': { write: 6, read: 2 },
  'a direct message joins a ticket of the day before': { write: 6, read: 2 },
  'a direct message opens a ticket after a closed one': { write: 9, read: 3 },
  'an event is ignored': { write: 2, read: 2 },
  'a new message is told, without an endpoint': { write: 0, read: 0 },
  'a new message is told to one endpoint': {},
  'its words are indexed, with the setting «search»': {},
  'the names of the customer of a new ticket are indexed': {},
  'a search for two words that a ticket has': {},
  'a reply, from POST to sent': {},
  'its echo': {},
  'a reply, from POST to sent, and its echo': { write: 16, read: 12 },
  'a later reply of the ticket, from POST to sent, and its echo': { write: 16, read: 12 },
  'the same, the first of the account and the app in their windows at X': {},
  'PATCH of a status': { write: 6 },
  'PATCH that adds 3 tags': { write: 6 },
  'PATCH that closes a ticket': { write: 6 },
  'a page of 50 tickets': { read: 10 },
  'a page of 50 tickets by status': { read: 10 },
  'a page of 50 tickets by channel': { read: 10 },
  'a page of a rare status: 3 old tickets': { read: 10 },
  'a page of a rare tag: 3 old tickets': { read: 10 },
  'a page of a rare status in a common tag and channel: 3 old tickets': { read: 10 },
  'a page of a customer: 3 old tickets': { read: 10 },
  'a poll of the console that finds nothing new': { read: 2 },
  'a poll of an open ticket that finds nothing new': { read: 2 },
  'a reply in a ticket of 10 messages': {},
  'a reply in a long ticket': 'as before',
  'a public reply that names no post, in a ticket of 10 posts': {},
  'a public reply that names no post, in a long ticket': 'as before',
} as const satisfies Record<string, Goal | 'as before'>

/** The goal of an operation, among the figures of all. */
export function goalOf(operation: Operation, figures: Figures): Goal {
  const goal: Goal | 'as before' = goals[operation]
  if (goal !== 'as before') return goal
  const before = operations[operations.indexOf(operation) - 1]
  if (!before) throw new Error(`nothing is before «${operation}»`)
  return { write: figures[before].write, read: figures[before].read }
}

/** All operations, in the order of the table. */
export const operations = Object.keys(goals) as readonly Operation[]

const shop: User = { id: '2244994945', username: 'shop', name: 'The Shop' }
const agent = { sub: 'kim-id', username: 'kim', 'cognito:groups': '[agents]' }

/** What customers and agents write: 100 characters. */
const text = 'Where is my order 4711? It should have been here on Monday and I have not heard anything since then.'

/** How often the console polls while it is used (console/src/api/polling.ts). */
const POLL_MS = 5_000

/** Every window of X's rate limits is over. */
const DAY_MS = 24 * 3600_000

/** How many tickets have what is rare. */
const RARE = 3

/** Tickets that `fill` opens at a time. */
const BATCH = 20

/**
 * The product over an empty embedded DynamoDB: router, API and sender as their handlers make them, and an X that takes
 * everything. What `fill` does is not counted.
 */
export async function startBench() {
  let clock = new Date('2026-01-01T12:00:00.000Z')
  let people = 0
  let ids = 0
  const now = () => clock
  const nextId = () => {
    clock = new Date(clock.getTime() + 1_000)
    return idAt(clock, ++ids)
  }
  const newCustomer = (): User => ({ id: String(1_000_000_000 + ++people), username: `customer${people}` })

  const test = await startStores(now)
  const client = databaseClient(test.endpoint)
  const unitsOf = countUnits(client)
  const stores = openStores(sharedTable, now, client)
  const x = new ScriptedX(now)
  const queued: DueMessage[] = []
  const replyQueue = { send: async (due: readonly DueMessage[]) => void queued.push(...due) }
  const counted = routerOver(stores, now)
  const uncounted = routerOver(test, now)
  const api = apiOver(stores, now, { replyQueue })
  const sender = senderHandler({
    ...stores,
    ...portsOf(x.asX()),
    encryption: noEncryption,
    mediaQueue: untouched('mediaQueue'),
    now,
    log: () => {},
  })
  const { id: channelId } = await test.channels.connect({
    twitterUserId: shop.id,
    username: shop.username,
    at: now().toISOString(),
    encryptedTokens: JSON.stringify({ token: shop.id, secret: 'secret' }),
  })

  const message = (from: User) => directMessages(shop, { id: nextId(), from, to: shop, text, at: now().toISOString() })
  const entry = (by: User, answers?: { id: string; by: User }) => {
    const id = nextId()
    const own = {
      id,
      by,
      text: `@shop ${text}`,
      mentions: [shop],
      at: now().toISOString(),
      ...(answers && { answers }),
    }
    return { id, delivery: posts(shop, own) }
  }

  /** Routes one delivery. @throws Error unless its only event has the outcome that is measured */
  async function route(router: typeof counted, delivery: object, outcome: string): Promise<string> {
    const [routed, ...more] = await router.deliver(delivery)
    if (!routed || more.length > 0 || routed.outcome !== outcome) {
      throw new Error(`expected one event ${outcome}, not ${JSON.stringify(routed)}`)
    }
    return String(routed.ticketId)
  }

  /** Calls the API as an agent. @throws Error unless it answers with that status */
  async function call(status: number, method: string, path: string, more: ApiOptions = {}) {
    const answer = await api(method, path, { claims: agent, ...more })
    if (answer.statusCode !== status) throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body}`)
    return answer
  }

  /** Answers in a ticket and sends the answer. @throws Error unless X gets it */
  async function reply(ticketId: string): Promise<void> {
    clock = new Date(clock.getTime() + 1_000)
    const taken = x.taken.length
    const headers = { 'idempotency-key': randomUUID() }
    await call(202, 'POST', `/api/tickets/${ticketId}/replies`, { body: JSON.stringify({ text }), headers })
    const [due, ...more] = queued.splice(0)
    if (!due || more.length > 0) throw new Error('one reply was meant to be queued')
    const record = recordOf(JSON.stringify({ ...due, at: now().toISOString() }), due.ticketId)
    const { batchItemFailures } = await sender({ Records: [record] }, { getRemainingTimeInMillis: () => 60_000 })
    if (batchItemFailures.length > 0 || x.taken.length !== taken + 1) throw new Error('the reply was not sent')
  }

  /** The delivery by which X reports the account's newest direct message. */
  function echo(customer: User): object {
    const id = String(x.taken.at(-1)?.id)
    return directMessages(shop, { id, from: shop, to: customer, text, at: now().toISOString() })
  }

  /**
   * Reads the list of tickets until it has so many or the list ends, because a page may be shorter.
   * @throws Error unless it finds so many as are expected
   */
  async function readPage(limit: number, filter: Record<string, string> = {}, expected = limit): Promise<void> {
    let found = 0
    let cursor: string | null = null
    do {
      const query: Record<string, string> = { ...filter, limit: String(limit - found), ...(cursor && { cursor }) }
      const { body } = await call(200, 'GET', '/api/tickets', { query })
      const page = JSON.parse(body ?? '') as { tickets: unknown[]; nextCursor: string | null }
      found += page.tickets.length
      cursor = page.nextCursor
    } while (found < limit && cursor !== null)
    if (found !== expected) throw new Error(`${found} tickets instead of ${expected}: ${JSON.stringify(filter)}`)
  }

  /** Sets the status or the tags of a ticket. */
  async function patch(ticketId: string, change: { status?: Status; tags?: string[] }): Promise<void> {
    clock = new Date(clock.getTime() + 1_000)
    await call(200, 'PATCH', `/api/tickets/${ticketId}`, { body: JSON.stringify(change) })
  }

  /**
   * Reads after some polls in which nothing changed, and gives the poll after it, with the entity tag of the answer. The
   * poll throws Error unless it is answered that nothing has changed.
   */
  async function pollOf(path: string, query: Record<string, string> = {}): Promise<() => Promise<unknown>> {
    clock = new Date(clock.getTime() + 2 * POLL_MS)
    const { headers } = await call(200, 'GET', path, { query })
    clock = new Date(clock.getTime() + POLL_MS)
    return () => call(304, 'GET', path, { query, headers: { 'if-none-match': String(headers?.etag) } })
  }

  /** A ticket of so many direct messages. */
  async function directTicket(messages: number): Promise<string> {
    const customer = newCustomer()
    const ticketId = await route(uncounted, message(customer), 'opened')
    for (let n = 1; n < messages; n++) await route(uncounted, message(customer), 'joined')
    return ticketId
  }

  /** A ticket of so many posts, all under the first. */
  async function mentionTicket(messages: number): Promise<string> {
    const customer = newCustomer()
    const first = entry(customer)
    const ticketId = await route(uncounted, first.delivery, 'opened')
    for (let n = 1; n < messages; n++) {
      await route(uncounted, entry(customer, { id: first.id, by: customer }).delivery, 'joined')
    }
    return ticketId
  }

  // The oldest tickets of the list: a page that filters by what is rare finds them behind all others.
  const regular = newCustomer()
  for (let n = 0; n < RARE; n++) {
    await patch(await directTicket(1), { status: 'on_hold' })
    await patch(await directTicket(1), { tags: ['Twitter:Direct', 'rare'] })
    await patch(await route(uncounted, message(regular), 'opened'), { status: 'closed' })
  }

  function sum(one: Units, other: Units): Units {
    return { write: one.write + other.write, read: one.read + other.read, inIndexes: one.inIndexes + other.inIndexes }
  }

  return {
    /**
     * Lets customers open a ticket each, several at a time.
     * @param goesOn asked before each step, with how many there are; false ends it
     * @returns how many there are
     */
    async fill(count: number, goesOn: (opened: number) => boolean = () => true): Promise<number> {
      let opened = 0
      while (opened < count && goesOn(opened)) {
        const deliveries = Array.from({ length: Math.min(BATCH, count - opened) }, () => message(newCustomer()))
        await uncounted.deliver(...deliveries)
        opened += deliveries.length
      }
      return opened
    },

    /** Connects so many more accounts. */
    async connect(count: number): Promise<void> {
      for (let n = 0; n < count; n++) {
        const { id, username } = newCustomer()
        await test.channels.connect({ twitterUserId: id, username, at: now().toISOString() })
      }
    },

    /**
     * Does every operation once and counts its units. Adds some fifteen tickets.
     * @param long how many messages a long ticket has
     */
    async measure(long: number): Promise<Figures> {
      const customer = newCustomer()
      const units = {} as Record<Operation, Units>
      const count = async (operation: Operation, work: () => Promise<unknown>) => {
        units[operation] = await unitsOf(work)
      }
      let ticketId = ''
      const direct = message(customer)
      await count('a direct message opens a ticket', async () => {
        ticketId = await route(counted, direct, 'opened')
      })
      const second = message(customer)
      await count('a direct message joins a ticket', () => route(counted, second, 'joined'))

      const author = newCustomer()
      const first = entry(author)
      await count('a post opens a ticket', () => route(counted, first.delivery, 'opened'))
      const answer = entry(author, { id: first.id, by: author })
      await count('a post joins a ticket', () => route(counted, answer.delivery, 'joined'))

      const tagged = newCustomer()
      const taggedTicket = await route(uncounted, message(tagged), 'opened')
      const tags = ['Twitter:Direct', 'refund', 'vip', 'de']
      await count('PATCH that adds 3 tags', () => patch(taggedTicket, { tags }))
      const third = message(tagged)
      await count('a direct message joins a ticket that has 3 more tags', () => route(counted, third, 'joined'))
      const content = newCustomer()
      await patch(await route(uncounted, message(content), 'opened'), { status: 'solved' })
      const objection = message(content)
      await count('a direct message turns a solved ticket into open', () => route(counted, objection, 'joined'))
      const returning = newCustomer()
      await patch(await route(uncounted, message(returning), 'opened'), { status: 'closed' })
      const again = message(returning)
      await count('a direct message opens a ticket after a closed one', () => route(counted, again, 'opened'))

      const news = posts(shop, { id: nextId(), by: shop, text, at: now().toISOString() })
      await count('an event is ignored', () => route(counted, news, 'ignored'))

      const latest = (await test.messagesOf(ticketId)).at(-1)
      if (!latest) throw new Error('the ticket has no message')
      const nobody = outgoingOver(stores, now)
      // The first change of every few seconds reads the list of endpoints, however many follow.
      await nobody.tellNobody(latest)
      await count('a new message is told, without an endpoint', () => nobody.tellNobody(latest))
      const endpoint = newEndpoint(now().toISOString())
      await test.endpoints.add(endpoint)
      const one = outgoingOver(stores, now)
      await one.tellOne(latest)
      await count('a new message is told to one endpoint', () => one.tellOne(latest))
      await test.endpoints.remove(endpoint.id)

      const index = createIndexing(stores)
      const changed = { id: '1', at: now().toISOString(), before: null }
      await count('its words are indexed, with the setting «search»', () =>
        index([{ ...changed, what: 'message', after: latest }]),
      )
      const ticket = await test.tickets.ticket(ticketId)
      await count('the names of the customer of a new ticket are indexed', () =>
        index([{ ...changed, what: 'ticket', after: ticket }]),
      )
      const word = String(ticket?.customer.username)
      await count('a search for two words that a ticket has', () => readPage(50, { q: `4711 ${word}` }, 1))

      const early = newCustomer()
      const earlyTicket = await route(uncounted, message(early), 'opened')
      clock = new Date(clock.getTime() + DAY_MS)
      const later = message(early)
      await count('a direct message joins a ticket of the day before', () => route(counted, later, 'joined'))
      await count('the same, the first of the account and the app in their windows at X', async () => {
        await reply(earlyTicket)
        await route(counted, echo(early), 'repeated')
      })
      await count('a reply, from POST to sent', () => reply(ticketId))
      await count('its echo', () => route(counted, echo(customer), 'repeated'))
      units['a reply, from POST to sent, and its echo'] = sum(units['a reply, from POST to sent'], units['its echo'])
      await count('a later reply of the ticket, from POST to sent, and its echo', async () => {
        await reply(ticketId)
        await route(counted, echo(customer), 'repeated')
      })
      await count('PATCH of a status', () => patch(ticketId, { status: 'pending' }))
      await count('PATCH that closes a ticket', () => patch(ticketId, { status: 'closed' }))

      await count('a page of 50 tickets', () => readPage(50))
      await count('a page of 50 tickets by status', () => readPage(50, { status: 'new' }))
      await count('a page of 50 tickets by channel', () => readPage(50, { channelId }))
      const rare = (filter: Record<string, string>) => () => readPage(50, filter, RARE)
      await count('a page of a rare status: 3 old tickets', rare({ status: 'on_hold' }))
      await count('a page of a rare tag: 3 old tickets', rare({ tag: 'rare' }))
      const narrow = { status: 'on_hold', tag: 'Twitter:Direct', channelId }
      await count('a page of a rare status in a common tag and channel: 3 old tickets', rare(narrow))
      await count('a page of a customer: 3 old tickets', rare({ customerId: regular.id }))
      // As the console polls (console/src/pages/tickets/tickets-page.tsx, …/ticket/use-ticket.ts).
      await count('a poll of the console that finds nothing new', await pollOf('/api/tickets', { limit: '30' }))
      await count('a poll of an open ticket that finds nothing new', await pollOf(`/api/tickets/${ticketId}`))

      // The first public reply of the day starts the windows.
      await reply(await mentionTicket(1))
      for (const [operation, ticket] of [
        ['a reply in a ticket of 10 messages', await directTicket(10)],
        ['a reply in a long ticket', await directTicket(long)],
        ['a public reply that names no post, in a ticket of 10 posts', await mentionTicket(10)],
        ['a public reply that names no post, in a long ticket', await mentionTicket(long)],
      ] as const) {
        await count(operation, () => reply(ticket))
      }
      const missing = operations.find((operation) => !units[operation])
      if (missing) throw new Error(`«${missing}» was not measured`)
      return units
    },

    async stop(): Promise<void> {
      client.destroy()
      await test.stop()
    },
  }
}
