import type { TwitterApi } from 'twitter-api-v2'
import type { XPosting } from '../../core/ports/x.ts'
import type { Target } from '../../core/tickets/ticket.ts'
import { asAccount, callX, type XAccess } from './access.ts'
import { failedAnswer, sentAnswer } from './answers.ts'
import { createAsk } from './dialect.ts'
import { findIn } from './find-sent.ts'
import { fieldsOf } from './shapes.ts'

/** Sends direct messages and public replies, and finds what was sent. */
export function createXPosting(access: XAccess): XPosting {
  const ask = { posts: createAsk(), messages: createAsk() }
  return {
    async send(tokens, target, text, mediaIds = []) {
      const client = await asAccount(access, tokens)
      try {
        return await (target.kind === 'post'
          ? sendPost(client, target, text, mediaIds)
          : sendMessage(client, target, text, mediaIds))
      } catch (error) {
        return failedAnswer(error)
      }
    },

    findSent: (tokens, account, target, text, since, files) =>
      callX(async () => findIn(await asAccount(access, tokens), ask, account, target, text, since, files)),
  }
}

async function sendPost(
  client: TwitterApi,
  target: Extract<Target, { kind: 'post' }>,
  text: string,
  mediaIds: readonly string[],
) {
  const media = mediaIds.length > 0 ? { media: { media_ids: [...mediaIds] } } : {}
  const body = { text, reply: { in_reply_to_tweet_id: target.inReplyTo }, ...media }
  const answer = await client.v2.post<unknown>('tweets', body, { fullResponse: true })
  return sentAnswer(dataOf(answer.data).id, answer.rateLimit)
}

async function sendMessage(
  client: TwitterApi,
  target: Extract<Target, { kind: 'direct_message' }>,
  text: string,
  mediaIds: readonly string[],
) {
  const attachments = mediaIds.map((id) => ({ media_id: id }))
  // X accepts a file without a text, but not an empty text.
  const body = { ...(text === '' ? {} : { text }), ...(attachments.length > 0 ? { attachments } : {}) }
  const answer = await client.v2.post<unknown>('dm_conversations/with/:participant_id/messages', body, {
    fullResponse: true,
    params: { participant_id: target.recipientId },
  })
  return sentAnswer(dataOf(answer.data).dm_event_id, answer.rateLimit)
}

const dataOf = (answer: unknown) => fieldsOf(fieldsOf(answer).data)
