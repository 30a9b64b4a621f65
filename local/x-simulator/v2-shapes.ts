import { addressesOf, kindOf } from './media-files.ts'
import { maxEdits, versionsOf } from './post-versions.ts'
import type { Entity, Media, Post } from './state.ts'
import { codePoints } from './text.ts'
import { activityUser, userOf, v2User, withNumberTexts } from './user-shapes.ts'
import type { World } from './world.ts'

/** A post of the v2 API with all fields. */
export function v2Post(world: World, post: Post): Record<string, unknown> & { id: string } {
  const { state } = world
  const media = mediaOf(world, post)
  const username = userOf(world, post.authorId).username
  const parent = state.posts.find(({ id }) => id === post.inReplyToId)
  const entities = v2Entities(
    post.text.entities,
    media,
    (file, index) =>
      `https://x.com/${username}/status/${post.id}/${kindOf(file) === 'photo' ? 'photo' : 'video'}/${index + 1}`,
  )
  return {
    id: post.id,
    text: post.text.full,
    edit_history_tweet_ids: versionsOf(world, post).map(({ id }) => id),
    author_id: post.authorId,
    created_at: post.createdAt,
    conversation_id: post.conversationId,
    display_text_range: [post.text.displayStart, codePoints(post.text.full)],
    ...(post.inReplyToUserId === null ? {} : { in_reply_to_user_id: post.inReplyToUserId }),
    ...(parent || post.quotedId !== null
      ? {
          referenced_tweets: [
            ...(parent ? [{ type: 'replied_to', id: parent.id }] : []),
            ...(post.quotedId === null ? [] : [{ type: 'quoted', id: post.quotedId }]),
          ],
        }
      : {}),
    ...(Object.keys(entities).length > 0 ? { entities } : {}),
    ...(media.length > 0 ? { attachments: { media_keys: media.map(mediaKey) } } : {}),
    possibly_sensitive: false,
    reply_settings: 'everyone',
    lang: 'en',
  }
}

/** Keeps the default fields of an object and those that the query names. https://docs.x.com/x-api/fundamentals/fields */
export function pick(object: object, defaults: readonly string[], requested: string | null): Record<string, unknown> {
  const wanted = new Set([...defaults, ...(requested?.split(',') ?? [])])
  return Object.fromEntries(Object.entries(object).filter(([name]) => wanted.has(name)))
}

/** Posts in an answer of the v2 API, with the fields and expansions that the query names. */
export function v2Posts(world: World, posts: readonly Post[], query: URLSearchParams) {
  const expansions = query.get('expansions')?.split(',') ?? []
  const wants = (name: string) => expansions.includes(name)
  const fields = ['id', 'text', 'edit_history_tweet_ids']
  const withFields = (post: Post) => pick(v2Post(world, post), fields, query.get('tweet.fields'))
  const userIds = posts.flatMap((post) => [
    ...(wants('author_id') ? [post.authorId] : []),
    ...(wants('in_reply_to_user_id') && post.inReplyToUserId !== null ? [post.inReplyToUserId] : []),
    ...(wants('entities.mentions.username') ? mentionedIn(post) : []),
  ])
  const users = [...new Set(userIds)].map((id) => v2Users(world, id, query))
  const referenced = wants('referenced_tweets.id')
    ? world.state.posts.filter(
        ({ id, deletedAt }) =>
          deletedAt === null && posts.some((post) => post.inReplyToId === id || post.quotedId === id),
      )
    : []
  const media = wants('attachments.media_keys')
    ? posts.flatMap((post) => mediaOf(world, post).map((one) => v2Media(one)))
    : []
  const includes = {
    ...(users.length > 0 ? { users } : {}),
    ...(referenced.length > 0 ? { tweets: referenced.map(withFields) } : {}),
    ...(media.length > 0
      ? { media: media.map((one) => pick(one, ['media_key', 'type'], query.get('media.fields'))) }
      : {}),
  }
  return { data: posts.map(withFields), ...(Object.keys(includes).length > 0 ? { includes } : {}) }
}

/** A user in an answer of the v2 API. */
export function v2Users(world: World, id: string, query: URLSearchParams): Record<string, unknown> {
  return pick(v2User(userOf(world, id)), ['id', 'name', 'username'], query.get('user.fields'))
}

