import type { TwitterApi } from 'twitter-api-v2'
import { type FileToUpload, XError, type XUploads } from '../../core/ports/x.ts'
import type { UploadedMedia } from '../../core/tickets/attachment.ts'
import { isXId } from '../../core/x/ids.ts'
import { asAccount, callX, type XAccess } from './access.ts'
import { fieldsOf, required, textOf } from './shapes.ts'

/** X allows parts of 5 MB, and 1,000 of them. 2 MB fit a video of 512 MB and upload within the time-out of a call. */
const PART_BYTES = 2 * 1024 * 1024

/** X keeps an upload for a day unless its answer says otherwise; never longer. */
const MAX_EXPIRY_SECONDS = 24 * 3600

/** How long to wait until X is asked again whether it has processed a file. */
const DEFAULT_CHECK_SECONDS = 5
const MAX_CHECK_SECONDS = 60

/** Uploads files to X. */
export function createXUploads(access: XAccess): XUploads {
  return {
    upload: (tokens, file, read) => callX(async () => uploadInParts(await asAccount(access, tokens), file, read)),
    uploadState: (tokens, mediaId) => callX(async () => processingOf(await asAccount(access, tokens), mediaId)),
  }
}

/**
 * Uploads a file part by part, because twitter-api-v2 would hold the whole file in memory.
 * Source: https://docs.x.com/x-api/media/quickstart/media-upload-chunked
 */
async function uploadInParts(
  client: TwitterApi,
  { attachmentId, contentType, size, category }: FileToUpload,
  read: (from: number, count: number) => Promise<Uint8Array>,
): Promise<UploadedMedia> {
  const begun = await client.v2.post<unknown>('media/upload/initialize', {
    media_type: contentType,
    media_category: category,
    total_bytes: size,
  })
  const { id } = dataOf(begun)
  const mediaId = required(isXId(id) ? id : null, 'the id of the upload')
  for (let part = 0; part * PART_BYTES < size; part++) {
    const bytes = await read(part * PART_BYTES, PART_BYTES)
    const body = { segment_index: part, media: Buffer.from(bytes) }
    await client.v2.post('media/upload/:id/append', body, { forceBodyMode: 'form-data', params: { id: mediaId } })
  }
  const end = await client.v2.post<unknown>('media/upload/:id/finalize', undefined, { params: { id: mediaId } })
  const seconds = secondsIn(dataOf(end).expires_after_secs, MAX_EXPIRY_SECONDS, MAX_EXPIRY_SECONDS)
  return {
    attachmentId,
    mediaId,
    expiresAt: new Date(Date.now() + seconds * 1000).toISOString(),
    ready: stateOf(end).ready,
  }
}

/** @throws XError 400 if X cannot process the file */
async function processingOf(client: TwitterApi, mediaId: string) {
  return stateOf(await client.v2.get<unknown>('media/upload', { command: 'STATUS', media_id: mediaId }))
}

function stateOf(answer: unknown): { ready: boolean; checkAfterSeconds: number } {
  const data = dataOf(answer)
  required(textOf(data.id), 'the upload')
  const { state, check_after_secs, error } = fieldsOf(data.processing_info)
  if (state === 'failed') throw new XError(400, textOf(fieldsOf(error).message) ?? 'X cannot process the file')
  const ready = data.processing_info === undefined || state === 'succeeded'
  return { ready, checkAfterSeconds: ready ? 0 : secondsIn(check_after_secs, DEFAULT_CHECK_SECONDS, MAX_CHECK_SECONDS) }
}

const dataOf = (answer: unknown) => fieldsOf(fieldsOf(answer).data)

/** Seconds that X gives, from 1 to a maximum. */
function secondsIn(value: unknown, byDefault: number, most: number): number {
  return typeof value === 'number' && value >= 1 ? Math.min(value, most) : byDefault
}
