/**
 * Called every minute by a schedule. Promises that each due message goes back to its queue: a reply that waited for X's
 * quota, was stored but never queued, or lost its worker; media that X did not give yet; what was deleted on X, when the
 * hold is over; and events that an endpoint did not take. After a failure the next run tries again.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import type { Work } from '../core/outgoing/delivery.ts'
import type { DeletionStore } from '../core/ports/deletions.ts'
import type { OutgoingQueue } from '../core/ports/outgoing.ts'
import type { Log } from '../core/ports/platform.ts'
import type { DueMessage, DueQueue } from '../core/ports/queues.ts'
import type { Stores } from '../core/ports/stores.ts'
import { FROM_USEDESK, LOOK, LOOK_EVERY_MINUTES } from '../core/usedesk/usedesk.ts'
import { inParallel } from './in-parallel.ts'

export type RequeueDependencies = Pick<Stores, 'replies' | 'media' | 'deletions' | 'deliveries'> & {
  queue: DueQueue
  mediaQueue: DueQueue
  outgoingQueue: OutgoingQueue
  /** True if Usedesk is switched on. */
  hasUsedesk: boolean
  /** Milliseconds for which the content of what was deleted on X is kept. */
  deletionHoldMs: number
  log: Log
}

/** More than X accepts from all accounts in a minute. The next run takes the rest. */
const MAX_MESSAGES_PER_LIST = 500

/** A queued message is due again after this time, not every minute, because its queue may be long. */
const POSTPONE_MS = 5 * 60_000

const PARALLEL_WRITES = 50

export function createRequeue({
  replies,
  media,
  deletions,
  deliveries,
  queue,
  mediaQueue,
  outgoingQueue,
  hasUsedesk,
  deletionHoldMs,
  log,
}: RequeueDependencies) {
  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const at = new Date(time).toISOString()
    const outgoing = {
      send: (due: readonly Work[]) => outgoingQueue.send(due.map((one) => ({ ...one, at, deduplicationId: at }))),
    }
    // A failure of one list must not stop the others.
    const results = await Promise.allSettled([
      requeue(replies, queue, at),
      requeue(media, mediaQueue, at),
      requeue(after(deletionHoldMs, deletions), mediaQueue, at),
      requeue(deliveries, outgoing, at),
      hasUsedesk ? lookAtUsedesk(at) : 0,
    ])
    const failure = results.find((one) => one.status === 'rejected')
    if (failure) throw failure.reason
    const counts = results.map((one) => (one.status === 'fulfilled' ? one.value : 0))
    const [replyCount, mediaCount, deletionCount, eventCount] = counts
    log({ event: 'requeued', replies: replyCount, media: mediaCount, deletions: deletionCount, events: eventCount })
  }

  /** Every few minutes somebody looks for what Usedesk's webhooks did not bring. */
  async function lookAtUsedesk(at: string): Promise<number> {
    if (new Date(at).getUTCMinutes() % LOOK_EVERY_MINUTES !== 0) return 0
    await outgoingQueue.send([{ endpointId: FROM_USEDESK, group: LOOK, at, deduplicationId: at }])
    return 1
  }
}

/** The list of deletions, in which each is due a hold later. */
function after(holdMs: number, { due, postpone }: DeletionStore): DueList<DueMessage> {
  const before = (time: string) => new Date(Date.parse(time) - holdMs).toISOString()
  return {
    due: async (at, limit) => (await due(before(at), limit)).map((one) => ({ ...one, isDeletion: true })),
    postpone: (one, until) => postpone(one, before(until)),
  }
}

type DueList<Due> = {
  due(at: string, limit: number): Promise<Due[]>
  postpone(one: Due, until: string): Promise<void>
}

/** Queues the due messages of a list; resolves to their number. */
async function requeue<Due>(
  list: DueList<Due>,
  queue: { send(due: readonly Due[], at: string): Promise<void> },
  at: string,
): Promise<number> {
  const due = await list.due(at, MAX_MESSAGES_PER_LIST)
  if (due.length === 0) return 0
  await queue.send(due, at)
  const until = new Date(Date.parse(at) + POSTPONE_MS).toISOString()
  // What cannot be put off is queued again by the next run, which repeats nothing, and puts off no other later.
  const results = await inParallel(due, PARALLEL_WRITES, (one) =>
    list.postpone(one, until).then(
      () => null,
      (error: unknown) => ({ error }),
    ),
  )
  const failure = results.find((result) => result !== null)
  if (failure) throw failure.error
  return due.length
}