/** The ids of all users whom a post mentions, in its text or before it. */
export function mentionedIn({ text }: Pick<Post, 'text'>): string[] {
  return [...new Set(text.entities.flatMap((one) => (one.type === 'mention' ? [one.userId] : [])))]
}

/** The payload of a post in the X Activity API. */
export function activityPost(world: World, post: Post): Record<string, unknown> {
  const { entities, ...rest } = v2Post(world, post)
  const counts = ['retweet', 'reply', 'like', 'quote', 'bookmark', 'impression']
  return {
    ...rest,
    ...(entities ? { entities: withNumberTextsInEach(entities as Record<string, object[]>) } : {}),
    ...(post.inReplyToId === null ? {} : { in_reply_to_tweet_id: post.inReplyToId }),
    paid_partnership: false,
    public_metrics: withNumberTexts(Object.fromEntries(counts.map((name) => [`${name}_count`, 0]))),
    ...(post.inReplyToId === null ? { edit_controls: editControls(post) } : {}),
  }
}

const editControls = ({ createdAt, edits = [] }: Post) => ({
  edits_remaining: maxEdits - edits.length,
  edits_remaining_str: String(maxEdits - edits.length),
  is_edit_eligible: true,
  editable_until: new Date(Date.parse(createdAt) + 3_600_000).toISOString(),
})

/** The `includes` of a post event of the X Activity API. They are empty for replies. */
export function activityIncludes(world: World, post: Post, event: string): object {
  if (event === 'post.reply.create') return {}
  const quoted = world.state.posts.filter(({ id, deletedAt }) => id === post.quotedId && deletedAt === null)
  const people = [post.authorId, ...mentionedIn(post), ...quoted.map(({ authorId }) => authorId)]
  const users = [...new Set(people)].map((id) => activityUser(userOf(world, id)))
  const media = [post, ...quoted].flatMap((one) => mediaOf(world, one)).map((one) => v2Media(one))
  return {
    tweets: [post, ...quoted].map((one) => activityPost(world, one)),
    users,
    ...(media.length > 0 ? { media } : {}),
  }
}

const withNumberTextsInEach = (entities: Record<string, object[]>) =>
  Object.fromEntries(Object.entries(entities).map(([name, list]) => [name, list.map(withNumberTexts)]))

/**
 * The entities of a text of the v2 API.
 * @param addressOf the address of a file on X
 */
export function v2Entities(
  entities: readonly Entity[],
  media: readonly Media[],
  addressOf: (file: Media, index: number) => string,
) {
  const place = ({ start, end }: Entity) => ({ start, end })
  const lists: Record<string, object[]> = { mentions: [], hashtags: [], cashtags: [], urls: [] }
  for (const one of entities) {
    if (one.type === 'mention') lists.mentions?.push({ ...place(one), username: one.username, id: one.userId })
    else if (one.type === 'hashtag') lists.hashtags?.push({ ...place(one), tag: one.tag })
    else if (one.type === 'cashtag') lists.cashtags?.push({ ...place(one), tag: one.tag })
    else if (one.type === 'url') {
      lists.urls?.push({ ...place(one), url: one.url, expanded_url: one.expandedUrl, display_url: one.displayUrl })
    } else if (one.type === 'media') {
      for (const [index, file] of media.entries()) {
        lists.urls?.push({
          ...place(one),
          url: one.url,
          expanded_url: addressOf(file, index),
          display_url: one.url.replace('https://t.co/', 'pic.x.com/'),
          media_key: mediaKey(file),
        })
      }
    }
  }
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0))
}

const mediaOf = ({ state }: World, post: Post) => state.media.filter(({ id }) => post.mediaIds.includes(id))

const prefixes = { photo: '3', animated_gif: '16', video: '7' } as const

/** The key of media in the v2 API. */
export const mediaKey = (media: Media) => `${prefixes[kindOf(media)]}_${media.id}`

/**
 * Media of the v2 API.
 * @param messageId the direct message to which the file is attached
 */
export function v2Media(media: Media, messageId?: string) {
  const { url, preview } = addressesOf(media, messageId)
  const type = kindOf(media)
  const place =
    type === 'photo'
      ? { url }
      : { preview_image_url: preview, variants: [{ bit_rate: 0, content_type: 'video/mp4', url }] }
  return { media_key: mediaKey(media), type, width: 720, height: 1280, ...place }
}
