import { randomUUID } from 'node:crypto'
import { wrongFields } from '../../core/api/problem.ts'
import { attachmentAnswer, newAttachmentBody, noQuery } from '../../core/api/schemas.ts'
import type { Bucket } from '../../core/ports/media.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { UploadStore } from '../../core/ports/replies.ts'
import {
  type Attachment,
  announcementProblem,
  attached,
  type Candidate,
  UPLOAD_ID,
  UPLOAD_LIVES,
  type Upload,
} from '../../core/tickets/attachment.ts'
import { bucketPrefixes } from '../../core/tickets/bucket-keys.ts'
import { type Route, route } from './route.ts'

export type AttachmentDependencies = { uploads: UploadStore; bucket: Bucket; now: Clock }

/** Handing in files for replies. */
export function attachmentRoutes({ uploads, bucket, now }: AttachmentDependencies): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/attachments',
      summary:
        'Announce a file, then PUT its bytes to `uploadUrl` with that very `content-type`; any reply may take it once, for a day',
      access: 'agent',
      query: noQuery,
      body: newAttachmentBody,
      answer: attachmentAnswer,
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

/** An attachment that a reply names: what is known of it, and the file where there is one. */
export type Found = { readonly candidate: Candidate; readonly upload: Upload | null }

/** What replies ask of attachments. */
export function createAttachments({ uploads, bucket, now }: AttachmentDependencies) {
  return {
    /** What is known of each that a reply names, in order. Nothing is changed by asking. */
    async find(ids: readonly string[]): Promise<Found[]> {
      const known = await uploads.get(ids.filter((id) => UPLOAD_ID.test(id)))
      const oldest = new Date(now().getTime() - UPLOAD_LIVES).toISOString()
      return Promise.all(
        ids.map(async (id, index): Promise<Found> => {
          const upload = known.find((one) => one?.id === id) ?? null
          // The same one twice in a reply is used by its first naming.
          if (upload?.usedBy || ids.indexOf(id) < index) return { candidate: { is: 'used' }, upload }
          if (!upload || upload.createdAt < oldest) return { candidate: { is: 'unknown' }, upload: null }
          const real = await bucket.look(upload.key)
          return { candidate: real ? { is: 'there', said: upload, real } : { is: 'missing' }, upload }
        }),
      )
    },

    /** Files for a reply, kept where nothing goes by itself. They are the reply's once it is committed with `takes`. */
    async keep(found: readonly Found[]): Promise<{ media: Attachment[]; takes: Upload[] }> {
      const files = found.flatMap(({ candidate, upload }) =>
        candidate.is === 'there' && upload ? [{ upload, real: candidate.real }] : [],
      )
      const media = await Promise.all(
        files.map(async ({ upload, real }) => {
          const contentType = real.contentType ?? upload.contentType
          const key = `${bucketPrefixes.sent}/${upload.id}`
          await bucket.copy(upload.key, key, contentType)
          return attached(upload, { key, contentType, size: real.size })
        }),
      )
      return { media, takes: files.map(({ upload }) => upload) }
    },
  }
}
