import type { OpenedEvent } from '../../core/ports/chat.ts'
import type { ChatContent, Entity, Media, QuotedPost } from '../../core/x/activity.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * An event of the engine in our own model. Version 0.4.3 of the engine names the fields of a content in snake case,
 * while its types promise camel case: both are read.
 */
export function openedFrom(event: unknown): OpenedEvent {
  const fields = fieldsOf(event)
  return {
    senderId: textOf(fields.senderId),
    conversationId: textOf(fields.conversationId),
    messageId: textOf(fields.id),
    content: contentOf(fields),
  }
}

function contentOf(event: Fields): OpenedEvent['content'] {
  if (event.type === 'failure') return { is: 'failure', failure: textOf(event.failure) || 'genericError' }
  const content = fieldsOf(event.content)
  const kind = field(content, 'content_type')
  if (kind === 'text') return messageFrom(event, content)
  if (kind === 'edit') {
    const text = textOf(field(content, 'new_text'))
    return { is: 'edit', targetSequenceId: textOf(field(content, 'target_message_id')), text, entities: linksIn(text) }
  }
  // Marks of reading, and what later versions of X may add, concern no ticket either.
  return { is: 'reaction', text: kind === 'reaction' ? textOf(content.emoji) : '' }
}

function messageFrom(event: Fields, content: Fields): Extract<ChatContent, { is: 'message' }> {
  const text = textOf(content.text).toWellFormed()
  return {
    is: 'message',
    text,
    entities: linksIn(text),
    media: mediaFrom(event),
    quoted: event.replyPreviewValidation === 'valid' ? quotedFrom(field(content, 'replying_to_preview')) : null,
  }
}

/** An address in a text, without the punctuation after it. X marks no links in encrypted messages. */
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'»]/gu

/** The links of a text. */
function linksIn(text: string): Entity[] {
  return [...text.matchAll(LINK)]
    .filter(([url]) => URL.canParse(url))
    .map(({ 0: url, index }) => ({
      type: 'link',
      start: index,
      end: index + url.length,
      url,
      displayUrl: url.replace(/^https?:\/\//, ''),
    }))
}

const TYPES: Readonly<Record<string, Media['type']>> = { image: 'photo', gif: 'animated_gif', video: 'video' }

/** Pictures, GIFs and videos; files of other kinds are left out, as they are in direct messages. */
function mediaFrom(event: Fields): Media[] {
  const conversation = textOf(event.conversationId).replace(':', '-')
  const all: unknown[] = Array.isArray(event.attachments) ? event.attachments : []
  return all.map(fieldsOf).flatMap((one) => {
    const id = textOf(field(one, 'media_hash_key'))
    const type = TYPES[textOf(field(one, 'media_type'))]
    if (!type || !/^[\w-]{1,200}$/.test(id)) return []
    const url = `https://api.x.com/2/chat/media/${conversation}/${id}`
    return [{ id, type, url, previewUrl: null, keyVersion: textOf(event.keyVersion) }]
  })
}

function quotedFrom(preview: unknown): QuotedPost | null {
  const fields = fieldsOf(preview)
  const id = textOf(fields.replyingToMessageId) || textOf(fields.replyingToMessageSequenceId)
  const senderId = textOf(fields.senderId)
  if (!id || !senderId) return null
  const url = `https://x.com/messages/compose?recipient_id=${senderId}`
  const text = textOf(fields.messageText).toWellFormed()
  const author = { id: senderId, username: null, name: null, avatarUrl: null }
  return { id, url, text, author, createdAt: null, media: [] }
}

/** A field by its name in snake case, or by the same in camel case. */
function field(fields: Fields, name: string): unknown {
  return fields[name] ?? fields[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())]
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
