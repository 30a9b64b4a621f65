/** Called by the console and helpdesks to read tickets and to change their status and tags. */
import { createHash } from 'node:crypto'
import { entityTag, type KnownTag, knownTag } from '../../core/api/entity-tag.ts'
import { Problem } from '../../core/api/problem.ts'
import { changeTicketBody, listMessagesQuery, listTicketsQuery, noQuery } from '../../core/api/requests.ts'
import type { ApiTicket } from '../../core/api/schemas.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { type ListedTicket, type Message, statusAfterAgent, type Ticket } from '../../core/tickets/ticket.ts'
import { laterOf } from '../../core/time.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'
import { type Links, toApiMessage } from './messages.ts'
import { Answer, cursorOf, keyIn, notFound, notModified, type Route, route } from './route.ts'
import { toApiTicket } from './shapes.ts'

/** No message of a ticket is being written that is older than this. */
const QUIET_MS = 3600_000

/** The sort keys in cursors: an ISO time and an id; `MESSAGE#`, position and id. */
const ACTIVITY_KEY = /^\d{4}-\d\d-\d\dT[\d:.]+Z#[\w-]+$/
const MESSAGE_KEY = /^MESSAGE#\d+#[\w-]+$/

export function ticketRoutes({
  tickets,
  channels,
  bucket,
  now,
}: Pick<Stores, 'tickets' | 'channels'> & { bucket: Links; now: Clock }): Route[] {
  async function find(id: string | undefined): Promise<Ticket> {
    const ticket = id ? await tickets.ticket(id) : null
    if (!ticket) throw notFound('ticket', id)
    return ticket
  }

  /**
   * A crash may leave a ticket with one message too many in its count: of an event that became a dead letter, or of a
   * reply whose request was not repeated. Whoever reads the whole ticket later mends it.
   */
  async function correct(ticket: Ticket, all: readonly Message[]): Promise<void> {
    const isQuiet = now().getTime() - Date.parse(ticket.updatedAt) > QUIET_MS
    if (isQuiet && all.length !== ticket.messageCount) await tickets.recount(ticket, all)
  }

  async function withChannels(found: readonly ListedTicket[]): Promise<ApiTicket[]> {
    const known = await channels.several([...new Set(found.map(({ channelId }) => channelId))])
    return found.map((ticket) =>
      toApiTicket(
        ticket,
        known.find((channel) => channel.id === ticket.channelId),
      ),
    )
  }

  async function showOne(ticket: Ticket): Promise<object> {
    const [one] = await withChannels([ticket])
    return one ?? {}
  }

  /** @throws Problem 409 if the conversation of a closed ticket has a newer ticket */
  async function checkMayReopen(ticket: Ticket): Promise<void> {
    const current = await tickets.currentTicketId(ticket)
    if (ticket.isContinued || current !== ticket.id) {
      throw new Problem(409, `the ticket stays closed: its conversation continues in ticket ${current}`)
    }
  }

  function change(id: string | undefined, wanted: { status?: Ticket['status']; tags?: string[] }): Promise<Ticket> {
    return retryOnConflict(`ticket ${id}`, async () => {
      const before = await find(id)
      const after = changed(before, wanted, now().toISOString())
      if (after === before) return before
      if (before.status === 'closed' && after.status !== 'closed') await checkMayReopen(before)
      const result = await tickets.commit({ before, after, message: null, follows: null })
      return result === 'done' ? after : conflict
    })
  }

  return [
    route({
      method: 'GET',
      path: '/api/tickets',
      summary: 'Tickets, newest activity first',
      access: 'agent',
      query: listTicketsQuery,
      body: null,
      answer: 'ticketPage',
      hasEntityTag: true,
      problems: [],
      handle: async ({ query, headers }) => {
        const { limit, cursor, ...filter } = query
        const after = keyIn(cursor, ACTIVITY_KEY)
        const readAt = now()
        const state = digestOf(query)
        const known = knownTag(headers['if-none-match'], state, readAt)
        if (known && !(await tickets.changedSince(allReadBefore(known)))) return notModified(known)
        const page = await tickets.tickets(filter, { limit, after })
        const body = { tickets: await withChannels(page.items), nextCursor: cursorOf(page.next) }
        return new Answer(body, { headers: { etag: entityTag(state, readAt) } })
      },
    }),
    route({
      method: 'GET',
      path: '/api/tickets/{id}',
      summary: 'One ticket',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'ticket',
      hasEntityTag: true,
      problems: [404],
      handle: async ({ params, headers }) => {
        const readAt = now()
        const ticket = await find(params.id)
        const state = String(ticket.version)
        const known = knownTag(headers['if-none-match'], state, readAt)
        if (known) return notModified(known)
        return new Answer(await showOne(ticket), { headers: { etag: entityTag(state, readAt) } })
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/tickets/{id}',
      summary: 'Set the status or the tags of a ticket',
      access: 'agent',
      query: noQuery,
      body: changeTicketBody,
      answer: 'ticket',
      problems: [404, 409],
      handle: async ({ params, body }) => showOne(await change(params.id, body)),
    }),
    route({
      method: 'GET',
      path: '/api/tickets/{id}/messages',
      summary: 'Messages of a ticket, oldest or newest first',
      access: 'agent',
      query: listMessagesQuery,
      body: null,
      answer: 'messagePage',
      problems: [404],
      handle: async ({ params, query: { limit, cursor, order } }) => {
        const ticket = await find(params.id)
        const page = await tickets.messages(ticket, { limit, after: keyIn(cursor, MESSAGE_KEY) }, order)
        if (cursor === undefined && page.next === null) await correct(ticket, page.items)
        const messages = await Promise.all(page.items.map((message) => toApiMessage(message, bucket)))
        return { messages, nextCursor: cursorOf(page.next) }
      },
    }),
  ]
}

/**
 * How late a change may become visible after the time that it bears: clocks differ, a write may need several attempts,
 * and an index follows its table. A later one is missed until the tag is too old.
 */
const MAX_LATENESS_MS = 5_000

/** ISO time of which the answer with this tag has all changes before it. */
function allReadBefore({ readAt }: KnownTag): string {
  return new Date(readAt.getTime() - MAX_LATENESS_MS).toISOString()
}

/** Differs for every page of every filter. */
function digestOf(query: object): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('hex').slice(0, 16)
}

/** Rule 4: sets the status as given; new tags alone turn `new` into `open`. Returns `before` if nothing changes. */
function changed(before: Ticket, wanted: { status?: Ticket['status']; tags?: string[] }, at: string): Ticket {
  const tags = wanted.tags ?? before.tags
  const sameTags = tags.length === before.tags.length && tags.every((tag, index) => tag === before.tags[index])
  const status = wanted.status ?? (sameTags ? before.status : statusAfterAgent(before.status))
  if (sameTags && status === before.status) return before
  const updatedAt = laterOf(at, before.updatedAt)
  return { ...before, tags, status, updatedAt, version: before.version + 1 }
}
