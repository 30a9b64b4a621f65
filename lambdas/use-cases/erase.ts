/**
 * Called every 5 minutes by a schedule. Promises that a customer whose erasure was requested is in no item of the table
 * and no file, what comes in meanwhile included, and that tickets go when their channel keeps them no longer. After a
 * failure, or when time is short, the next run goes on (docs/decisions/erasure.md).
 */
import type { Context, EventBridgeEvent } from 'aws-lambda'
import type { ChannelStore } from '../core/ports/channels.ts'
import type { ErasureStore, RunningErasure } from '../core/ports/erasure.ts'
import type { Bucket } from '../core/ports/media.ts'
import type { Log } from '../core/ports/platform.ts'
import { partsOfTicketId } from '../core/tickets/ticket-id.ts'

export type ErasureDependencies = {
  erasures: ErasureStore
  channels: Pick<ChannelStore, 'list'>
  bucket: Pick<Bucket, 'removeAll'>
  log: Log
}

/**
 * Events that came before the request may be stored so much later: the tries of a queue take 22 minutes, and no function
 * runs longer than 15. A pass that ends an erasure begins after this.
 */
const SETTLED_AFTER_MS = 30 * 60_000

const DAY_MS = 24 * 3600_000

/** Tickets in one look at what is too old. */
const TICKETS_AT_A_TIME = 100

/** The longest step: a ticket with many messages, or a page of the table. */
const RESERVE_MS = 30_000

export function createErasure({ erasures, channels, bucket, log }: ErasureDependencies) {
  const removeFiles = (prefix: string) => bucket.removeAll(prefix)

  return async (
    { time }: Pick<EventBridgeEvent<string, unknown>, 'time'>,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<void> => {
    const now = new Date(time)
    const hasTime = () => context.getRemainingTimeInMillis() > RESERVE_MS
    const running = await erasures.running()
    const failures: unknown[] = []
    // A failure with one customer must not stop the others.
    for (const one of running) {
      if (hasTime()) await goOn(one, now, hasTime).catch((error: unknown) => failures.push(error))
    }
    const tickets = await eraseOld(now, hasTime)
    log({ event: 'erased', customers: running.length, tickets })
    if (failures.length > 0) throw failures[0]
  }

  /** Goes on with a pass through the table, to its end or as far as time allows. */
  async function goOn(before: RunningErasure, now: Date, hasTime: () => boolean): Promise<void> {
    let erasure = before.passBeganAt === null ? { ...before, passBeganAt: now.toISOString() } : before
    do {
      const wasFound = erasure.hasFound
      const { finds, next } = await erasures.find(erasure.customerId, erasure.cursor)
      // Stored before anything is erased: after a crash, this pass does not count as one that found nothing.
      if (finds.length > 0 && !erasure.hasFound) {
        erasure = { ...erasure, hasFound: true }
        await erasures.save(erasure)
      }
      let hasErased = wasFound
      for (const find of finds) {
        const erased = await erasures.erase(erasure, find, removeFiles)
        hasErased ||= erased !== 'nothing'
      }
      erasure = { ...erasure, hasFound: hasErased, cursor: next }
      if (next !== null) await erasures.save(erasure)
    } while (erasure.cursor !== null && hasTime())
    if (erasure.cursor === null) await endPass(erasure, now)
  }

  /** A pass that found nothing, and began when all that had come before the request was stored, ends the erasure. */
  async function endPass(erasure: RunningErasure, now: Date): Promise<void> {
    const began = Date.parse(erasure.passBeganAt ?? now.toISOString())
    const isLast = !erasure.hasFound && began >= Date.parse(erasure.requestedAt) + SETTLED_AFTER_MS
    if (isLast) {
      await erasures.finish(erasure, now.toISOString())
      log({ event: 'customer_erased', erasure: erasure.id })
      return
    }
    await erasures.save({ ...erasure, passBeganAt: null, hasFound: false })
  }

  /** Erases the tickets that their channels keep no longer; resolves to their number. */
  async function eraseOld(now: Date, hasTime: () => boolean): Promise<number> {
    const before = new Map(
      (await channels.list()).flatMap(({ id, retentionDays }) =>
        retentionDays === null ? [] : [[id, new Date(now.getTime() - retentionDays * DAY_MS).toISOString()] as const],
      ),
    )
    let erased = 0
    while (hasTime()) {
      const ids = await erasures.quietTickets(before, TICKETS_AT_A_TIME)
      const erasedBefore = erased
      for (const id of ids) {
        if (!hasTime()) return erased
        const quietSince = before.get(partsOfTicketId(id)?.channelId ?? '') ?? ''
        if ((await erasures.eraseTicket(id, quietSince, removeFiles)) === 'ticket') erased++
      }
      // What is busy, or changed meanwhile, is left to the next run.
      if (erased === erasedBefore) return erased
    }
    return erased
  }
}
