import type { QueuedEvent } from '../x/webhook-body.ts'

/** The queue between the webhook and the router. */
export type EventQueue = {
  /**
   * Queues all events of a delivery, in order.
   * @param deliveryId the same when the same delivery is handed in again by us, another when X delivers again
   * @throws Error unless the queue has every one
   */
  send(events: readonly QueuedEvent[], deliveryId: string): Promise<void>
}

/** A message that is to be looked at: a reply to send, or one of which something is to be moved or asked for. */
export type DueMessage = {
  readonly ticketId: string
  readonly channelId: string
  readonly messageId: string
  readonly position: string
}

/** A due message in its queue. `at` is the ISO time at which it was judged to be due. */
export type QueuedDue = DueMessage & { readonly at: string }

/** A queue of messages that are due: replies to send, or media to move. */
export type DueQueue = {
  /** @param at ISO time at which they are judged to be due. @throws Error unless the queue has every one */
  send(due: readonly DueMessage[], at: string): Promise<void>
}
