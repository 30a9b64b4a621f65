import busboy from 'busboy'
import { type Answer, type Call, forbidden, invalidRequest, jsonBody, problem, type Route } from './http.ts'
import { keepMedia, kindOf, newMedia } from './media-files.ts'
import type { Media } from './state.ts'
import { mediaKey } from './v2-shapes.ts'
import type { World } from './world.ts'

/** Uploading media, in one request or in segments. https://docs.x.com/x-api/media/quickstart/media-upload-chunked */
export const uploadRoutes: readonly Route[] = [
  { method: 'POST', path: '/2/media/upload', access: 'user', limit: 'uploads', handle: uploadWhole },
  { method: 'GET', path: '/2/media/upload', access: 'user', handle: status },
  { method: 'POST', path: '/2/media/upload/initialize', access: 'user', limit: 'uploads', handle: initialize },
  { method: 'POST', path: '/2/media/upload/:id/append', access: 'user', limit: 'uploads', handle: append },
  { method: 'POST', path: '/2/media/upload/:id/finalize', access: 'user', limit: 'uploads', handle: finalize },
]

const megabyte = 1024 * 1024
const lifetimeSeconds = 24 * 3600

/** The allowed content types and sizes of each category. */
const rules: readonly { readonly category: RegExp; readonly types: RegExp; readonly maxBytes: number }[] = [
  { category: /^(tweet|dm)_image$/, types: /^image\/(jpeg|png|webp|bmp|tiff|pjpeg)$/, maxBytes: 5 * megabyte },
  { category: /^(tweet|dm)_gif$/, types: /^image\/gif$/, maxBytes: 15 * megabyte },
  { category: /^(tweet|dm)_video$/, types: /^video\/(mp4|quicktime|webm|mp2t)$/, maxBytes: 512 * megabyte },
]

function initialize(world: World, call: Call): Answer {
  const { media_type: type, media_category: category, total_bytes: bytes } = jsonBody(call)
  check(String(type), String(category), Number(bytes))
  return uploadAnswer(newMedia(world, call.userId ?? '', String(type), String(category), Number(bytes)))
}

async function append(world: World, call: Call): Promise<Answer> {
  const media = ownMedia(world, call, call.params.id)
  const { segment_index: index, media: part } = await partOf(call)
  if (!/^\d{1,3}$/.test(index)) throw invalidRequest('$.segment_index: 0 to 999 expected')
  if (!part || part.length > 5 * megabyte) throw invalidRequest('$.media: at most 5 MB expected')
  world.bytes.put(`${media.id}.${index}`, part)
  media.segments = [...new Set([...media.segments, Number(index)])].sort((a, b) => a - b)
  world.changed()
  return { status: 200, body: { data: { expires_at: Math.floor(world.now().getTime() / 1000) + lifetimeSeconds } } }
}

function finalize(world: World, call: Call): Answer {
  const media = ownMedia(world, call, call.params.id)
  const parts = media.segments.map((index) => world.bytes.get(`${media.id}.${index}`) ?? Buffer.alloc(0))
  const bytes = Buffer.concat(parts)
  if (bytes.length !== media.totalBytes) {
    throw invalidRequest(`Segments do not add up to provided total file size: ${bytes.length} of ${media.totalBytes}.`)
  }
  world.bytes.put(media.id, bytes)
  media.finished = true
  world.changed()
  // As on X, a video is pending after the upload. Here it is ready at the first status request.
  return uploadAnswer(media, kindOf(media) === 'video' ? { state: 'pending', check_after_secs: 1 } : undefined)
}

async function uploadWhole(world: World, call: Call): Promise<Answer> {
  const { media: bytes, media_category: category = '', media_type: type = '' } = await partOf(call)
  if (!bytes) throw invalidRequest('$.media: is missing')
  check(type || 'image/jpeg', category, bytes.length)
  const use = category.startsWith('dm_') ? 'dm' : 'tweet'
  return uploadAnswer(keepMedia(world, call.userId ?? '', use, type || 'image/jpeg', bytes))
}

function status(world: World, call: Call): Answer {
  const media = ownMedia(world, call, call.query.get('media_id'))
  return uploadAnswer(
    media,
    media.finished ? { state: 'succeeded', progress_percent: 100 } : { state: 'in_progress', check_after_secs: 1 },
  )
}

function check(type: string, category: string, bytes: number): void {
  const rule = rules.find((one) => one.category.test(category))
  if (!rule) throw invalidRequest(`$.media_category: ${category} is not supported`)
  if (!rule.types.test(type)) throw invalidRequest(`$.media_type: ${type} is not supported for ${category}`)
  if (!Number.isInteger(bytes) || bytes < 1) throw invalidRequest('$.total_bytes: a positive integer expected')
  if (bytes > rule.maxBytes) {
    throw invalidRequest(`File size exceeds ${rule.maxBytes} bytes.`)
  }
}

function ownMedia({ state }: World, call: Call, id: string | null | undefined): Media {
  const media = state.media.find((one) => one.id === id)
  if (!media) throw problem(404, 'Not Found', `Could not find media with id: [${id}].`)
  if (media.userId !== call.userId) throw forbidden('You are not permitted to use this media.')
  return media
}

function uploadAnswer(media: Media, processing?: object): Answer {
  const data = {
    id: media.id,
    media_key: mediaKey(media),
    expires_after_secs: lifetimeSeconds,
    ...(media.finished ? { size: media.totalBytes } : {}),
    ...(processing ? { processing_info: processing } : {}),
  }
  return { status: 200, body: { data } }
}

type Part = { media?: Buffer; segment_index: string; media_category?: string; media_type?: string }

/** The fields of an upload, from multipart or from JSON with the bytes in base64. */
export async function partOf(call: Call): Promise<Part> {
  if (!call.headers['content-type']?.startsWith('multipart/form-data')) {
    const { media, segment_index: index, ...rest } = jsonBody(call)
    const bytes = typeof media === 'string' ? { media: Buffer.from(media, 'base64') } : {}
    return { ...(rest as Partial<Part>), ...bytes, segment_index: String(index) }
  }
  const part: Record<string, string | Buffer> = { segment_index: '' }
  await new Promise<void>((resolve, reject) => {
    const parser = busboy({ headers: call.headers, limits: { fieldSize: 8 * megabyte } })
    parser.on('field', (name, value) => {
      part[name] = name === 'media' ? Buffer.from(value, 'base64') : value
    })
    parser.on('file', (name, stream) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        part[name] = Buffer.concat(chunks)
      })
    })
    parser.on('close', resolve)
    parser.on('error', reject)
    parser.end(call.body)
  }).catch(() => {
    throw invalidRequest('The multipart body is not readable.')
  })
  return part as unknown as Part
}
