/**
 * Called every minute by the clock. Promises that a reply which is due comes back to the queue: one that waited for
 * X's quota, one that was stored and never queued, one whose worker went away. A failure is mended by the next run.
 */
import type { EventBridgeEvent } from 'aws-lambda'
import type { Log, ReplyQueue } from './core/ports.ts'
import { requeueDependencies } from './runtime/requeue.ts'
import type { Stores } from './runtime/tables.ts'

export type RequeueDependencies = Pick<Stores, 'replies'> & { queue: ReplyQueue; log: Log }

/** More than X takes of all accounts in a minute; the rest is due in the next. */
const AT_ONCE = 500

/** A reply that is still due then is brought back once more, milliseconds: not each minute while the queue is long. */
const AGAIN_AFTER = 5 * 60_000

export function createRequeue({ replies, queue, log }: RequeueDependencies) {
  return async ({ time }: Pick<EventBridgeEvent<string, unknown>, 'time'>): Promise<void> => {
    const at = new Date(time).toISOString()
    const due = await replies.due(at, AT_ONCE)
    if (due.length > 0) {
      await queue.send(due, at)
      const until = new Date(Date.parse(at) + AGAIN_AFTER).toISOString()
      await Promise.all(due.map((reply) => replies.postpone(reply, until)))
    }
    log({ did: 'requeued', replies: due.length })
  }
}

export const handler = createRequeue(requeueDependencies())
