import type { Change } from '../outgoing/change.ts'
import type { Message, Ticket } from '../tickets/ticket.ts'
import { wordsOfText } from './words.ts'

/** A word of a message, or of the name of a ticket's customer, in the index of words. */
export type WordEntry = {
  readonly word: string
  /** ISO time at which the message was written, or the ticket was opened. */
  readonly at: string
  readonly ticketId: string
  /** The id of the message; `name` for a name of the customer. */
  readonly of: string
  /** X's id of the customer whose word or name it is; null for what we wrote. */
  readonly customerId: string | null
}

/** What an entry of a customer's name has in the place of a message. */
export const OF_NAME = 'name'

/** The entries that a change takes away, and those that it adds. Both are empty if no word has changed. */
export function entriesOf(change: Change): { readonly removed: WordEntry[]; readonly added: WordEntry[] } {
  if (change.what === 'channel') return { removed: [], added: [] }
  const [before, after] =
    change.what === 'ticket'
      ? [change.before, change.after].map((ticket) => (ticket ? ofCustomer(ticket) : []))
      : [change.before, change.after].map((message) => (message ? ofMessage(message) : []))
  return { removed: missingIn(after ?? [], before ?? []), added: missingIn(before ?? [], after ?? []) }
}

function ofCustomer({ id: ticketId, openedAt: at, customer }: Ticket): WordEntry[] {
  const words = wordsOfText(`${customer.username ?? ''} ${customer.name ?? ''}`)
  return words.map((word) => ({ word, at, ticketId, of: OF_NAME, customerId: customer.id }))
}

/** What was erased has no text. */
function ofMessage({ id: of, ticketId, createdAt: at, text, direction, author }: Message): WordEntry[] {
  const customerId = direction === 'inbound' ? author.id : null
  return wordsOfText(text).map((word) => ({ word, at, ticketId, of, customerId }))
}

function missingIn(others: readonly WordEntry[], entries: readonly WordEntry[]): WordEntry[] {
  const known = new Set(others.map(nameOf))
  return entries.filter((entry) => !known.has(nameOf(entry)))
}

const nameOf = ({ word, at }: WordEntry) => `${word} ${at}`
