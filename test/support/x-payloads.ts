/** Deliveries as X sends them, built for tests: the Account Activity API's and the X Activity API's. */

const EPOCH = 1288834974657n

/** An id as X would make it at that time; `n` tells ids of one millisecond apart. */
export function idAt(time: string | number | Date, n = 0): string {
  return String(((BigInt(new Date(time).getTime()) - EPOCH) << 22n) + BigInt(n))
}

export type User = { id: string; username: string; name?: string }

/** The two sides of most conversations in tests. */
export const shop: User = { id: '2244994945', username: 'shop', name: 'The Shop' }
export const ann: User = { id: '1205290247124217856', username: 'ann', name: 'Ann' }
export const bob: User = { id: '2474118319', username: 'bob', name: 'Bob' }

function v1User({ id, username, name }: User) {
  return {
    id,
    name: name ?? username,
    screen_name: username,
    profile_image_url_https: `https://pbs.twimg.com/profile_images/${id}/a_normal.jpg`,
  }
}

export type DirectMessageOptions = {
  id: string
  from: User
  to: User
  text?: string
  at?: string
  entities?: object
  attachment?: object
}

/** One item of `direct_message_events`. */
export function directMessageItem({ id, from, to, text = 'Hello', at, entities, attachment }: DirectMessageOptions) {
  return {
    type: 'message_create',
    id,
    created_timestamp: String(at ? Date.parse(at) : Date.UTC(2026, 0, 1)),
    message_create: {
      target: { recipient_id: to.id },
      sender_id: from.id,
      message_data: {
        text,
        entities: entities ?? { hashtags: [], symbols: [], user_mentions: [], urls: [] },
        ...(attachment ? { attachment } : {}),
      },
    },
  }
}

/** A delivery of the Account Activity API with direct messages. */
export function directMessages(account: User, ...messages: DirectMessageOptions[]) {
  const users = messages.flatMap(({ from, to }) => [from, to])
  return {
    for_user_id: account.id,
    direct_message_events: messages.map(directMessageItem),
    users: Object.fromEntries(users.map((user) => [user.id, v1User(user)])),
  }
}

export type PostOptions = {
  id: string
  by: User
  text: string
  mentions?: User[]
  answers?: { id: string; by: User }
  at?: string
  more?: object
}

/** One item of `tweet_create_events`. Its numeric id is rounded, as JSON does it to X's own. */
export function postItem({ id, by, text, mentions = [], answers, at, more }: PostOptions) {
  return {
    created_at: new Date(at ?? Date.UTC(2026, 0, 1)).toUTCString(),
    id: Number(id),
    id_str: id,
    text,
    truncated: false,
    user: { ...v1User(by), id: Number(by.id), id_str: by.id },
    in_reply_to_status_id: answers ? Number(answers.id) : null,
    in_reply_to_status_id_str: answers?.id ?? null,
    in_reply_to_user_id_str: answers?.by.id ?? null,
    is_quote_status: false,
    entities: {
      hashtags: [],
      symbols: [],
      urls: [],
      user_mentions: mentions.map(({ id: userId, username }) => ({
        id: Number(userId),
        id_str: userId,
        screen_name: username,
        name: username,
        indices: [text.indexOf(`@${username}`), text.indexOf(`@${username}`) + username.length + 1],
      })),
    },
    ...more,
  }
}

/** A delivery of the Account Activity API with posts. */
export function posts(account: User, ...all: PostOptions[]) {
  return { for_user_id: account.id, user_has_blocked: false, tweet_create_events: all.map(postItem) }
}

/** A delivery of the X Activity API. */
export function xActivity(account: User, eventType: string, payload: object, includes?: object) {
  return {
    data: {
      event_uuid: '-6850472171600526495',
      filter: { user_id: account.id },
      event_type: eventType,
      tag: 'test',
      payload,
      ...(includes ? { includes } : {}),
    },
  }
}

/** A v2 post, as the X Activity API carries it. */
export function v2Post({ id, by, text, mentions = [], answers, at, more }: PostOptions) {
  return {
    id,
    text,
    author_id: by.id,
    conversation_id: id,
    created_at: new Date(at ?? Date.UTC(2026, 0, 1)).toISOString(),
    ...(answers
      ? { in_reply_to_user_id: answers.by.id, referenced_tweets: [{ type: 'replied_to', id: answers.id }] }
      : {}),
    entities: {
      mentions: mentions.map(({ id: userId, username }) => ({
        start: text.indexOf(`@${username}`),
        end: text.indexOf(`@${username}`) + username.length + 1,
        username,
        id: userId,
      })),
    },
    ...more,
  }
}

/** A v2 post under the names of X's OpenAPI 2.167. Fails for a post that has none of the renamed fields. */
export function inNewVocabulary<T extends object>(post: T): T {
  const names: Record<string, string> = {
    referenced_tweets: 'referenced_posts',
    note_tweet: 'note_post',
    edit_history_tweet_ids: 'edit_history_post_ids',
    in_reply_to_tweet_id: 'in_reply_to_post_id',
    tweets: 'posts',
  }
  const renamed = Object.entries(post).map(([name, value]) => [names[name] ?? name, value])
  if (!renamed.some(([name]) => !Object.hasOwn(post, name))) throw new Error('nothing of it was renamed by X')
  return Object.fromEntries(renamed) as T
}

/** Base64 of a Thrift envelope of an encrypted event: strings by field, then the union whose only field is the kind. */
export function encodedChatEvent(strings: Readonly<Record<number, string>>, kind: number): string {
  const fields = Object.entries(strings).map(([field, text]) => {
    const bytes = Buffer.from(text)
    const head = Buffer.alloc(7)
    head.writeUInt8(11)
    head.writeInt16BE(Number(field), 1)
    head.writeInt32BE(bytes.length, 3)
    return Buffer.concat([head, bytes])
  })
  const union = Buffer.from([12, 0, 7, 12, 0, kind, 0, 0, 0])
  return Buffer.concat([...fields, union]).toString('base64')
}
