import type { PaidName } from '../x/prices.ts'
import type { Message } from './ticket.ts'

/** What an agent can do on X from a ticket, besides answering. The first three concern a message, the others the customer. */
export const xActions = [
  'hide_answer',
  'show_answer',
  'delete_reply',
  'mute',
  'unmute',
  'block_direct_messages',
  'unblock_direct_messages',
] as const
export type XAction = (typeof xActions)[number]

/** How each action counts in the cost of a day. */
export const paidNames: Readonly<Record<XAction, PaidName>> = {
  hide_answer: 'paid#hide',
  show_answer: 'paid#hide',
  delete_reply: 'paid#delete',
  mute: 'paid#mute',
  unmute: 'paid#unmute',
  block_direct_messages: 'paid#dm-block',
  unblock_direct_messages: 'paid#dm-block',
}

/** True if an action concerns a message. */
export function needsMessage(action: XAction): boolean {
  return action === 'hide_answer' || action === 'show_answer' || action === 'delete_reply'
}

/** Why an action cannot be done with a message, in words; null if it can, as far as we know: X decides. */
export function whyNotDone(action: XAction, { direction, visibility, externalId, ...more }: Message): string | null {
  const { deletedAt, inReplyToId, delivery } = more
  if (deletedAt !== null) return 'it is deleted on X'
  if (visibility === 'private') return 'it is a direct message: X can delete and hide posts only'
  if (externalId === null || (delivery !== null && delivery.status !== 'sent')) return 'X does not have it'
  if (action === 'delete_reply')
    return direction === 'outbound' ? null : "it is the customer's: only they can delete it"
  if (direction === 'outbound') return 'it is ours: delete it instead'
  if (inReplyToId === null) return 'it answers nothing: X hides only answers in conversations that the account began'
  return null
}
