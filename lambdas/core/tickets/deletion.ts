import { type Message, subjectOf, type Ticket } from './ticket.ts'

/**
 * What stays of a message whose post was deleted on X: who wrote it, when, that it is deleted, and the ids by which others
 * refer to it. Text, earlier versions, quoted post and files go.
 * @param deletedAt, @param at ISO times of the deletion on X and of now
 */
export function erased(message: Message, deletedAt: string, at: string): Message {
  const { sending } = message
  return {
    ...message,
    text: '',
    entities: [],
    media: [],
    quoted: null,
    versions: [],
    missing: [],
    facts: null,
    deletedAt: message.deletedAt ?? deletedAt,
    erasedAt: at,
    sending: sending && { ...sending, uploadedMedia: [], version: sending.version + 1 },
  }
}

/** A ticket that no longer quotes a message as its subject. It does not count as a change: it stays in its place in lists. */
export function withoutSubjectOf(message: Message, ticket: Ticket): Ticket {
  const { kind, customer, firstPosition, version } = ticket
  if (message.direction !== 'inbound' || message.position !== firstPosition) return ticket
  const subject = subjectOf(kind, '', customer)
  return subject === ticket.subject ? ticket : { ...ticket, subject, version: version + 1 }
}
