import type { Message } from '../tickets/ticket.ts'
import type { DueMessage, MessageAddress } from './queues.ts'

/** Messages whose post was deleted on X, and whose content goes after a hold. */
export type DeletionStore = {
  /** ISO time at which the post of a message was deleted; null if nothing of it is left to erase. */
  deletedAt(address: MessageAddress): Promise<string | null>
  /** True if a message at a position of a ticket was deleted on X and still has its content. */
  isHeld(ticketId: string, position: string): Promise<boolean>
  /** Replaces a message by what stays of it; false if it has changed since it was read. */
  erase(before: Message, after: Message): Promise<boolean>
  /** Forgets a deletion when everything is done. */
  done(address: MessageAddress): Promise<void>
  /** Messages that were deleted at an ISO time or before. */
  due(at: string, limit: number): Promise<DueMessage[]>
  /** Hides a message from `due` as if it was deleted at an ISO time, because it was just queued. */
  postpone(one: DueMessage, until: string): Promise<void>
}
