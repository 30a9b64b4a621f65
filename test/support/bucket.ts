import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { createBucket } from '../../lambdas/adapters/media/bucket.ts'
import type { Bucket } from '../../lambdas/core/ports/media.ts'
import { bucketName, ensureBucket, startStorage, storageClient } from '../../local/aws/storage.ts'

export type TestBucket = Bucket & {
  /** The keys of what lies there. */
  keys(): Promise<string[]>
  stop(): Promise<void>
}

/** The bucket over the embedded S3, empty. @param origins pages of which browsers may use it */
export async function startBucket(origins: readonly string[] = []): Promise<TestBucket> {
  const folder = mkdtempSync(join(tmpdir(), 'helpdesk-bucket-'))
  const storage = await startStorage(folder, origins)
  await ensureBucket(storage.endpoint)
  const client = storageClient(storage.endpoint)
  return {
    ...createBucket(bucketName, client),
    async keys() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucketName }))
      return Contents.map(({ Key = '' }) => Key).sort()
    },
    async stop() {
      client.destroy()
      await storage.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
