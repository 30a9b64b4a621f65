import { laterOf } from '../time.ts'
import type { Media } from '../x/activity.ts'

/** A picture, GIF or video of a message, and whether our bucket has its file. */
export type Attachment = Omit<Media, 'url'> & {
  /** X's address of the file; null for an agent's attachment. */
  readonly url: string | null
  /** `unavailable` after the first failed download; a retry may still store it. */
  readonly status: 'pending' | 'stored' | 'unavailable'
  /** MIME type, found from its bytes; null until it is stored. */
  readonly contentType: string | null
  /** Bytes; null until it is stored. */
  readonly size: number | null
  /** Its key in the bucket; null until it is stored. */
  readonly key: string | null
  /** The key of its preview in the bucket; null if it has none of its own. */
  readonly previewKey: string | null
  /** How often its download has failed. */
  readonly attempts: number
  /** ISO time of the next try; null if there is none. */
  readonly nextTryAt: string | null
  /** Why the download failed, never with content of the file; null while it has not failed. */
  readonly reason: string | null
}

export const MEGABYTE_BYTES = 1024 * 1024

/**
 * The largest file that X accepts of each kind, and its MIME types. Nothing else is ever stored, so the bucket never
 * serves a page or a script. Source: https://docs.x.com/x-api/media/quickstart/best-practices.
 */
export const mediaLimits: Readonly<Record<Media['type'], { maxBytes: number; types: readonly string[] }>> = {
  photo: { maxBytes: 5 * MEGABYTE_BYTES, types: ['image/jpeg', 'image/png', 'image/webp'] },
  animated_gif: { maxBytes: 15 * MEGABYTE_BYTES, types: ['image/gif'] },
  video: { maxBytes: 512 * MEGABYTE_BYTES, types: ['video/mp4', 'video/quicktime'] },
}

/** The MIME types in which X serves each kind. X converts every GIF to a video. */
const RECEIVED: Readonly<Record<Media['type'], readonly string[]>> = {
  photo: [...mediaLimits.photo.types, 'image/gif'],
  animated_gif: ['video/mp4', 'image/gif'],
  video: mediaLimits.video.types,
}

/** True if X serves that kind of media with that MIME type. */
export function isExpectedType(type: Media['type'], contentType: string | null): contentType is string {
  return contentType !== null && RECEIVED[type].includes(contentType)
}

/** The kind of media for a MIME type; null if X does not accept it. */
export function kindOfType(contentType: string): Media['type'] | null {
  const kinds: Media['type'][] = ['photo', 'animated_gif', 'video']
  return kinds.find((kind) => mediaLimits[kind].types.includes(contentType)) ?? null
}

/** A stored message that never reached its queue is due after this time: `requeue` then queues it. */
export const UNQUEUED_DUE_AFTER_MS = 60_000

/** Media of a new message, still to be downloaded. @param at ISO time at which the message came */
export function pendingAttachment(media: Media, at: string): Attachment {
  return {
    ...media,
    status: 'pending',
    contentType: null,
    size: null,
    key: null,
    previewKey: null,
    attempts: 0,
    nextTryAt: new Date(Date.parse(at) + UNQUEUED_DUE_AFTER_MS).toISOString(),
    reason: null,
  }
}

/** An attachment whose file is in the bucket. `size` is in bytes. */
export function stored(
  attachment: Attachment,
  file: { key: string; previewKey: string | null; contentType: string; size: number },
): Attachment {
  return { ...attachment, ...file, status: 'stored', nextTryAt: null, reason: null }
}

const MINUTE_MS = 60_000

/** Delays between failed downloads and the next try: about 4 days in all. After the last there is no further try. */
const RETRY_DELAYS_MS = [1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60, 24 * 60, 24 * 60].map(
  (minutes) => minutes * MINUTE_MS,
)

/**
 * An attachment whose download failed.
 * @param isFinal true if retrying cannot help
 * @param notBefore ISO time before which it cannot
 */
export function unavailable(
  attachment: Attachment,
  reason: string,
  isFinal: boolean,
  now: Date,
  notBefore = '',
): Attachment {
  const delay = isFinal ? undefined : RETRY_DELAYS_MS[attachment.attempts]
  const nextTryAt = delay === undefined ? null : laterOf(new Date(now.getTime() + delay).toISOString(), notBefore)
  return { ...attachment, status: 'unavailable', attempts: attachment.attempts + 1, nextTryAt, reason }
}

