import type { DayCounts } from '../reports/counts.ts'
import type { Figures } from '../reports/report.ts'
import type { Page, PageRequest } from './tickets.ts'

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

/** What happened on channels, per UTC day. Counting is a part of what is counted, so there is nothing here to count with. */
export type CountStore = {
  /** Every UTC day from one to another (`YYYY-MM-DD`), both included, oldest first. */
  activity(channelId: string, from: string, to: string): Promise<DayCounts[]>
  /** What the tickets count for that a channel opened on each day; days without any are left out. */
  reported(channelId: string, from: string, to: string): Promise<ReadonlyMap<string, Figures>>
}
