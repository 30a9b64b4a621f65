import type { ShownPost, ShownUser } from '../page.ts'
import { Avatar, Empty, Figure, Tagged } from './parts.tsx'
import { day, timeOfDay } from './time.ts'

/** Maximum indentation of replies, because a phone is narrow. */
const maxDepth = 3

export type PostActs = {
  readonly reply: (post: ShownPost) => void
  readonly quote: (post: ShownPost) => void
  readonly remove: (post: ShownPost) => void
}

export type PostsProps = PostActs & {
  readonly posts: readonly ShownPost[]
  readonly users: readonly ShownUser[]
  readonly person: ShownUser
  readonly shop: ShownUser
}

/** All posts as threads, the newest thread first, with each reply below its parent. */
export function Posts({ posts, users, person, shop, ...acts }: PostsProps) {
  const rows = threads(posts)
  if (rows.length === 0) {
    const hint = `Mention @${shop.username} in a post. Your post becomes a ticket, and the reply appears below it.`
    return <Empty user={person} title="No posts yet" hint={hint} />
  }
  return (
    <>
      {rows.map(({ post, depth }) => {
        const author = users.find(({ id }) => id === post.authorId)
        if (!author) return null
        const quoted = quotedIn(post, posts, users)
        const isOwn = author.id === person.id
        return <Post key={post.id} {...acts} post={post} author={author} depth={depth} quoted={quoted} isOwn={isOwn} />
      })}
    </>
  )
}

type Row = { readonly post: ShownPost; readonly depth: number }

/**
 * Returns the posts in the order of their threads, with their depth. A deleted post stays while it has replies.
 * @param posts oldest first
 */
function threads(posts: readonly ShownPost[]): Row[] {
  const replies = Map.groupBy(posts, ({ inReplyToId }) => inReplyToId)
  const ids = new Set(posts.map(({ id }) => id))
  const withReplies = (post: ShownPost, depth: number): Row[] => {
    const below = (replies.get(post.id) ?? []).flatMap((reply) => withReplies(reply, depth + 1))
    return post.deleted && below.length === 0 ? [] : [{ post, depth: Math.min(depth, maxDepth) }, ...below]
  }
  const first = posts.filter(({ inReplyToId }) => inReplyToId === null || !ids.has(inReplyToId))
  return first.toReversed().flatMap((post) => withReplies(post, 0))
}

type Quoted = { readonly author: string; readonly text: string }

function quotedIn(
  { quotedId }: ShownPost,
  posts: readonly ShownPost[],
  users: readonly ShownUser[],
): Quoted | undefined {
  const quoted = posts.find(({ id }) => id === quotedId)
  if (!quoted) return undefined
  const author = users.find(({ id }) => id === quoted.authorId)?.username ?? ''
  return { author: `@${author}`, text: quoted.deleted ? 'This post was deleted.' : quoted.text }
}

type PostProps = PostActs &
  Row & { readonly author: ShownUser; readonly quoted: Quoted | undefined; readonly isOwn: boolean }

function Post({ post, author, depth, quoted, isOwn, ...acts }: PostProps) {
  const label = `${author.name}: ${post.text.slice(0, 60)}`
  if (post.deleted) {
    return (
      <article class={`post depth-${depth} gone`} aria-label="Deleted post">
        This post was deleted.
      </article>
    )
  }
  const act = (name: string, carryOut: (post: ShownPost) => void) => (
    <button class="link" type="button" aria-label={`${name}: ${label}`} onClick={() => carryOut(post)}>
      {name}
    </button>
  )
  return (
    <article class={`post depth-${depth}`} aria-label={label} data-post={post.id}>
      <Avatar user={author} />
      <div class="post-body">
        <p class="byline">
          <strong>{author.name}</strong>
          <span class="muted"> @{author.username} · </span>
          <time class="muted" dateTime={post.createdAt} title={day(post.createdAt)}>
            {timeOfDay(post.createdAt)}
          </time>
        </p>
        {post.replyingTo.length > 0 && (
          <p class="muted">
            Replying to <Tagged text={post.replyingTo.map((name) => `@${name}`).join(' ')} />
          </p>
        )}
        {post.text !== '' && (
          <p class="text">
            <Tagged text={post.text} />
          </p>
        )}
        {post.media.length > 0 && (
          <div class="pictures">
            {post.media.map((media) => (
              <Figure key={media.src} media={media} by={author.name} />
            ))}
          </div>
        )}
        {quoted && (
          <blockquote>
            <strong>{quoted.author}</strong> {quoted.text}
          </blockquote>
        )}
        <div class="acts">
          {act('Reply', acts.reply)}
          {act('Quote', acts.quote)}
          {isOwn && act('Delete', acts.remove)}
        </div>
      </div>
    </article>
  )
}
