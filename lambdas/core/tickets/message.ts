import type { Channel } from '../channels/channel.ts'
import { laterOf } from '../time.ts'
import type { DirectMessage, EncryptedChat, Person, Post } from '../x/activity.ts'
import { channelIdOf, positionOfId, positionOfTime, postUrlOf } from '../x/ids.ts'
import { pendingAttachment } from './attachment.ts'
import { type Decision, mentions } from './routing.ts'
import {
  countedWith,
  type Message,
  type MessageAuthor,
  type Missing,
  type ParentPost,
  type Recovered,
  type Status,
  statusAfterAgent,
  statusAfterCustomer,
  subjectOf,
  type Ticket,
  type TicketKind,
  tagOf,
  type Version,
} from './ticket.ts'

/** An activity that can become a message. */
export type Written = DirectMessage | EncryptedChat | Post

const PREFIX = { direct_message: 'dm', encrypted_chat: 'chat', post: 'post' } as const

/** The id of a message. It is derived from X's id, so a repeated event finds the same message. */
export function messageIdOf(kind: Written['kind'], externalId: string): string {
  return `${PREFIX[kind]}-${externalId}`
}

/** What a new message takes from outside its activity. */
export type MessageContext = {
  readonly channel: Channel | null
  /** The message of this channel that a post answers; null if there is none. */
  readonly parentMessage: Message | null
}

/** The id of a ticket. It is derived from the message that opens it, so a repeated event writes the same ticket. */
export function ticketIdOf(channelId: string, kind: TicketKind, externalId: string): string {
  return `${channelId}-${kind}-${externalId}`
}

/**
 * The ticket and first message of an `open` decision.
 * @param now ISO time, @param recovered null for an ordinary delivery
 */
export function openTicket(
  written: Written,
  decision: Extract<Decision, { do: 'open' }>,
  context: MessageContext,
  now: string,
  recovered: Recovered | null = null,
): { ticket: Ticket; message: Message } {
  const channelId = channelIdOf(written.channelUserId)
  const customer = authorOf(written)
  const id = ticketIdOf(channelId, decision.kind, written.externalId)
  const message = messageOf(written, customer, id, 'inbound', decision.reason, context, recovered)
  const ticket: Ticket = {
    id,
    channelId,
    kind: decision.kind,
    conversationId: decision.conversationId,
    status: 'new',
    tags: [tagOf[decision.kind]],
    subject: subjectOf(decision.kind, message.notice ? '' : message.text, customer),
    customer,
    openedAt: now,
    openedBecause: decision.reason,
    updatedAt: now,
    messageCount: 1,
    outboundCount: 0,
    firstResponseAt: null,
    lastPosition: message.position,
    firstEntryId: written.kind === 'post' ? written.externalId : null,
    previousTicketId: decision.previousTicketId,
    version: 1,
  }
  return { ticket, message }
}

/**
 * The ticket and new message of a `join` decision.
 * @param now ISO time
 * @param recovered null for an ordinary delivery
 */
export function joinTicket(
  written: Written,
  decision: Extract<Decision, { do: 'join' }>,
  context: MessageContext,
  now: string,
  recovered: Recovered | null = null,
): { ticket: Ticket; message: Message } {
  const { ticket, direction } = decision
  const status: Status = direction === 'inbound' ? statusAfterCustomer(ticket.status) : statusAfterAgent(ticket.status)
  const named = authorOf(written)
  // X sometimes leaves out a person's name: keep the known one.
  const author = named.id === ticket.customer.id && named.username === null ? ticket.customer : named
  const customer = author.id === ticket.customer.id ? author : ticket.customer
  const message = messageOf(written, author, ticket.id, direction, decision.reason, context, recovered)
  return {
    message,
    ticket: {
      ...ticket,
      status,
      customer,
      updatedAt: laterOf(now, ticket.updatedAt),
      ...countedWith(ticket, direction, written.createdAt),
      lastPosition: laterOf(message.position, ticket.lastPosition),
      version: ticket.version + 1,
    },
  }
}

function messageOf(
  written: Written,
  { id, username, name }: Person,
  ticketId: string,
  direction: Message['direction'],
  reason: string,
  { channel, parentMessage }: MessageContext,
  recovered: Recovered | null,
): Message {
  const isChat = written.kind === 'encrypted_chat'
  const post = written.kind === 'post' ? written : null
  const parent = post && parentOf(post, ticketId, parentMessage, channel)
  return {
    id: messageIdOf(written.kind, written.externalId),
    position: positionOf(written),
    ticketId,
    channelId: channelIdOf(written.channelUserId),
    direction,
    visibility: post ? 'public' : 'private',
    text: isChat ? '' : written.text,
    entities: isChat ? [] : written.entities,
    media: isChat ? [] : written.media.map((one) => pendingAttachment(one, written.receivedAt)),
    addressees: post?.addressees ?? [],
    author: { id, username, name },
    externalId: written.externalId,
    inReplyToId: post?.inReplyTo?.postId ?? null,
    parent,
    quoted: post?.quoted ?? null,
    versions: post && post.versionIds.length > 1 ? [versionOf(post)] : [],
    versionIds: post && post.versionIds.length > 1 ? post.versionIds : [],
    mentionsAccount: post && channel && direction === 'inbound' ? mentions(post, channel) : null,
    missing: direction === 'inbound' ? missingIn(parent, parentMessage, username) : [],
    // This address opens a conversation with a person on X.
    notice: isChat ? { type: 'encrypted_message', url: `https://x.com/messages/compose?recipient_id=${id}` } : null,
    deletedAt: null,
    joinedBecause: reason,
    delivery: null,
    sending: null,
    recovered,
    createdAt: written.createdAt,
    receivedAt: written.receivedAt,
  }
}

/** An edited post has the position of its first version, whichever version came first. */
function positionOf(written: Written): string {
  if (written.kind === 'encrypted_chat') return positionOfTime(Date.parse(written.createdAt))
  return positionOfId((written.kind === 'post' ? written.versionIds[0] : null) ?? written.externalId)
}

/** A post as one version of a message. */
export function versionOf({ externalId, text, entities, createdAt }: Post): Version {
  return { externalId, text, entities, createdAt }
}

/** The post that another answers; null if it is a message of the same ticket. */
function parentOf(
  { inReplyTo }: Post,
  ticketId: string,
  stored: Message | null,
  channel: Channel | null,
): ParentPost | null {
  const id = inReplyTo?.postId
  if (!id || stored?.ticketId === ticketId) return null
  const url = postUrlOf(id)
  if (!stored) return { id, url, text: null, author: null, createdAt: null, status: 'available' }
  const { text, createdAt, deletedAt } = stored
  const author = authorOnX(stored, channel)
  if (deletedAt !== null) return { id, url, text: null, author, createdAt, status: 'unavailable' }
  return { id, url, text, author, createdAt, status: 'available' }
}

/** The author that X shows: for our replies the account, whichever agent wrote them. */
function authorOnX({ direction, author }: Message, channel: Channel | null): MessageAuthor {
  if (direction === 'inbound' || !channel) return author
  return { id: channel.twitterUserId, username: channel.username, name: channel.name }
}

/** What to look up at X: the answered post unless it is stored, and the author's name if X left it out. */
function missingIn(parent: ParentPost | null, stored: Message | null, username: string | null): Missing[] {
  return [...(parent && !stored ? (['parent'] as const) : []), ...(username === null ? (['author'] as const) : [])]
}

function authorOf(written: Written) {
  return written.kind === 'post' ? written.author : written.sender
}
