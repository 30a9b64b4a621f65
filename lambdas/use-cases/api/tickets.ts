/** Called by the console and helpdesks to read tickets and to change their status and tags. */
import { createHash } from 'node:crypto'
import { entityTag, type KnownTag, knownTag, mayChange, weakEntityTag } from '../../core/api/entity-tag.ts'
import { Problem, wrongFields } from '../../core/api/problem.ts'
import { changeTicketBody, listMessagesQuery, listTicketsQuery, noQuery, tag } from '../../core/api/requests.ts'
import type { ApiTicket } from '../../core/api/schemas.ts'
import { changesOf } from '../../core/audit/entry.ts'
import type { AuditTrail } from '../../core/ports/audit.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { Stores } from '../../core/ports/stores.ts'
import { wordsOfSearch } from '../../core/search/words.ts'
import { firstAnswerAt } from '../../core/tickets/counted.ts'
import {
  type FoundTicket,
  MAX_TAGS,
  type Message,
  statusAfterAgent,
  type Ticket,
  withStatus,
} from '../../core/tickets/ticket.ts'
import { saysUnsettled } from '../../core/tickets/turn.ts'
import { laterOf } from '../../core/time.ts'
import { recordingOnce } from '../audit-trail.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'
import { type Links, toApiMessage } from './messages.ts'
import {
  Answer,
  type ChangeRequest,
  changedMeanwhile,
  cursorOf,
  keyIn,
  notFound,
  notModified,
  type Route,
  route,
} from './route.ts'
import { toApiTicket } from './shapes.ts'

/** No message of a ticket is being written that is older than this. */
const QUIET_MS = 3600_000

/** The sort keys in cursors: an ISO time and an id; `MESSAGE#`, position and id. */
const ACTIVITY_KEY = /^\d{4}-\d\d-\d\dT[\d:.]+Z#[\w-]+$/
const MESSAGE_KEY = /^MESSAGE#\d+#[\w-]+$/

export type TicketRouteDependencies = Pick<Stores, 'tickets' | 'channels'> & {
  bucket: Links
  trail: AuditTrail
  /** Whether this installation keeps the index of words. */
  hasSearch: boolean
  now: Clock
}

