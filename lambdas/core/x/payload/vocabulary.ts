/**
 * X renamed fields of v2 posts: https://docs.x.com/x-api (OpenAPI 2.167, August 2026). Both names may come, in webhook
 * bodies and in answers; nothing says when the old ones end. By the old name, the new one.
 */
const NEW_NAMES = {
  referenced_tweets: 'referenced_posts',
  note_tweet: 'note_post',
  edit_history_tweet_ids: 'edit_history_post_ids',
  in_reply_to_tweet_id: 'in_reply_to_post_id',
} as const

/**
 * A v2 post with its fields under the new names, whichever names X used. Where X sent both, the one that says
 * something counts. Anything but an object is returned as it is.
 */
export function inNewNames(post: unknown): unknown {
  if (typeof post !== 'object' || post === null || Array.isArray(post)) return post
  const named: Record<string, unknown> = { ...post }
  for (const [oldName, newName] of Object.entries(NEW_NAMES)) {
    if (isEmpty(named[newName])) named[newName] = named[oldName]
  }
  return named
}

/** The posts that X sent beside others: `includes.posts` and, by the old name, `includes.tweets`. */
export function includedPosts(includes: unknown): unknown[] {
  if (typeof includes !== 'object' || includes === null) return []
  return [Reflect.get(includes, 'posts'), Reflect.get(includes, 'tweets')].flatMap((list) =>
    Array.isArray(list) ? list : [],
  )
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}
