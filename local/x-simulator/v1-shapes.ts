import { addressesOf, kindOf } from './media-files.ts'
import { versionsOf } from './post-versions.ts'
import type { Entity, Media, Post, User } from './state.ts'
import { codePoints } from './text.ts'
import { userOf, v1Time, v1User } from './user-shapes.ts'
import { apps, integer, type World } from './world.ts'

/** The entities of a v1.1 text, without those that end after `until`. */
export function v1Entities(entities: readonly Entity[], users: readonly User[], until = Number.POSITIVE_INFINITY) {
  const within = entities.filter(({ end }) => end <= until)
  const indices = ({ start, end }: Entity) => [start, end]
  return {
    hashtags: within.flatMap((one) => (one.type === 'hashtag' ? [{ text: one.tag, indices: indices(one) }] : [])),
    symbols: within.flatMap((one) => (one.type === 'cashtag' ? [{ text: one.tag, indices: indices(one) }] : [])),
    user_mentions: within.flatMap((one) =>
      one.type === 'mention'
        ? [
            {
              screen_name: one.username,
              name: users.find(({ id }) => id === one.userId)?.name ?? one.username,
              id: integer(one.userId),
              id_str: one.userId,
              indices: indices(one),
            },
          ]
        : [],
    ),
    urls: within.flatMap((one) =>
      one.type === 'url'
        ? [{ url: one.url, expanded_url: one.expandedUrl, display_url: one.displayUrl, indices: indices(one) }]
        : [],
    ),
  }
}

/** Media of v1.1: in `extended_entities` of a post and in the `attachment` of a direct message. */
export function v1Media(media: Media, link: Entity & { type: 'media' }, expandedUrl: string, messageId?: string) {
  const { url, preview } = addressesOf(media, messageId)
  const kind = kindOf(media)
  const size = { w: 720, h: 1280, resize: 'fit' }
  return {
    id: integer(media.id),
    id_str: media.id,
    indices: [link.start, link.end],
    media_url: preview,
    media_url_https: preview,
    url: link.url,
    display_url: link.url.replace('https://t.co/', 'pic.twitter.com/'),
    expanded_url: expandedUrl,
    type: kind,
    sizes: { thumb: { w: 150, h: 150, resize: 'crop' }, small: size, medium: size, large: size },
    ...(kind === 'photo' ? {} : { video_info: { aspect_ratio: [9, 16], variants: variantsOf(kind, url) } }),
  }
}

function variantsOf(kind: 'animated_gif' | 'video', url: string) {
  const mp4 = { content_type: 'video/mp4', url }
  if (kind === 'animated_gif') return [{ bitrate: 0, ...mp4 }]
  return [
    { content_type: 'application/x-mpegURL', url: url.replace('.mp4', '.m3u8') },
    { bitrate: 632_000, ...mp4, url: url.replace('720x1280', '320x568') },
    { bitrate: 2_176_000, ...mp4 },
  ]
}

/** X truncates a longer v1.1 text. */
const maxCharacters = 140
/** The length of a truncated text without the ellipsis and the link to the post. */
const truncatedCharacters = 115