/** The earliest `nextTryAt` of a list; null if there is none. */
export function firstTryOf(media: readonly Attachment[]): string | null {
  const times = media.flatMap(({ nextTryAt }) => (nextTryAt === null ? [] : [nextTryAt]))
  return times.sort()[0] ?? null
}

/** A file that an agent uploads, before a reply uses it. */
export type Upload = {
  readonly id: string
  readonly key: string
  /** MIME type, as announced. */
  readonly contentType: string
  /** Bytes, as announced. */
  readonly size: number
  /** ISO time. */
  readonly createdAt: string
  /** The id of the reply that uses it; null while unused. */
  readonly usedBy: string | null
}

/** The form of our ids: `attachment-` and a UUID. */
export const UPLOAD_ID = /^attachment-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** An unused upload is deleted after a day. */
export const UPLOAD_LIFETIME_MS = 24 * 3600_000

/** An attachment that a reply names, as far as we know it. */
export type Candidate =
  /** We never gave this id, or the upload has expired. */
  | { readonly is: 'unknown' }
  | { readonly is: 'used' }
  /** We gave the id, but the file was never uploaded. */
  | { readonly is: 'missing' }
  | {
      readonly is: 'uploaded'
      readonly announced: { readonly contentType: string; readonly size: number }
      /** The uploaded file: bytes, and MIME type found from its bytes; null for a type that X does not accept. */
      readonly actual: { readonly contentType: string | null; readonly size: number }
    }

/** Problems of attachments, as programs read them. */
export const mediaProblemCodes = [
  'too_many_attachments',
  'unknown_attachment',
  'used_attachment',
  'missing_upload',
  'media_type',
  'media_size',
] as const

/** A problem of an attachment. `field` is the request's field, such as `attachmentIds.2`. */
export type MediaProblem = {
  readonly code: (typeof mediaProblemCodes)[number]
  readonly field: string
  readonly detail: string
}

/**
 * The problems of a reply's attachments; empty if X accepts them. A post takes 4 photos, 1 GIF or 1 video; a direct
 * message takes 1 attachment. Source: https://docs.x.com/x-api/media/quickstart/best-practices and
 * https://docs.x.com/x-api/direct-messages/manage/introduction.
 */
export function mediaProblems(kind: 'direct' | 'mention', candidates: readonly Candidate[]): MediaProblem[] {
  const single = candidates.flatMap((candidate, index) => {
    const problem = problemOf(candidate)
    return problem ? [{ ...problem, field: `attachmentIds.${index}` }] : []
  })
  const types = candidates.map((one) => (one.is === 'uploaded' ? kindOfType(one.actual.contentType ?? '') : null))
  const mustBeAlone = types.some((type) => type === 'animated_gif' || type === 'video')
  const field = 'attachmentIds'
  if (kind === 'direct' && candidates.length > 1) {
    return [{ code: 'too_many_attachments', field, detail: 'a direct message takes one attachment' }, ...single]
  }
  if (candidates.length > (mustBeAlone ? 1 : 4)) {
    const detail = 'a public reply takes four photos, or one GIF, or one video'
    return [{ code: 'too_many_attachments', field, detail }, ...single]
  }
  return single
}

function problemOf(candidate: Candidate): Omit<MediaProblem, 'field'> | null {
  switch (candidate.is) {
    case 'unknown':
      return { code: 'unknown_attachment', detail: 'does not exist or has expired' }
    case 'used':
      return { code: 'used_attachment', detail: 'is already used in a reply' }
    case 'missing':
      return { code: 'missing_upload', detail: 'was never uploaded: PUT the file to its uploadUrl first' }
    case 'uploaded':
      return problemOfFile(candidate.announced, candidate.actual)
  }
}

function problemOfFile(
  announced: { contentType: string; size: number },
  actual: { contentType: string | null; size: number },
): Omit<MediaProblem, 'field'> | null {
  const kind = actual.contentType === null ? null : kindOfType(actual.contentType)
  if (actual.contentType === null || kind === null) {
    return { code: 'media_type', detail: 'is not a JPEG, PNG, WebP, GIF, MP4 or QuickTime file' }
  }
  if (actual.contentType !== announced.contentType) {
    return { code: 'media_type', detail: `was announced as ${announced.contentType}, but is ${actual.contentType}` }
  }
  if (actual.size !== announced.size) {
    return { code: 'media_size', detail: `was announced with ${announced.size} bytes, but has ${actual.size}` }
  }
  const { maxBytes } = mediaLimits[kind]
  if (actual.size > maxBytes) return { code: 'media_size', detail: tooLarge(actual.size, maxBytes) }
  return null
}

