import { randomBytes } from 'node:crypto'
import { type Answer, type Call, type Route, v1Error, XError } from './http.ts'
import type { Media } from './state.ts'
import type { World } from './world.ts'

export type MediaKind = 'photo' | 'animated_gif' | 'video'

/** The media type that X gives a file. Every GIF is an `animated_gif`. */
export function kindOf({ contentType }: Pick<Media, 'contentType'>): MediaKind {
  if (contentType === 'image/gif') return 'animated_gif'
  return contentType.startsWith('video/') ? 'video' : 'photo'
}

/** Stores a file that is attached to a post (`tweet`) or to a direct message (`dm`). */
export function keepMedia(
  world: World,
  userId: string,
  use: 'tweet' | 'dm',
  contentType: string,
  bytes: Buffer,
): Media {
  const suffix = { photo: 'image', animated_gif: 'gif', video: 'video' }[kindOf({ contentType })]
  const media = newMedia(world, userId, contentType, `${use}_${suffix}`, bytes.length)
  media.finished = true
  world.bytes.put(media.id, bytes)
  return media
}

/** Creates the record of a file before its bytes are uploaded. */
export function newMedia(
  world: World,
  userId: string,
  contentType: string,
  category: string,
  totalBytes: number,
): Media {
  const media: Media = {
    id: world.newId(),
    userId,
    contentType,
    category,
    totalBytes,
    key: randomBytes(30).toString('base64url').replace(/[-_]/g, 'a').slice(0, 15),
    createdAt: world.now().toISOString(),
    segments: [],
    finished: false,
  }
  world.state.media.push(media)
  world.changed()
  return media
}

/** The URLs of a file and its preview on X. Photos of direct messages need an OAuth signature of the account. */
export function addressesOf(media: Media, messageId?: string): { url: string; preview: string } {
  const { id, key, category, contentType } = media
  const isMessage = category.startsWith('dm_')
  switch (kindOf(media)) {
    case 'photo': {
      const file = `${key}.${contentType === 'image/png' ? 'png' : contentType === 'image/webp' ? 'webp' : 'jpg'}`
      const url = isMessage
        ? `https://ton.twitter.com/1.1/ton/data/dm/${messageId}/${id}/${file}`
        : `https://pbs.twimg.com/media/${file}`
      return { url, preview: url }
    }
    case 'animated_gif':
      return isMessage
        ? addresses(`dm_gif/${id}/${key}.mp4`, `dm_gif_preview/${id}/${key}.jpg`)
        : addresses(`tweet_video/${key}.mp4`, `tweet_video_thumb/${key}.jpg`)
    case 'video':
      return isMessage
        ? addresses(`dm_video/${id}/vid/avc1/720x1280/${key}.mp4`, `dm_video_preview/${id}/img/${key}.jpg`)
        : addresses(`ext_tw_video/${id}/pu/vid/avc1/720x1280/${key}.mp4`, `ext_tw_video_thumb/${id}/pu/img/${key}.jpg`)
  }
}

const addresses = (video: string, preview: string) => ({
  url: `https://video.twimg.com/${video}`,
  preview: `https://pbs.twimg.com/${preview}`,
})

/** X's media hosts. The simulator serves them all under the same paths. */
export const mediaRoutes: readonly Route[] = [
  { method: 'GET', path: '/1.1/ton/data/dm/:messageId/:id/:file', access: 'user', handle: messagePhoto },
  ...[
    '/media/:file',
    '/tweet_video/:file',
    '/tweet_video_thumb/:file',
    '/dm_gif/:id/:file',
    '/dm_gif_preview/:id/:file',
    '/dm_video/:id/vid/avc1/:size/:file',
    '/dm_video_preview/:id/img/:file',
    '/ext_tw_video/:id/pu/vid/avc1/:size/:file',
    '/ext_tw_video_thumb/:id/pu/img/:file',
  ].map((path): Route => ({ method: 'GET', path, access: 'open', handle: publicFile })),
]

function messagePhoto(world: World, call: Call): Answer {
  const message = world.state.directMessages.find((one) => one.id === call.params.messageId)
  const isParty = message && [message.from, message.to].includes(call.userId ?? '')
  if (!isParty || message.mediaId !== call.params.id)
    throw v1Error(403, 220, 'Your credentials do not allow access to this resource.')
  return fileAnswer(world, call)
}

function publicFile(world: World, call: Call): Answer {
  const isPreview = /_preview\/|_thumb\//.test(call.path)
  if (isPreview && mediaWithKey(world, call))
    return { status: 200, body: grey, headers: { 'content-type': 'image/jpeg' } }
  return fileAnswer(world, call)
}

function fileAnswer(world: World, call: Call): Answer {
  const media = mediaWithKey(world, call)
  const bytes = media && world.bytes.get(media.id)
  if (!bytes) throw new XError({ status: 404, body: '' })
  // X converts a GIF to an MP4. The simulator cannot, and returns the GIF itself.
  return { status: 200, body: bytes, headers: { 'content-type': media.contentType } }
}

function mediaWithKey({ state }: World, call: Call): Media | undefined {
  const key = call.params.file?.split('.')[0]
  return state.media.find((one) => one.key === key)
}

/** A grey pixel as JPEG, the preview of every GIF and video. */
const grey = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
)
