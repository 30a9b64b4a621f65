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
import { fieldsOf, listIn, textOf as nonEmpty, objectsOf } from './shapes.ts'

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

/** Items in a page, X's most, and pages that are read at most. */
const PAGE_SIZE = 100
const MAX_PAGES = 5

/**
 * What the account has sent, how many items X gave so incompletely that they may be the one we look for, and whether
 * everything was read: a busy account, or a customer who writes a lot, may have more than we read.
 */
type Own = { readonly items: readonly OwnItem[]; readonly incomplete: number; readonly isWhole: boolean }

/**
 * Finds what the account sent to the target with this text and these files. Resolves to X's ids: those with exactly
 * these files first, then those with files that look alike; each newest first.
 * @param since ISO time of the attempt
 * @throws XError if nothing was found and X left out what tells whose an item is, or has more than we read
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
      ? await postsUnder(client, ask.posts, account, target, from)
      : await messagesTo(client, ask.messages, account, target, from)
  const matches = own.items
    .filter((one) => !isBefore(from, one))
    .filter((one) => isSameText(text, textOf(one), target.kind))
    .map((one) => ({ id: one.id, media: compareMedia(files, mediaOf(one)) }))
    .filter((one): one is typeof one & { id: string } => isXId(one.id))
  const found = (['exact', 'alike'] as const).flatMap((how) =>
    matches.filter(({ media }) => media === how).map(({ id }) => id),
  )
  if (found.length === 0 && own.incomplete > 0) {
    throw new XError(200, `X left out author or time of ${own.incomplete} items that the account may have sent`)
  }
  if (found.length === 0 && !own.isWhole) {
    throw new XError(200, `X has more than ${MAX_PAGES * PAGE_SIZE} items since then, which may be the reply`)
  }
  return found
}

/** Nothing is known of one without a time. */
function isBefore(from: number, { created_at: at }: OwnItem): boolean {
  return typeof at === 'string' && Date.parse(at) < from
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
  { v2 }: TwitterApi,
  ask: Ask,
  { id }: Account,
  target: Extract<Target, { kind: 'post' }>,
  from: number,
): Promise<Own> {
  const since = `${new Date(from).toISOString().slice(0, 19)}Z`
  const { data, isWhole } = await readBackTo(from, ask, OWN_POSTS, (wanted) =>
    v2.get<unknown>('users/:id/tweets', { start_time: since, ...wanted }, { params: { id } }),
  )
  const answers = data
    .map((one) => fieldsOf(inNewNames(one)))
    .filter(({ referenced_posts: posts }) =>
      objectsOf(posts).some(({ type, id }) => type === 'replied_to' && id === target.inReplyTo),
    )
  return { items: answers, incomplete: countIncomplete(data, OWN_POSTS), isWhole }
}

/** This list of X has no start. */
async function messagesTo(
  { v2 }: TwitterApi,
  ask: Ask,
  account: Account,
  { recipientId }: Extract<Target, { kind: 'direct_message' }>,
  from: number,
): Promise<Own> {
  const { data, isWhole } = await readBackTo(from, ask, OWN_MESSAGES, (wanted) =>
    v2.get<unknown>(
      'dm_conversations/with/:participant_id/dm_events',
      { event_types: 'MessageCreate', ...wanted },
      { params: { participant_id: recipientId } },
    ),
  )
  return {
    items: data.filter((one) => one.sender_id === account.id),
    incomplete: countIncomplete(data, OWN_MESSAGES),
    isWhole,
  }
}

/** Reads a list of X, which is newest first, until its items are older. @param from milliseconds since 1970 */
async function readBackTo(
  from: number,
  ask: Ask,
  fields: InBoth,
  call: (wanted: Readonly<Record<string, string | number>>) => Promise<unknown>,
): Promise<{ data: readonly OwnItem[]; isWhole: boolean }> {
  const data: OwnItem[] = []
  let next: string | null = null
  for (let page = 0; page < MAX_PAGES; page++) {
    const place = { max_results: PAGE_SIZE, ...(next !== null && { pagination_token: next }) }
    const answer: unknown = await ask(
      fields,
      (wanted) => call({ ...place, ...wanted }),
      (one) => objectsOf(fieldsOf(one).data),
    )
    const items = wholeList(answer)
    data.push(...items)
    next = nonEmpty(fieldsOf(fieldsOf(answer).meta).next_token)
    const oldest = items.at(-1)
    if (next === null || (oldest && isBefore(from, oldest))) return { data, isWhole: true }
  }
  return { data, isWhole: false }
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
