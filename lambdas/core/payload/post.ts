import * as z from 'zod'
import type { Post } from '../activity.ts'
import { marksFrom } from './marks.ts'
import { mediaFromV1, mediaFromV2 } from './media.ts'
import { personBeside, personFrom } from './people.ts'
import { type Envelope, isoTime, xId } from './schema.ts'
import { displayText } from './text.ts'

const media = z.object({ media: z.unknown().optional() }).nullish().catch(null)

const v1Post = z.object({
  id_str: xId,
  text: z.string().catch(''),
  full_text: z.string().optional(),
  created_at: z.unknown().optional(),
  timestamp_ms: z.unknown().optional(),
  user: z.looseObject({ id_str: xId }),
  entities: z.unknown().optional(),
  extended_entities: media,
  extended_tweet: z
    .object({ full_text: z.string(), entities: z.unknown().optional(), extended_entities: media })
    .nullish()
    .catch(null),
  in_reply_to_status_id_str: xId.nullish(),
  in_reply_to_user_id_str: xId.nullish(),
  quoted_status_id_str: xId.nullish(),
  retweeted_status: z.unknown().optional(),
})

/**
 * A post of the Account Activity API (v1.1): of a long one the whole text, whose mentions may stand only there.
 * @throws ZodError naming the field that is missing
 */
function readV1Post(item: unknown, envelope: Envelope): Post {
  const post = v1Post.parse(item)
  const whole = post.extended_tweet
  const raw = whole?.full_text ?? post.full_text ?? post.text
  const found = mediaFromV1((whole?.extended_entities ?? post.extended_entities)?.media ?? [])
  const { marks, mentions } = marksFrom(whole?.entities ?? post.entities, () => false)
  const own = [...new Set(found.links)].map((literal) => ({ type: 'own_media' as const, literal, at: null }))
  return {
    kind: 'post',
    channelUserId: envelope.channelUserId,
    receivedAt: envelope.receivedAt,
    externalId: post.id_str,
    createdAt: isoTime(post.timestamp_ms) ?? isoTime(post.created_at) ?? envelope.receivedAt,
    author: personFrom(post.user.id_str, post.user),
    ...displayText(raw, [...own, ...marks]),
    media: found.media,
    mentions,
    inReplyTo: repliedTo(post.in_reply_to_status_id_str, post.in_reply_to_user_id_str),
    quotedPostId: post.quoted_status_id_str ?? null,
    isRepost: typeof post.retweeted_status === 'object' && post.retweeted_status !== null,
  }
}

const v2Post = z.object({
  id: xId,
  text: z.string().catch(''),
  note_tweet: z.object({ text: z.string(), entities: z.unknown().optional() }).nullish().catch(null),
  created_at: z.unknown().optional(),
  author_id: xId,
  entities: z.unknown().optional(),
  attachments: z
    .object({ media_keys: z.array(z.string()).catch([]) })
    .nullish()
    .catch(null),
  in_reply_to_user_id: xId.nullish(),
  referenced_tweets: z.array(z.object({ type: z.string(), id: xId })).nullish(),
})

/**
 * A post of the X Activity API (v2), with its author and media in `includes`, where X sent them.
 * @throws ZodError naming the field that is missing
 */
function readV2Post(item: unknown, envelope: Envelope): Post {
  const post = v2Post.parse(item)
  const referenced = (type: string) => post.referenced_tweets?.find((one) => one.type === type)?.id ?? null
  const found = mediaFromV2(post.attachments?.media_keys ?? [], included(envelope.beside, 'media'))
  const ownMedia = new RegExp(`/status/${post.id}/(photo|video)/\\d+$`)
  const { marks, mentions } = marksFrom(
    post.note_tweet?.entities ?? post.entities,
    (_url, expanded, isMedia) => isMedia || ownMedia.test(expanded),
  )
  return {
    kind: 'post',
    channelUserId: envelope.channelUserId,
    receivedAt: envelope.receivedAt,
    externalId: post.id,
    createdAt: isoTime(post.created_at) ?? envelope.receivedAt,
    author: personBeside(post.author_id, envelope.beside),
    ...displayText(post.note_tweet?.text ?? post.text, marks),
    media: found,
    mentions,
    inReplyTo: repliedTo(referenced('replied_to'), post.in_reply_to_user_id),
    quotedPostId: referenced('quoted'),
    isRepost: referenced('retweeted') !== null,
  }
}

/**
 * A post in either of X's shapes: v2 ones name their author by `author_id`.
 * @throws ZodError naming the field that is missing
 */
export function readPost(item: unknown, envelope: Envelope): Post {
  const isV2 = typeof item === 'object' && item !== null && 'author_id' in item
  return isV2 ? readV2Post(item, envelope) : readV1Post(item, envelope)
}

function repliedTo(postId: string | null | undefined, userId: string | null | undefined): Post['inReplyTo'] {
  return postId || userId ? { postId: postId ?? null, userId: userId ?? null } : null
}

function included(beside: unknown, key: string): unknown {
  return typeof beside === 'object' && beside !== null ? Reflect.get(beside, key) : undefined
}
