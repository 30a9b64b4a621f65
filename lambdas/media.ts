/**
 * Called with messages of the queue that have media to move, a customer's into the bucket, an agent's to X, or of which
 * X left something out. Promises
 * that no message waits for them, that nothing is stored but pictures and films of X's sizes, and that doing it twice
 * comes to the same. What X does not give or take now is tried again later; a failure comes again by the queue.
 */
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { type CompletionDependencies, completeMessage } from './core/completion.ts'
import { type DueMessage, XError } from './core/ports.ts'
import { isReply } from './core/reply.ts'
import type { Message } from './core/ticket.ts'
import { laterOf } from './core/time.ts'
import { createFetching, type FetchDependencies } from './media/fetching.ts'
import { createHandingIn, type HandInDependencies } from './media/handing-in.ts'
import { bodyOf, workOffBatch } from './runtime/batch.ts'
import { mediaDependencies } from './runtime/media.ts'
import { functions, queues } from './runtime/resources.ts'

export type MediaDependencies = FetchDependencies & HandInDependencies & CompletionDependencies

/** Time in which what was moved so far is written down, milliseconds. */
const RESERVE = 30_000

export function createMedia(dependencies: MediaDependencies) {
  const { media, now, log } = dependencies

  /** What X left out of a message is asked for beside its media; where X does not answer, the sweep brings it back. */
  async function complete({ channelId, id: messageId, ...message }: Message, at: Date): Promise<void> {
    if (message.missing.length === 0) return
    try {
      const done = await completeMessage({ channelId, id: messageId, ...message }, dependencies, at)
      log({ did: 'completed_message', channelId, messageId, ...done })
    } catch (error) {
      if (!(error instanceof XError)) throw error
      log({ did: 'asked_in_vain', channelId, messageId, status: error.status })
    }
  }
  const fetchMedia = createFetching(dependencies)
  const handIn = createHandingIn(dependencies)

  return (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse> => {
    const remaining = () => context.getRemainingTimeInMillis()
    const handle = async (record: SQSRecord): Promise<void> => {
      const { channelId, messageId, at } = bodyOf<DueMessage & { at: string }>(record)
      // The sweep may be run on a clock of its own; ours is never behind it.
      const time = () => new Date(laterOf(now().toISOString(), at))
      const message = await media.message(channelId, messageId)
      if (!message) throw new Error(`${messageId} of ${channelId} is no message`)
      const signal = AbortSignal.timeout(Math.max(0, remaining() - RESERVE))
      if (isReply(message)) return handIn(message, time)
      await complete(message, time())
      await fetchMedia(message, time, signal)
    }
    const longest = functions.media.timeoutSeconds * 1000
    return workOffBatch(event, remaining, queues.media.maxReceives, handle, log, longest)
  }
}

export const handler = createMedia(mediaDependencies())
