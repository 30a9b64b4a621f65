import { earlierOf } from '../time.ts'
import type { Person, QuotedPost } from '../x/activity.ts'
import { firstTryOf } from './attachment.ts'
import { type Message, type ParentPost, subjectOf, type Ticket } from './ticket.ts'

/** What X answered; null where X does not show it, undefined where X was not asked. */
export type Fetched = { readonly parent?: QuotedPost | null; readonly author?: Person | null }

/** A stored message that no worker took is due again after this time. */
const UNTAKEN_DUE_AFTER_MS = 60_000

/** ISO time at which a customer's message is due: for its media, or for what X left out; null for never. */
export function dueTimeOf({
  media,
  missing,
  receivedAt,
}: Pick<Message, 'media' | 'missing' | 'receivedAt'>): string | null {
  const asks = missing.length > 0 ? new Date(Date.parse(receivedAt) + UNTAKEN_DUE_AFTER_MS).toISOString() : null
  const tries = firstTryOf(media)
  if (asks === null || tries === null) return asks ?? tries
  return earlierOf(asks, tries)
}

/** A message after X was asked; what it does not show is marked so, and not asked for again. */
export function withFetched(message: Message, { parent, author }: Fetched): Message {
  return {
    ...message,
    ...(message.parent && parent !== undefined ? { parent: parentAfter(message.parent, parent) } : {}),
    ...(author ? { author: nameOf(author) } : {}),
    missing: [],
  }
}

function parentAfter({ id, url }: ParentPost, found: QuotedPost | null): ParentPost {
  if (!found) return { id, url, text: null, author: null, createdAt: null, status: 'unavailable' }
  const { text, author, createdAt } = found
  return { id, url, text, author: author && nameOf(author), createdAt, status: 'available' }
}

function nameOf({ id, username, name }: Person) {
  return { id, username, name }
}

/** The ticket of a customer whose name is known now; a subject that had to name them by the id is made anew. */
export function withCustomer(ticket: Ticket, message: Message, author: Person | null): Ticket {
  const changed = { ...ticket, version: ticket.version + 1 }
  const { kind, customer, subject } = ticket
  const isNews = author !== null && customer.id === author.id && customer.username === null
  if (!isNews || message.direction !== 'inbound') return changed
  const isNamedById = subject === subjectOf(kind, '', customer)
  return { ...changed, customer: author, subject: isNamedById ? subjectOf(kind, '', author) : subject }
}
