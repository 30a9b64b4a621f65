/**
 * Called by the media function with a customer's message. Downloads its due media one after the other, and stores the
 * result of each in the message. What X does not give now is due again later, and what exceeds the bytes of one customer
 * on the next day; a failure of the bucket is thrown.
 */
import { dayIn, nextDayAt } from '../../core/channels/budget.ts'
import type { ChannelStore } from '../../core/ports/channels.ts'
import type { CustomerUseStore } from '../../core/ports/customer-use.ts'
import { type Bucket, type Bytes, MediaError, type MediaSource, type MediaStore } from '../../core/ports/media.ts'
import type { Clock, Encryption, Log } from '../../core/ports/platform.ts'
import type { AccountTokens } from '../../core/ports/x.ts'
import { type Attachment, isExpectedType, mediaLimits, stored, unavailable } from '../../core/tickets/attachment.ts'
import { receivedFolder } from '../../core/tickets/bucket-keys.ts'
import { bytesOf, bytesReason, type CustomerLimits } from '../../core/tickets/customer-limits.ts'
import type { Message } from '../../core/tickets/ticket.ts'
import { tokensOf } from '../account-tokens.ts'
import type { ChatFiles } from '../chat/chat-files.ts'
import { dueMessageOf } from '../due-message.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'

export type DownloadDependencies = {
  media: MediaStore
  channels: ChannelStore
  encryption: Encryption
  source: MediaSource
  bucket: Bucket
  /** Opens files of encrypted messages. */
  chatFiles: Pick<ChatFiles, 'opening'>
  customerUse: Pick<CustomerUseStore, 'takeBytes' | 'giveBackBytes'>
  customerLimits: CustomerLimits
  now: Clock
  log: Log
}

/** What may be downloaded for a customer on a day, in bytes. */
type Share = {
  /** @throws MediaError if that is more than is left */
  take(bytes: number): Promise<void>
  giveBack(bytes: number): Promise<void>
}

type StoredFile = { key: string; contentType: string; size: number }

