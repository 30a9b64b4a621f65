import type { Message } from '../../../../../client/src/calls.ts'

/** True for a customer's post: our public replies to it stand below it, also when it is deleted. */
export const isCustomerPost = ({ direction, visibility, externalId }: Message) =>
  direction === 'inbound' && visibility === 'public' && externalId !== null

/** True for a customer's post that still exists, so that we can answer it publicly. */
export const isEntry = (message: Message) => isCustomerPost(message) && message.deletedAt === null

/** So much later a message stands by itself again. */
const JOINED_WITHIN_MS = 3_600_000

/** True for a message that goes on where the one before it, by the same author, ended: it needs no name of its own. */
export function continues(message: Message, before: Message | undefined): boolean {
  const { author, direction, visibility, text, notice, parent, deletedAt, hiddenAt, incompleteBecause } = message
  if (!before || !text || notice || parent || deletedAt || hiddenAt || incompleteBecause || message.addressees?.length)
    return false
  return (
    before.author.id === author.id &&
    before.direction === direction &&
    before.visibility === visibility &&
    Date.parse(message.createdAt) - Date.parse(before.createdAt) < JOINED_WITHIN_MS
  )
}
