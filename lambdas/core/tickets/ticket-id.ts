/** What the id of a ticket says: its channel, its conversation, and its number there, from 1. */
export type TicketIdParts = { readonly channelId: string; readonly conversationId: string; readonly number: number }

const TICKET_ID = /^(twitter-\d{1,40})-((?:direct|mention)-\d{1,40})-([1-9]\d{0,5})$/

/** The id of a ticket. It also tells where the ticket is stored, and a repeated event writes the same ticket. */
export function ticketIdOf({ channelId, conversationId, number }: TicketIdParts): string {
  return `${channelId}-${conversationId}-${number}`
}

/** The parts of a ticket's id; null for a text that is no id of a ticket. */
export function partsOfTicketId(id: string): TicketIdParts | null {
  const [, channelId = '', conversationId = '', number] = TICKET_ID.exec(id) ?? []
  return number === undefined ? null : { channelId, conversationId, number: Number(number) }
}
