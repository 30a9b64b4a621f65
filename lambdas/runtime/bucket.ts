import { createBucket, s3Client } from '../adapters/media/bucket.ts'
import type { Bucket } from '../core/ports/media.ts'

/** The bucket of that name; a place of S3 of its own, as on one machine, is in the variable that every SDK honours. */
export function openBucket(name: string, source: Record<string, string | undefined> = process.env): Bucket {
  return createBucket(name, s3Client(source.AWS_ENDPOINT_URL_S3 ?? source.AWS_ENDPOINT_URL))
}
