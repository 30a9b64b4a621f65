import type { XPage, XReading } from '../../core/ports/x.ts'
import { personFrom } from '../../core/x/payload/people.ts'
import { quotedPostFrom } from '../../core/x/payload/post.ts'
import { asAccount, callX, lookUpAtX, type XAccess } from './access.ts'

/** The fields of a post that becomes a message. */
const POSTS = {
  'tweet.fields':
    'attachments,author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,entities,in_reply_to_user_id,note_tweet,referenced_tweets',
  expansions: 'author_id,attachments.media_keys,referenced_tweets.id,referenced_tweets.id.author_id',
  'user.fields': 'name,profile_image_url,username',
  'media.fields': 'preview_image_url,type,url,variants',
}

/** The fields of a direct message that becomes a message. */
const MESSAGES = {
  event_types: 'MessageCreate',
  'dm_event.fields': 'attachments,created_at,dm_conversation_id,entities,event_type,id,participant_ids,sender_id,text',
  expansions: 'attachments.media_keys,participant_ids,sender_id',
  'user.fields': 'name,profile_image_url,username',
  'media.fields': 'preview_image_url,type,url,variants',
}

/** The fields of a parent or quoted post. */
const POST_FIELDS = {
  'tweet.fields':
    'author_id,created_at,display_text_range,entities,note_tweet,in_reply_to_user_id,referenced_tweets,attachments,withheld',
  expansions: 'author_id,attachments.media_keys',
  'user.fields': 'profile_image_url',
  'media.fields': 'url,preview_image_url,variants',
}

/** X answers 200 without `data` for a post or person that is not visible to the account. */
type LookUpAnswer = { data?: unknown; includes?: unknown }

type ListAnswer = { data?: unknown[]; includes?: unknown; meta?: { next_token?: string } }

/** Reads posts, people and lists of X in the name of an account. */
export function createXReading(access: XAccess): XReading {
  return {
    post: (tokens, id) =>
      lookUpAtX(async () => {
        const { data, includes } = await (await asAccount(access, tokens)).v2.get<LookUpAnswer>(
          'tweets/:id',
          POST_FIELDS,
          {
            params: { id },
          },
        )
        return quotedPostFrom(data, includes)
      }),

    user: (tokens, id) =>
      lookUpAtX(async () => {
        const fields = { 'user.fields': 'profile_image_url' }
        const { data } = await (await asAccount(access, tokens)).v2.get<LookUpAnswer>('users/:id', fields, {
          params: { id },
        })
        const person = data === undefined ? null : personFrom(id, data)
        return person?.username ? person : null
      }),

    mentions: (tokens, account, since, next) =>
      callX(async () => {
        const query = { ...POSTS, max_results: 100, start_time: since, ...(next ? { pagination_token: next } : {}) }
        const params = { id: account.id }
        return pageFrom(
          await (await asAccount(access, tokens)).v2.get<ListAnswer>('users/:id/mentions', query, { params }),
        )
      }),

    directMessages: (tokens, next) =>
      callX(async () => {
        const query = { ...MESSAGES, max_results: 100, ...(next ? { pagination_token: next } : {}) }
        return pageFrom(await (await asAccount(access, tokens)).v2.get<ListAnswer>('dm_events', query))
      }),
  }
}

function pageFrom({ data = [], includes = {}, meta }: ListAnswer): XPage {
  return { items: data, includes, next: meta?.next_token ?? null }
}
