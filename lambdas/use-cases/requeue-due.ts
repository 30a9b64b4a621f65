/**
 * Called every minute by the clock. Promises that a reply which is due comes back to the queue: one that waited for
 * X's quota, one that was stored and never queued, one whose worker went away; and likewise media that X did not give
 * yet. A failure is mended by the next run.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import type { Log } from '../core/ports/platform.ts'
import type { DueMessage, DueQueue } from '../core/ports/queues.ts'
import type { Stores } from '../core/ports/stores.ts'

export type RequeueDependencies = Pick<Stores, 'replies' | 'media'> & {
  queue: DueQueue
  mediaQueue: DueQueue
  log: Log
}

/** More than X takes of all accounts in a minute; the rest is due in the next. */
const AT_ONCE = 500

/** What is still due then is brought back once more, milliseconds: not each minute while the queue is long. */
const AGAIN_AFTER = 5 * 60_000

export function createRequeue({ replies, media, queue, mediaQueue, log }: RequeueDependencies) {
  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const at = new Date(time).toISOString()
    // One that fails must not keep the other back.
    const swept = await Promise.allSettled([bringBack(replies, queue, at), bringBack(media, mediaQueue, at)])
    const failure = swept.find((one) => one.status === 'rejected')
    if (failure) throw failure.reason
    const [fromReplies, fromMedia] = swept.map((one) => (one.status === 'fulfilled' ? one.value : 0))
    log({ event: 'requeued', replies: fromReplies, media: fromMedia })
  }
}

type Due = {
  due(at: string, limit: number): Promise<DueMessage[]>
  postpone(one: DueMessage, until: string): Promise<void>
}

/** How many of a list are due and were brought back to their queue. */
async function bringBack(list: Due, queue: DueQueue, at: string): Promise<number> {
  const due = await list.due(at, AT_ONCE)
  if (due.length === 0) return 0
  await queue.send(due, at)
  const until = new Date(Date.parse(at) + AGAIN_AFTER).toISOString()
  await Promise.all(due.map((one) => list.postpone(one, until)))
  return due.length
}
