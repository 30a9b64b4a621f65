import type { Attachment } from '../tickets/attachment.ts'
import type { Message } from '../tickets/ticket.ts'
import type { DueMessage } from './queues.ts'
import type { AccountTokens } from './x.ts'

/** Media of messages on their way into the bucket. */
export type MediaStore = {
  /** A message of a ticket by its id; null when there is none. */
  message(channelId: string, messageId: string): Promise<Message | null>
  /** Writes one medium of a message as it is now; false when any has changed since `message` was read. */
  save(message: Message, index: number, after: Attachment): Promise<boolean>
  /** Messages with media that are due at an ISO time. */
  due(at: string, limit: number): Promise<DueMessage[]>
  /** Leaves a message out of the due ones until an ISO time, because it was just brought back. */
  postpone(media: DueMessage, until: string): Promise<void>
}

/** Bytes in a row, as they come. */
export type Bytes = AsyncIterable<Uint8Array>

/** The private bucket. */
export type Bucket = {
  /**
   * Stores bytes under a key, of which nothing is left when they end with an error.
   * @throws whatever the bytes throw, or Error when the bucket does not take them
   */
  put(key: string, contentType: string, bytes: Bytes): Promise<void>
  /** Size and type by the first bytes of what lies under a key; null when nothing does. */
  look(key: string): Promise<{ size: number; contentType: string | null } | null>
  /** Keeps what lies under a key under another one too. */
  copy(from: string, to: string, contentType: string): Promise<void>
  /** Bytes from a place on, at most so many. */
  read(key: string, from: number, count: number): Promise<Uint8Array>
  /** A link with which anybody gets it for some minutes. */
  link(key: string): Promise<string>
  /** A link with which anybody may put exactly this there for some minutes. */
  uploadLink(key: string, contentType: string, size: number): Promise<string>
}

/** Why a medium of X could not be had. */
export class MediaError extends Error {
  /** Whether another try could not end otherwise. */
  readonly isFinal: boolean
  constructor(reason: string, isFinal: boolean) {
    super(reason)
    this.isFinal = isFinal
  }
}

/** Where X keeps media. */
export type MediaSource = {
  /**
   * Asks for a medium, signed with the account's tokens where X wants that. The type is that of its first bytes.
   * @param maxBytes more than this is not read: the bytes then end with a MediaError, as when they break off
   * @throws MediaError without a word of what came
   */
  fetch(
    url: string,
    tokens: AccountTokens | null,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<{ contentType: string | null; bytes: Bytes }>
}
