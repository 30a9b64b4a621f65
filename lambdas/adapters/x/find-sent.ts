import type { TwitterApi } from 'twitter-api-v2'
import { type Account, XError } from '../../core/ports/x.ts'
import { isSameText } from '../../core/replies/reply.ts'
import { compareMedia, type Files, type ShownMedia } from '../../core/tickets/attachment.ts'
import type { Target } from '../../core/tickets/ticket.ts'
import { isXId } from '../../core/x/ids.ts'
import { marksFrom } from '../../core/x/payload/marks.ts'
import { displayText } from '../../core/x/payload/text.ts'
import { inNewNames } from '../../core/x/payload/vocabulary.ts'
import { type Ask, countIncomplete, type InBoth } from './dialect.ts'
import { fieldsOf, listIn, objectsOf } from './shapes.ts'

/** A post or message as X gives it. */
type OwnItem = Readonly<Record<string, unknown>>

/**
 * Media types by the prefix of their media key; all others are videos. From recorded payloads.
 * Source: https://docs.x.com/x-api/fundamentals/data-dictionary
 */
const TYPES: Readonly<Record<string, ShownMedia['type']>> = { 3: 'photo', 16: 'animated_gif' }

/** The clocks of X and of the product may differ by this much. */
const CLOCK_SKEW_MS = 60_000

const OWN_POSTS: InBoth = {
  always: ['author_id', 'created_at'],
  old: { 'tweet.fields': 'attachments,author_id,created_at,entities,referenced_tweets' },
  new: { 'post.fields': 'attachments,created_at,entities', expansions: 'author_id,referenced_posts' },
}
const OWN_MESSAGES: InBoth = {
  always: ['sender_id', 'created_at'],
  old: { 'dm_event.fields': 'attachments,created_at,entities,event_type,id,sender_id,text' },
  new: { 'dm_event.fields': 'attachments,created_at,entities,event_type,id,text', expansions: 'sender_id' },
}

/** What the account has sent, and how many items X gave so incompletely that they may be the one we look for. */
type Own = { readonly items: readonly OwnItem[]; readonly incomplete: number }

/**
 * Finds what the account sent to the target with this text and these files. Resolves to X's ids: those with exactly
 * these files first, then those with files that look alike; each newest first.
 * @param since ISO time of the attempt
 * @throws XError if nothing was found and X left out what tells whose an item is
 */
export async function findIn(
  client: TwitterApi,
  ask: { readonly posts: Ask; readonly messages: Ask },
  account: Account,
  target: Target,
  text: string,
  since: string,
  files: Files = { media: [], uploadedMedia: [] },
): Promise<string[]> {
  const from = Date.parse(since) - CLOCK_SKEW_MS
  const own =
    target.kind === 'post'
      ? await postsUnder(client, ask.posts, account, target)
      : await messagesTo(client, ask.messages, account, target)
  const matches = own.items
    .filter(({ created_at: at }) => !(typeof at === 'string' && Date.parse(at) < from))
    .filter((one) => isSameText(text, textOf(one), target.kind))
    .map((one) => ({ id: one.id, media: compareMedia(files, mediaOf(one)) }))
    .filter((one): one is typeof one & { id: string } => isXId(one.id))
  const found = (['exact', 'alike'] as const).flatMap((how) =>
    matches.filter(({ media }) => media === how).map(({ id }) => id),
  )
  if (found.length === 0 && own.incomplete > 0) {
    throw new XError(200, `X left out author or time of ${own.incomplete} items that the account may have sent`)
  }
  return found
}

/** The text without the link that X appends for the attached files. */
function textOf(item: OwnItem): string {
  const { text, entities } = item
  const hasMedia = mediaOf(item).length > 0
  const { marks } = marksFrom(
    entities,
    (_url, expanded, isMedia) =>
      hasMedia && (isMedia || /\/(photo|video)\/\d+$|\/messages\/media\/\d+$/.test(expanded)),
  )
  const own = marks.filter((mark) => mark.type === 'own_media')
  return displayText(typeof text === 'string' ? text : '', own).text
}

function mediaOf({ attachments }: OwnItem): ShownMedia[] {
  const { media_keys: keys } = fieldsOf(attachments)
  return (Array.isArray(keys) ? keys.map((key) => (typeof key === 'string' ? key : '')) : []).map((id) => ({
    id,
    type: TYPES[id.split('_')[0] ?? ''] ?? 'video',
  }))
}

async function postsUnder(
  client: TwitterApi,
  ask: Ask,
  account: Account,
  target: Extract<Target, { kind: 'post' }>,
): Promise<Own> {
  const answer = await ask(
    OWN_POSTS,
    (wanted) =>
      client.v2.get<unknown>('users/:id/tweets', { max_results: 100, ...wanted }, { params: { id: account.id } }),
    (one) => objectsOf(fieldsOf(one).data),
  )
  const data = wholeList(answer)
  const answers = data
    .map((one) => fieldsOf(inNewNames(one)))
    .filter(({ referenced_posts: posts }) =>
      objectsOf(posts).some(({ type, id }) => type === 'replied_to' && id === target.inReplyTo),
    )
  return { items: answers, incomplete: countIncomplete(data, OWN_POSTS) }
}

async function messagesTo(
  client: TwitterApi,
  ask: Ask,
  account: Account,
  target: Extract<Target, { kind: 'direct_message' }>,
): Promise<Own> {
  const answer = await ask(
    OWN_MESSAGES,
    (wanted) =>
      client.v2.get<unknown>(
        'dm_conversations/with/:participant_id/dm_events',
        { event_types: 'MessageCreate', max_results: 100, ...wanted },
        { params: { participant_id: target.recipientId } },
      ),
    (one) => objectsOf(fieldsOf(one).data),
  )
  const data = wholeList(answer)
  return {
    items: data.filter((one) => one.sender_id === account.id),
    incomplete: countIncomplete(data, OWN_MESSAGES),
  }
}

/**
 * The items of a page. One that is no whole page does not say that X has nothing: the reply would be sent again.
 * @throws XError 200 if it is none
 */
function wholeList(answer: unknown): readonly OwnItem[] {
  const { data, meta } = fieldsOf(answer)
  if (data === undefined && meta === undefined) throw new XError(200, 'X answered without data and meta')
  return listIn(answer)
}
