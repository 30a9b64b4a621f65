import * as z from 'zod'
import { listOf } from './media.ts'
import type { Mark } from './text.ts'

/** The place of an entity: `indices` in v1.1, `start` in v2. */
const position = {
  indices: z.tuple([z.number(), z.number()]).optional().catch(undefined),
  start: z.number().optional().catch(undefined),
}
const tag = z.object({ ...position, text: z.string().optional(), tag: z.string().optional() })
const link = z.object({
  ...position,
  url: z.string(),
  expanded_url: z.string().nullish(),
  display_url: z.string().nullish(),
  media_key: z.string().optional(),
})
const mention = z.object({
  ...position,
  screen_name: z.string().optional(),
  username: z.string().optional(),
  id_str: z.string().optional(),
  id: z.unknown().optional(),
})
const list = z.array(z.unknown()).catch([]).optional()
const entities = z.object({
  hashtags: list,
  symbols: list,
  cashtags: list,
  urls: list,
  user_mentions: list,
  mentions: list,
})

/** A mentioned account. */
export type Mentioned = { readonly id: string | null; readonly username: string }

/**
 * The marks and mentions of a text from X's `entities`, v1.1 or v2. Malformed entities are left out.
 * @param ownMedia true for a link to the message's own media
 */
export function marksFrom(value: unknown, ownMedia: (url: string, expanded: string, isMedia: boolean) => boolean) {
  const read = entities.safeParse(value ?? {})
  const all = read.success ? read.data : {}
  const at = (one: { indices?: [number, number] | undefined; start?: number | undefined }) =>
    one.indices?.[0] ?? one.start ?? null
  const mentions = listOf(mention, all.user_mentions ?? all.mentions ?? []).flatMap((one) => {
    const username = one.screen_name ?? one.username
    const id = one.id_str ?? (typeof one.id === 'string' ? one.id : null)
    return username ? [{ id, username, at: at(one) }] : []
  })
  const marks: Mark[] = [
    ...listOf(link, all.urls ?? []).map((one): Mark => {
      const expanded = one.expanded_url ?? one.url
      if (ownMedia(one.url, expanded, one.media_key !== undefined)) {
        return { type: 'own_media', literal: one.url, at: at(one) }
      }
      return { type: 'link', literal: one.url, at: at(one), url: expanded, displayUrl: one.display_url ?? expanded }
    }),
    ...mentions.map((one): Mark => ({ type: 'mention', literal: `@${one.username}`, at: one.at, userId: one.id })),
    ...listOf(tag, all.hashtags ?? []).map((one): Mark => tagMark('hashtag', '#', one.text ?? one.tag, at(one))),
    ...listOf(tag, all.symbols ?? all.cashtags ?? []).map((one) =>
      tagMark('cashtag', '$', one.text ?? one.tag, at(one)),
    ),
  ]
  return { marks, mentions: mentions.map(({ id, username }): Mentioned => ({ id, username })) }
}

function tagMark(type: 'hashtag' | 'cashtag', sign: string, text: string | undefined, at: number | null): Mark {
  return { type, literal: text ? `${sign}${text}` : '', at }
}
