import { type AccountTokens, XError, type XPage, type XReading } from '../../core/ports/x.ts'
import { personFrom } from '../../core/x/payload/people.ts'
import { quotedPostFrom } from '../../core/x/payload/post.ts'
import { asAccount, callX, lookUpAtX, type XAccess } from './access.ts'
import { countIncomplete, createAsk, type InBoth } from './dialect.ts'
import { answered, fieldsOf, textOf } from './shapes.ts'

const PEOPLE_AND_MEDIA = {
  'user.fields': 'created_at,name,profile_image_url,public_metrics,username,verified,verified_type',
  'media.fields': 'preview_image_url,type,url,variants',
}

/** The fields of a post that becomes a message. */
const POSTS: InBoth = {
  always: ['author_id', 'created_at'],
  old: {
    'tweet.fields':
      'attachments,author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,note_tweet,referenced_tweets',
    expansions: 'author_id,attachments.media_keys,referenced_tweets.id,referenced_tweets.id.author_id',
    ...PEOPLE_AND_MEDIA,
  },
  new: {
    'post.fields': 'attachments,conversation_id,created_at,display_text_range,entities,lang,note_post',
    expansions: 'attachments.media_keys,author_id,edit_history_post_ids,in_reply_to_user_id,referenced_posts',
    ...PEOPLE_AND_MEDIA,
  },
}

/** The fields of a direct message that becomes a message. */
const MESSAGES: InBoth = {
  always: ['sender_id', 'created_at'],
  old: {
    'dm_event.fields':
      'attachments,created_at,dm_conversation_id,entities,event_type,id,participant_ids,sender_id,text',
    expansions: 'attachments.media_keys,participant_ids,sender_id',
    ...PEOPLE_AND_MEDIA,
  },
  new: {
    'dm_event.fields': 'attachments,created_at,dm_conversation_id,entities,event_type,id,text',
    expansions: 'attachments.media_keys,participant_ids,sender_id',
    ...PEOPLE_AND_MEDIA,
  },
}

/** The fields of a parent or quoted post. */
const ONE_POST: InBoth = {
  always: ['author_id', 'created_at'],
  old: {
    'tweet.fields':
      'author_id,created_at,display_text_range,entities,note_tweet,in_reply_to_user_id,referenced_tweets,attachments,withheld',
    expansions: 'author_id,attachments.media_keys',
    'user.fields': 'profile_image_url',
    'media.fields': 'url,preview_image_url,variants',
  },
  new: {
    'post.fields': 'attachments,created_at,display_text_range,entities,note_post,withheld',
    expansions: 'attachments.media_keys,author_id,in_reply_to_user_id,referenced_posts',
    'user.fields': 'profile_image_url',
    'media.fields': 'url,preview_image_url,variants',
  },
}

/** Reads posts, people and lists of X in the name of an account. */
export function createXReading(access: XAccess): XReading {
  const askForPosts = createAsk()
  const askForMessages = createAsk()
  const clientFor = (tokens: AccountTokens) => asAccount(access, tokens)

  return {
    post: (tokens, id) =>
      lookUpAtX(async () => {
        const { v2 } = await clientFor(tokens)
        const answer = await askForPosts(
          ONE_POST,
          (wanted) => v2.get<unknown>('tweets/:id', wanted, { params: { id } }),
          (one) => [fieldsOf(one).data].filter((data) => data !== undefined),
        )
        // X answers 200 without `data` for a post or person that is not visible to the account.
        const { data, includes } = answered(answer)
        // Not «a post without an author»: X has answered incompletely, so it is asked again later.
        if (data !== undefined && countIncomplete([data], { always: ['author_id'] }) > 0) {
          throw new XError(200, `X gave the post ${id} without its author_id`)
        }
        return quotedPostFrom(data, includes)
      }),

    user: (tokens, id) =>
      lookUpAtX(async () => {
        const fields = { 'user.fields': 'profile_image_url' }
        const answer = await (await clientFor(tokens)).v2.get<unknown>('users/:id', fields, { params: { id } })
        const { data } = answered(answer)
        const person = data === undefined ? null : personFrom(id, data)
        return person?.username ? person : null
      }),

    mentions: (tokens, account, since, next) =>
      callX(async () => {
        const { v2 } = await clientFor(tokens)
        const from = 'id' in since ? { since_id: since.id } : { start_time: `${since.time.slice(0, 19)}Z` }
        const page = { max_results: 100, ...from, ...(next ? { pagination_token: next } : {}) }
        const answer = await askForPosts(
          POSTS,
          (wanted) => v2.get<unknown>('users/:id/mentions', { ...wanted, ...page }, { params: { id: account.id } }),
          itemsIn,
        )
        return pageFrom(answer)
      }),

    directMessages: (tokens, next) =>
      callX(async () => {
        const { v2 } = await clientFor(tokens)
        const page = { event_types: 'MessageCreate', max_results: 100, ...(next ? { pagination_token: next } : {}) }
        const answer = await askForMessages(
          MESSAGES,
          (wanted) => v2.get<unknown>('dm_events', { ...wanted, ...page }),
          itemsIn,
        )
        return pageFrom(answer)
      }),
  }
}

function pageFrom(answer: unknown): XPage {
  return {
    items: itemsIn(answer),
    includes: fieldsOf(fieldsOf(answer).includes),
    next: textOf(fieldsOf(fieldsOf(answer).meta).next_token),
    flaw: flawOf(answer),
  }
}

function itemsIn(answer: unknown): readonly unknown[] {
  const { data } = fieldsOf(answer)
  return Array.isArray(data) ? data : []
}

/** Why an answer is no whole page of a list: X answers with 200 what it could not do, too. */
function flawOf(answer: unknown): string | null {
  const { data, meta } = fieldsOf(answer)
  if (data !== undefined && !Array.isArray(data)) return 'data is not a list'
  if (meta !== undefined) return null
  return data === undefined ? 'the answer has neither data nor meta' : 'the answer has no meta'
}
