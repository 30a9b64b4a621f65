/**
 * X's renamed fields of v2 posts, old name to new: https://docs.x.com/x-api (OpenAPI 2.167, August 2026). Deliveries
 * and answers may use either name; X has not said when the old names end.
 */
const NEW_NAMES = {
  referenced_tweets: 'referenced_posts',
  note_tweet: 'note_post',
  edit_history_tweet_ids: 'edit_history_post_ids',
  in_reply_to_tweet_id: 'in_reply_to_post_id',
} as const

/**
 * A v2 post with its fields under the new names, whichever names X used. If X sent both, the one that is not empty
 * counts. Anything but an object is returned unchanged.
 */
export function inNewNames(post: unknown): unknown {
  if (typeof post !== 'object' || post === null || Array.isArray(post)) return post
  const named: Record<string, unknown> = { ...post }
  for (const [oldName, newName] of Object.entries(NEW_NAMES)) {
    if (isEmpty(named[newName])) named[newName] = named[oldName]
  }
  return named
}

/** The included posts of a v2 answer or event: `includes.posts` and, by the old name, `includes.tweets`. */
export function includedPosts(includes: unknown): unknown[] {
  if (typeof includes !== 'object' || includes === null) return []
  return [Reflect.get(includes, 'posts'), Reflect.get(includes, 'tweets')].flatMap((list) =>
    Array.isArray(list) ? list : [],
  )
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}