function tooLarge(size: number, maxBytes: number): string {
  return `${inMegabytes(size)} MB; X allows ${inMegabytes(maxBytes)} MB`
}

/** Rounded up, so that a file over the limit never reads as equal to it. */
function inMegabytes(bytes: number): number {
  return Math.ceil((bytes / MEGABYTE_BYTES) * 10) / 10
}

/** The problem of an announced file; null if it may be uploaded. `size` is in bytes. */
export function announcementProblem(file: { contentType: string; size: number }): MediaProblem | null {
  const kind = kindOfType(file.contentType)
  if (kind === null) {
    const types = Object.values(mediaLimits).flatMap((limit) => limit.types)
    return { code: 'media_type', field: 'contentType', detail: `must be one of ${types.join(', ')}` }
  }
  const { maxBytes } = mediaLimits[kind]
  return file.size > maxBytes ? { code: 'media_size', field: 'size', detail: tooLarge(file.size, maxBytes) } : null
}

/** An agent's upload as an attachment of the reply that names it. */
export function attached(
  upload: Pick<Upload, 'id'>,
  file: { key: string; contentType: string; size: number },
): Attachment {
  return {
    id: upload.id,
    type: kindOfType(file.contentType) ?? 'photo',
    url: null,
    previewUrl: null,
    previewKey: null,
    ...file,
    status: 'stored',
    attempts: 0,
    nextTryAt: null,
    reason: null,
  }
}

/** X's `media_category` of a file. Source: https://docs.x.com/x-api/media/quickstart/best-practices. */
export function categoryOf(kind: 'direct_message' | 'post', type: Media['type']): string {
  const suffix = { photo: 'image', animated_gif: 'gif', video: 'video' }[type]
  return `${kind === 'post' ? 'tweet' : 'dm'}_${suffix}`
}

/** A file of a reply that is uploaded to X. */
export type UploadedMedia = {
  readonly attachmentId: string
  /** X's media id. */
  readonly mediaId: string
  /** ISO time at which X deletes it, unless it is used. */
  readonly expiresAt: string
  /** True if X has processed it. */
  readonly ready: boolean
  /** Pixels of a picture in an encrypted message, which the message itself tells; left out otherwise. */
  readonly pixels?: { readonly width: number; readonly height: number } | undefined
}

/** Time for sending: a file that expires sooner is uploaded again. */
const SEND_MARGIN_MS = 10 * MINUTE_MS

/** X's media ids of a reply's files, in order; null if one is not uploaded, not ready, or expires soon. */
export function readyMedia(
  media: readonly Attachment[],
  uploadedMedia: readonly UploadedMedia[],
  now: Date,
): string[] | null {
  const ids = media.map(({ id }) => {
    const one = uploadedMedia.find(({ attachmentId }) => attachmentId === id)
    return one?.ready && !isExpired(one, now) ? one.mediaId : null
  })
  return ids.every((id) => id !== null) ? ids : null
}

/** True if X has deleted an uploaded file or will do so soon. */
export function isExpired({ expiresAt }: UploadedMedia, now: Date): boolean {
  return Date.parse(expiresAt) - SEND_MARGIN_MS <= now.getTime()
}

/** A reply's files, and those of them that are uploaded to X. */
export type Files = { readonly media: readonly Attachment[]; readonly uploadedMedia: readonly UploadedMedia[] }

/** Media as X shows it on a message. */
export type ShownMedia = { readonly id: string; readonly type: Media['type'] }

/**
 * Compares a reply's files with the media that X shows on a message (rule 5). `exact`: the same files, known by X's
 * media ids. `alike`: as many of each kind. `other`: neither.
 */
export function compareMedia(
  { media, uploadedMedia }: Files,
  shown: readonly ShownMedia[],
): 'exact' | 'alike' | 'other' {
  const kinds = (list: readonly { type: Media['type'] }[]) =>
    list
      .map(({ type }) => type)
      .sort()
      .join()
  if (kinds(media) !== kinds(shown)) return 'other'
  const ids = shown.map(({ id }) => id.replace(/^\d+_/, ''))
  const isShown = ({ id }: Attachment) =>
    uploadedMedia.some(({ attachmentId, mediaId }) => attachmentId === id && ids.includes(mediaId))
  return media.every(isShown) ? 'exact' : 'alike'
}
