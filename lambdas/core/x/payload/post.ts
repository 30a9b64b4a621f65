import * as z from 'zod/mini'
import type { Facts, Post, QuotedPost } from '../activity.ts'
import { isXId, positionOfId, postUrlOf } from '../ids.ts'
import { leadingMentions } from './addressees.ts'
import { marksFrom } from './marks.ts'
import { mediaFromV1, mediaFromV2 } from './media.ts'
import { factsFrom, includedFacts, includedPerson, languageOf, personFrom } from './people.ts'
import { type Envelope, isoTime, xId } from './schema.ts'
import { displayText } from './text.ts'
import { includedPosts, inNewNames } from './vocabulary.ts'

const media = z.catch(z.nullish(z.object({ media: z.optional(z.unknown()) })), null)
const range = z.catch(z.nullish(z.tuple([z.int(), z.int()])), null)
const ids = z.catch(z.array(z.unknown()), [])

const v1Post = z.object({
  id_str: xId,
  text: z.catch(z.string(), ''),
  full_text: z.optional(z.string()),
  display_text_range: range,
  created_at: z.optional(z.unknown()),
  timestamp_ms: z.optional(z.unknown()),
  lang: z.optional(z.unknown()),
  user: z.looseObject({ id_str: xId }),
  entities: z.optional(z.unknown()),
  extended_entities: media,
  extended_tweet: z.catch(
    z.nullish(
      z.object({
        full_text: z.string(),
        display_text_range: range,
        entities: z.optional(z.unknown()),
        extended_entities: media,
      }),
    ),
    null,
  ),
  in_reply_to_status_id_str: z.nullish(xId),
  in_reply_to_user_id_str: z.nullish(xId),
  quoted_status_id_str: z.nullish(xId),
  quoted_status: z.optional(z.unknown()),
  retweeted_status: z.optional(z.unknown()),
  edit_history: z.catch(z.nullish(z.object({ edit_tweet_ids: ids })), null),
  withheld_copyright: z.optional(z.unknown()),
  withheld_in_countries: z.optional(z.unknown()),
})

/**
 * Reads a post of the Account Activity API (v1.1). A long post has its whole text, and perhaps mentions, only in
 * `extended_tweet`.
 * @throws $ZodError that names the missing field
 */
function readV1Post(item: unknown, envelope: Envelope): Post {
  const post = v1Post.parse(item)
  return {
    kind: 'post',
    channelUserId: envelope.channelUserId,
    receivedAt: envelope.receivedAt,
    externalId: post.id_str,
    createdAt: timeOfV1(post) ?? envelope.receivedAt,
    author: personFrom(post.user.id_str, post.user),
    ...contentOfV1(post),
    inReplyTo: repliedTo(post.in_reply_to_status_id_str, post.in_reply_to_user_id_str, null),
    quoted: post.quoted_status_id_str ? quotedOfV1(post.quoted_status_id_str, post.quoted_status) : null,
    facts: { ...languageIn(post), ...factsFrom(post.user.id_str, post.user) },
    versionIds: versionsOf(post.id_str, post.edit_history?.edit_tweet_ids ?? []),
    isRepost: typeof post.retweeted_status === 'object' && post.retweeted_status !== null,
  }
}

/** The content of a v1.1 post. X leaves out `display_text_range` if nothing is hidden. */
function contentOfV1(post: z.infer<typeof v1Post>) {
  const extended = post.extended_tweet
  const raw = extended?.full_text ?? post.full_text ?? post.text
  const found = mediaFromV1((extended?.extended_entities ?? post.extended_entities)?.media ?? [])
  const { marks, mentions } = marksFrom(extended?.entities ?? post.entities, () => false)
  const ownLinks = [...new Set(found.links)].map((literal) => ({ type: 'own_media' as const, literal, at: null }))
  const [displayFrom] = (extended ? extended.display_text_range : post.display_text_range) ?? [0]
  const { addressees, from } = post.in_reply_to_status_id_str
    ? leadingMentions(raw, mentions, {
        displayFrom,
        authorId: post.user.id_str,
        repliedToId: post.in_reply_to_user_id_str ?? null,
      })
    : noAddressees
  return { ...displayText(raw, [...ownLinks, ...marks], from), media: found.media, mentions, addressees }
}