/** A post in an event of the Account Activity API. */
export function v1Post(world: World, post: Post): Record<string, unknown> {
  const { users, posts } = world.state
  const author = userOf(world, post.authorId)
  const parentAuthor = users.find(({ id }) => id === post.inReplyToUserId)
  const quoted = posts.find(({ id }) => id === post.quotedId)
  const original = posts.find(({ id }) => id === post.repostedId)
  const { text, truncated, entities } = shortened(post, users)
  const whole = fullTextFields(world, post)
  return {
    created_at: v1Time(post.createdAt),
    id: integer(post.id),
    id_str: post.id,
    text,
    ...(truncated || (post.text.displayStart === 0 && post.mediaIds.length === 0)
      ? {}
      : { display_text_range: whole.display_text_range }),
    source: `<a href="${apps.web.url}" rel="nofollow">${apps.web.name}</a>`,
    truncated,
    in_reply_to_status_id: post.inReplyToId === null ? null : integer(post.inReplyToId),
    in_reply_to_status_id_str: post.inReplyToId,
    in_reply_to_user_id: post.inReplyToUserId === null ? null : integer(post.inReplyToUserId),
    in_reply_to_user_id_str: post.inReplyToUserId,
    in_reply_to_screen_name: parentAuthor?.username ?? null,
    user: v1User(author),
    geo: null,
    coordinates: null,
    place: null,
    contributors: null,
    is_quote_status: post.quotedId !== null,
    ...(post.quotedId === null
      ? {}
      : { quoted_status_id: integer(post.quotedId), quoted_status_id_str: post.quotedId }),
    ...(quoted && quoted.deletedAt === null ? { quoted_status: v1Post(world, { ...quoted, quotedId: null }) } : {}),
    ...(original ? { retweeted_status: v1Post(world, original) } : {}),
    quote_count: 0,
    reply_count: 0,
    retweet_count: 0,
    favorite_count: 0,
    entities: entities ?? whole.entities,
    ...(truncated
      ? { extended_tweet: whole }
      : 'extended_entities' in whole
        ? { extended_entities: whole.extended_entities }
        : {}),
    edit_history: {
      initial_tweet_id: post.edits?.[0] ?? post.id,
      edit_tweet_ids: versionsOf(world, post).map(({ id }) => id),
    },
    favorited: false,
    retweeted: false,
    filter_level: 'low',
    lang: 'en',
    timestamp_ms: String(Date.parse(post.createdAt)),
  }
}

/** The fields with the full text, its entities and its media. */
function fullTextFields({ state }: World, { id, authorId, text, mediaIds }: Post) {
  const link = text.entities.find((one) => one.type === 'media')
  const username = state.users.find((user) => user.id === authorId)?.username
  const media = state.media
    .filter((one) => mediaIds.includes(one.id))
    .flatMap((one, index) => {
      const kind = kindOf(one) === 'photo' ? 'photo' : 'video'
      return link ? [v1Media(one, link, `https://x.com/${username}/status/${id}/${kind}/${index + 1}`)] : []
    })
  const entities = v1Entities(text.entities, state.users)
  // As on X, `entities` calls every file a photo. Only `extended_entities` has the real type.
  const first = media.slice(0, 1).map(({ video_info: _, ...one }) => ({ ...one, type: 'photo' }))
  return {
    full_text: text.full,
    display_text_range: [text.displayStart, link ? Math.max(text.displayStart, link.start - 1) : codePoints(text.full)],
    entities: media.length > 0 ? { ...entities, media: first } : entities,
    ...(media.length > 0 ? { extended_entities: { media } } : {}),
  }
}

function shortened(post: Post, users: readonly User[]) {
  const { full, entities } = post.text
  const characters = [...full]
  const mediaLink = entities.find((one) => one.type === 'media')
  const shown = mediaLink ? mediaLink.start : characters.length
  if (shown <= maxCharacters) {
    return { text: full, truncated: false, entities: null }
  }
  const crossed = entities.find(({ start, end }) => start < truncatedCharacters && end > truncatedCharacters)
  const head = characters
    .slice(0, crossed?.start ?? truncatedCharacters)
    .join('')
    .replace(/&[a-z]*$/, '')
  const url = `https://t.co/${post.id.slice(-10)}`
  const text = `${head}… ${url}`
  const start = codePoints(head) + 2
  const cut = v1Entities(entities, users, codePoints(head))
  const more = {
    url,
    expanded_url: `https://twitter.com/i/web/status/${post.id}`,
    display_url: 'twitter.com/i/web/status/1…',
    indices: [start, start + codePoints(url)],
  }
  return { text, truncated: true, entities: { ...cut, urls: [...cut.urls, more] } }
}
