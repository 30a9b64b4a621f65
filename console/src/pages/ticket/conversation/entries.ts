import type { Message } from '../../../api/types.ts'

/** True for a customer's post: our public replies to it stand below it, also when it is deleted. */
export const isCustomerPost = ({ direction, visibility, externalId }: Message) =>
  direction === 'inbound' && visibility === 'public' && externalId !== null

/** True for a customer's post that still exists, so that we can answer it publicly. */
export const isEntry = (message: Message) => isCustomerPost(message) && message.deletedAt === null
