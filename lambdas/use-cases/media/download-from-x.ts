import type { ChannelStore } from '../../core/ports/channels.ts'
import { type Bucket, type Bytes, MediaError, type MediaSource, type MediaStore } from '../../core/ports/media.ts'
import type { Clock, Encryption, Log } from '../../core/ports/platform.ts'
import type { AccountTokens } from '../../core/ports/x.ts'
import { type Attachment, limits, mayBe, stored, unavailable } from '../../core/tickets/attachment.ts'
import { bucketPrefixes } from '../../core/tickets/bucket-keys.ts'
import type { Message } from '../../core/tickets/ticket.ts'
import { tokensOf } from '../account-tokens.ts'

export type DownloadDependencies = {
  media: MediaStore
  channels: ChannelStore
  encryption: Encryption
  source: MediaSource
  bucket: Bucket
  now: Clock
  log: Log
}

type File = { key: string; contentType: string; size: number }

/** Fetches what is due of a message's media, one after the other, and writes down what came of each. */
export function createDownload({ media, channels, encryption, source, bucket, log }: DownloadDependencies) {
  return async (message: Message, time: () => Date, signal: AbortSignal): Promise<void> => {
    if (!message.media.some((one) => isDue(one, time()))) return
    const tokens = await tokensOf({ channels, encryption }, message.channelId)
    for (const [index, one] of message.media.entries()) {
      if (isDue(one, time())) await fetchOne(message, index, tokens, time, signal)
    }
  }

  async function fetchOne(
    message: Message,
    index: number,
    tokens: AccountTokens | null,
    time: () => Date,
    signal: AbortSignal,
  ): Promise<void> {
    const one = message.media[index]
    if (!one) return
    const after = await tried(one, placeOf(message, index), tokens, time, signal)
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
    await write(message, index, after)
  }

  /** The medium after a try; the bucket's own failures are thrown. */
  async function tried(
    one: Attachment,
    key: string,
    tokens: AccountTokens | null,
    time: () => Date,
    signal: AbortSignal,
  ): Promise<Attachment> {
    try {
      const file = await keep(one.type, one.url ?? '', key, tokens, signal)
      const preview = one.type === 'photo' ? null : await keepPreview(one, `${key}-preview`, tokens, signal)
      return stored(one, { ...file, previewKey: preview })
    } catch (error) {
      if (!(error instanceof MediaError)) throw error
      return unavailable(one, error.message, error.isFinal, time())
    }
  }

  /** A film without its preview is still a film. */
  async function keepPreview(
    { previewUrl, url }: Attachment,
    key: string,
    tokens: AccountTokens | null,
    signal: AbortSignal,
  ): Promise<string | null> {
    if (previewUrl === null || previewUrl === url) return null
    try {
      return (await keep('photo', previewUrl, key, tokens, signal)).key
    } catch (error) {
      if (!(error instanceof MediaError)) throw error
      return null
    }
  }

  /** @throws MediaError when X does not give what it should, and nothing is stored then */
  async function keep(
    type: Attachment['type'],
    url: string,
    key: string,
    tokens: AccountTokens | null,
    signal: AbortSignal,
  ): Promise<File> {
    const over = new AbortController()
    try {
      const found = await source.fetch(url, tokens, limits[type].maxBytes, AbortSignal.any([signal, over.signal]))
      const { contentType } = found
      if (!mayBe(type, contentType)) throw new MediaError(`its bytes are no ${type} of X`, true)
      const counted = counting(found.bytes)
      await bucket.put(key, contentType, counted.bytes).catch((error) => {
        throw counted.broken() ?? error
      })
      return { key, contentType, size: counted.size() }
    } finally {
      over.abort()
    }
  }

  /** Each medium is written on condition that no other of the message has changed; then the rest is read anew. */
  async function write(message: Message, index: number, after: Attachment): Promise<void> {
    const before = message.media[index]
    for (let current: Message | null = message; current; ) {
      if (await media.save(current, index, after)) return
      current = await media.message(message.channelId, message.id)
      const there = current?.media[index]
      // Another worker was quicker with this very one.
      if (there?.status === 'stored' || there?.attempts !== before?.attempts) return
    }
  }
}

/** What just came is tried at once, what failed when its time has come. */
function isDue({ status, nextTryAt }: Attachment, now: Date): boolean {
  return nextTryAt !== null && (status === 'pending' || nextTryAt <= now.toISOString())
}

/** The same for the same medium: fetched twice, it lies there once. */
function placeOf({ channelId, id }: Message, index: number): string {
  return `${bucketPrefixes.received}/${channelId}/${id}/${index}`
}

/** Bytes on their way, with what is known of them afterwards: how many, and the error that ended them. */
function counting(bytes: Bytes) {
  let size = 0
  let broken: MediaError | null = null
  async function* counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of bytes) {
        size += chunk.length
        yield chunk
      }
    } catch (error) {
      if (error instanceof MediaError) broken = error
      throw error
    }
  }
  return { bytes: counted(), size: () => size, broken: () => broken }
}
