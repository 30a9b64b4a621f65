import type { TwitterApi } from 'twitter-api-v2'
import { type FileToUpload, XError, type XUploads } from '../../core/ports/x.ts'
import type { UploadedMedia } from '../../core/tickets/attachment.ts'
import { asAccount, callX, type XAccess } from './access.ts'

/** X allows parts of 5 MB, and 1,000 of them. 2 MB fit a video of 512 MB and upload within the time-out of a call. */
const PART_BYTES = 2 * 1024 * 1024

type Processing = { state?: string; check_after_secs?: number; error?: { message?: string } }
type UploadAnswer = { data: { id: string; expires_after_secs?: number; processing_info?: Processing } }

/** X keeps an upload for a day unless its answer says otherwise. */
const DEFAULT_EXPIRY_SECONDS = 24 * 3600

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
  const { data } = await client.v2.post<UploadAnswer>('media/upload/initialize', {
    media_type: contentType,
    media_category: category,
    total_bytes: size,
  })
  for (let part = 0; part * PART_BYTES < size; part++) {
    const bytes = await read(part * PART_BYTES, PART_BYTES)
    const body = { segment_index: part, media: Buffer.from(bytes) }
    await client.v2.post('media/upload/:id/append', body, { forceBodyMode: 'form-data', params: { id: data.id } })
  }
  const end = await client.v2.post<UploadAnswer>('media/upload/:id/finalize', undefined, { params: { id: data.id } })
  const seconds = end.data.expires_after_secs ?? DEFAULT_EXPIRY_SECONDS
  return {
    attachmentId,
    mediaId: data.id,
    expiresAt: new Date(Date.now() + seconds * 1000).toISOString(),
    ready: stateOf(end).ready,
  }
}

/** @throws XError 400 if X cannot process the file */
async function processingOf(client: TwitterApi, mediaId: string) {
  return stateOf(await client.v2.get<UploadAnswer>('media/upload', { command: 'STATUS', media_id: mediaId }))
}

function stateOf({ data: { processing_info: info } }: UploadAnswer): { ready: boolean; checkAfterSeconds: number } {
  if (info?.state === 'failed') throw new XError(400, info.error?.message ?? 'X cannot process the file')
  const ready = info === undefined || info.state === 'succeeded'
  return { ready, checkAfterSeconds: ready ? 0 : (info.check_after_secs ?? 5) }
}
