import { earlierOf } from '../time.ts'
import type { Person, QuotedPost } from '../x/activity.ts'
import { firstTryOf, UNQUEUED_DUE_AFTER_MS } from './attachment.ts'
import { type Message, type ParentPost, subjectNaming, type Ticket } from './ticket.ts'

/** What X answered; null if X does not show it, undefined if we did not ask. */
export type Fetched = {
  readonly parent?: QuotedPost | null | undefined
  readonly author?: Person | null | undefined
}

/**
 * ISO time at which a customer's message is due, to download its media or to look up what X left out; null if nothing
 * is to be done.
 */
export function dueTimeOf({
  media,
  missing,
  receivedAt,
}: Pick<Message, 'media' | 'missing' | 'receivedAt'>): string | null {
  const lookupAt = missing.length > 0 ? new Date(Date.parse(receivedAt) + UNQUEUED_DUE_AFTER_MS).toISOString() : null
  const downloadAt = firstTryOf(media)
  if (lookupAt === null || downloadAt === null) return lookupAt ?? downloadAt
  return earlierOf(lookupAt, downloadAt)
}

/**
 * A message with the answer of the lookup. What X does not show is marked as unavailable and not looked up again.
 * @param incompleteBecause why it stays incomplete; null if X answered
 */
export function withFetched(message: Message, { parent, author }: Fetched, incompleteBecause: string | null): Message {
  return {
    ...message,
    ...(message.parent && parent !== undefined ? { parent: parentAfter(message.parent, parent) } : {}),
    ...(author ? { author: nameOf(author) } : {}),
    missing: [],
    incompleteBecause,
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

/** A ticket with its customer's looked-up name; a subject that names the customer by id gets the name. */
export function withCustomer(ticket: Ticket, message: Message, author: Person | null): Ticket {
  const changed = { ...ticket, version: ticket.version + 1 }
  const { customer } = ticket
  const isLearned = author !== null && customer.id === author.id && customer.username === null
  if (!isLearned || message.direction !== 'inbound') return changed
  return { ...changed, customer: author, subject: subjectNaming(ticket, author) }
}
