import type { Upload } from '../tickets/attachment.ts'
import type { Situation } from '../tickets/routing.ts'
import type { Message, Status, Ticket } from '../tickets/ticket.ts'
import type { Activity } from '../x/activity.ts'

/** One change of a ticket: everything of it is written, or nothing. */
export type TicketChange = {
  /** The ticket that was decided on; null when it is opened now. */
  readonly before: Ticket | null
  readonly after: Ticket
  /** The message that comes with the change. */
  readonly message: Message | null
  /** The stored message that changes: a version of it came, or what X had left out was fetched. */
  readonly revised?: { readonly before: Message; readonly after: Message } | undefined
  /** The closed ticket of the same conversation that an opened one follows. */
  readonly follows: Ticket | null
  /** Files of agents that the message takes for itself; `changed` when one is taken already. */
  readonly takes?: readonly Upload[] | undefined
  /** The caller's own name for the change, under which it is made once. */
  readonly idempotency?: Idempotency | undefined
}

/** An idempotency key: what was asked for under it, and until when it holds (ISO time). */
export type Idempotency = {
  readonly key: string
  readonly fingerprint: string
  readonly messageId: string
  readonly until: string
}

/**
 * `changed`: something that was decided on is no longer so; decide again. `repeated`: the message is stored or revised
 * already, or the idempotency key is taken.
 */
export type CommitResult = 'done' | 'changed' | 'repeated'

export type TicketFilter = {
  readonly tag?: string | undefined
  readonly status?: Status | undefined
  readonly channelId?: string | undefined
  readonly customerId?: string | undefined
  /** ISO time; tickets changed then or later. */
  readonly updatedSince?: string | undefined
}

/** A page of a list; `next` continues it, null ends it. A page may be shorter than asked for. */
export type Page<T> = { readonly items: T[]; readonly next: string | null }

export type PageRequest = { readonly limit: number; readonly after: string | null }

/** Tickets and their messages. */
export type TicketStore = {
  /** What is stored that matters for an activity, strongly consistent. */
  situationOf(activity: Activity): Promise<Situation>
  /** The one place in which tickets and messages are written. */
  commit(change: TicketChange): Promise<CommitResult>
  markDeleted(channelId: string, externalId: string, at: string): Promise<void>
  ticket(id: string): Promise<Ticket | null>
  /** The newest ticket of a ticket's conversation: a closed one with a later one stays closed. */
  currentTicketId(ticket: Ticket): Promise<string | null>
  /** Tickets by newest activity. */
  tickets(filter: TicketFilter, page: PageRequest): Promise<Page<Ticket>>
  /** Messages of a ticket, oldest first. */
  messages(ticketId: string, page: PageRequest): Promise<Page<Message>>
}
