import type { Upload } from '../tickets/attachment.ts'
import type { Situation } from '../tickets/routing.ts'
import type { Message, Status, Ticket } from '../tickets/ticket.ts'
import type { Activity } from '../x/activity.ts'

/** A change of a ticket, written in one transaction. */
export type TicketChange = {
  /** The ticket as it was read; null if the change opens it. */
  readonly before: Ticket | null
  readonly after: Ticket
  /** The new message; null if the change has none. */
  readonly message: Message | null
  /** A stored message that changes: a version of it came, or we looked up what X had left out. */
  readonly revised?: { readonly before: Message; readonly after: Message } | undefined
  /** The closed ticket of the same conversation that a new ticket follows. */
  readonly follows: Ticket | null
  /** Agents' uploads that the message uses; `changed` if one is already used. */
  readonly takes?: readonly Upload[] | undefined
  /** The caller's key for the change; a change with a known key is not made again. */
  readonly idempotency?: Idempotency | undefined
}

/**
 * An idempotency key, the fingerprint of its request, the message that the request created, and its expiry (ISO time).
 */
export type Idempotency = {
  readonly key: string
  readonly fingerprint: string
  readonly messageId: string
  readonly until: string
}

/**
 * `changed`: stored state has changed since it was read; decide again. `repeated`: the message or version is already
 * stored, or the idempotency key is already used.
 */
export type CommitResult = 'done' | 'changed' | 'repeated'

/** Narrows a list of tickets. */
export type TicketFilter = {
  readonly tag?: string | undefined
  readonly status?: Status | undefined
  readonly channelId?: string | undefined
  readonly customerId?: string | undefined
  /** ISO time; only tickets changed then or later. */
  readonly updatedSince?: string | undefined
}

/** A page of a list. `next` is the cursor of the next page; null on the last. A page may be shorter than its limit. */
export type Page<T> = { readonly items: T[]; readonly next: string | null }

/** A request for a page: at most `limit` items after a cursor; null for the first page. */
export type PageRequest = { readonly limit: number; readonly after: string | null }

/** Tickets and their messages. */
export type TicketStore = {
  /** The stored state that matters for an activity; strongly consistent. */
  situationOf(activity: Activity): Promise<Situation>
  /** Writes a change. */
  commit(change: TicketChange): Promise<CommitResult>
  /** Marks the message of a deleted post. @param externalId X's id, @param at ISO time */
  markDeleted(channelId: string, externalId: string, at: string): Promise<void>
  /** Null if there is no such ticket. */
  ticket(id: string): Promise<Ticket | null>
  /** The id of the newest ticket of the same conversation: only that one can be opened again. */
  currentTicketId(ticket: Ticket): Promise<string | null>
  /** Tickets, most recently changed first. */
  tickets(filter: TicketFilter, page: PageRequest): Promise<Page<Ticket>>
  /** Messages of a ticket, oldest first. */
  messages(ticketId: string, page: PageRequest): Promise<Page<Message>>
}
