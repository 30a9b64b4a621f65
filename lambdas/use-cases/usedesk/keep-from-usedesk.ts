/** Shared by what hears from Usedesk and what looks there: what is kept is worked off, also after a crash. */
import { noTries, type Work } from '../../core/outgoing/delivery.ts'
import type { Stores } from '../../core/ports/stores.ts'
import type { UsedeskHook } from '../../core/usedesk/hook.ts'
import { FROM_USEDESK } from '../../core/usedesk/usedesk.ts'

const POSITION_DIGITS = 15

/**
 * Stores what Usedesk told behind what waits of the same ticket, and makes it due: `requeue` queues it then.
 * @returns its group, and its place there
 */
export async function keepFromUsedesk(
  { deliveries }: Pick<Stores, 'deliveries'>,
  hook: UsedeskHook,
  at: Date,
  dueAt: Date,
): Promise<Work & { readonly position: string }> {
  const { usedeskTicketId: group } = hook
  const eventId = hook.what === 'answer' ? `comment-${hook.commentId}` : `status-${hook.status}`
  const position = `${String(at.getTime()).padStart(POSITION_DIGITS, '0')}-${eventId}`
  const waiting = { endpointId: FROM_USEDESK, group, position, eventId, payload: hook, about: null, ...noTries }
  await deliveries.add(waiting)
  await deliveries.postpone(waiting, dueAt.toISOString())
  return { endpointId: FROM_USEDESK, group, position }
}
