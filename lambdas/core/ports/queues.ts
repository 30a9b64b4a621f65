import type { QueuedEvent } from '../x/webhook-body.ts'

/** The queue between the webhook and the router. */
export type EventQueue = {
  /**
   * Queues all events of a delivery, in order.
   * @param deliveryId stays the same when we retry, differs when X delivers again
   * @throws Error unless the queue accepts every event
   */
  send(events: readonly QueuedEvent[], deliveryId: string): Promise<void>
}

/**
 * A message that is due: a reply to send or upload files for, or a message with media to download or data to look up.
 */
export type DueMessage = {
  readonly ticketId: string
  readonly channelId: string
  readonly messageId: string
  readonly position: string
  /** True if its post was deleted on X, and its content is to go. */
  readonly isDeletion?: boolean
}

/** Where a message is: in its ticket, at its position. */
export type MessageAddress = Omit<DueMessage, 'channelId' | 'isDeletion'>

/** A due message in its queue. `at` is the ISO time at which it was found due. */
export type QueuedDue = DueMessage & { readonly at: string }

/** A queue of due messages: replies to send, or media to transfer. */
export type DueQueue = {
  /** @param at ISO time at which they were found due, @throws Error unless the queue accepts every message */
  send(due: readonly DueMessage[], at: string): Promise<void>
}

/** When received messages of a queue are delivered again. */
export type MessageVisibility = {
  /**
   * Hides received messages for some more seconds, then they are delivered again.
   * @param queueArn the queue that they came from
   * @param messages at most 10
   * @throws Error unless the queue accepts every change
   */
  change(queueArn: string, messages: readonly HiddenMessage[]): Promise<void>
}

/** A received message, named by its receipt handle, and for how many whole seconds from now it stays hidden. */
export type HiddenMessage = { readonly receiptHandle: string; readonly seconds: number }
