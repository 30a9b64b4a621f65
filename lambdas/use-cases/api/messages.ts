import type { ApiMessage } from '../../core/api/schemas.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Attachment } from '../../core/tickets/attachment.ts'
import type { Message } from '../../core/tickets/ticket.ts'

/** Gives links to what lies in the bucket. */
export type Links = Pick<Bucket, 'link'>

/** A message as the API shows it. Links to the bucket are made now, and work for some minutes. */
export async function messageForPeople(message: Message, links: Links): Promise<ApiMessage> {
  const { id, ticketId, direction, visibility, text, entities, media, addressees, author, externalId } = message
  const { inReplyToId, parent, notice, versions, deletedAt, joinedBecause, delivery, createdAt } = message
  return {
    id,
    ticketId,
    direction,
    visibility,
    text,
    entities: [...entities],
    attachments: await Promise.all(media.map((one) => attachmentForPeople(one, links))),
    addressees: [...addressees],
    author,
    externalId,
    inReplyToId,
    parent,
    quoted: quotedForPeople(message),
    notice,
    // The newest is the message itself.
    versions: versions.slice(0, -1).map((one) => ({ ...one, entities: [...one.entities] })),
    deletedAt,
    joinedBecause,
    delivery,
    recovered: message.recovered ?? null,
    createdAt,
  }
}

function quotedForPeople({ quoted }: Message): ApiMessage['quoted'] {
  if (!quoted) return null
  const { id, url, text, author, createdAt, media } = quoted
  return {
    id,
    url,
    text,
    author: author && { id: author.id, username: author.username, name: author.name },
    createdAt,
    attachments: media.map(({ type, url: address, previewUrl }) => ({ type, url: address, previewUrl })),
  }
}

/** Until it is in the bucket, X's own link is all that there is. */
async function attachmentForPeople(one: Attachment, links: Links): Promise<ApiMessage['attachments'][number]> {
  const { id, type, contentType, size, status, key, previewKey } = one
  const url = key === null ? (one.url ?? '') : await links.link(key)
  const ownPreview = previewKey === null ? one.previewUrl : await links.link(previewKey)
  const previewUrl = type === 'photo' && key !== null ? url : ownPreview
  return { id, type, url, previewUrl, contentType, size, status }
}
