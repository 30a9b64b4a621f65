import type { ApiMessage } from '../core/api.ts'
import type { Message } from '../core/ticket.ts'

/** A message as the API shows it. */
export function messageForPeople(message: Message): ApiMessage {
  const { id, ticketId, direction, visibility, text, entities, media, author, externalId } = message
  const { inReplyToId, notice, deletedAt, joinedBecause, delivery, createdAt } = message
  return {
    id,
    ticketId,
    direction,
    visibility,
    text,
    entities: [...entities],
    attachments: media.map((one) => ({ ...one, contentType: null, size: null, status: 'pending' })),
    author,
    externalId,
    inReplyToId,
    parent: null,
    quoted: null,
    notice,
    versions: [],
    deletedAt,
    joinedBecause,
    delivery,
    recovered: message.recovered ?? null,
    createdAt,
  }
}
