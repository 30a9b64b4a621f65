import type { Activity } from './activity.ts'
import type { Channel } from './channel.ts'
import type { QueuedEvent } from './delivery.ts'
import type { Situation } from './routing.ts'
import type { ConsumerSecrets } from './signature.ts'
import type { Message, Status, Ticket } from './ticket.ts'

/** The time, as a port: every decision gets its clock from outside. */
export type Clock = () => Date

/** One line of log, as an object; never with a text, a token or a secret of anybody. */
export type Log = (entry: Readonly<Record<string, unknown>>) => void

/** Where the consumer secrets of the X app are kept. */
export type XSecrets = {
  /** @throws Error when they cannot be read or were never filled in */
  consumer(): Promise<ConsumerSecrets>
}

/** The queue between the webhook and the router. */
export type EventQueue = {
  /**
   * Queues all events of a delivery, in order.
   * @param deliveryId the same when the same delivery is handed in again by us, another when X delivers again
   * @throws Error unless the queue has every one
   */
  send(events: readonly QueuedEvent[], deliveryId: string): Promise<void>
}

/** One change of a ticket: everything of it is written, or nothing. */
export type TicketChange = {
  /** The ticket that was decided on; null when it is opened now. */
  readonly before: Ticket | null
  readonly after: Ticket
  /** The message that comes with the change. */
  readonly message: Message | null
  /** The closed ticket of the same conversation that an opened one follows. */
  readonly follows: Ticket | null
}

/** `changed`: something that was decided on is no longer so; decide again. `repeated`: the message is stored already. */
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

export type ChannelStore = {
  /** Connects an account: a new channel, or the one of before with its settings, revived. @param at ISO time */
  connect(account: { twitterUserId: string; username: string; name?: string; at: string }): Promise<Channel>
  list(): Promise<Channel[]>
  get(id: string): Promise<Channel | null>
  /** Remembers that a customer's message came in; an earlier time than the known one changes nothing. */
  messageCame(channelId: string, at: string): Promise<void>
  markRevoked(channelId: string): Promise<void>
}

/** What came and made no ticket (rule 9). */
export type EventRecord = {
  /** ISO time at which it came. */
  readonly at: string
  readonly outcome: 'ignored' | 'unreadable'
  readonly reason: string
  /** X's name of the event. */
  readonly kind: string
  readonly channelId: string | null
  readonly externalId: string | null
}

export type EventFilter = {
  readonly outcome?: EventRecord['outcome'] | undefined
  readonly channelId?: string | undefined
}

export type EventStore = {
  /**
   * Keeps a record for 7 days; the same `id` again changes nothing.
   * @param raw the event as X sent it, for what could not be read; null otherwise
   */
  record(id: string, record: EventRecord, raw: string | null): Promise<void>
  /** Newest first. */
  list(filter: EventFilter, page: PageRequest): Promise<Page<EventRecord>>
}
