/**
 * Called with messages of the queue that have media to move, a customer's into the bucket, an agent's to X, or of which
 * X left something out. Promises
 * that no message waits for them, that nothing is stored but pictures and films of X's sizes, and that doing it twice
 * comes to the same. What X does not give or take now is tried again later; a failure comes again by the queue.
 */

import type { QueuedDue } from '../../core/ports/queues.ts'
import { XError } from '../../core/ports/x.ts'
import { isReply } from '../../core/replies/reply.ts'
import type { Message } from '../../core/tickets/ticket.ts'
import { laterOf } from '../../core/time.ts'
import { type CompletionDependencies, completeMessage } from './complete-message.ts'
import { createDownload, type DownloadDependencies } from './download-from-x.ts'
import { createUpload, type UploadDependencies } from './upload-to-x.ts'

export type MediaDependencies = DownloadDependencies & UploadDependencies & CompletionDependencies

/** Time kept back to store the outcome. */
const RESERVE_MS = 30_000

export function createMediaTransfer(dependencies: MediaDependencies) {
  const { media, now, log } = dependencies

  /** What X left out of a message is asked for beside its media; where X does not answer, the sweep brings it back. */
  async function complete({ channelId, id: messageId, ...message }: Message, at: Date): Promise<void> {
    if (message.missing.length === 0) return
    try {
      const done = await completeMessage({ channelId, id: messageId, ...message }, dependencies, at)
      log({ event: 'message_completed', channelId, messageId, ...done })
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ event: 'x_call_failed', channelId, messageId, status: error.status })
    }
  }
  const fetchMedia = createDownload(dependencies)
  const handIn = createUpload(dependencies)

  return async ({ channelId, messageId, at }: QueuedDue, remainingMs: () => number): Promise<void> => {
    // The sweep may be run on a clock of its own; ours is never behind it.
    const time = () => new Date(laterOf(now().toISOString(), at))
    const message = await media.message(channelId, messageId)
    if (!message) throw new Error(`${messageId} of ${channelId} is no message`)
    const signal = AbortSignal.timeout(Math.max(0, remainingMs() - RESERVE_MS))
    if (isReply(message)) return handIn(message, time)
    await complete(message, time())
    await fetchMedia(message, time, signal)
  }
}
