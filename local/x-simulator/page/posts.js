/** @import { ShownPost, ShownUser, View } from '../page.ts' */
import { avatar, byId, day, drawEmpty, figure, highlightTags, make, timeOfDay, updateChildren } from './dom.js'

const scroll = byId('posts-scroll', HTMLElement)

/** Maximum indentation of replies, because a phone is narrow. */
const maxDepth = 3

/**
 * @typedef {{ reply: (post: ShownPost) => void, quote: (post: ShownPost) => void, remove: (post: ShownPost) => void }} PostActions
 * @typedef {{ post: ShownPost, author: ShownUser, depth: number, quoted: { author: string, text: string } | null, isOwn: boolean }} Row
 */

/**
 * Draws all posts as threads, the newest thread first, with each reply below its parent.
 * @param {View} view
 * @param {ShownUser} person
 * @param {ShownUser} shop
 * @param {PostActions} actions
 */
export function drawPosts({ posts, users }, person, shop, actions) {
  const rows = threads(posts).flatMap(({ post, depth }) => {
    const author = users.find(({ id }) => id === post.authorId)
    if (!author) return []
    const quoted = quotedIn(post, posts, users)
    return [{ post, author, depth, quoted, isOwn: author.id === person.id }]
  })
  if (rows.length === 0) {
    const hint = `Mention @${shop.username} in a post. Your post becomes a ticket, and the reply appears below it.`
    drawEmpty(scroll, person, 'No posts yet', hint)
    return
  }
  updateChildren(
    scroll,
    rows,
    ({ post }) => post.id,
    (row) => article(row, actions),
  )
}

/**
 * Returns the posts in the order of their threads, with their depth. A deleted post stays while it has replies.
 * @param {readonly ShownPost[]} posts oldest first
 */
function threads(posts) {
  const replies = Map.groupBy(posts, ({ inReplyToId }) => inReplyToId)
  const ids = new Set(posts.map(({ id }) => id))
  /**
   * @param {ShownPost} post
   * @param {number} depth
   * @returns {{ post: ShownPost, depth: number }[]}
   */
  const withReplies = (post, depth) => {
    const below = (replies.get(post.id) ?? []).flatMap((reply) => withReplies(reply, depth + 1))
    return post.deleted && below.length === 0 ? [] : [{ post, depth: Math.min(depth, maxDepth) }, ...below]
  }
  const first = posts.filter(({ inReplyToId }) => inReplyToId === null || !ids.has(inReplyToId))
  return first.toReversed().flatMap((post) => withReplies(post, 0))
}

/**
 * @param {ShownPost} post
 * @param {readonly ShownPost[]} posts
 * @param {readonly ShownUser[]} users
 */
function quotedIn({ quotedId }, posts, users) {
  const quoted = posts.find(({ id }) => id === quotedId)
  if (!quoted) return null
  const author = users.find(({ id }) => id === quoted.authorId)?.username ?? ''
  return { author: `@${author}`, text: quoted.deleted ? 'This post was deleted.' : quoted.text }
}

/**
 * @param {Row} row
 * @param {PostActions} actions
 */
function article({ post, author, depth, quoted, isOwn }, { reply, quote, remove }) {
  const label = `${author.name}: ${post.text.slice(0, 60)}`
  if (post.deleted) {
    return make(
      'article',
      { class: `post depth-${depth} gone`, 'aria-label': 'Deleted post' },
      'This post was deleted.',
    )
  }
  /**
   * @param {string} name
   * @param {(post: ShownPost) => void} act
   */
  const action = (name, act) =>
    make('button', { class: 'link', type: 'button', 'aria-label': `${name}: ${label}`, click: () => act(post) }, name)
  return make(
    'article',
    { class: `post depth-${depth}`, 'aria-label': label, 'data-post': post.id },
    avatar(author),
    make(
      'div',
      { class: 'post-body' },
      make(
        'p',
        { class: 'byline' },
        make('strong', {}, author.name),
        make('span', { class: 'muted' }, ` @${author.username} · `),
        make(
          'time',
          { class: 'muted', datetime: post.createdAt, title: day(post.createdAt) },
          timeOfDay(post.createdAt),
        ),
      ),
      post.replyingTo.length > 0
        ? make(
            'p',
            { class: 'muted' },
            'Replying to ',
            ...highlightTags(post.replyingTo.map((name) => `@${name}`).join(' ')),
          )
        : null,
      post.text === '' ? null : make('p', { class: 'text' }, ...highlightTags(post.text)),
      post.media.length > 0
        ? make('div', { class: 'pictures' }, ...post.media.map((media) => figure(media, author.name)))
        : null,
      quoted ? make('blockquote', {}, make('strong', {}, quoted.author), ' ', quoted.text) : null,
      make(
        'div',
        { class: 'actions' },
        action('Reply', reply),
        action('Quote', quote),
        isOwn ? action('Delete', remove) : null,
      ),
    ),
  )
}
