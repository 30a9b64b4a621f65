import type { LimitOf, Quotas } from '../replies/quota.ts'
import type { Reply } from '../replies/reply.ts'
import type { Upload } from '../tickets/attachment.ts'
import type { Message, Target } from '../tickets/ticket.ts'
import type { DueMessage, MessageAddress } from './queues.ts'
import type { Idempotency } from './tickets.ts'

/** Agents' replies and how far they are sent. */
export type ReplyStore = {
  /** Null if there is no such message. */
  message(address: MessageAddress): Promise<Message | null>
  /**
   * The change made under an idempotency key of a ticket; null if there is none or it has expired.
   * @param at ISO time
   */
  idempotency(ticketId: string, key: string, at: string): Promise<Idempotency | null>
  /** ISO time at which the first pending reply before this one in its ticket is due; null if there is none. */
  earlierReplyDueAt(reply: Reply): Promise<string | null>
  /** The pending replies after this one in its ticket, in order. */
  laterPendingReplies(reply: Reply): Promise<DueMessage[]>
  /** Writes a changed reply; false if the stored one has changed since `before` was read. */
  save(before: Reply, after: Reply): Promise<boolean>
  /** Replies that are due at an ISO time, oldest first. */
  due(at: string, limit: number): Promise<DueMessage[]>
  /** Hides a reply from `due` until an ISO time, because it was just queued. */
  postpone(reply: DueMessage, until: string): Promise<void>
}

/** What accounts and the app have sent, against X's limits. */
export type QuotaStore = {
  read(channelId: string, kind: Target['kind']): Promise<Quotas>
  /**
   * Counts one reply for the account and the app, or gives the ISO time until which it must wait, and for whose limit.
   * Any number of workers may ask at once: exactly as many take as X allows. It is counted before it is sent, for the
   * account first, so a crash, or a reply that is not sent after all, leaves one too many counted and never one too few.
   */
  take(channelId: string, kind: Target['kind'], now: Date): Promise<'taken' | { until: string; of: LimitOf }>
  /** Nothing of the kind is sent before an ISO time, because X said so. */
  pause(channelId: string, kind: Target['kind'], of: LimitOf, until: string): Promise<void>
}

/** Agents' uploads. A reply takes them by `TicketChange.takes`. */
export type UploadStore = {
  add(upload: Upload): Promise<void>
  /** The uploads of some ids, in that order; null for one that does not exist. */
  get(ids: readonly string[]): Promise<(Upload | null)[]>
}
