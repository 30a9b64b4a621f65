import type { Message } from './ticket.ts'

/** Prefixes of keys in the bucket: customers' files, agents' unused uploads, and files of replies. */
export const bucketPrefixes = { received: 'received', uploads: 'uploads', sent: 'sent' } as const

/** The beginning of the keys of a customer's files: those of one message, and of no other. */
export function receivedFolder({ channelId, id }: Pick<Message, 'channelId' | 'id'>): string {
  return `${bucketPrefixes.received}/${channelId}/${id}/`
}
