import type { Media } from '../x/activity.ts'

/** A picture, GIF or video of a message, and how far it has come into our own bucket. */
export type Attachment = Omit<Media, 'url'> & {
  /** Where X keeps it; null for what an agent attached. */
  readonly url: string | null
  /** `unavailable` from the first failed fetch on; a later try may still store it. */
  readonly status: 'pending' | 'stored' | 'unavailable'
  /** The type of its bytes; null until it is stored. */
  readonly contentType: string | null
  /** Bytes; null until it is stored. */
  readonly size: number | null
  /** Its place in the bucket; null until it is stored. */
  readonly key: string | null
  /** The place of its preview in the bucket; null when there is none of its own. */
  readonly previewKey: string | null
  /** How often its fetching has failed. */
  readonly attempts: number
  /** ISO time of the next try; null when there is nothing more to try. */
  readonly nextTryAt: string | null
  /** Why it could not be fetched, without anything of its content; null while all goes well. */
  readonly reason: string | null
}

const MEGABYTE = 1024 * 1024

/**
 * What X takes of each kind, and gives out: bytes at most, and types. Nothing else is ever stored, so no browser finds
 * a page or a script in the bucket. Source: X's docs, "Media best practices".
 */
export const limits: Readonly<Record<Media['type'], { maxBytes: number; types: readonly string[] }>> = {
  photo: { maxBytes: 5 * MEGABYTE, types: ['image/jpeg', 'image/png', 'image/webp'] },
  animated_gif: { maxBytes: 15 * MEGABYTE, types: ['image/gif'] },
  video: { maxBytes: 512 * MEGABYTE, types: ['video/mp4', 'video/quicktime'] },
}

/** Types in which X gives out each kind: it plays every GIF as a video. */
const RECEIVED: Readonly<Record<Media['type'], readonly string[]>> = {
  photo: [...limits.photo.types, 'image/gif'],
  animated_gif: ['video/mp4', 'image/gif'],
  video: limits.video.types,
}

/** Whether bytes of a type may be what X calls a photo, GIF or video. */
export function mayBe(type: Media['type'], contentType: string | null): contentType is string {
  return contentType !== null && RECEIVED[type].includes(contentType)
}

/** What X makes of a file of a type; null for one that it does not take. */
export function kindOfType(contentType: string): Media['type'] | null {
  const kinds: Media['type'][] = ['photo', 'animated_gif', 'video']
  return kinds.find((kind) => limits[kind].types.includes(contentType)) ?? null
}

/** Time after which a medium that was stored but never queued is brought back, milliseconds. */
const LEFT_BEHIND_AFTER = 60_000

/** A medium of a message that just came. @param at ISO time */
export function toFetch(media: Media, at: string): Attachment {
  return {
    ...media,
    status: 'pending',
    contentType: null,
    size: null,
    key: null,
    previewKey: null,
    attempts: 0,
    nextTryAt: new Date(Date.parse(at) + LEFT_BEHIND_AFTER).toISOString(),
    reason: null,
  }
}

/** A medium that lies in the bucket. */
export function stored(
  attachment: Attachment,
  file: { key: string; previewKey: string | null; contentType: string; size: number },
): Attachment {
  return { ...attachment, ...file, status: 'stored', nextTryAt: null, reason: null }
}

const MINUTE = 60_000

/** How long after each failed try the next one comes, milliseconds; after the last there is none: about 4 days in all. */
const BACK_OFF = [1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60, 24 * 60, 24 * 60].map((minutes) => minutes * MINUTE)

/** A medium that could not be fetched. @param isFinal whether another try could not end otherwise */
export function unavailable(attachment: Attachment, reason: string, isFinal: boolean, now: Date): Attachment {
  const wait = isFinal ? undefined : BACK_OFF[attachment.attempts]
  const nextTryAt = wait === undefined ? null : new Date(now.getTime() + wait).toISOString()
  return { ...attachment, status: 'unavailable', attempts: attachment.attempts + 1, nextTryAt, reason }
}

/** When the first of several is to be tried; null when none is. */
export function firstTryOf(media: readonly Attachment[]): string | null {
  const times = media.flatMap(({ nextTryAt }) => (nextTryAt === null ? [] : [nextTryAt]))
  return times.sort()[0] ?? null
}

/** A file that an agent hands in, before it belongs to a reply. */
export type Upload = {
  readonly id: string
  readonly key: string
  /** What was said that would come. */
  readonly contentType: string
  readonly size: number
  /** ISO time. */
  readonly createdAt: string
  /** The reply that has it; null while none has. */
  readonly usedBy: string | null
}

/** Ids that we give: `attachment-` and a UUID. */
export const UPLOAD_ID = /^attachment-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** An unused one goes after a day, milliseconds. */
export const UPLOAD_LIVES = 24 * 3600_000

/** What is known of an attachment that a reply names. */
export type Candidate =
  /** Never given, or gone after its day. */
  | { readonly is: 'unknown' }
  | { readonly is: 'used' }
  /** Given, but the bytes never came. */
  | { readonly is: 'missing' }
  | {
      readonly is: 'there'
      readonly said: { readonly contentType: string; readonly size: number }
      /** What really lies there; `contentType` by its bytes, null for none that X takes. */
      readonly real: { readonly contentType: string | null; readonly size: number }
    }

export const mediaProblemCodes = [
  'too_many_attachments',
  'unknown_attachment',
  'used_attachment',
  'missing_upload',
  'media_type',
  'media_size',
] as const

export type MediaProblem = {
  readonly code: (typeof mediaProblemCodes)[number]
  readonly field: string
  readonly detail: string
}

