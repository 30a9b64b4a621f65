import type { TwitterApi } from 'twitter-api-v2'
import type { Account } from '../../core/ports/x.ts'
import { isSameText } from '../../core/replies/reply.ts'
import { compareMedia, type Files, type ShownMedia } from '../../core/tickets/attachment.ts'
import type { Target } from '../../core/tickets/ticket.ts'
import { marksFrom } from '../../core/x/payload/marks.ts'
import { displayText } from '../../core/x/payload/text.ts'
import { inNewNames } from '../../core/x/payload/vocabulary.ts'

type OwnItem = {
  id: string
  text?: string
  created_at?: string
  entities?: unknown
  attachments?: { media_keys?: string[] }
}
type OwnPost = OwnItem & { referenced_posts?: { type: string; id: string }[] }
type OwnMessage = OwnItem & { sender_id?: string }

/**
 * Media types by the prefix of their media key; all others are videos. From recorded payloads.
 * Source: https://docs.x.com/x-api/fundamentals/data-dictionary
 */
const TYPES: Readonly<Record<string, ShownMedia['type']>> = { 3: 'photo', 16: 'animated_gif' }

/** The clocks of X and of the product may differ by this much. */
const CLOCK_SKEW_MS = 60_000

/**
 * Finds what the account sent to the target with this text and these files. Resolves to X's ids: those with exactly
 * these files first, then those with files that look alike; each newest first.
 * @param since ISO time of the attempt
 */
export async function findIn(
  client: TwitterApi,
  account: Account,
  target: Target,
  text: string,
  since: string,
  files: Files = { media: [], uploadedMedia: [] },
): Promise<string[]> {
  const from = Date.parse(since) - CLOCK_SKEW_MS
  const own =
    target.kind === 'post' ? await postsUnder(client, account, target) : await messagesTo(client, account, target)
  const matches = own
    .filter((one) => !one.created_at || Date.parse(one.created_at) >= from)
    .filter((one) => isSameText(text, textOf(one), target.kind))
    .map((one) => ({ id: one.id, media: compareMedia(files, mediaOf(one)) }))
  return (['exact', 'alike'] as const).flatMap((how) =>
    matches.filter(({ media }) => media === how).map(({ id }) => id),
  )
}

/** The text without the link that X appends for the attached files. */
function textOf({ text = '', entities, attachments }: OwnItem): string {
  const hasMedia = (attachments?.media_keys ?? []).length > 0
  const { marks } = marksFrom(
    entities,
    (_url, expanded, isMedia) =>
      hasMedia && (isMedia || /\/(photo|video)\/\d+$|\/messages\/media\/\d+$/.test(expanded)),
  )
  const own = marks.filter((mark) => mark.type === 'own_media')
  return displayText(text, own).text
}

function mediaOf({ attachments }: OwnItem): ShownMedia[] {
  return (attachments?.media_keys ?? []).map((id) => ({ id, type: TYPES[id.split('_')[0] ?? ''] ?? 'video' }))
}

async function postsUnder(
  client: TwitterApi,
  account: Account,
  target: Extract<Target, { kind: 'post' }>,
): Promise<OwnPost[]> {
  const { data = [] } = await client.v2.get<{ data?: OwnPost[] }>(
    'users/:id/tweets',
    { max_results: 100, 'tweet.fields': 'created_at,referenced_tweets,entities,attachments' },
    { params: { id: account.id } },
  )
  return data
    .map((one) => inNewNames(one) as OwnPost)
    .filter((one) => one.referenced_posts?.some(({ type, id }) => type === 'replied_to' && id === target.inReplyTo))
}

async function messagesTo(
  client: TwitterApi,
  account: Account,
  target: Extract<Target, { kind: 'direct_message' }>,
): Promise<OwnMessage[]> {
  const { data = [] } = await client.v2.get<{ data?: OwnMessage[] }>(
    'dm_conversations/with/:participant_id/dm_events',
    { max_results: 100, 'dm_event.fields': 'id,text,sender_id,created_at,event_type,entities,attachments' },
    { params: { participant_id: target.recipientId } },
  )
  return data.filter((one) => one.sender_id === account.id)
}