function timeOfV1(post: z.infer<typeof v1Post>): string | null {
  return isoTime(post.timestamp_ms) ?? isoTime(post.created_at)
}

function quotedOfV1(id: string, sent: unknown): QuotedPost {
  const read = v1Post.safeParse(sent)
  if (!read.success || read.data.id_str !== id || isWithheldV1(read.data)) return linkTo(id)
  const { text, media: pictures } = contentOfV1(read.data)
  const author = personFrom(read.data.user.id_str, read.data.user)
  return { id, url: postUrlOf(id), text, author, createdAt: timeOfV1(read.data), media: pictures }
}

/**
 * True if X withholds a post in some countries or after a complaint. Source:
 * https://docs.x.com/x-api/fundamentals/data-dictionary.
 */
function isWithheldV1({ withheld_copyright, withheld_in_countries }: z.infer<typeof v1Post>): boolean {
  return withheld_copyright === true || (Array.isArray(withheld_in_countries) && withheld_in_countries.length > 0)
}

const v2Fields = z.object({
  id: xId,
  text: z.catch(z.string(), ''),
  display_text_range: range,
  note_post: z.catch(z.nullish(z.object({ text: z.string(), entities: z.optional(z.unknown()) })), null),
  created_at: z.optional(z.unknown()),
  lang: z.optional(z.unknown()),
  author_id: xId,
  entities: z.optional(z.unknown()),
  attachments: z.catch(z.nullish(z.object({ media_keys: z.catch(z.array(z.string()), []) })), null),
  in_reply_to_user_id: z.nullish(xId),
  in_reply_to_post_id: z.nullish(xId),
  referenced_posts: z.nullish(z.array(z.object({ type: z.string(), id: xId }))),
  edit_history_post_ids: z.optional(ids),
  withheld: z.optional(z.unknown()),
})
const v2Post = z.pipe(z.transform(inNewNames), v2Fields)
type V2Post = z.infer<typeof v2Fields>

/**
 * Reads a post of the X Activity API (v2). Its author, media and quoted post are in `includes`, if X sent them.
 * @throws $ZodError that names the missing field
 */
function readV2Post(item: unknown, envelope: Envelope): Post {
  const post = v2Post.parse(item)
  const quotedId = referencedBy(post, 'quoted')
  return {
    kind: 'post',
    channelUserId: envelope.channelUserId,
    receivedAt: envelope.receivedAt,
    externalId: post.id,
    createdAt: isoTime(post.created_at) ?? envelope.receivedAt,
    author: includedPerson(post.author_id, envelope.includes),
    ...contentOfV2(post, envelope.includes),
    inReplyTo: repliedToOfV2(post, envelope),
    quoted: quotedId
      ? (quotedPostFrom(includedPost(quotedId, envelope.includes), envelope.includes) ?? linkTo(quotedId))
      : null,
    facts: { ...languageIn(post), ...includedFacts(post.author_id, envelope.includes) },
    versionIds: versionsOf(post.id, post.edit_history_post_ids ?? []),
    isRepost: referencedBy(post, 'retweeted') !== null,
  }
}

/** The content of a v2 post. A long post has only its beginning in `text`, and the whole text in `note_post`. */
function contentOfV2(post: V2Post, includes: unknown) {
  const raw = post.note_post?.text ?? post.text
  const ownMedia = new RegExp(`/status/${post.id}/(photo|video)/\\d+$`)
  const { marks, mentions } = marksFrom(
    post.note_post?.entities ?? post.entities,
    (_url, expanded, isMedia) => isMedia || ownMedia.test(expanded),
  )
  const { addressees, from } = parentOf(post)
    ? leadingMentions(raw, mentions, {
        displayFrom: post.display_text_range?.[0] ?? null,
        authorId: post.author_id,
        repliedToId: post.in_reply_to_user_id ?? null,
      })
    : noAddressees
  const found = mediaFromV2(post.attachments?.media_keys ?? [], included(includes, 'media'))
  return { ...displayText(raw, marks, from), media: found, mentions, addressees }
}

/**
 * A v2 post as a quoted post or parent; null if it is not a post or is withheld.
 * @param includes the `includes` that came with it
 */
