import type { TwitterApi } from 'twitter-api-v2'
import { type FileToUpload, XError, type XUploads } from '../../core/ports/x.ts'
import type { UploadedMedia } from '../../core/tickets/attachment.ts'
import { asAccount, asked, type XAccess } from './access.ts'

/** Bytes of a part: X takes 5 MB and 1,000 parts, so a video of 512 MB fits; each call ends within its time-out. */
const PART = 2 * 1024 * 1024

type Processing = { state?: string; check_after_secs?: number; error?: { message?: string } }
type Told = { data: { id: string; expires_after_secs?: number; processing_info?: Processing } }

/** X keeps uploads for a day, unless it says otherwise. Seconds. */
const KEPT = 24 * 3600

/** Uploads files to X, through twitter-api-v2. */
export function createXUploads(access: XAccess): XUploads {
  return {
    upload: (tokens, file, read) => asked(async () => uploadInParts(await asAccount(access, tokens), file, read)),
    uploadState: (tokens, mediaId) => asked(async () => processingOf(await asAccount(access, tokens), mediaId)),
  }
}

/**
 * Hands a file to X part by part: the library's own way would hold it whole in memory.
 * Source: X's docs, "Media upload", chunked.
 */
async function uploadInParts(
  client: TwitterApi,
  { attachmentId, contentType, size, category }: FileToUpload,
  read: (from: number, count: number) => Promise<Uint8Array>,
): Promise<UploadedMedia> {
  const { data } = await client.v2.post<Told>('media/upload/initialize', {
    media_type: contentType,
    media_category: category,
    total_bytes: size,
  })
  for (let part = 0; part * PART < size; part++) {
    const bytes = await read(part * PART, PART)
    const body = { segment_index: part, media: Buffer.from(bytes) }
    await client.v2.post('media/upload/:id/append', body, { forceBodyMode: 'form-data', params: { id: data.id } })
  }
  const end = await client.v2.post<Told>('media/upload/:id/finalize', undefined, { params: { id: data.id } })
  const seconds = end.data.expires_after_secs ?? KEPT
  return {
    attachmentId,
    mediaId: data.id,
    until: new Date(Date.now() + seconds * 1000).toISOString(),
    ready: processed(end).ready,
  }
}

/** Whether X has worked through a file. @throws XError 400 when X could not use it */
async function processingOf(client: TwitterApi, mediaId: string) {
  return processed(await client.v2.get<Told>('media/upload', { command: 'STATUS', media_id: mediaId }))
}

function processed({ data: { processing_info: info } }: Told): { ready: boolean; checkAfterSeconds: number } {
  if (info?.state === 'failed') throw new XError(400, info.error?.message ?? 'the file could not be processed')
  const ready = info === undefined || info.state === 'succeeded'
  return { ready, checkAfterSeconds: ready ? 0 : (info.check_after_secs ?? 5) }
}