/**
 * What X would refuse of a reply's attachments, and what is wrong with them otherwise; empty when all is well.
 * 4 photos or 1 GIF or 1 video in a post, 1 attachment in a direct message.
 * Source: X's docs, "Manage Posts" and "Direct Messages".
 */
export function mediaProblems(kind: 'direct' | 'mention', candidates: readonly Candidate[]): MediaProblem[] {
  const single = candidates.flatMap((candidate, index) => {
    const problem = problemOf(candidate)
    return problem ? [{ ...problem, field: `attachmentIds.${index}` }] : []
  })
  const types = candidates.map((one) => (one.is === 'there' ? kindOfType(one.real.contentType ?? '') : null))
  const alone = types.some((type) => type === 'animated_gif' || type === 'video')
  const field = 'attachmentIds'
  if (kind === 'direct' && candidates.length > 1) {
    return [{ code: 'too_many_attachments', field, detail: 'a direct message takes one attachment' }, ...single]
  }
  if (candidates.length > (alone ? 1 : 4)) {
    const detail = 'a public reply takes four photos, or one GIF, or one video'
    return [{ code: 'too_many_attachments', field, detail }, ...single]
  }
  return single
}

function problemOf(candidate: Candidate): Omit<MediaProblem, 'field'> | null {
  switch (candidate.is) {
    case 'unknown':
      return { code: 'unknown_attachment', detail: 'there is no such attachment, or its day is over' }
    case 'used':
      return { code: 'used_attachment', detail: 'belongs to another reply already' }
    case 'missing':
      return { code: 'missing_upload', detail: 'was never uploaded: PUT the bytes to its uploadUrl first' }
    case 'there':
      return problemOfFile(candidate.said, candidate.real)
  }
}

function problemOfFile(
  said: { contentType: string; size: number },
  real: { contentType: string | null; size: number },
): Omit<MediaProblem, 'field'> | null {
  const kind = real.contentType === null ? null : kindOfType(real.contentType)
  if (real.contentType === null || kind === null) {
    return { code: 'media_type', detail: 'is no JPEG, PNG, WebP, GIF, MP4 or QuickTime file by its bytes' }
  }
  if (real.contentType !== said.contentType) {
    return { code: 'media_type', detail: `was announced as ${said.contentType}, but its bytes are ${real.contentType}` }
  }
  if (real.size !== said.size) {
    return { code: 'media_size', detail: `was announced with ${said.size} bytes, but has ${real.size}` }
  }
  const { maxBytes } = limits[kind]
  if (real.size > maxBytes) return { code: 'media_size', detail: tooLarge(real.size, maxBytes) }
  return null
}

function tooLarge(size: number, maxBytes: number): string {
  return `has ${size} bytes, and X takes ${maxBytes} of this type`
}

/** What is wrong with announcing a file; null when it may come. */
export function announcementProblem(file: { contentType: string; size: number }): MediaProblem | null {
  const kind = kindOfType(file.contentType)
  if (kind === null) {
    const types = Object.values(limits).flatMap((limit) => limit.types)
    return { code: 'media_type', field: 'contentType', detail: `must be one of ${types.join(', ')}` }
  }
  const { maxBytes } = limits[kind]
  return file.size > maxBytes ? { code: 'media_size', field: 'size', detail: tooLarge(file.size, maxBytes) } : null
}

/** A file of an agent as an attachment of the reply that names it. */
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

/** X's category of a file: what it is, and for what. Source: X's docs, "Media upload". */
export function categoryOf(kind: 'direct_message' | 'post', type: Media['type']): string {
  const suffix = { photo: 'image', animated_gif: 'gif', video: 'video' }[type]
  return `${kind === 'post' ? 'tweet' : 'dm'}_${suffix}`
}

/** A file at X, on its way into a reply. */
export type UploadedMedia = {
  readonly attachmentId: string
  /** X's id of it. */
  readonly mediaId: string
  /** ISO time until which X keeps it. */
  readonly until: string
  /** Whether X has worked through it. */
  readonly ready: boolean
}

/** Time that a send may take: what X forgets sooner is handed in anew. Milliseconds. */
const MARGIN = 10 * MINUTE

/** X's ids of a reply's files, in order; null while one is not at X, not ready, or soon forgotten there. */
export function readyMedia(
  media: readonly Attachment[],
  uploadedMedia: readonly UploadedMedia[],
  now: Date,
): string[] | null {
  const ids = media.map(({ id }) => {
    const one = uploadedMedia.find(({ attachmentId }) => attachmentId === id)
    return one?.ready && !isForgotten(one, now) ? one.mediaId : null
  })
  return ids.every((id) => id !== null) ? ids : null
}

/** Whether X has forgotten a file, or is about to. */
export function isForgotten({ until }: UploadedMedia, now: Date): boolean {
  return Date.parse(until) - MARGIN <= now.getTime()
}

/** A reply's files, and where they are at X. */
export type Files = { readonly media: readonly Attachment[]; readonly uploadedMedia: readonly UploadedMedia[] }

/** A medium as X shows it on one of its messages. */
export type ShownMedia = { readonly id: string; readonly type: Media['type'] }

/**
 * Whether the media that X shows are those of a reply (rule 5): as many of each kind. X keeps the ids of uploads, so
 * `exact` ones are the very same files.
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
  const isThere = ({ id }: Attachment) =>
    uploadedMedia.some(({ attachmentId, mediaId }) => attachmentId === id && ids.includes(mediaId))
  return media.every(isThere) ? 'exact' : 'alike'
}
