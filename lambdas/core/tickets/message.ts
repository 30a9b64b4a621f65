import type { Channel } from '../channels/channel.ts'
import { laterOf } from '../time.ts'
import type { Person, Post } from '../x/activity.ts'
import { channelIdOf, postUrlOf } from '../x/ids.ts'
import { pendingAttachment } from './attachment.ts'
import { contentOf, noticeOf, originOf } from './chat.ts'
import { countedWith } from './counted.ts'
import { type Decision, deletionIn, type Placeholder } from './decision.ts'
import { mentions } from './posts.ts'
import {
  isCounted,
  type Message,
  type MessageAuthor,
  type Missing,
  type ParentPost,
  type Recovered,
  type Status,
  statusAfterAgent,
  statusAfterCustomer,
  subjectNaming,
  subjectOf,
  type Ticket,
  type TicketKind,
  tagOf,
  type Version,
} from './ticket.ts'
import { ticketIdOf } from './ticket-id.ts'
import { turnOf } from './turn.ts'
import { authorOf, factsOf, messageIdOf, positionOf, type Written } from './written.ts'

/** What a new message takes from outside its activity. */
export type MessageContext = {
  readonly channel: Channel | null
  /** The ticket of the message that a post answers; null if there is none. */
  readonly parentTicketId: string | null
  /** That message, if it is in another ticket. */
  readonly parentMessage: Message | null
  /** What came before the message itself. */
  readonly placeholders: ReadonlyMap<string, Placeholder>
  /** What deferred events wait for: message ids, or the id of a conversation. */
  readonly awaited: readonly string[]
}

/**
 * The ticket and first message of an `open` decision.
 * @param now ISO time, @param recovered null for an ordinary delivery
 */
export function openTicket(
  written: Written,
  decision: Pick<
    Extract<Decision, { do: 'open' }>,
    'kind' | 'conversationId' | 'number' | 'follows' | 'previousTicketId' | 'tag' | 'reason'
  >,
  context: MessageContext,
  now: string,
  recovered: Recovered | null = null,
): { ticket: Ticket; message: Message } {
  const channelId = channelIdOf(written.channelUserId)
  const customer = authorOf(written)
  const { number, follows } = decision
  const id = ticketIdOf({ channelId, conversationId: decision.conversationId, number })
  const facts = factsOf(written)
  const message = {
    ...messageOf(written, customer, id, 'inbound', decision.reason, context, recovered),
    facts: Object.keys(facts).length > 0 ? facts : null,
  }
  const ticket: Ticket = {
    id,
    channelId,
    kind: decision.kind,
    conversationId: decision.conversationId,
    number,
    status: 'new',
    tags: [...new Set([tagOf[decision.kind], ...(decision.tag === undefined ? [] : [decision.tag])])],
    subject: subjectOf(decision.kind, message.notice ? '' : message.text, customer),
    customer,
    openedAt: now,
    openedBecause: decision.reason,
    closedAt: null,
    updatedAt: now,
    messageCount: 1,
    outboundCount: 0,
    firstResponseAt: null,
    firstPosition: message.position,
    lowestPosition: message.position,
    lastPosition: laterOf(
      message.position,
      follows?.conversationId === decision.conversationId ? follows.lastPosition : '',
    ),
    firstEntryId: written.kind === 'post' ? written.externalId : null,
    previousTicketId: decision.previousTicketId,
    nextTicketId: null,
    ...turnOf(message),
    unsettled: {},
    isContinued: false,
    isAwaited: context.awaited.includes(decision.conversationId),
    version: 1,
    counted: [message.id],
  }
  return { ticket, message }
}

/**
 * The ticket and new message of a `join` decision. A ticket in which the message is counted already stays as it is.
 * @param now ISO time
 * @param recovered null for an ordinary delivery
 */
export function joinTicket(
  written: Written,
  decision: Pick<Extract<Decision, { do: 'join' }>, 'ticket' | 'direction' | 'reason'>,
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
  if (isCounted(ticket, message.id)) return { ticket, message }
  const isFirst = direction === 'inbound' && message.position < ticket.firstPosition
  return {
    message,
    ticket: {
      ...ticket,
      status,
      customer,
      updatedAt: laterOf(now, ticket.updatedAt),
      ...countedWith(ticket, message),
      subject: subjectNaming(ticket, customer),
      ...(isFirst ? beginningWith(written, message, ticket.kind, customer) : {}),
      version: ticket.version + 1,
    },
  }
}

/** A ticket whose first message came later than others: it looks as if that one had opened it. */
function beginningWith(written: Written, message: Message, kind: TicketKind, customer: Person) {
  return {
    firstPosition: message.position,
    firstEntryId: written.kind === 'post' ? written.externalId : null,
    subject: subjectOf(kind, message.notice ? '' : message.text, customer),
  }
}

function messageOf(
  written: Written,
  { id, username, name }: Person,
  ticketId: string,
  direction: Message['direction'],
  reason: string,
  { channel, parentTicketId, parentMessage, placeholders }: MessageContext,
  recovered: Recovered | null,
): Message {
  const chat = written.kind === 'encrypted_chat' ? written : null
  const post = written.kind === 'post' ? written : null
  const parent = post && parentTicketId !== ticketId ? parentOf(post, parentMessage, channel) : null
  return {
    id: messageIdOf(written.kind, written.externalId),
    position: positionOf(written),
    ticketId,
    channelId: channelIdOf(written.channelUserId),
    direction,
    visibility: post ? 'public' : 'private',
    ...shownOf(written),
    addressees: post?.addressees ?? [],
    author: { id, username, name },
    externalId: written.externalId,
    inReplyToId: post?.inReplyTo?.postId ?? null,
    parent,
    versions: post && post.versionIds.length > 1 ? [versionOf(post)] : [],
    versionIds: post && post.versionIds.length > 1 ? post.versionIds : [],
    mentionsAccount: post && channel && direction === 'inbound' ? mentions(post, channel) : null,
    missing: direction === 'inbound' ? missingIn(parent, parentMessage, username) : [],
    incompleteBecause: null,
    notice: chat && noticeOf(chat),
    chat: chat && originOf(chat),
    deletedAt: deletionIn(placeholders),
    erasedAt: null,
    hiddenAt: null,
    joinedBecause: reason,
    facts: null,
    delivery: null,
    sending: null,
    recovered,
    createdAt: written.createdAt,
    receivedAt: written.receivedAt,
  }
}

/** What a message shows of its activity. */
function shownOf(written: Written): Pick<Message, 'text' | 'entities' | 'media' | 'quoted'> {
  if (written.kind === 'encrypted_chat') return contentOf(written)
  const { text, entities, receivedAt } = written
  const media = written.media.map((one) => pendingAttachment(one, receivedAt))
  return { text, entities, media, quoted: written.kind === 'post' ? written.quoted : null }
}

/** A post as one version of a message. */
export function versionOf({ externalId, text, entities, createdAt }: Post): Version {
  return { externalId, text, entities, createdAt }
}

/** The post that another answers. */
function parentOf({ inReplyTo }: Post, stored: Message | null, channel: Channel | null): ParentPost | null {
  const id = inReplyTo?.postId
  if (!id) return null
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
