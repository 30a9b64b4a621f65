/** Where files lie in the bucket: those of customers, uploads of agents, and uploads that a reply took. */
export const bucketPrefixes = { received: 'received', uploads: 'uploads', sent: 'sent' } as const
