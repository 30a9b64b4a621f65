/**
 * Called by the media function with messages that have media to transfer (a customer's into the bucket, an agent's to
 * X), of which X left something out, or whose post was deleted on X. Promises that only pictures and videos within X's limits are stored, and that
 * doing it twice changes nothing. What X refuses for now is tried again later; after a failure the queue delivers the
 * message again.
 */
import { isBudgetUsedUp } from '../../core/channels/budget.ts'
import type { DueMessage, QueuedDue } from '../../core/ports/queues.ts'
import { XError } from '../../core/ports/x.ts'
import { isReply } from '../../core/replies/reply.ts'
import { receivedFolder } from '../../core/tickets/bucket-keys.ts'
import { dueTimeOf } from '../../core/tickets/completion.ts'
import type { Message } from '../../core/tickets/ticket.ts'
import { laterOf } from '../../core/time.ts'
import { type CompletionDependencies, completeMessage } from './complete-message.ts'
import { createDownload, type DownloadDependencies } from './download-from-x.ts'
import { createEraser, type DeletionDependencies } from './erase-deleted.ts'
import { createUpload, type UploadDependencies } from './upload-to-x.ts'

export type MediaDependencies = DownloadDependencies &
  UploadDependencies &
  CompletionDependencies &
  DeletionDependencies

/** Time left at the end to store the outcome. */
const RESERVE_MS = 30_000

export function createMediaTransfer(dependencies: MediaDependencies) {
  const { media, channels, bucket, now, log } = dependencies

  /** A failure of X must not stop the download of the media: the message stays due, and `requeue` brings it back. */
  async function complete({ channelId, id: messageId, ...message }: Message, at: Date): Promise<void> {
    if (message.missing.length === 0) return
    const channel = await channels.get(channelId)
    // The message stays due, and `requeue` brings it back.
    if (channel && isBudgetUsedUp(channel, at)) return
    try {
      const outcome = await completeMessage({ channelId, id: messageId, ...message }, dependencies, at)
      log({ event: 'message_completed', channelId, messageId, ...outcome })
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ event: 'x_call_failed', channelId, messageId, status: error.status })
    }
  }
  /** The message was erased; a try before may have stored a file after that. */
  async function gone({ channelId, messageId }: DueMessage): Promise<void> {
    log({ event: 'message_gone', channelId, messageId })
    await bucket.removeAll(receivedFolder({ channelId, id: messageId }))
  }
  const download = createDownload(dependencies)
  const upload = createUpload(dependencies)
  const erase = createEraser(dependencies)

  return async ({ at, ...due }: QueuedDue, remainingMs: () => number): Promise<void> => {
    // `requeue` may run with a clock of its own: a message that it found due is due here too.
    const time = () => new Date(laterOf(now().toISOString(), at))
    if (due.isDeletion) return erase({ ...due, at }, time)
    const message = await media.message(due)
    if (!message) return gone(due)
    const signal = AbortSignal.timeout(Math.max(0, remainingMs() - RESERVE_MS))
    if (isReply(message)) return upload(message, time)
    // A download that did not end before the content was deleted may have left a file.
    if (message.erasedAt !== null) return dependencies.bucket.removeAll(receivedFolder(message))
    // A message that was finished meanwhile, or is still listed though it is finished, must not come back for ever.
    if (dueTimeOf(message) === null) return media.removeFromDue(message)
    await complete(message, time())
    await download((await media.message(due)) ?? message, time, signal)
  }
}
