import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Bucket } from '../../core/ports/media.ts'
import { SAMPLE_BYTES, typeOf } from './type.ts'

/** Long enough to view a file, or to start an upload. */
const LINK_TTL_SECONDS = 15 * 60

/** Size and number of the parts in flight: an upload needs this much memory, however large the file is. */
const PART_BYTES = 8 * 1024 * 1024
const PARALLEL_PARTS = 3

/** A browser may show the file inside a page but never opens it as a page of its own. */
const DISPOSITION = 'attachment'

/**
 * A client of S3, or of an embedded store, whose buckets are in the path. Checksums only where S3 requires them: an
 * upload link would contain the checksum of an empty body.
 * @param endpoint the address of the embedded store; undefined for S3
 */
export function s3Client(endpoint: string | undefined): S3Client {
  return new S3Client({
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** The media function transfers files and gives no links, so it never loads this. */
const presigner = () => import('@aws-sdk/s3-request-presigner')

/** The private bucket in S3. */
export function createBucket(name: string, client: S3Client): Bucket {
  return {
    async put(key, contentType, bytes) {
      const { Upload } = await import('@aws-sdk/lib-storage')
      const upload = new Upload({
        client,
        params: {
          Bucket: name,
          Key: key,
          ContentType: contentType,
          ContentDisposition: DISPOSITION,
          Body: Readable.from(bytes),
        },
        partSize: PART_BYTES,
        queueSize: PARALLEL_PARTS,
        leavePartsOnError: false,
      })
      await upload.done()
    },

    async inspect(key) {
      try {
        const { ContentLength = 0 } = await client.send(new HeadObjectCommand({ Bucket: name, Key: key }))
        if (ContentLength === 0) return { size: 0, contentType: null }
        return { size: ContentLength, contentType: await typeOf(await this.read(key, 0, SAMPLE_BYTES)) }
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

    async remove(keys) {
      await Promise.all(keys.map((key) => client.send(new DeleteObjectCommand({ Bucket: name, Key: key }))))
    },

    async removeAll(prefix) {
      const { Contents = [], IsTruncated } = await client.send(
        new ListObjectsV2Command({ Bucket: name, Prefix: prefix }),
      )
      await this.remove(Contents.map(({ Key = '' }) => Key))
      if (IsTruncated) await this.removeAll(prefix)
    },

    async read(key, from, count) {
      const range = `bytes=${from}-${from + count - 1}`
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key, Range: range }))
      if (!Body) throw new Error(`S3 returned no bytes of ${key}`)
      return Body.transformToByteArray()
    },

    async link(key) {
      const { getSignedUrl } = await presigner()
      return getSignedUrl(client, new GetObjectCommand({ Bucket: name, Key: key }), { expiresIn: LINK_TTL_SECONDS })
    },

    async uploadLink(key, contentType, size) {
      const { getSignedUrl } = await presigner()
      const put = new PutObjectCommand({ Bucket: name, Key: key, ContentType: contentType, ContentLength: size })
      // The signature covers type and length, so the upload must match its announcement.
      const signableHeaders = new Set(['content-type', 'content-length'])
      return getSignedUrl(client, put, { expiresIn: LINK_TTL_SECONDS, signableHeaders })
    },
  }
}