export function quotedPostFrom(item: unknown, includes: unknown): QuotedPost | null {
  const read = v2Post.safeParse(item)
  if (!read.success || isWithheldV2(read.data.withheld)) return null
  const { id, author_id, created_at } = read.data
  const { text, media: pictures } = contentOfV2(read.data, includes)
  const author = includedPerson(author_id, includes)
  return { id, url: postUrlOf(id), text, author, createdAt: isoTime(created_at), media: pictures }
}

function isWithheldV2(withheld: unknown): boolean {
  return typeof withheld === 'object' && withheld !== null
}

function referencedBy(post: V2Post, type: string): string | null {
  return post.referenced_posts?.find((one) => one.type === type)?.id ?? null
}

/** The id of the answered post. The X Activity API also gives it as `in_reply_to_tweet_id`. */
function parentOf(post: V2Post): string | null {
  return referencedBy(post, 'replied_to') ?? post.in_reply_to_post_id ?? null
}

function includedPost(id: string, includes: unknown): unknown {
  return includedPosts(includes).find((one) => typeof one === 'object' && one !== null && Reflect.get(one, 'id') === id)
}

/**
 * Reads a post, v1.1 or v2. A v1.1 post contains its author (`user`); a v2 post has an `author_id`.
 * @throws $ZodError that names the missing field
 */
export function readPost(item: unknown, envelope: Envelope): Post {
  const isV1 = typeof item === 'object' && item !== null && !('author_id' in item) && 'id_str' in item
  const post = isV1 ? readV1Post(item, envelope) : readV2Post(item, envelope)
  const { inReplyTo, versionIds } = post
  if (!inReplyTo?.postId || !versionIds.includes(inReplyTo.postId)) return post
  // A post cannot answer itself: what it answers is not known.
  return { ...post, inReplyTo: { ...inReplyTo, postId: null } }
}

function languageIn({ lang }: { lang?: unknown }): Pick<Facts, 'language'> {
  const language = languageOf(lang)
  return language === null ? {} : { language }
}

const noAddressees = { addressees: [], from: 0 }

/** A quoted post of which we know only the id. */
function linkTo(id: string): QuotedPost {
  return { id, url: postUrlOf(id), text: null, author: null, createdAt: null, media: [] }
}

/**
 * X gives each edit a new, higher id and allows five edits; we accept a few more.
 * Source: https://docs.x.com/x-api/fundamentals/edit-posts.
 */
const MAX_VERSIONS = 10

function versionsOf(id: string, history: readonly unknown[]): string[] {
  const others = history.filter(isXId).slice(0, MAX_VERSIONS)
  return [...new Set([...others, id])].sort((a, b) => (positionOfId(a) < positionOfId(b) ? -1 : 1))
}

function repliedTo(
  postId: string | null | undefined,
  userId: string | null | undefined,
  addressesAccount: boolean | null,
): Post['inReplyTo'] {
  return postId || userId ? { postId: postId ?? null, userId: userId ?? null, addressesAccount } : null
}

/** The answered post. If X included it, it tells its author and whether it addresses the account. */
function repliedToOfV2(post: V2Post, { includes, channelUserId }: Envelope): Post['inReplyTo'] {
  const parentId = parentOf(post)
  const read = parentId ? v2Post.safeParse(includedPost(parentId, includes)) : null
  const parent = read?.success ? read.data : null
  return repliedTo(parentId, post.in_reply_to_user_id ?? parent?.author_id, parent && addresses(parent, channelUserId))
}

/** Null if X left out what the included post mentions. */
function addresses({ text, note_post, entities, in_reply_to_user_id }: V2Post, accountId: string): boolean | null {
  const { mentions } = marksFrom(note_post?.entities ?? entities, () => false)
  if (in_reply_to_user_id === accountId || mentions.some(({ id }) => id === accountId)) return true
  const mayMention =
    mentions.some(({ id }) => id === null) || (mentions.length === 0 && /@\w/.test(note_post?.text ?? text))
  return mayMention ? null : false
}

function included(includes: unknown, key: string): unknown {
  return typeof includes === 'object' && includes !== null ? Reflect.get(includes, key) : undefined
}
