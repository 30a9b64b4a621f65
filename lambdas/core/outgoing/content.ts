import type { ApiMessage, ApiTicket } from '../api/schemas.ts'
import { subjectOf, type Ticket } from '../tickets/ticket.ts'

/**
 * A message in an event without what its author deleted or was erased: text, earlier versions, quoted post and files.
 * @param gone ISO times of the deletion on X and of that here; null while the content is still held
 */
export function withoutContent(
  message: ApiMessage,
  { deletedAt, erasedAt }: Pick<ApiMessage, 'deletedAt' | 'erasedAt'>,
): ApiMessage {
  return { ...message, deletedAt, erasedAt, text: '', entities: [], attachments: [], quoted: null, versions: [] }
}

/**
 * A ticket in an event with what it quotes of its messages as it is now, so that a deleted text does not leave in an older
 * event.
 * @param now null if the ticket is erased, @param isSubjectDeleted true if the message that it quotes was deleted on X
 */
export function withQuotesOf(told: ApiTicket, now: Ticket | null, isSubjectDeleted: boolean): ApiTicket {
  if (!now) return { ...told, subject: '', lastMessage: null }
  const subject = isSubjectDeleted ? subjectOf(now.kind, '', now.customer) : now.subject
  return { ...told, subject, lastMessage: now.lastMessage }
}
