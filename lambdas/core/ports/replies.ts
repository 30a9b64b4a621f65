import type { Quota } from '../replies/quota.ts'
import type { Reply } from '../replies/reply.ts'
import type { Upload } from '../tickets/attachment.ts'
import type { Message, Target } from '../tickets/ticket.ts'
import type { DueMessage } from './queues.ts'
import type { Idempotency } from './tickets.ts'

/** Agents' replies on their way to X. */
export type ReplyStore = {
  /** A message of a ticket by its id; null when there is none. */
  message(channelId: string, messageId: string): Promise<Message | null>
  /** What was asked for under an idempotency key of a ticket, while it holds. */
  idempotency(ticketId: string, key: string, at: string): Promise<Idempotency | null>
  /** ISO time until which the earliest unfinished reply before this one in its ticket waits; null when there is none. */
  ahead(reply: Reply): Promise<string | null>
  /** Pending replies of its ticket that stand behind a reply, in order. */
  behind(reply: Reply): Promise<DueMessage[]>
  /** Attempts to reach a target that have started and of which no outcome is stored. */
  started(channelId: string, target: Target): Promise<Reply[]>
  /** Writes a reply as it is now; false when it has changed since `before` was read. */
  save(before: Reply, after: Reply): Promise<boolean>
  /** Replies that are due at an ISO time, in the order in which they were written. */
  due(at: string, limit: number): Promise<DueMessage[]>
  /** Leaves a reply out of the due ones until an ISO time, because it was just brought back. */
  postpone(reply: DueMessage, until: string): Promise<void>
  quota(channelId: string, kind: Target['kind']): Promise<Quota | null>
  /** False when the quota has changed since `before` was read. */
  saveQuota(channelId: string, kind: Target['kind'], before: Quota | null, after: Quota): Promise<boolean>
}

/** Files that agents hand in, until a reply takes them: `TicketChange.takes`. */
export type UploadStore = {
  add(upload: Upload): Promise<void>
  /** By their ids, in that order; null for one that is not there. */
  get(ids: readonly string[]): Promise<(Upload | null)[]>
}
