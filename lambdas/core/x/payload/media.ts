import * as z from 'zod/mini'
import type { Media } from '../activity.ts'

const variant = z.object({
  bitrate: z.catch(z.optional(z.number()), undefined),
  bit_rate: z.catch(z.optional(z.number()), undefined),
  content_type: z.catch(z.optional(z.string()), undefined),
  url: z.string(),
})
const variants = z.catch(z.array(z.unknown()), [])

const v1Media = z.object({
  id_str: z.optional(z.string()),
  type: z.enum(['photo', 'animated_gif', 'video']),
  media_url_https: z.string(),
  url: z.optional(z.string()),
  video_info: z.catch(z.optional(z.object({ variants })), undefined),
})

const v2Media = z.object({
  media_key: z.string(),
  type: z.enum(['photo', 'animated_gif', 'video']),
  url: z.optional(z.string()),
  preview_image_url: z.optional(z.string()),
  variants: z.optional(variants),
})

/** Media of a v1.1 object (`attachment.media`, `extended_entities.media`), and the t.co links to them in the text. */
export function mediaFromV1(value: unknown): { media: Media[]; links: string[] } {
  const read = listOf(v1Media, [value].flat())
  return {
    media: read.map((one, index) => ({
      id: one.id_str ?? String(index),
      type: one.type,
      url: (one.type === 'photo' ? undefined : bestMp4(one.video_info?.variants)) ?? one.media_url_https,
      previewUrl: one.media_url_https,
    })),
    links: read.flatMap((one) => (one.url ? [one.url] : [])),
  }
}

/** Media of a v2 object: those of `includes.media` that its `attachments.media_keys` lists, in that order. */
export function mediaFromV2(keys: readonly string[], included: unknown): Media[] {
  const read = listOf(v2Media, Array.isArray(included) ? included : [])
  return keys.flatMap((key) => {
    const one = read.find((candidate) => candidate.media_key === key)
    const url = one && (one.type === 'photo' ? one.url : (bestMp4(one.variants) ?? one.preview_image_url))
    return one && url ? [{ id: key, type: one.type, url, previewUrl: one.preview_image_url ?? one.url ?? null }] : []
  })
}

/** The address of the mp4 with the highest bitrate. Playlists (m3u8, mpd) are not files. */
function bestMp4(list: unknown): string | undefined {
  return listOf(variant, Array.isArray(list) ? list : [])
    .filter((one) => one.content_type === 'video/mp4')
    .sort((a, b) => (b.bitrate ?? b.bit_rate ?? 0) - (a.bitrate ?? a.bit_rate ?? 0))[0]?.url
}

/** The items that match the schema. One malformed item must not lose the message. */
export function listOf<T>(schema: z.ZodMiniType<T>, values: readonly unknown[]): T[] {
  return values.flatMap((value) => {
    const read = schema.safeParse(value)
    return read.success ? [read.data] : []
  })
}
