import { createBucket, s3Client } from '../adapters/media/bucket.ts'
import type { Bucket } from '../core/ports/media.ts'

/** The bucket with a name, at the endpoint in the SDKs' variables: an embedded store, or S3 by default. */
export function openBucket(name: string, source: Record<string, string | undefined> = process.env): Bucket {
  return createBucket(name, s3Client(source.AWS_ENDPOINT_URL_S3 ?? source.AWS_ENDPOINT_URL))
}
