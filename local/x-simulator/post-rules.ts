import { forbidden, invalidRequest, problem } from './http.ts'
import { kindOf } from './media-files.ts'
import { type Draft, mentionsBefore } from './posts.ts'
import type { Post } from './state.ts'
import { weightedLength } from './text.ts'
import { mentionedIn } from './v2-shapes.ts'
import { isVisible } from './visibility.ts'
import type { World } from './world.ts'

/** X refuses the same text of an account within this time. */
const duplicateWindowMs = 24 * 3_600_000

/**
 * Checks X's rules for a post that an app sends for an account.
 * @throws XError with X's answer when a rule is broken
 */
export function checkDraft(world: World, draft: Draft): void {
  const { state } = world
  if (draft.text.trim() === '' && (draft.mediaIds ?? []).length === 0) {
    throw invalidRequest('Either a text or media is required.')
  }
  checkMedia(world, draft)
  if (!weightedLength(draft.text).fits) {
    throw forbidden(
      'Your Tweet text is too long. For more information on how Twitter determines text length see https://github.com/twitter/twitter-text.',
    )
  }
  const visible = (id: string | undefined) =>
    state.posts.find((one) => one.id === id && isVisible(world, one, draft.by))
  const parent = visible(draft.inReplyTo)
  if (draft.inReplyTo !== undefined && !parent) {
    throw forbidden('You attempted to reply to a Tweet that is deleted or not visible to you.')
  }
  const quoted = visible(draft.quotes)
  if (draft.quotes !== undefined && !quoted) {
    throw forbidden('You attempted to quote a Tweet that is deleted or not visible to you.')
  }
  for (const other of [parent, quoted]) {
    if (other && state.settings.replyRule && !mayReplyTo(world, draft.by, other)) {
      throw problem(
        403,
        'Authorization Error',
        'You can only reply to or quote posts where you are mentioned or are the author.',
        'https://api.x.com/2/problems/not-authorized-for-resource',
      )
    }
  }
  if (isDuplicate(world, draft, parent)) {
    throw forbidden('You are not allowed to create a Tweet with duplicate content.')
  }
}

/** An app may reply to posts of its own account and to posts that mention or quote that account. */
function mayReplyTo({ state }: World, userId: string, post: Post): boolean {
  const quoted = state.posts.find(({ id }) => id === post.quotedId)
  return post.authorId === userId || mentionedIn(post).includes(userId) || quoted?.authorId === userId
}

/** True if the account has sent the same text to the same people. */
function isDuplicate(world: World, draft: Draft, parent: Post | undefined): boolean {
  if ((draft.mediaIds ?? []).length > 0) return false
  const since = world.now().getTime() - duplicateWindowMs
  const before = mentionsBefore(world, draft, parent).map(({ id }) => id)
  return world.state.posts.some(
    (post) =>
      post.authorId === draft.by &&
      post.deletedAt === null &&
      Date.parse(post.createdAt) > since &&
      post.written.trim() === draft.text.trim() &&
      post.text.entities.filter((one) => one.type === 'mention' && !one.written).length === before.length &&
      before.every((id) => mentionedIn(post).includes(id)),
  )
}

function checkMedia({ state, now }: World, { by, mediaIds = [] }: Draft): void {
  const usable = mediaIds.map((id) =>
    state.media.find(
      (one) =>
        one.id === id &&
        one.userId === by &&
        one.finished &&
        one.category.startsWith('tweet_') &&
        now().getTime() - Date.parse(one.createdAt) < 24 * 3_600_000,
    ),
  )
  const found = usable.filter((one) => one !== undefined)
  const hasVideo = found.some((one) => kindOf(one) !== 'photo')
  if (found.length < mediaIds.length || found.length > (hasVideo ? 1 : 4)) {
    throw invalidRequest('Your media IDs are invalid.')
  }
}
