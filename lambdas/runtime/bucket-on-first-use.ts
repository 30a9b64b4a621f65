import type { Bucket } from '../core/ports/media.ts'

/** The bucket for a function that seldom needs it: the client of S3, a fifth of a start, is loaded with the first call. */
export function openBucketOnFirstUse(name: string): Bucket {
  let opened: Promise<Bucket> | undefined
  const bucket = () => {
    opened ??= import('./bucket.ts').then(({ openBucket }) => openBucket(name))
    return opened
  }
  return {
    put: async (...file) => (await bucket()).put(...file),
    inspect: async (...file) => (await bucket()).inspect(...file),
    copy: async (...files) => (await bucket()).copy(...files),
    remove: async (...files) => (await bucket()).remove(...files),
    removeAll: async (...folder) => (await bucket()).removeAll(...folder),
    read: async (...part) => (await bucket()).read(...part),
    link: async (...file) => (await bucket()).link(...file),
    uploadLink: async (...file) => (await bucket()).uploadLink(...file),
  }
}
