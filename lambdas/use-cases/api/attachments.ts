/**
 * Called by the console and helpdesks to upload files for replies. The bytes go to the bucket directly; a file that no
 * reply uses within a day is deleted.
 */
import { randomUUID } from 'node:crypto'
import { wrongFields } from '../../core/api/problem.ts'
import { newAttachmentBody, noQuery } from '../../core/api/requests.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { UploadStore } from '../../core/ports/replies.ts'
import {
  type Attachment,
  announcementProblem,
  attached,
  type Candidate,
  UPLOAD_ID,
  UPLOAD_LIFETIME_MS,
  type Upload,
} from '../../core/tickets/attachment.ts'
import { bucketPrefixes } from '../../core/tickets/bucket-keys.ts'
import { type Route, route } from './route.ts'

export type AttachmentDependencies = { uploads: UploadStore; bucket: Bucket; now: Clock }

export function attachmentRoutes({ uploads, bucket, now }: AttachmentDependencies): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/attachments',
      operation: 'announceAttachment',
      summary:
        'Announce a file, then PUT its bytes to `uploadUrl` with the same `content-type`; one reply may use it, within a day',
      access: 'agent',
      query: noQuery,
      body: newAttachmentBody,
      answer: 'attachmentAnswer',
      status: 201,
      problems: [],
      handle: async ({ body }) => {
        const wrong = announcementProblem(body)
        if (wrong) throw wrongFields([{ field: wrong.field, detail: wrong.detail }])
        const id = `attachment-${randomUUID()}`
        const key = `${bucketPrefixes.uploads}/${id}`
        await uploads.add({ id, key, ...body, createdAt: now().toISOString(), usedBy: null })
        return { id, uploadUrl: await bucket.uploadLink(key, body.contentType, body.size) }
      },
    }),
  ]
}

/** An attachment that a reply names: its state for the validation, and its upload if there is one. */
export type Found = { readonly candidate: Candidate; readonly upload: Upload | null }

/** Finds and takes the uploads that a reply names. */
export function createAttachments({ uploads, bucket, now }: AttachmentDependencies) {
  return {
    /**
     * The state of each attachment, in the order of the ids. Changes nothing.
     * @param by the reply that may have them already, from a try before
     */
    async find(ids: readonly string[], by?: string): Promise<Found[]> {
      const stored = await uploads.get(ids.filter((id) => UPLOAD_ID.test(id)))
      const oldest = new Date(now().getTime() - UPLOAD_LIFETIME_MS).toISOString()
      return Promise.all(
        ids.map(async (id, index): Promise<Found> => {
          const upload = stored.find((one) => one?.id === id) ?? null
          // An id that a reply names twice is used by its first mention.
          const isTaken = upload?.usedBy && upload.usedBy !== by
          if (isTaken || ids.indexOf(id) < index) return { candidate: { is: 'used' }, upload }
          if (!upload || upload.createdAt < oldest) return { candidate: { is: 'unknown' }, upload: null }
          const actual = await bucket.inspect(upload.key)
          return { candidate: actual ? { is: 'uploaded', announced: upload, actual } : { is: 'missing' }, upload }
        }),
      )
    },

    /** Copies the files to where nothing expires. They belong to the reply when it is committed with `takes`. */
    async take(found: readonly Found[]): Promise<{ media: Attachment[]; takes: Upload[] }> {
      const files = found.flatMap(({ candidate, upload }) =>
        candidate.is === 'uploaded' && upload ? [{ upload, actual: candidate.actual }] : [],
      )
      const media = await Promise.all(
        files.map(async ({ upload, actual }) => {
          const contentType = actual.contentType ?? upload.contentType
          const key = `${bucketPrefixes.sent}/${upload.id}`
          await bucket.copy(upload.key, key, contentType)
          return attached(upload, { key, contentType, size: actual.size })
        }),
      )
      return { media, takes: files.map(({ upload }) => upload) }
    },
  }
}
