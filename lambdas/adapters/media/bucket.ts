import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { Bucket } from '../../core/ports/media.ts'
import { SAMPLE, typeOf } from './type.ts'

/** Seconds for which a link works: long enough to look at what it shows, or to begin an upload. */
const LINK_WORKS = 15 * 60

/** Bytes of a part of a large file, and how many are under way: so much memory it takes, whatever its size. */
const PART = 8 * 1024 * 1024
const PARTS_AT_ONCE = 3

/** A browser shows it inside a page, and never opens it as a page of its own. */
const DISPOSITION = 'attachment'

/**
 * A client of S3; the embedded one has its buckets in the path. Checksums only where S3 asks for them: one in a link for
 * an upload would be that of no bytes.
 */
export function s3Client(endpoint: string | undefined): S3Client {
  return new S3Client({
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** The private bucket in S3. */
export function createBucket(name: string, client: S3Client): Bucket {
  return {
    async put(key, contentType, bytes) {
      const upload = new Upload({
        client,
        params: {
          Bucket: name,
          Key: key,
          ContentType: contentType,
          ContentDisposition: DISPOSITION,
          Body: Readable.from(bytes),
        },
        partSize: PART,
        queueSize: PARTS_AT_ONCE,
        leavePartsOnError: false,
      })
      await upload.done()
    },

    async look(key) {
      try {
        const { ContentLength = 0 } = await client.send(new HeadObjectCommand({ Bucket: name, Key: key }))
        if (ContentLength === 0) return { size: 0, contentType: null }
        return { size: ContentLength, contentType: await typeOf(await this.read(key, 0, SAMPLE)) }
      } catch (error) {
        if (error instanceof NotFound) return null
        throw error
      }
    },

    async copy(from, to, contentType) {
      await client.send(
        new CopyObjectCommand({
          Bucket: name,
          Key: to,
          CopySource: `${name}/${from}`,
          MetadataDirective: 'REPLACE',
          ContentType: contentType,
          ContentDisposition: DISPOSITION,
        }),
      )
    },

    async read(key, from, count) {
      const range = `bytes=${from}-${from + count - 1}`
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key, Range: range }))
      if (!Body) throw new Error(`S3 gives no bytes of ${key}`)
      return Body.transformToByteArray()
    },

    link: (key) => getSignedUrl(client, new GetObjectCommand({ Bucket: name, Key: key }), { expiresIn: LINK_WORKS }),

    uploadLink(key, contentType, size) {
      const put = new PutObjectCommand({ Bucket: name, Key: key, ContentType: contentType, ContentLength: size })
      // Signed, type and length cannot be others than were announced.
      const signableHeaders = new Set(['content-type', 'content-length'])
      return getSignedUrl(client, put, { expiresIn: LINK_WORKS, signableHeaders })
    },
  }
}