export function ticketRoutes({ tickets, channels, bucket, trail, hasSearch, now }: TicketRouteDependencies): Route[] {
  async function find(id: string | undefined): Promise<Ticket> {
    const ticket = id ? await tickets.ticket(id) : null
    if (!ticket) throw notFound('ticket', id)
    return ticket
  }

  /**
   * A crash may leave a ticket with one message too many in its count: of an event that became a dead letter, or of a
   * reply whose request was not repeated. It may also leave a reply unsettled that is not, or a first answer that is none. Whoever reads the whole
   * ticket later mends it.
   */
  async function correct(ticket: Ticket, all: readonly Message[]): Promise<void> {
    const isQuiet = now().getTime() - Date.parse(ticket.updatedAt) > QUIET_MS
    const isRight =
      all.length === ticket.messageCount && saysUnsettled(ticket, all) && ticket.firstResponseAt === firstAnswerAt(all)
    if (isQuiet && !isRight) await tickets.recount(ticket, all)
  }

  async function withChannels(found: readonly FoundTicket[]): Promise<ApiTicket[]> {
    const known = await channels.several([...new Set(found.map(({ channelId }) => channelId))])
    return found.map((ticket) =>
      toApiTicket(
        ticket,
        known.find((channel) => channel.id === ticket.channelId),
      ),
    )
  }

  async function show(ticket: Ticket, readAt: Date): Promise<Answer> {
    const [one] = await withChannels([ticket])
    return new Answer(one ?? {}, { headers: { etag: entityTag(ticket.version, readAt) } })
  }

  /** @throws Problem 409 if the conversation of a closed ticket has a newer ticket */
  async function checkMayReopen(ticket: Ticket): Promise<void> {
    const current = await tickets.currentTicketId(ticket)
    if (ticket.isContinued || current !== ticket.id) {
      throw new Problem(409, `the ticket stays closed: its conversation continues in ticket ${current}`)
    }
  }

  /** @throws Problem 404, 409, 422, and 412 if the ticket is not as the caller has seen it */
  async function change(id: string | undefined, wanted: Wanted, { actor, headers }: ChangeRequest): Promise<Answer> {
    let tried: Ticket | null = null
    const record = recordingOnce(trail, actor)
    const ticket = await retryOnConflict(`ticket ${id}`, async () => {
      const before = await find(id)
      const after = changed(before, wanted, now().toISOString())
      // The answer to our own write was lost.
      if (tried?.version === before.version && after === before) return before
      if (!mayChange(headers['if-match'], before.version))
        throw changedMeanwhile('the ticket', await show(before, now()))
      if (after === before) return before
      if (before.status === 'closed' && after.status !== 'closed') await checkMayReopen(before)
      const changes = changesOf(fieldsOf(before), fieldsOf(after))
      if (changes)
        await record({ kind: 'ticket_changed', object: before.id, customerId: before.customer.id, ...changes })
      tried = after
      const result = await tickets.commit({ before, after, message: null, follows: null })
      return result === 'done' ? after : conflict
    })
    return show(ticket, now())
  }

  return [
    route({
      method: 'GET',
      path: '/api/tickets',
      operation: 'listTickets',
      summary: 'Tickets, newest activity or longest waiting first',
      access: 'agent',
      query: listTicketsQuery,
      body: null,
      answer: 'ticketPage',
      hasEntityTag: true,
      problems: [],
      handle: async ({ query, headers }) => {
        const { limit, cursor, ...asked } = query
        const { q, replies, ...others } = asked
        if (q !== undefined && !hasSearch) throw noSearch()
        const words = q === undefined ? undefined : wordsOfSearch(q)
        const filter = { ...others, words, replies: replies === undefined ? undefined : [replies].flat() }
        const after = keyIn(cursor, ACTIVITY_KEY, asked)
        const readAt = now()
        const state = digestOf(query)
        const known = knownTag(headers['if-none-match'], state, readAt)
        const lateness = words ? MAX_INDEX_LATENESS_MS : MAX_LATENESS_MS
        if (known && !(await tickets.changedSince(allReadBefore(known, lateness)))) return notModified(known)
        const page = await tickets.tickets(filter, { limit, after })
        const body = { tickets: await withChannels(page.items), nextCursor: cursorOf(page.next, asked) }
        return new Answer(body, { headers: { etag: weakEntityTag(state, readAt) } })
      },
    }),
    route({
      method: 'GET',
      path: '/api/ticket-numbers',
      operation: 'countTickets',
      summary: 'How many tickets wait, have failed replies, and are in each status',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'ticketNumbers',
      hasEntityTag: true,
      problems: [],
      handle: async ({ headers }) => {
        const readAt = now()
        const state = digestOf({ numbers: true })
        const known = knownTag(headers['if-none-match'], state, readAt)
        if (known && !(await tickets.changedSince(allReadBefore(known, MAX_LATENESS_MS)))) return notModified(known)
        return new Answer(await tickets.numbers(), { headers: { etag: weakEntityTag(state, readAt) } })
      },
    }),
    route({
      method: 'GET',
      path: '/api/tickets/{id}/thread',
      operation: 'listThread',
      summary: 'A ticket and those that continue it or that it continues, the first opened first',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'ticketThread',
      problems: [404],
      handle: async ({ params }) => ({ tickets: await withChannels(await tickets.thread(await find(params.id))) }),
    }),
    route({
      method: 'GET',
      path: '/api/tickets/{id}',
      operation: 'getTicket',
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
        const known = knownTag(headers['if-none-match'], ticket.version, readAt)
        return known ? notModified(known) : show(ticket, readAt)
      },
    }),
    route({
      method: 'PATCH',
      path: '/api/tickets/{id}',
      operation: 'changeTicket',
      summary: 'Set the status or the tags of a ticket',
      access: 'agent',
      query: noQuery,
      body: changeTicketBody,
      answer: 'ticket',
      isVersioned: true,
      problems: [404, 409],
      handle: async ({ params, body, ...request }) => change(params.id, body, request),
    }),
    route({
      method: 'POST',
      path: '/api/tickets/{id}/tags/{tag}',
      operation: 'addTag',
      summary: 'Add one tag to a ticket',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'ticket',
      isVersioned: true,
      problems: [404],
      handle: async ({ params, ...request }) => change(params.id, { addTags: [tagIn(params)] }, request),
    }),
    route({
      method: 'DELETE',
      path: '/api/tickets/{id}/tags/{tag}',
      operation: 'removeTag',
      summary: 'Remove one tag from a ticket',
      access: 'agent',
      query: noQuery,
      body: null,
      answer: 'ticket',
      isVersioned: true,
      problems: [404],
      handle: async ({ params, ...request }) => change(params.id, { removeTags: [tagIn(params)] }, request),
    }),
    route({
      method: 'GET',
      path: '/api/tickets/{id}/messages',
      operation: 'listMessages',
      summary: 'Messages of a ticket, oldest or newest first',
      access: 'agent',
      query: listMessagesQuery,
      body: null,
      answer: 'messagePage',
      problems: [404],
      handle: async ({ params, query: { limit, cursor, order } }) => {
        const ticket = await find(params.id)
        const page = await tickets.messages(
          ticket,
          { limit, after: keyIn(cursor, MESSAGE_KEY, { order, ticket: ticket.id }) },
          order,
        )
        if (cursor === undefined && page.next === null) await correct(ticket, page.items)
        const messages = await Promise.all(page.items.map((message) => toApiMessage(message, bucket)))
        return { messages, nextCursor: cursorOf(page.next, { order, ticket: ticket.id }) }
      },
    }),
  ]
}

