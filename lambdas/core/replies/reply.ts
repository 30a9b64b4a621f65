import twitterText from 'twitter-text'
import type { Attachment } from '../tickets/attachment.ts'
import {
  countedWith,
  type Delivery,
  type Message,
  type Sending,
  statusAfterAgent,
  type Target,
  type Ticket,
} from '../tickets/ticket.ts'
import { laterOf } from '../time.ts'
import { positionAfter, positionOfTime } from '../x/ids.ts'

/** A reply: a message with a delivery and what is needed to send it. */
export type Reply = Message & { readonly delivery: Delivery; readonly sending: Sending }

export function isReply(message: Message): message is Reply {
  return message.delivery !== null && message.sending !== null
}

/** X's limits of a text: characters of a direct message, weighted ones of a post. Source: X's docs, "Counting characters". */
export const MAX_DIRECT_MESSAGE = 10_000
export const MAX_POST = 280

/** How long a text counts on X, and how long it may be. */
export function lengthOf(kind: Ticket['kind'], text: string): { weightedLength: number; maxLength: number } {
  if (kind === 'direct') return { weightedLength: [...text].length, maxLength: MAX_DIRECT_MESSAGE }
  return { weightedLength: twitterText.parseTweet(text).weightedLength, maxLength: MAX_POST }
}

/** Time after which a reply that was stored but never queued is brought back, milliseconds. */
export const LEFT_BEHIND_AFTER = 60_000

/** Who answers: an agent, or the machine's client. */
export type Author = { readonly id: string; readonly name: string }

/** A new reply and the ticket with it. @param now the time of writing */
export function writeReply(
  ticket: Ticket,
  reply: { id: string; text: string; target: Target; author: Author; media?: readonly Attachment[] },
  now: Date,
): { ticket: Ticket; reply: Reply } {
  const at = now.toISOString()
  // Clocks differ: an answer stands behind what it answers in any case.
  const position = laterOf(positionOfTime(now.getTime()), positionAfter(ticket.lastPosition))
  const dueAt = new Date(now.getTime() + LEFT_BEHIND_AFTER).toISOString()
  return {
    reply: {
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
      notice: null,
      deletedAt: null,
      joinedBecause: 'an agent answered',
      delivery: { status: 'pending', reason: null, attempts: 0, dueAt },
      recovered: null,
      sending: {
        target: reply.target,
        attemptedAt: null,
        looks: 0,
        ifMissing: null,
        claimedUntil: null,
        uploadedMedia: [],
        uploads: 0,
        version: 1,
      },
      createdAt: at,
      receivedAt: at,
    },
    ticket: {
      ...ticket,
      status: statusAfterAgent(ticket.status),
      ...countedWith(ticket, 'outbound', at),
      lastPosition: position,
      updatedAt: laterOf(at, ticket.updatedAt),
      version: ticket.version + 1,
    },
  }
}

/** A failed reply, or one of which an agent decides that X does not have it, ready to be sent again. */
export function sendAgain(reply: Reply, now: Date): Reply {
  const dueAt = new Date(now.getTime() + LEFT_BEHIND_AFTER).toISOString()
  return {
    ...reply,
    delivery: { ...reply.delivery, status: 'pending', reason: null, dueAt },
    sending: {
      ...reply.sending,
      attemptedAt: null,
      looks: 0,
      ifMissing: null,
      claimedUntil: null,
      uploadedMedia: [],
      uploads: 0,
    },
  }
}

/**
 * Whether a text that X shows is the one that was sent. X puts handles before a reply, escapes, and puts addresses in
 * the place of links; what remains must be the same.
 */
export function isSameText(sent: string, shown: string, kind: Target['kind']): boolean {
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
