/** Shared by all routes that answer with messages. */
import type { ApiMessage } from '../../core/api/schemas.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Attachment } from '../../core/tickets/attachment.ts'
import { noticeDetails } from '../../core/tickets/chat.ts'
import type { Message, Notice } from '../../core/tickets/ticket.ts'

/** Makes temporary links to files in the bucket. */
export type Links = Pick<Bucket, 'link'>

/** The public fields of a message. Its links to the bucket work for some minutes. */
export async function toApiMessage(message: Message, links: Links): Promise<ApiMessage> {
  const { id, ticketId, direction, visibility, text, entities, media, addressees, author, externalId } = message
  const { inReplyToId, parent, notice, versions, versionIds, joinedBecause, delivery, createdAt } = message
  return {
    id,
    ticketId,
    direction,
    visibility,
    text,
    entities: [...entities],
    attachments: await Promise.all(media.map((one) => toApiAttachment(one, links))),
    addressees: [...addressees],
    author,
    externalId,
    versionIds: versionIds.length === 0 && externalId !== null ? [externalId] : [...versionIds],
    inReplyToId,
    parent,
    quoted: toApiQuoted(message),
    encrypted: message.chat !== null || message.sending?.chat !== undefined,
    notice: notice && toApiNotice(notice),
    // The newest version is the message itself.
    versions: versions.slice(0, -1).map((one) => ({ ...one, entities: [...one.entities] })),
    deletedAt: message.deletedAt,
    erasedAt: message.erasedAt,
    hiddenAt: message.hiddenAt,
    joinedBecause,
    incompleteBecause: message.incompleteBecause,
    delivery,
    recovered: message.recovered ?? null,
    createdAt,
  }
}

function toApiNotice({ type, url, reason = 'no_key' }: Notice): NonNullable<ApiMessage['notice']> {
  return { type, url, reason, detail: noticeDetails[reason] }
}

function toApiQuoted({ quoted }: Message): ApiMessage['quoted'] {
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

/** Shows X's own link until the file is in the bucket. */
async function toApiAttachment(one: Attachment, links: Links): Promise<ApiMessage['attachments'][number]> {
  const { id, type, contentType, size, status, key, previewKey, reason, nextTryAt } = one
  const url = key === null ? (one.url ?? '') : await links.link(key)
  const ownPreview = previewKey === null ? one.previewUrl : await links.link(previewKey)
  const previewUrl = type === 'photo' && key !== null ? url : ownPreview
  return { id, type, url, previewUrl, contentType, size, status, reason, nextTryAt }
}
