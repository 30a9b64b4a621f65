import { randomBytes } from 'node:crypto'
import type { World } from '../world.ts'
import { latestKeys } from './account-keys.ts'
import type { ChatMedia } from './chat-state.ts'
import { conversationKeysOf } from './conversations.ts'
import { typeOf, withEngine } from './engine.ts'

/** Begins an encrypted file of a conversation. */
export function newSealed(world: World, userId: string, conversationId: string, totalBytes: number): ChatMedia {
  const media: ChatMedia = {
    hashKey: randomBytes(24).toString('hex'),
    sessionId: world.newId(),
    conversationId,
    userId,
    totalBytes,
    segments: [],
    finished: false,
  }
  world.state.chat.media.push(media)
  world.changed()
  return media
}

/** Stores an encrypted file of a person. Returns its hash key, which the message names. */
export function keepSealed(world: World, userId: string, conversationId: string, bytes: Buffer): string {
  const media = newSealed(world, userId, conversationId, bytes.length)
  finish(world, media, bytes)
  return media.hashKey
}

export function finish(world: World, media: ChatMedia, bytes: Buffer): void {
  world.bytes.put(bytesName(media), bytes)
  media.finished = true
  world.changed()
}

export const bytesName = ({ hashKey }: ChatMedia) => `chat-${hashKey}`

/** A file as a person of its conversation sees it. Undefined if the person cannot open it. */
export function openSealed(world: World, userId: string, hashKey: string) {
  const { state, bytes } = world
  const media = state.chat.media.find((one) => one.hashKey === hashKey)
  const sealed = media && bytes.get(bytesName(media))
  const keys = latestKeys(state, userId)
  if (!sealed || !keys) return undefined
  for (const { conversationKey } of conversationKeysOf(state, userId, media.conversationId)) {
    try {
      const plain = withEngine(keys, (engine) => engine.decryptStream(new Uint8Array(sealed), conversationKey))
      return { contentType: typeOf(plain) ?? 'application/octet-stream', bytes: Buffer.from(plain) }
    } catch {
      // It is of another version of the key.
    }
  }
  return undefined
}
