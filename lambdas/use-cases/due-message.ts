/** Shared by the use cases that queue a message for the sender or the media function. */
import type { DueMessage } from '../core/ports/queues.ts'
import type { Message } from '../core/tickets/ticket.ts'

/** What a queue carries of a message: enough to find it and to keep its order. */
export function dueMessageOf({ id: messageId, ticketId, channelId, position }: Message): DueMessage {
  return { messageId, ticketId, channelId, position }
}
