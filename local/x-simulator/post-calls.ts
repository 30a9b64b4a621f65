import { type Answer, type Call, forbidden, invalidRequest, jsonBody, problem, type Route, XError } from './http.ts'
import { refusal, unknown } from './item-errors.ts'
import { pageOf } from './pagination.ts'
import { checkDraft } from './post-rules.ts'
import { publish, remove } from './posts.ts'
import type { Post } from './state.ts'
import { mentionedIn, v2Posts } from './v2-shapes.ts'
import { isVisible, seesPostsOf } from './visibility.ts'
import { answerNames, postIn } from './vocabulary.ts'
import type { World } from './world.ts'

/** Creating, deleting and reading posts, and the timelines of posts and of mentions. */
export const postRoutes: readonly Route[] = [
  { method: 'POST', path: '/2/tweets', access: 'user', limit: 'posts', handle: create },
  { method: 'GET', path: '/2/tweets', access: 'any', limit: 'postLookups', handle: lookUpSeveral },
  { method: 'GET', path: '/2/tweets/:id', access: 'any', limit: 'postLookups', handle: lookUp },
  { method: 'DELETE', path: '/2/tweets/:id', access: 'user', limit: 'deletions', handle: deletePost },
  { method: 'GET', path: '/2/users/:id/tweets', access: 'any', limit: 'timelines', handle: timeline },
  { method: 'GET', path: '/2/users/:id/mentions', access: 'any', limit: 'mentions', handle: mentions },
]

function create(world: World, call: Call): Answer {
  const body = jsonBody(call)
  const draft = {
    by: call.userId ?? '',
    text: textOf(body.text, 'text'),
    inReplyTo: idOf(body.reply, 'in_reply_to_tweet_id'),
    quotes: idOf(body, 'quote_tweet_id'),
    mediaIds: idsOf(body.media),
  }
  checkDraft(world, draft)
  const { id, text } = publish(world, draft)
  const data = postIn(answerNames(world.state, 'old'), { id, text: text.full, edit_history_post_ids: [id] })
  return { status: 201, body: { data } }
}

function lookUp(world: World, call: Call): Answer {
  const { data, ...rest } = found(world, [call.params.id ?? ''], call)
  return { status: 200, body: data[0] ? { data: data[0], ...rest } : rest }
}

function lookUpSeveral(world: World, call: Call): Answer {
  const ids = call.query.get('ids')?.split(',') ?? []
  if (ids.length === 0 || ids.length > 100) {
    throw invalidRequest('The `ids` query parameter value [] is not valid: 1 to 100 ids are required')
  }
  const { data, ...rest } = found(world, ids, call)
  return { status: 200, body: data.length > 0 ? { data, ...rest } : rest }
}

function found(world: World, ids: readonly string[], call: Call) {
  const existing = ids.flatMap((id) => world.state.posts.find((one) => one.id === id && one.deletedAt === null) ?? [])
  const posts = existing.filter((one) => isVisible(world, one, call.userId))
  const errors = ids
    .filter((id) => !posts.some((one) => one.id === id))
    .map((id) =>
      existing.some((one) => one.id === id)
        ? refusal(id, 'tweet', `Sorry, you are not authorized to see the Tweet with id: [${id}].`)
        : unknown(id, 'tweet'),
    )
  return { ...v2Posts(world, posts, call), ...(errors.length > 0 ? { errors } : {}) }
}

function deletePost(world: World, call: Call): Answer {
  const post = world.state.posts.find((one) => one.id === call.params.id && one.deletedAt === null)
  if (post && post.authorId !== call.userId) throw forbidden('You are not authorized to delete this Tweet.')
  if (!post) throw problem(404, 'Not Found', 'Could not find the Tweet to delete.')
  remove(world, post)
  return { status: 200, body: { data: { deleted: true } } }
}

function timeline(world: World, call: Call): Answer {
  const excluded = call.query.get('exclude')?.split(',') ?? []
  const isTheirs = (post: Post) =>
    post.authorId === call.params.id &&
    !(excluded.includes('replies') && post.inReplyToUserId !== null) &&
    !(excluded.includes('retweets') && post.repostedId !== undefined)
  return page(world, call, 3_200, isTheirs)
}

function mentions(world: World, call: Call): Answer {
  const { id = '' } = call.params
  const isMention = (post: Post) =>
    post.authorId !== id && post.repostedId === undefined && mentionedIn(post).includes(id)
  return page(world, call, 800, isMention)
}

/** @param maxPosts how many posts X returns from a timeline */
function page(world: World, call: Call, maxPosts: number, belongs: (post: Post) => boolean): Answer {
  const { id = '' } = call.params
  if (!world.state.users.some((user) => user.id === id)) {
    throw new XError({ status: 200, body: { errors: [unknown(id, 'user')] } })
  }
  if (!seesPostsOf(world, id, call.userId)) {
    const detail = `Sorry, you are not authorized to see the user with id: [${id}].`
    throw new XError({ status: 200, body: { errors: [refusal(id, 'user', detail)] } })
  }
  const superseded = new Set(world.state.posts.flatMap(({ edits = [] }) => edits))
  const isShown = (post: Post) => isVisible(world, post, call.userId) && !superseded.has(post.id) && belongs(post)
  const posts = world.state.posts.filter(isShown).slice(-maxPosts)
  const { items, meta } = pageOf(world, posts, call, { min: 5, max: 100, default: 10 })
  const edges = items.length > 0 ? { newest_id: items[0]?.id, oldest_id: items.at(-1)?.id } : {}
  const { data, ...rest } = v2Posts(world, items, call)
  return { status: 200, body: { ...(data.length > 0 ? { data } : {}), ...rest, meta: { ...edges, ...meta } } }
}

function textOf(value: unknown, name: string): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') throw invalidRequest(`$.${name}: ${typeof value} found, string expected`)
  return value
}

function idOf(holder: unknown, name: string): string | undefined {
  const value = typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined
  if (value === undefined) return undefined
  if (typeof value !== 'string' || !/^\d{1,19}$/.test(value)) {
    throw invalidRequest(`$.${name}: does not match the regex pattern ^[0-9]{1,19}$`)
  }
  return value
}

function idsOf(media: unknown): string[] {
  const ids: unknown = typeof media === 'object' && media !== null ? Reflect.get(media, 'media_ids') : []
  if (!Array.isArray(ids) || ids.some((id) => typeof id !== 'string')) {
    throw invalidRequest('$.media.media_ids: strings expected')
  }
  return ids
}
