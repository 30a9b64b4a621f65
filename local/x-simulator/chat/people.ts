import { randomBytes, randomUUID } from 'node:crypto'
import type { World } from '../world.ts'
import { ensureKeys, nextVersion } from './account-keys.ts'
import { chatEvents } from './chat-events.ts'
import type { ChatEvent } from './chat-state.ts'
import { keep, keyToWriteWith } from './conversations.ts'
import { type ConversationKey, type Engine, makeKeys, type SealedMessage, sizeOf, withEngine } from './engine.ts'
import { messageDetail, readSignature } from './envelope.ts'
import { keepSealed } from './media-store.ts'

export type ChatFile = { readonly contentType: string; readonly bytes: Buffer }

export type ChatDraft = {
  readonly from: string
  readonly conversationId: string
  readonly text: string
  readonly media?: ChatFile | undefined
  /** The message that this one quotes. */
  readonly replyTo?: ChatEvent | undefined
}

/** Writes an encrypted message on a person's phone, and delivers it to both sides. */
export function write(world: World, { from, conversationId, text, media, replyTo }: ChatDraft): ChatEvent {
  return sealed(world, from, conversationId, (engine, key) => {
    const attachments = media ? [attach(world, engine, key, { from, conversationId, media })] : []
    const message = { ...key, conversationId, text, attachments }
    return replyTo
      ? engine.encryptReply({
          ...message,
          replyToEvent: replyTo.encoded,
          replyToCkces: changesIn(world, conversationId),
        })
      : engine.encryptMessage(message)
  })
}

const changesIn = ({ state }: World, conversationId: string) =>
  state.chat.events.flatMap((one) =>
    one.kind === 'key_change' && one.conversationId === conversationId ? one.encoded : [],
  )

/** Changes the text of a message of one's own. */
export const edit = (world: World, message: ChatEvent, text: string): ChatEvent =>
  sealed(world, message.senderId, message.conversationId, (engine, key) =>
    engine.encryptEdit({ ...key, updatedText: text, targetEvent: message.encoded }),
  )

/** Reacts to a message with an emoji, or takes that back. */
export const react = (world: World, by: string, message: ChatEvent, emoji: string, remove: boolean): ChatEvent =>
  sealed(world, by, message.conversationId, (engine, key) => {
    const reaction = { ...key, emoji, targetEvent: message.encoded }
    return remove ? engine.encryptRemoveReaction(reaction) : engine.encryptAddReaction(reaction)
  })

/** A message under a person's name that somebody else has signed. */
export function forge(world: World, from: string, conversationId: string, text: string): ChatEvent {
  const key = keyToWriteWith(world, from, conversationId)
  const { version } = ensureKeys(world, from)
  const stranger = makeKeys(from, nextVersion(world, from))
  const message = withEngine(stranger, (engine) =>
    engine.encryptMessage({ ...key, conversationId, text, signingKeyVersion: version }),
  )
  return deliver(world, keepMessage(world, from, conversationId, key, message))
}

/** An event that nobody can parse. @param size its bytes */
export function breakEvent(world: World, from: string, conversationId: string, size: number): ChatEvent {
  const event: ChatEvent = {
    id: world.newId(),
    messageId: randomUUID(),
    conversationId,
    senderId: from,
    createdAt: world.now().toISOString(),
    kind: 'broken',
    encoded: randomBytes(size).fill(255, 0, 1).toString('base64'),
    keyVersion: '1',
    signature: null,
    receivers: conversationId.split(':'),
  }
  world.state.chat.events.push(event)
  world.changed()
  return deliver(world, event)
}

function sealed(
  world: World,
  from: string,
  conversationId: string,
  seal: (engine: Engine, key: ConversationKey) => SealedMessage,
): ChatEvent {
  const { conversationKey, conversationKeyVersion } = keyToWriteWith(world, from, conversationId)
  const key = { conversationKey, conversationKeyVersion }
  const message = withEngine(ensureKeys(world, from), (engine) => seal(engine, key))
  return deliver(world, keepMessage(world, from, conversationId, key, message))
}

function keepMessage(
  world: World,
  senderId: string,
  conversationId: string,
  { conversationKeyVersion: keyVersion }: ConversationKey,
  { messageId, encryptedContent, encodedEventSignature }: SealedMessage,
): ChatEvent {
  return keep(world, {
    messageId,
    conversationId,
    senderId,
    kind: 'message',
    keyVersion,
    detail: messageDetail(encryptedContent),
    signature: readSignature(encodedEventSignature),
  })
}

/** Delivers an event to the webhooks of everybody who gets it. */
export function deliver(world: World, event: ChatEvent): ChatEvent {
  world.emit(chatEvents(world, event))
  return event
}

function attach(
  world: World,
  engine: Engine,
  { conversationKey }: ConversationKey,
  { from, conversationId, media }: { from: string; conversationId: string; media: ChatFile },
): object {
  const sealedBytes = Buffer.from(engine.encryptStream(new Uint8Array(media.bytes), conversationKey))
  const { width, height } = sizeOf(media.bytes) ?? { width: 640, height: 480 }
  const kind = media.contentType === 'image/gif' ? 2 : media.contentType.startsWith('video/') ? 3 : 1
  return {
    attachment_type: 'media',
    media_hash_key: keepSealed(world, from, conversationId, sealedBytes),
    width,
    height,
    filesize_bytes: media.bytes.length,
    filename: `file.${media.contentType.split('/')[1]}`,
    media_type: kind,
  }
}
