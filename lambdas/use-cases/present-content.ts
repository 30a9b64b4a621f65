/** Shared by what sends outgoing events: an event may wait for days, and what it quotes may be deleted meanwhile. */
import { withoutContent, withQuotesOf } from '../core/outgoing/content.ts'
import type { EventData, Waiting } from '../core/outgoing/delivery.ts'
import type { Stores } from '../core/ports/stores.ts'

/**
 * Gives the data of an event without what was deleted on X or erased here since it was made. A held content counts as
 * deleted: it is kept for agents, not for programs outside.
 */
export function createPresentContent({ tickets, media, deletions }: Pick<Stores, 'tickets' | 'media' | 'deletions'>) {
  return async ({ payload: { data }, about }: Pick<Waiting, 'payload' | 'about'>, at: Date): Promise<EventData> => ({
    ...data,
    ...(data.ticket && { ticket: await ofTicket(data.ticket) }),
    ...(data.message && about && { message: await ofMessage(data.message, about, at.toISOString()) }),
  })

  async function ofTicket(told: NonNullable<EventData['ticket']>) {
    const now = await tickets.ticket(told.id)
    return withQuotesOf(told, now, now !== null && (await deletions.isHeld(now.id, now.firstPosition)))
  }

  async function ofMessage(told: NonNullable<EventData['message']>, about: NonNullable<Waiting['about']>, at: string) {
    const now = await media.message(about)
    if (now?.deletedAt === null) return told
    // What is gone without a deletion on X was erased here.
    return withoutContent(told, now ?? { deletedAt: told.deletedAt ?? at, erasedAt: told.erasedAt ?? at })
  }
}
