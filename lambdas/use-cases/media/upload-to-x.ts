/**
 * Called by the media function with an agent's reply. Promises that the sender gets the reply back when X has all its
 * files. Uploading a file twice is harmless, so an upload is no attempt to send. What X refuses for now is tried again
 * later; a final refusal fails the reply.
 */
import type { Channel } from '../../core/channels/channel.ts'
import type { ChannelStore } from '../../core/ports/channels.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Encryption, Log } from '../../core/ports/platform.ts'
import type { DueMessage, DueQueue } from '../../core/ports/queues.ts'
import type { ReplyStore } from '../../core/ports/replies.ts'
import { type AccountTokens, XError, type XUploads } from '../../core/ports/x.ts'
import { isReply, type Reply } from '../../core/replies/reply.ts'
import { failed, judgeUpload, waitForUpload, waitUntil, withUploadedMedia } from '../../core/replies/sending.ts'
import {
  type Attachment,
  categoryOf,
  isExpired,
  readyMedia,
  type UploadedMedia,
} from '../../core/tickets/attachment.ts'
import { tokensOf } from '../account-tokens.ts'
import type { ChatFiles } from '../chat/chat-files.ts'
import { dueMessageOf } from '../due-message.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'

export type UploadDependencies = {
  replies: ReplyStore
  channels: ChannelStore
  encryption: Encryption
  bucket: Bucket
  uploadsToX: XUploads
  /** Seals and uploads files of encrypted replies. */
  chatFiles: Pick<ChatFiles, 'upload'>
  replyQueue: DueQueue
  pause: (milliseconds: number) => Promise<void>
  log: Log
}

/** How long to wait for X to process a file. After that the reply waits until it is due again. */
const PROCESSING_TIMEOUT_MS = 120_000

/** Uploads a reply's files to X and queues the reply for sending. */
export function createUpload({
  replies,
  channels,
  encryption,
  bucket,
  uploadsToX,
  chatFiles,
  replyQueue,
  pause,
  log,
}: UploadDependencies) {
  return async (reply: Reply, time: () => Date): Promise<void> => {
    const { channelId, id: messageId } = reply
    const outcome = await uploadAll(reply, time)
    log({ event: 'media_uploaded', channelId, messageId, ticketId: reply.ticketId, ...outcome })
  }

  async function uploadAll(reply: Reply, time: () => Date) {
    if (isBeyondUpload(reply)) return { outcome: 'skipped' }
    const channel = await channels.get(reply.channelId)
    const tokens = channel?.status === 'connected' ? await tokensOf({ channels, encryption }, reply.channelId) : null
    try {
      // Without tokens, the sender fails the reply and says why.
      if (tokens) for (const file of reply.media) await ensureUploaded(reply, file, tokens, time)
    } catch (error) {
      if (!(error instanceof XError)) throw error
      return afterRefusal(reply, channel, error, time())
    }
    return queueForSending(reply, time())
  }

  /** Uploads a file unless X has it, and waits until X has processed it, at most `PROCESSING_TIMEOUT_MS`. */
  async function ensureUploaded(
    reply: Reply,
    file: Attachment,
    tokens: AccountTokens,
    time: () => Date,
  ): Promise<void> {
    const known = reply.sending.uploadedMedia.find(({ attachmentId }) => attachmentId === file.id)
    let uploaded = known && !isExpired(known, time()) ? known : await upload(reply, file, tokens, time())
    for (let waitedMs = 0; !uploaded.ready && waitedMs < PROCESSING_TIMEOUT_MS; ) {
      const { ready, checkAfterSeconds } = await uploadsToX.uploadState(tokens, uploaded.mediaId)
      if (ready) uploaded = await saveUploaded(reply, { ...uploaded, ready })
      else await pause(checkAfterSeconds * 1000)
      waitedMs += Math.max(1, checkAfterSeconds) * 1000
    }
  }

  async function upload(reply: Reply, file: Attachment, tokens: AccountTokens, at: Date): Promise<UploadedMedia> {
    if (reply.sending.chat) return saveUploaded(reply, await chatFiles.upload(tokens, reply, file, at))
    const { id: attachmentId, key, contentType, size } = file
    if (key === null || contentType === null || size === null) throw new Error(`${attachmentId} is not in the bucket`)
    const category = categoryOf(reply.sending.target.kind, file.type)
    const description = { attachmentId, contentType, size, category }
    const uploadedMedia = await uploadsToX.upload(tokens, description, (from, count) => bucket.read(key, from, count))
    return saveUploaded(reply, uploadedMedia)
  }

  async function saveUploaded(reply: Reply, uploadedMedia: UploadedMedia): Promise<UploadedMedia> {
    await change(reply, (current) => withUploadedMedia(current, uploadedMedia))
    return uploadedMedia
  }

  async function afterRefusal(reply: Reply, channel: Channel | null, error: XError, at: Date) {
    const verdict = judgeUpload(reply, error, at)
    const { status, detail } = error
    if (verdict.do === 'fail') {
      if (verdict.reconnect && channel) await channels.markRevoked(channel)
      await change(reply, (current) => failed(current, verdict.reason))
      await queue(await replies.laterPendingReplies(reply), at)
      return { outcome: 'failed', reason: verdict.reason, status }
    }
    const { until, reason } = verdict
    // Waiting for X's limit is no failed upload.
    const waiting = (current: Reply) =>
      status === 429 ? waitUntil(current, until, reason, true) : waitForUpload(current, until, reason)
    await change(reply, waiting)
    return { outcome: 'waits', reason: verdict.reason, status, detail, until: verdict.until }
  }

  /**
   * Queues the reply and the later replies of its ticket, so that a text follows its picture at once, not a minute later.
   * They are due: after a failure `requeue` queues them.
   */
  async function queueForSending(reply: Reply, at: Date) {
    const current = await replies.message(dueMessageOf(reply))
    const isReady = current && isReply(current) && readyMedia(current.media, current.sending.uploadedMedia, at) !== null
    if (!isReady) return { outcome: 'waits', reason: 'X is still processing a file' }
    await change(reply, (one) => waitUntil(one, at.toISOString(), null, true))
    await queue([dueMessageOf(reply), ...(await replies.laterPendingReplies(reply))], at)
    return { outcome: 'ready' }
  }

  async function queue(due: readonly DueMessage[], at: Date): Promise<void> {
    if (due.length > 0) await replyQueue.send(due, at.toISOString())
  }

  /** Changes the stored reply, unless it is no longer pending or an attempt to send it has started. */
  async function change(reply: Reply, changed: (current: Reply) => Reply): Promise<void> {
    await retryOnConflict(`reply ${reply.id}`, async () => {
      const current = await replies.message(dueMessageOf(reply))
      if (!current || !isReply(current) || isBeyondUpload(current)) return null
      return (await replies.save(current, changed(current))) ? null : conflict
    })
  }
}

/** A reply that has ended, or that an attempt to send has started with. */
function isBeyondUpload({ delivery, sending }: Reply): boolean {
  return delivery.status !== 'pending' || sending.attemptedAt !== null
}
