import type { Call } from './http.ts'
import { addressesOf, kindOf } from './media-files.ts'
import { maxEdits, versionsOf } from './post-versions.ts'
import type { Entity, Media, Post } from './state.ts'
import { codePoints } from './text.ts'
import { activityUser, userOf, v2User, withNumberTexts } from './user-shapes.ts'
import { isVisible } from './visibility.ts'
import { answerNames, askedIn, includedPosts, type Names, postIn } from './vocabulary.ts'
import type { World } from './world.ts'

/** X returns this many characters of a longer post as its text, and all of it as the note. */
const maxCharacters = 280

/** A post of the v2 API with all fields, in the new names. */
export function v2Post(world: World, post: Post): Record<string, unknown> & { id: string } {
  const { state } = world
  const media = mediaOf(world, post)
  const username = userOf(world, post.authorId).username
  const parent = state.posts.find(({ id }) => id === post.inReplyToId)
  const addressOf = (file: Media, index: number) =>
    `https://x.com/${username}/status/${post.id}/${kindOf(file) === 'photo' ? 'photo' : 'video'}/${index + 1}`
  const { text, shown } = beginningOf(post)
  const entities = v2Entities(shown, media, addressOf)
  const references = [
    ...(parent ? [{ type: 'replied_to', id: parent.id }] : []),
    ...(post.quotedId === null ? [] : [{ type: 'quoted', id: post.quotedId }]),
    ...(post.repostedId === undefined ? [] : [{ type: 'retweeted', id: post.repostedId }]),
  ]
  const note = { text: post.text.full, entities: v2Entities(post.text.entities, [], addressOf) }
  return {
    id: post.id,
    text,
    edit_history_post_ids: versionsOf(world, post).map(({ id }) => id),
    author_id: post.authorId,
    created_at: post.createdAt,
    conversation_id: post.conversationId,
    display_text_range: [post.text.displayStart, codePoints(text)],
    ...(post.inReplyToUserId === null ? {} : { in_reply_to_user_id: post.inReplyToUserId }),
    ...(references.length > 0 ? { referenced_posts: references } : {}),
    ...(text === post.text.full ? {} : { note_post: note }),
    ...(Object.keys(entities).length > 0 ? { entities } : {}),
    ...(media.length > 0 ? { attachments: { media_keys: media.map(mediaKey) } } : {}),
    possibly_sensitive: false,
    reply_settings: 'everyone',
    lang: 'en',
  }
}

/** The text as X returns it, and the entities in it: of a long post only the beginning. */
function beginningOf({ id, text: { full, displayStart, entities } }: Post) {
  const media = entities.find((one) => one.type === 'media')
  if ((media?.start ?? codePoints(full)) - displayStart <= maxCharacters) return { text: full, shown: entities }
  const end = displayStart + maxCharacters - 30
  const start = entities.find((one) => one.start < end && one.end > end)?.start ?? end
  const beginning = [...full]
    .slice(0, start)
    .join('')
    .replace(/&[a-z]*$/, '')
  return { text: `${beginning}… https://t.co/${id.slice(-10)}`, shown: entities.filter((one) => one.end <= start) }
}

/** Keeps these fields of an object. https://docs.x.com/x-api/fundamentals/fields */
export function pick(object: object, fields: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => fields.has(name)))
}

/** The default fields, and those that a parameter of the query names. */
export function namedIn(query: URLSearchParams, parameter: string, ...defaults: string[]): ReadonlySet<string> {
  return new Set([...defaults, ...(query.get(parameter)?.split(',') ?? [])])
}

/** Posts in an answer of the v2 API to this account, with the fields and expansions that the query names. */
export function v2Posts(world: World, posts: readonly Post[], { query, userId }: Pick<Call, 'query' | 'userId'>) {
  const { dialect, fields, expansions } = askedIn(world.state, query)
  const names = answerNames(world.state, dialect)
  const inAnswer = (post: Post) => postIn(names, pick(v2Post(world, post), fields))
  const related = (one: Post) => [one.inReplyToId, one.quotedId, one.repostedId]
  const relatedIds = new Set([
    ...(expansions.has('referenced_posts') ? posts.flatMap(related) : []),
    ...(expansions.has('edit_history_post_ids')
      ? posts.flatMap((one) => versionsOf(world, one).flatMap(({ id }) => (id === one.id ? [] : id)))
      : []),
  ])
  const others = world.state.posts.filter((one) => relatedIds.has(one.id) && isVisible(world, one, userId))
  const userIds = posts.flatMap((post) => [
    ...(expansions.has('author_id') ? [post.authorId] : []),
    ...(expansions.has('in_reply_to_user_id') && post.inReplyToUserId !== null ? [post.inReplyToUserId] : []),
    ...(expansions.has('entities.mentions.username') ? mentionedIn(post) : []),
  ])
  if (expansions.has('referenced_tweets.id.author_id')) userIds.push(...others.map(({ authorId }) => authorId))
  const users = [...new Set(userIds)].map((id) => v2Users(world, id, query))
  const media = expansions.has('attachments.media_keys')
    ? posts.flatMap((post) => mediaOf(world, post).map((one) => v2Media(one)))
    : []
  const includes = {
    ...(users.length > 0 ? { users } : {}),
    ...(others.length > 0 ? { [includedPosts(names)]: others.map(inAnswer) } : {}),
    ...(media.length > 0
      ? { media: media.map((one) => pick(one, namedIn(query, 'media.fields', 'media_key', 'type'))) }
      : {}),
  }
  return { data: posts.map(inAnswer), ...(Object.keys(includes).length > 0 ? { includes } : {}) }
}

/** A user in an answer of the v2 API. */
export function v2Users(world: World, id: string, query: URLSearchParams): Record<string, unknown> {
  return pick(v2User(userOf(world, id)), namedIn(query, 'user.fields', 'id', 'name', 'username'))
}

/** The ids of all users whom a post mentions, in its text or before it. */
export function mentionedIn({ text }: Pick<Post, 'text'>): string[] {
  return [...new Set(text.entities.flatMap((one) => (one.type === 'mention' ? [one.userId] : [])))]
}

/** The payload of a post in the X Activity API. Every number has a copy as text. */
export function activityPost(world: World, post: Post, names: Names): Record<string, unknown> {
  const { entities, ...rest } = v2Post(world, post)
  const counts = [names === 'old' ? 'retweet' : 'repost', 'reply', 'like', 'quote', 'bookmark', 'impression']
  return {
    ...postIn(names, rest),
    ...(entities ? { entities: withNumberTextsInEach(entities as Record<string, object[]>) } : {}),
    ...(post.inReplyToId === null || names === 'new' ? {} : { in_reply_to_tweet_id: post.inReplyToId }),
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

/** The `includes` of a post event of the X Activity API. They are empty for replies, quotes and reposts by others. */
export function activityIncludes(world: World, post: Post, event: string, names: Names): object {
  if (/^post\.(reply|quote|repost)\./.test(event)) return {}
  const others = world.state.posts.filter(
    (one) => (one.id === post.quotedId || one.id === post.repostedId) && isVisible(world, one, null),
  )
  const people = [post.authorId, ...mentionedIn(post), ...others.map(({ authorId }) => authorId)]
  const users = [...new Set(people)].map((id) => activityUser(userOf(world, id), names))
  const media = [post, ...others].flatMap((one) => mediaOf(world, one)).map((one) => v2Media(one))
  return {
    [includedPosts(names)]: [post, ...others].map((one) => activityPost(world, one, names)),
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
