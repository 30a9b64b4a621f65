import type { Opening } from '../channels/dry-run.ts'
import type { Upload } from '../tickets/attachment.ts'
import type { Answers, Continued, Placeholder, Situation } from '../tickets/decision.ts'
import type { MessageOrder } from '../tickets/pages.ts'
import type { FoundTicket, ListedTicket, Message, Status, Target, Ticket, Unsettled } from '../tickets/ticket.ts'
import type { Activity } from '../x/activity.ts'
import type { QueuedEvent } from '../x/webhook-body.ts'

/**
 * A change of a ticket. It is written step by step, so that doing it again after a crash at any point completes it
 * (docs/decisions/ticket-writes.md).
 */
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
  /** What the event of a customer or of X settles besides; undefined for a change by an agent. */
  readonly placed?: Placed | undefined
  /** Agents' uploads that the message uses; `changed` if one is already used. */
  readonly takes?: readonly Upload[] | undefined
  /** The caller's key for the change; a change with a known key is not made again. */
  readonly idempotency?: Idempotency | undefined
}

/** What the message of an event settles besides its ticket. */
export type Placed = {
  /** Where answers to the message belong; null unless it is a customer's post. */
  readonly answers: Answers | null
  /** X's id of a parent that must still be unknown; null if it is known or there is none. */
  readonly unknownParentId: string | null
  /** A conversation that goes on in the ticket, because its newest ticket is closed. */
  readonly continues: Continued | null
  /** The placeholders that the decision knew, by message id; another one is a change. */
  readonly placeholders: ReadonlyMap<string, Placeholder>
  /** The deferred events that the decision knew of: message ids and ids of conversations. */
  readonly awaited: readonly string[]
}

/** An event that is routed again when the message or conversation that it waits for is stored. */
export type DeferredEvent = {
  readonly event: QueuedEvent
  /** The id of its record among the events that made no ticket. */
  readonly recordId: string
  /** Its message id; deferring it again changes nothing. */
  readonly messageId: string
  /** Sorts the events that wait for the same. */
  readonly position: string
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
  /** One tag or several. */
  readonly tag?: string | readonly string[] | undefined
  /** `any`: tickets with one of the tags; otherwise those with all. */
  readonly tagMatch?: 'all' | 'any' | undefined
  readonly status?: Status | undefined
  readonly channelId?: string | undefined
  readonly customerId?: string | undefined
  /** ISO time; only tickets changed then or later. */
  readonly updatedSince?: string | undefined
  /** Words of a search: tickets that have all of them. */
  readonly words?: readonly string[] | undefined
  /** True for tickets whose customer waits for us. */
  readonly waiting?: boolean | undefined
  /** Tickets with a reply in one of these states. */
  readonly replies?: readonly Unsettled[] | undefined
  /** `waiting`: only tickets whose customer waits, the longest first; otherwise the newest activity first. */
  readonly order?: 'activity' | 'waiting' | undefined
}

/** How many tickets there are; 100 stands for 100 and more. */
export type TicketNumbers = {
  /** Those whose customer waits for us. */
  readonly waiting: number
  /** Those with a reply that failed or whose outcome is unknown. */
  readonly failed: number
  readonly statuses: Readonly<Record<Status, number>>
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
  /**
   * Remembers the deletion of a post that is not stored; false if it is stored meanwhile.
   * @param externalId X's id, @param at ISO time
   */
  rememberDeletion(channelId: string, externalId: string, at: string): Promise<boolean>
  /**
   * Keeps an event for 7 days until a message or conversation is stored; false if the ticket that was seen has changed,
   * or there is one now.
   * @param until a message id or the id of a conversation, @param seen null if there was no ticket
   */
  defer(channelId: string, until: string, deferred: DeferredEvent, seen: Ticket | null): Promise<boolean>
  /** The events that wait for a message or conversation, in the order in which they were written. */
  deferred(channelId: string, until: string): Promise<DeferredEvent[]>
  /** True once the message of an event that waited is stored. */
  isStored(channelId: string, until: string, deferred: DeferredEvent): Promise<boolean>
  /** Removes an event that need not wait any longer. */
  removeDeferred(channelId: string, until: string, deferred: DeferredEvent): Promise<void>
  /** Null if there is no such ticket. */
  ticket(id: string): Promise<Ticket | null>
  /** The id of the newest ticket of the same conversation: only that one can be opened again. */
  currentTicketId(ticket: Ticket): Promise<string | null>
  /** Tickets in the order of the filter; most recently changed first by default. */
  tickets(filter: TicketFilter, page: PageRequest): Promise<Page<FoundTicket>>
  /**
   * True if any ticket has changed at that time or later; eventually consistent, and as cheap with a million tickets as
   * with one. @param time ISO time
   */
  changedSince(time: string): Promise<boolean>
  /** Messages of a ticket, oldest first unless another order is asked for. */
  messages(
    ticket: Pick<Ticket, 'id' | 'lowestPosition'>,
    page: PageRequest,
    order?: MessageOrder,
  ): Promise<Page<Message>>
  /** A message by its id, strongly consistent; null if the ticket has none with it. Encrypted ones are not found so. */
  message(ticketId: string, messageId: string): Promise<Message | null>
  /** The id of the account's message that is stored under an id of X; null if none is. @param target where it went */
  knownAs(channelId: string, target: Target, externalId: string): Promise<string | null>
  /** A ticket and those that belong to the same thread, the first opened first. */
  thread(ticket: Ticket): Promise<ListedTicket[]>
  /**
   * The tickets that were opened in a channel since a time, the newest first, each with its customer's first message;
   * eventually consistent. `isWhole` is false if there are more than `most`. @param since ISO time
   */
  openingsSince(channelId: string, since: string, most: number): Promise<{ openings: Opening[]; isWhole: boolean }>
  /** How many tickets there are of each kind that a list can show. */
  numbers(): Promise<TicketNumbers>
  /** Those whose customer may wait for us; not whole if a status has more than 2,000 tickets. */
  waiting(): Promise<{ readonly items: readonly ListedTicket[]; readonly isWhole: boolean }>
  /** Corrects the counts of a ticket from all its messages, unless it has changed since it was read. */
  recount(ticket: Ticket, messages: readonly Message[]): Promise<void>
}
