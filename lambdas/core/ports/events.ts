import type { Channel } from '../channels/channel.ts'
import type { DayCounts } from '../reports/counts.ts'
import type { ClosedTicket, OpenedTicket } from '../reports/report.ts'
import type { Page, PageRequest } from './tickets.ts'

/** An event that was ignored or unreadable, and why (rule 9). */
export type EventRecord = {
  /** ISO time at which we received it. */
  readonly at: string
  readonly outcome: 'ignored' | 'unreadable'
  readonly reason: string
  /** X's name of the event. */
  readonly kind: string
  readonly channelId: string | null
  readonly externalId: string | null
}

/** Narrows a list of event records. */
export type EventFilter = {
  readonly outcome?: EventRecord['outcome'] | undefined
  readonly channelId?: string | undefined
}

/** Records of events without a ticket. */
export type EventStore = {
  /**
   * Stores a record for 7 days; repeating an `id` changes nothing.
   * @param raw the event as X sent it if it was unreadable; null otherwise
   * @param personId X's id of the person whose event it is, so that erasing them finds it; null if X names nobody
   */
  record(id: string, record: EventRecord, raw: string | null, personId: string | null): Promise<void>
  /** Newest first. */
  list(filter: EventFilter, page: PageRequest): Promise<Page<EventRecord>>
}

/** Counts per channel and UTC day, to read. What is counted carries its count. */
export type CountStore = {
  /** The counts of each UTC day from `from` to `to` (`YYYY-MM-DD`, both included), oldest first. */
  activity(channelId: string, from: string, to: string): Promise<DayCounts[]>
  /** What a channel cost at X on a UTC day (`YYYY-MM-DD`) so far, in US dollars, by what was counted. */
  costUsd(channelId: string, day: string): Promise<number>
  /**
   * ISO time at which the newest customer's message of a channel came in; null if there is none. The channel's own
   * `lastMessageAt` may be a minute earlier.
   */
  lastMessageAt(channel: Pick<Channel, 'id' | 'lastMessageAt'>): Promise<string | null>
  /** ISO time at which the newest event of a channel came in, whatever became of it; null if none did since a time. */
  lastEventAt(channelId: string, since: string): Promise<string | null>
  /** The tickets of a channel that were opened from an ISO time until before another one, erased ones too. */
  opened(channelId: string, from: string, until: string): Promise<OpenedTicket[]>
  /** The tickets of all channels that were closed from an ISO time until before another one and still are. */
  closed(from: string, until: string): Promise<ClosedTicket[]>
}