/** Downloads the due media of a message into the bucket. */
export function createDownload(dependencies: DownloadDependencies) {
  const { media, channels, encryption, source, bucket, chatFiles, customerUse, customerLimits, log } = dependencies

  return async (message: Message, time: () => Date, signal: AbortSignal): Promise<void> => {
    if (!message.media.some((one) => isDue(one, time()))) return
    const tokens = await tokensOf({ channels, encryption }, message.channelId)
    for (const [index, one] of message.media.entries()) {
      if (isDue(one, time())) await downloadOne(message, index, tokens, time, signal)
    }
  }

  async function downloadOne(
    message: Message,
    index: number,
    tokens: AccountTokens | null,
    time: () => Date,
    signal: AbortSignal,
  ): Promise<void> {
    const one = message.media[index]
    if (!one) return
    const after = await download(message, one, bucketKeyOf(message, index), tokens, time, signal)
    const { status: outcome, reason, contentType, size, nextTryAt } = after
    log({
      event: 'media_downloaded',
      channelId: message.channelId,
      messageId: message.id,
      index,
      outcome,
      reason,
      contentType,
      size,
      nextTryAt,
    })
    await save(message, index, after)
  }

  /** The medium after the download: stored, or to be tried again, or unavailable. Throws a failure of the bucket. */
  async function download(
    message: Message,
    one: Attachment,
    key: string,
    tokens: AccountTokens | null,
    time: () => Date,
    signal: AbortSignal,
  ): Promise<Attachment> {
    try {
      const { channelId, ticketId } = message
      const { keyVersion } = one
      const opened = keyVersion === undefined ? undefined : await chatFiles.opening(channelId, ticketId, keyVersion)
      const share = shareOf(message, time())
      const file = await storeFile(one.type, one.url ?? '', key, tokens, share, signal, opened)
      const previewKey = one.type === 'photo' ? null : await storePreview(one, `${key}-preview`, tokens, share, signal)
      return stored(one, { ...file, previewKey })
    } catch (error) {
      if (!(error instanceof MediaError)) throw error
      return unavailable(one, error.message, error.isFinal, time(), error.notBefore)
    }
  }

  /** Stores the preview of a video; null if X does not give it, because the video is useful without. */
  async function storePreview(
    { previewUrl, url }: Attachment,
    key: string,
    tokens: AccountTokens | null,
    share: Share | null,
    signal: AbortSignal,
  ): Promise<string | null> {
    if (previewUrl === null || previewUrl === url) return null
    try {
      return (await storeFile('photo', previewUrl, key, tokens, share, signal)).key
    } catch (error) {
      if (!(error instanceof MediaError)) throw error
      return null
    }
  }

  /** @throws MediaError when X gives no such file; nothing is stored then */
  async function storeFile(
    type: Attachment['type'],
    url: string,
    key: string,
    tokens: AccountTokens | null,
    share: Share | null,
    signal: AbortSignal,
    opened?: (bytes: Bytes) => Bytes,
  ): Promise<StoredFile> {
    const finished = new AbortController()
    try {
      const found = await source.fetch(
        url,
        tokens,
        mediaLimits[type].maxBytes,
        AbortSignal.any([signal, finished.signal]),
        opened,
      )
      const { contentType } = found
      if (!isExpectedType(type, contentType)) throw new MediaError(`its bytes are not a ${type} as X makes them`, true)
      const taken = found.size ?? mediaLimits[type].maxBytes
      await share?.take(taken)
      const counted = countBytes(found.bytes)
      await bucket.put(key, contentType, counted.bytes).catch(async (error) => {
        await share?.giveBack(taken - counted.size())
        throw counted.sourceError() ?? error
      })
      if (found.size === null) await share?.giveBack(taken - counted.size())
      return { key, contentType, size: counted.size() }
    } finally {
      finished.abort()
    }
  }

  /** The bytes of a customer today; null for what the account itself wrote on X. */
  function shareOf({ direction, author }: Message, now: Date): Share | null {
    if (direction === 'outbound') return null
    const day = dayIn(now)
    return {
      async take(bytes) {
        if (await customerUse.takeBytes(author.id, day, bytes, bytesOf(customerLimits))) return
        throw new MediaError(bytesReason(customerLimits), false, nextDayAt(now))
      },
      giveBack: (bytes) => customerUse.giveBackBytes(author.id, day, bytes),
    }
  }

  /** Saves one medium, on condition that no medium of the message has changed since it was read. */
  async function save(message: Message, index: number, after: Attachment): Promise<void> {
    let current = message
    await retryOnConflict(`message ${message.id}`, async () => {
      if (await media.save(current, index, after)) return null
      const stored = await media.message(dueMessageOf(message))
      const medium = stored?.media[index]
      // What was deleted on X, and here since the download began, must leave no file.
      if (stored && stored.erasedAt !== null) await bucket.removeAll(receivedFolder(message))
      const isDoneByOther = medium?.status === 'stored' || medium?.attempts !== message.media[index]?.attempts
      // The message was erased while the file came.
      if (stored === null) await bucket.removeAll(receivedFolder(message))
      if (stored === null || isDoneByOther) return null
      current = stored
      return conflict
    })
  }
}

/** New media are due at once, failed ones at `nextTryAt`. */
function isDue({ status, nextTryAt }: Attachment, now: Date): boolean {
  return nextTryAt !== null && (status === 'pending' || nextTryAt <= now.toISOString())
}

/** The key is deterministic, so downloading again overwrites. */
function bucketKeyOf(message: Message, index: number): string {
  return `${receivedFolder(message)}${index}`
}

/** Counts bytes as they pass, and keeps the error that ended them: the bucket's client would replace it. */
function countBytes(bytes: Bytes) {
  let size = 0
  let sourceError: MediaError | null = null
  async function* counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of bytes) {
        size += chunk.length
        yield chunk
      }
    } catch (error) {
      if (error instanceof MediaError) sourceError = error
      throw error
    }
  }
  return { bytes: counted(), size: () => size, sourceError: () => sourceError }
}
