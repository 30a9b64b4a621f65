import type { Attachment } from '../tickets/attachment.ts'
import type { Message } from '../tickets/ticket.ts'
import type { DueMessage, MessageAddress } from './queues.ts'
import type { AccountTokens } from './x.ts'

/** Media of messages, and how far they are downloaded. */
export type MediaStore = {
  /** Null if there is no such message. */
  message(address: MessageAddress): Promise<Message | null>
  /**
   * Writes one attachment of a message; false if any of them, or what is missing, has changed since `message` was read.
   * @param index its place in `media`
   */
  save(message: Message, index: number, after: Attachment): Promise<boolean>
  /** Removes a message with nothing left to do from the due ones, unless it has changed since it was read. */
  removeFromDue(message: Message): Promise<void>
  /** Messages with media that are due at an ISO time. */
  due(at: string, limit: number): Promise<DueMessage[]>
  /** Hides a message from `due` until an ISO time, because it was just queued. */
  postpone(media: DueMessage, until: string): Promise<void>
}

/** A stream of bytes. */
export type Bytes = AsyncIterable<Uint8Array>

/** The private bucket for files of messages. */
export type Bucket = {
  /**
   * Stores a stream under a key. If the stream fails, nothing is stored.
   * @throws what the stream throws, or Error if the bucket refuses it
   */
  put(key: string, contentType: string, bytes: Bytes): Promise<void>
  /** A file's size in bytes, and its MIME type found from its first bytes; null if there is no file. */
  inspect(key: string): Promise<{ size: number; contentType: string | null } | null>
  /** Copies a file to another key. */
  copy(from: string, to: string, contentType: string): Promise<void>
  /** Deletes files; one that is not there is deleted already. */
  remove(keys: readonly string[]): Promise<void>
  /** Deletes every file whose key begins with a text; none is fine. */
  removeAll(prefix: string): Promise<void>
  /** At most `count` bytes, beginning at offset `from`. */
  read(key: string, from: number, count: number): Promise<Uint8Array>
  /** A link with which anyone can read the file for some minutes. */
  link(key: string): Promise<string>
  /** A link with which anyone can upload a file of exactly this type and size (bytes) for some minutes. */
  uploadLink(key: string, contentType: string, size: number): Promise<string>
}

/** Why a file of X could not be downloaded. */
export class MediaError extends Error {
  /** True if retrying cannot help. */
  readonly isFinal: boolean
  /** ISO time before which it cannot; undefined: nothing is known. */
  readonly notBefore: string | undefined
  constructor(reason: string, isFinal: boolean, notBefore?: string) {
    super(reason)
    this.isFinal = isFinal
    this.notBefore = notBefore
  }
}

/** X's servers for media. */
export type MediaSource = {
  /**
   * Downloads a file; signs with the account's tokens where X requires it. `contentType` is found from the first bytes,
   * `size` is what X announces, in bytes; null if it does not.
   * @param opened decrypts the bytes; left out for a file in the clear
   * @param maxBytes a larger file ends its stream with a MediaError, as does a broken connection
   * @throws MediaError, never with content of the answer
   */
  fetch(
    url: string,
    tokens: AccountTokens | null,
    maxBytes: number,
    signal: AbortSignal,
    opened?: (bytes: Bytes) => Bytes,
  ): Promise<{ contentType: string | null; size: number | null; bytes: Bytes }>
}
