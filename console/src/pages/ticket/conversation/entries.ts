import type { Message } from '../../../api/types.ts'

/** True for a customer's post that still exists, so that we can answer it publicly. */
export const isEntry = ({ direction, visibility, externalId, deletedAt }: Message) =>
  direction === 'inbound' && visibility === 'public' && externalId !== null && deletedAt === null
