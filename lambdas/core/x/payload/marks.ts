import * as z from 'zod/mini'
import { listOf } from './media.ts'
import type { Mark } from './text.ts'

/** The place of an entity: `indices` in v1.1, `start` in v2. */
const position = {
  indices: z.catch(z.optional(z.tuple([z.number(), z.number()])), undefined),
  start: z.catch(z.optional(z.number()), undefined),
}
const tag = z.object({ ...position, text: z.optional(z.string()), tag: z.optional(z.string()) })
const link = z.object({
  ...position,
  url: z.string(),
  expanded_url: z.nullish(z.string()),
  display_url: z.nullish(z.string()),
  media_key: z.optional(z.string()),
})
const mention = z.object({
  ...position,
  screen_name: z.optional(z.string()),
  username: z.optional(z.string()),
  id_str: z.optional(z.string()),
  id: z.optional(z.unknown()),
})
const list = z.optional(z.catch(z.array(z.unknown()), []))
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
