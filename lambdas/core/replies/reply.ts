import twitterText from 'twitter-text'
import type { Attachment } from '../tickets/attachment.ts'
import { countedWith } from '../tickets/counted.ts'
import {
  type Delivery,
  type Message,
  type Sending,
  statusAfterAgent,
  type Target,
  type Ticket,
  unsent,
} from '../tickets/ticket.ts'
import { laterOf } from '../time.ts'
import { positionAfter, positionOfTime } from '../x/ids.ts'

/** A reply of an agent: a message with its delivery and the state of sending it. */
export type Reply = Message & { readonly delivery: Delivery; readonly sending: Sending }

/** True if a message is a reply of an agent, and not written on X. */
export function isReply(message: Message): message is Reply {
  return message.delivery !== null && message.sending !== null
}

/**
 * X's limits of a text: characters (code points) of a direct message, weighted characters of a post.
 * Source: https://docs.x.com/fundamentals/counting-characters.
 */
export const MAX_DIRECT_MESSAGE_CHARACTERS = 10_000
export const MAX_POST_CHARACTERS = 280

/**
 * The longest text of which we count the weight, in UTF-16 units. twitter-text takes 20 seconds for 20,000 Cyrillic letters;
 * no post of 280 weighted characters is so long, unless it is full of links of hundreds of characters.
 */
export const MAX_POST_UNITS = 4_000

/** True if X makes a link of a part of a text. */
export function hasLink(text: string): boolean {
  return text.length <= MAX_POST_UNITS && twitterText.extractUrls(text).length > 0
}

/** Where X makes links of parts of a text, in UTF-16 units; none in a text that is too long for any post. */
export function linksIn(text: string): readonly { readonly start: number; readonly end: number }[] {
  if (text.length > MAX_POST_UNITS) return []
  return twitterText.extractUrlsWithIndices(text).map(({ indices: [start, end] }) => ({ start, end }))
}

/** The length of a text as X counts it, and the maximum. */
export function lengthOf(kind: Ticket['kind'], text: string): { weightedLength: number; maxLength: number } {
  if (kind === 'direct') return { weightedLength: [...text].length, maxLength: MAX_DIRECT_MESSAGE_CHARACTERS }
  if (text.length > MAX_POST_UNITS) return { weightedLength: text.length, maxLength: MAX_POST_CHARACTERS }
  return { weightedLength: twitterText.parseTweet(text).weightedLength, maxLength: MAX_POST_CHARACTERS }
}

/** How long a worker has a reply for itself, at most: longer than the function may run. A reply that was not queued is due then. */
export const CLAIM_MS = 120_000

/** The author of a reply: an agent, or a program that calls the API. */
export type Author = { readonly id: string; readonly name: string }

/**
 * The id of a new reply. It holds the reply's position: after all messages that are there, though clocks differ.
 * @param unique letters and digits that no other reply has
 */
export function replyIdOf({ lastPosition }: Pick<Ticket, 'lastPosition'>, now: Date, unique: string): string {
  return `reply-${laterOf(positionOfTime(now.getTime()), positionAfter(lastPosition))}-${unique}`
}

/** The position in the id of a reply; null if it is no id of a reply. */
export function positionInReplyId(id: string): string | null {
  return /^reply-(\d{3,42})-\w+$/.exec(id)?.[1] ?? null
}

/**
 * A new reply, and the ticket with it counted.
 * @param reply `id` comes from `replyIdOf`
 * @param now the time at which it was written
 */
export function writeReply(
  ticket: Ticket,
  reply: {
    id: string
    text: string
    target: Target
    author: Author
    media?: readonly Attachment[]
    /** X's id of the conversation if the reply goes encrypted. */
    chatConversationId?: string | null
  },
  now: Date,
): { ticket: Ticket; reply: Reply } {
  const at = now.toISOString()
  const position = positionInReplyId(reply.id)
  if (position === null) throw new Error(`${reply.id} is no id of a reply`)
  const dueAt = new Date(now.getTime() + CLAIM_MS).toISOString()
  const written: Reply = {
    id: reply.id,
    position,
    ticketId: ticket.id,
    channelId: ticket.channelId,
    direction: 'outbound',
    visibility: reply.target.kind === 'post' ? 'public' : 'private',
    text: reply.text,
    entities: [],
    media: reply.media ?? [],
    addressees: [],
    author: { id: reply.author.id, username: null, name: reply.author.name },
    externalId: null,
    inReplyToId: reply.target.kind === 'post' ? reply.target.inReplyTo : null,
    parent: null,
    quoted: null,
    versions: [],
    versionIds: [],
    mentionsAccount: null,
    missing: [],
    incompleteBecause: null,
    notice: null,
    chat: null,
    deletedAt: null,
    erasedAt: null,
    hiddenAt: null,
    facts: null,
    joinedBecause: 'an agent answered',
    delivery: { status: 'pending', reason: null, attempts: 0, dueAt },
    recovered: null,
    sending: {
      target: reply.target,
      ...(reply.chatConversationId && { chat: { conversationId: reply.chatConversationId, payload: null } }),
      ...unsent,
      version: 1,
    },
    createdAt: at,
    receivedAt: at,
  }
  return {
    reply: written,
    ticket: {
      ...ticket,
      status: statusAfterAgent(ticket.status),
      ...countedWith(ticket, written),
      updatedAt: laterOf(at, ticket.updatedAt),
      version: ticket.version + 1,
    },
  }
}

/**
 * A failed reply, or one of unknown outcome that an agent found missing on X, ready to be sent again, with all attempts
 * before it.
 */
export function sendAgain(reply: Reply, now: Date): Reply {
  const dueAt = new Date(now.getTime() + CLAIM_MS).toISOString()
  return {
    ...reply,
    delivery: { status: 'pending', reason: null, attempts: 0, dueAt },
    sending: {
      ...reply.sending,
      ...unsent,
      firstOutcome: reply.sending.firstOutcome,
      // X has refused what failed: it is encrypted again, perhaps with newer keys. What X may have keeps its id.
      ...(reply.sending.chat &&
        reply.delivery.status === 'failed' && { chat: { ...reply.sending.chat, payload: null } }),
    },
  }
}

/** X's longest text is a direct message of 10,000 characters; a link that it shows in full may be longer than ours. */
const MAX_SHOWN_UNITS = 40_000

/**
 * True if a text that X shows is the text that we sent. X puts handles before a reply and replaces links, so handles,
 * the targets of links and white space do not count.
 */
export function isSameText(sent: string, shown: string, kind: Target['kind']): boolean {
  if (sent === shown) return true
  if (shown.length > MAX_SHOWN_UNITS) return false
  return comparable(sent, kind) === comparable(shown, kind)
}

function comparable(text: string, kind: Target['kind']): string {
  const withoutHandles = kind === 'post' ? text.replace(/^(\s*@\w+)+\s*/u, '') : text
  const links = twitterText.extractUrlsWithIndices(withoutHandles)
  const plain = links.reduceRight(
    (rest, { indices: [start, end] }) => `${rest.slice(0, start)}\u2023${rest.slice(end)}`,
    withoutHandles,
  )
  return plain.replace(/\s+/gu, ' ').trim().normalize('NFC')
}
