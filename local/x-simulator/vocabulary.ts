import type { State } from './state.ts'

/** X's two vocabularies: the names before OpenAPI 2.167, and those of 2.167. Shapes are built in the new names. */
export type Names = 'old' | 'new'

/** The fields of a post that have another name in the old vocabulary. */
const oldPostNames: Readonly<Record<string, string>> = {
  referenced_posts: 'referenced_tweets',
  edit_history_post_ids: 'edit_history_tweet_ids',
  note_post: 'note_tweet',
}

const isNewName = (name: string) => Object.hasOwn(oldPostNames, name)

const newPostNames = Object.fromEntries(Object.entries(oldPostNames).map(([now, before]) => [before, now]))

/** In the new vocabulary these come by an expansion of the same name only. */
const expansionOnly = ['author_id', 'in_reply_to_user_id', 'referenced_posts', 'edit_history_post_ids']

/** The old names of expansions. X has no new name for the author of a referenced post. */
const oldExpansions: Readonly<Record<string, string>> = {
  'referenced_tweets.id': 'referenced_posts',
  edit_history_tweet_ids: 'edit_history_post_ids',
}

/** What a query asks for, in the new names. */
export type Asked = {
  readonly dialect: Names
  /** The fields of posts. */
  readonly fields: ReadonlySet<string>
  readonly expansions: ReadonlySet<string>
}

/**
 * Reads what a query asks for. X understands one vocabulary in a request, and passes over every value that is unknown
 * or of the other vocabulary.
 */
export function askedIn({ settings }: Pick<State, 'settings'>, query: URLSearchParams): Asked {
  const list = (name: string) => query.get(name)?.split(',') ?? []
  const named = list('expansions')
  const isNew =
    !settings.oldDialect || query.has('post.fields') || (!query.has('tweet.fields') && named.some(isNewName))
  const known = isNew
    ? named.filter((one) => !Object.hasOwn(oldExpansions, one) && one !== 'referenced_tweets.id.author_id')
    : named.filter((one) => !isNewName(one)).map((one) => oldExpansions[one] ?? one)
  const expansions = new Set(
    known.flatMap((one) => (one.startsWith('referenced_tweets.id.') ? [one, 'referenced_posts'] : one)),
  )
  const fields = isNew
    ? [
        'id',
        'text',
        ...list('post.fields').filter((one) => !expansionOnly.includes(one) && !Object.hasOwn(newPostNames, one)),
      ]
    : [
        ...['id', 'text', 'edit_history_post_ids'],
        ...list('tweet.fields')
          .filter((one) => !isNewName(one))
          .map((one) => newPostNames[one] ?? one),
      ]
  const expanded = [...expansions].map((one) => (one === 'attachments.media_keys' ? 'attachments' : one))
  return { dialect: isNew ? 'new' : 'old', fields: new Set([...fields, ...expanded]), expansions }
}

/** The names in which X answers a query: those of the query, unless the settings say otherwise. */
export function answerNames({ settings }: Pick<State, 'settings'>, dialect: Names): Names {
  return settings.answerNames === 'asked' ? dialect : settings.answerNames
}

/** A post, or another object with fields of posts, in these names. */
export function postIn<T extends object>(names: Names, post: T): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(post).map(([name, value]) => [names === 'old' ? (oldPostNames[name] ?? name) : name, value]),
  )
}

/** The name of the posts in `includes`. */
export const includedPosts = (names: Names) => (names === 'old' ? 'tweets' : 'posts')
