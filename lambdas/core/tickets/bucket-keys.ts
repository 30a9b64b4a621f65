/** Prefixes of keys in the bucket: customers' files, agents' unused uploads, and files of replies. */
export const bucketPrefixes = { received: 'received', uploads: 'uploads', sent: 'sent' } as const