/**
 * How late a change may become visible after the time that it bears: clocks differ, a write may need several attempts,
 * and an index follows its table. A later one is missed until the tag is too old.
 */
const MAX_LATENESS_MS = 5_000

/** The same for what is found by words: their index follows the stream of the table. */
const MAX_INDEX_LATENESS_MS = 60_000

/** ISO time of which the answer with this tag has all changes before it. */
function allReadBefore({ readAt }: KnownTag, latenessMs: number): string {
  return new Date(readAt.getTime() - latenessMs).toISOString()
}

/** Differs for every page of every filter. */
function digestOf(query: object): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('hex').slice(0, 16)
}

/** What agents change of a ticket. */
const fieldsOf = ({ status, tags }: Ticket) => ({ status, tags })

/** A search where no index of words is kept. */
export function noSearch(): Problem {
  return wrongFields([{ field: 'q', detail: 'this installation has no search: its setting «search» is off' }])
}

/** What an agent wants to change. `tags` replaces all. */
type Wanted = {
  readonly status?: Ticket['status'] | undefined
  readonly tags?: readonly string[] | undefined
  readonly addTags?: readonly string[] | undefined
  readonly removeTags?: readonly string[] | undefined
}

/**
 * Rule 4: sets the status as given; new tags alone turn `new` into `open`. Returns `before` if nothing changes.
 * @throws Problem 422 if the ticket had too many tags
 */
function changed(before: Ticket, wanted: Wanted, at: string): Ticket {
  const tags = tagsAfter(before.tags, wanted)
  const sameTags = tags.length === before.tags.length && tags.every((tag, index) => tag === before.tags[index])
  const status = wanted.status ?? (sameTags ? before.status : statusAfterAgent(before.status))
  if (sameTags && status === before.status) return before
  const updatedAt = laterOf(at, before.updatedAt)
  return { ...withStatus(before, status, at), tags, updatedAt, version: before.version + 1 }
}

function tagsAfter(before: readonly string[], { tags = before, addTags = [], removeTags = [] }: Wanted) {
  const after = [...new Set([...tags, ...addTags])].filter((one) => !removeTags.includes(one))
  if (addTags.length > 0 && after.length > MAX_TAGS) {
    throw wrongFields([{ field: 'addTags', detail: `a ticket has at most ${MAX_TAGS} tags` }])
  }
  return after
}

/** @throws Problem 422 if it cannot be a tag */
function tagIn(params: Readonly<Record<string, string>>): string {
  const read = tag().safeParse(params.tag)
  if (read.success) return read.data
  throw wrongFields(read.error.issues.map(({ message }) => ({ field: 'tag', detail: message })))
}
