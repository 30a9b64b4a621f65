/**
 * Called by the media function with a message whose post was deleted on X, when the hold is over. Promises that its text,
 * its versions and its files are gone, and that the fact stays. Every step may be repeated: after a failure the queue
 * delivers it again, and `requeue` brings it back until all is done.
 */
import type { DeletionStore } from '../../core/ports/deletions.ts'
import type { Bucket, MediaStore } from '../../core/ports/media.ts'
import type { Log } from '../../core/ports/platform.ts'
import type { QueuedDue } from '../../core/ports/queues.ts'
import type { TicketStore } from '../../core/ports/tickets.ts'
import { receivedFolder } from '../../core/tickets/bucket-keys.ts'
import { erased, withoutSubjectOf } from '../../core/tickets/deletion.ts'
import type { Message } from '../../core/tickets/ticket.ts'
import { conflict, retryOnConflict } from '../retry-on-conflict.ts'

export type DeletionDependencies = {
  deletions: DeletionStore
  media: Pick<MediaStore, 'message'>
  tickets: Pick<TicketStore, 'ticket' | 'commit'>
  bucket: Pick<Bucket, 'remove' | 'removeAll'>
  log: Log
}

/** A message that is still not stored so long after its deletion never will be. */
const NEVER_STORED_MS = 24 * 3600_000

export function createEraser({ deletions, media, tickets, bucket, log }: DeletionDependencies) {
  return async (due: QueuedDue, time: () => Date): Promise<void> => {
    const deletedAt = await deletions.deletedAt(due)
    if (deletedAt === null) return
    const isErased = await retryOnConflict(`message ${due.messageId}`, async () => {
      const message = await media.message(due)
      if (!message) return time().getTime() - Date.parse(deletedAt) > NEVER_STORED_MS
      // It is sent first, and comes again.
      if (message.delivery?.status === 'pending') return false
      // Files go before what names them, so that none is left behind after a crash.
      await removeFiles(message)
      const after = erased(message, deletedAt, time().toISOString())
      if (message.erasedAt === null && !(await deletions.erase(message, after))) return conflict
      await removeSubject(message)
      return true
    })
    if (!isErased) return
    await deletions.done(due)
    log({ event: 'content_deleted', channelId: due.channelId, messageId: due.messageId, deletedAt })
  }

  async function removeFiles(message: Message): Promise<void> {
    await bucket.remove(message.media.flatMap(({ key, previewKey }) => [key, previewKey]).filter((key) => key !== null))
    await bucket.removeAll(receivedFolder(message))
  }

  function removeSubject(message: Message): Promise<null> {
    return retryOnConflict(`ticket ${message.ticketId}`, async () => {
      const before = await tickets.ticket(message.ticketId)
      const after = before && withoutSubjectOf(message, before)
      if (!before || !after || after === before) return null
      const result = await tickets.commit({ before, after, message: null, follows: null })
      return result === 'done' ? null : conflict
    })
  }
}
