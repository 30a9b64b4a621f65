import type { ChannelStore } from '../../core/ports/channels.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Clock, Encryption, Log } from '../../core/ports/platform.ts'
import type { DueMessage, DueQueue } from '../../core/ports/queues.ts'
import type { ReplyStore } from '../../core/ports/replies.ts'
import { type AccountTokens, XError, type XUploads } from '../../core/ports/x.ts'
import { isReply, type Reply } from '../../core/replies/reply.ts'
import { failed, judgeUpload, waitForUpload, waitUntil, withUploadedMedia } from '../../core/replies/sending.ts'
import {
  type Attachment,
  categoryOf,
  isForgotten,
  readyMedia,
  type UploadedMedia,
} from '../../core/tickets/attachment.ts'
import { tokensOf } from '../account-tokens.ts'

export type UploadDependencies = {
  replies: ReplyStore
  channels: ChannelStore
  encryption: Encryption
  bucket: Bucket
  uploadsToX: XUploads
  replyQueue: DueQueue
  /** Waits so many milliseconds. */
  pause: (milliseconds: number) => Promise<void>
  now: Clock
  log: Log
}

/** X is asked for so long whether it has worked through a file; then the reply waits, and comes again. Milliseconds. */
const PATIENCE = 120_000

/** Writing again after somebody else's change in between; more than this many times is no coincidence. */
const TRIES = 10

/**
 * Brings a reply's files to X, which may be done twice, and then the reply back to the sender. Nothing of it is an
 * attempt to send: what the sender claims begins when every file is ready.
 */
export function createUpload({
  replies,
  channels,
  encryption,
  bucket,
  uploadsToX,
  replyQueue,
  pause,
  now,
  log,
}: UploadDependencies) {
  return async (reply: Reply, time: () => Date): Promise<void> => {
    const { channelId, id: messageId } = reply
    const outcome = await handIn(reply, time)
    log({ event: 'media_uploaded', channelId, messageId, ticketId: reply.ticketId, ...outcome })
  }

  async function handIn(reply: Reply, time: () => Date) {
    if (reply.delivery.status !== 'pending' || reply.sending.attemptedAt) return { outcome: 'left' }
    const channel = await channels.get(reply.channelId)
    const tokens = channel?.status === 'connected' ? await tokensOf({ channels, encryption }, reply.channelId) : null
    try {
      // Without access to the account it is the sender that says so.
      if (tokens) for (const file of reply.media) await bring(reply, file, tokens, time)
    } catch (error) {
      if (!(error instanceof XError)) throw error
      return refused(reply, error, time())
    }
    return goOn(reply, time())
  }

  /** Brings one file to X, unless it is there, and waits a while until X has worked through it. */
  async function bring(reply: Reply, file: Attachment, tokens: AccountTokens, time: () => Date): Promise<void> {
    const known = reply.sending.uploadedMedia.find(({ attachmentId }) => attachmentId === file.id)
    let there = known && !isForgotten(known, time()) ? known : await upload(reply, file, tokens)
    for (let waited = 0; !there.ready && waited < PATIENCE; ) {
      const { ready, checkAfterSeconds } = await uploadsToX.uploadState(tokens, there.mediaId)
      if (ready) there = await note(reply, { ...there, ready })
      else await pause(checkAfterSeconds * 1000)
      waited += Math.max(1, checkAfterSeconds) * 1000
    }
  }

  async function upload(reply: Reply, file: Attachment, tokens: AccountTokens): Promise<UploadedMedia> {
    const { id: attachmentId, key, contentType, size } = file
    if (key === null || contentType === null || size === null) throw new Error(`${attachmentId} lies nowhere`)
    const category = categoryOf(reply.sending.target.kind, file.type)
    const about = { attachmentId, contentType, size, category }
    const uploadedMedia = await uploadsToX.upload(tokens, about, (from, count) => bucket.read(key, from, count))
    return note(reply, uploadedMedia)
  }

  async function note(reply: Reply, uploadedMedia: UploadedMedia): Promise<UploadedMedia> {
    await change(reply, (current) => withUploadedMedia(current, uploadedMedia))
    return uploadedMedia
  }

  async function refused(reply: Reply, error: XError, at: Date) {
    const { channelId } = reply
    const verdict = judgeUpload(reply, error, at)
    const { status, detail } = error
    if (verdict.do === 'fail') {
      if (verdict.reconnect) await channels.markRevoked(channelId)
      await change(reply, (current) => failed(current, verdict.reason))
      await queue(await replies.behind(reply), at)
      return { outcome: 'failed', reason: verdict.reason, status }
    }
    await change(reply, (current) => waitForUpload(current, verdict.until, verdict.reason))
    return { outcome: 'waits', reason: verdict.reason, status, detail, until: verdict.until }
  }

  /**
   * Lets the sender go on with the reply and with what has waited behind it: words that follow a picture should not
   * come a minute after it. What cannot be queued now is due anyway, and the sweep brings it.
   */
  async function goOn(reply: Reply, at: Date) {
    const current = await replies.message(reply.channelId, reply.id)
    const isReady = current && isReply(current) && readyMedia(current.media, current.sending.uploadedMedia, at) !== null
    if (!isReady) return { outcome: 'waits', reason: 'X is still working through a file' }
    await change(reply, (one) => waitUntil(one, at.toISOString(), null, true))
    const { id: messageId, ticketId, channelId, position } = reply
    await queue([{ messageId, ticketId, channelId, position }, ...(await replies.behind(reply))], at)
    return { outcome: 'ready' }
  }

  async function queue(some: readonly DueMessage[], at: Date): Promise<void> {
    if (some.length > 0) await replyQueue.send(some, at.toISOString())
  }

  /** Changes a reply as it stands now; one that is no longer pending is left as it is. */
  async function change(reply: Reply, changed: (current: Reply) => Reply): Promise<void> {
    for (let n = 0; n < TRIES; n++) {
      const current = await replies.message(reply.channelId, reply.id)
      if (!current || !isReply(current) || current.delivery.status !== 'pending' || current.sending.attemptedAt) return
      if (await replies.save(current, changed(current))) return
    }
    throw new Error(`reply ${reply.id} changed ${TRIES} times at ${now().toISOString()}`)
  }
}
