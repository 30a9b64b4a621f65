/** Called by the media function with files of encrypted messages: opens those of customers, seals those of agents. */
import type { ChatCipher, ChatKeyStore, ConversationKeys, XChat } from '../../core/ports/chat.ts'
import { type Bucket, type Bytes, MediaError } from '../../core/ports/media.ts'
import type { Encryption } from '../../core/ports/platform.ts'
import { type AccountTokens, XError } from '../../core/ports/x.ts'
import type { Reply } from '../../core/replies/reply.ts'
import type { Attachment, UploadedMedia } from '../../core/tickets/attachment.ts'
import { partsOfTicketId } from '../../core/tickets/ticket-id.ts'
import { openAccountKey, openKeys } from './account-key.ts'

export type ChatFileDependencies = {
  chatKeys: ChatKeyStore
  cipher: ChatCipher
  xChat: XChat
  encryption: Pick<Encryption, 'decrypt'>
  bucket: Bucket
}

/** An encrypted file is held in memory while it is sealed. */
const MAX_SEALED_BYTES = 100 * 1024 * 1024
/** X keeps a file of an encrypted message until it is used; after a week without that it is uploaded again. */
const KEPT_MS = 7 * 24 * 3600_000
const PART_BYTES = 4 * 1024 * 1024

export function createChatFiles({ chatKeys, cipher, xChat, encryption, bucket }: ChatFileDependencies) {
  /** The keys of the conversation of a ticket; none if the key of the account or of the conversation is missing. */
  async function keysOf(channelId: string, ticketId: string): Promise<ConversationKeys> {
    const customerId = partsOfTicketId(ticketId)?.conversationId.replace(/^direct-/, '') ?? ''
    const account = await openAccountKey({ chatKeys, encryption }, channelId)
    const stored = account && (await chatKeys.conversation(channelId, customerId))
    return account && stored ? openKeys(account.key, stored.sealed, `${channelId} ${customerId}`) : {}
  }

  /** Opens a file while it is downloaded; its stream ends with a MediaError if it is damaged. */
  async function opening(channelId: string, ticketId: string, keyVersion: string): Promise<(bytes: Bytes) => Bytes> {
    const keys = await keysOf(channelId, ticketId)
    if (keys[keyVersion] === undefined) throw new MediaError('the key of the conversation is missing', false)
    return async function* opened(bytes: Bytes) {
      try {
        yield* cipher.openFile(bytes, keys, keyVersion)
      } catch (error) {
        throw error instanceof MediaError ? error : new MediaError('its encryption is damaged', false)
      }
    }
  }

  /** Seals a file of a reply and uploads it. @throws XError if X refuses, or the file cannot be sealed */
  async function upload(tokens: AccountTokens, reply: Reply, file: Attachment, at: Date): Promise<UploadedMedia> {
    const { key, size, type } = file
    const { chat } = reply.sending
    if (!chat || key === null || size === null) throw new Error(`${file.id} is not in the bucket`)
    if (size > MAX_SEALED_BYTES) throw new XError(413, 'an encrypted message takes files of at most 100 MB')
    const keys = await keysOf(reply.channelId, reply.ticketId)
    if (Object.keys(keys).length === 0) throw new XError(409, 'the key of the conversation is missing')
    const head = await bucket.read(key, 0, Math.min(size, PART_BYTES))
    const pixels = type === 'video' ? null : await cipher.dimensions(head)
    const sealed = await collected(cipher.sealFile(partsOf(key, size), keys))
    const mediaId = await xChat.upload(tokens, chat.conversationId, sealed)
    const expiresAt = new Date(at.getTime() + KEPT_MS).toISOString()
    return { attachmentId: file.id, mediaId, expiresAt, ready: true, ...(pixels && { pixels }) }
  }

  async function* partsOf(key: string, size: number): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < size; from += PART_BYTES) yield await bucket.read(key, from, PART_BYTES)
  }

  return { opening, upload }
}

export type ChatFiles = ReturnType<typeof createChatFiles>

async function collected(bytes: Bytes): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const part of bytes) all.push(part)
  return Buffer.concat(all)
}
