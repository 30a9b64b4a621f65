import type { DirectMessage, EncryptedChat, Post } from './activity.ts'
import { channelIdOf, positionOfId, positionOfTime } from './ids.ts'
import type { Decision } from './routing.ts'
import {
  type Message,
  type Recovered,
  type Status,
  statusAfterAgent,
  statusAfterCustomer,
  subjectOf,
  type Ticket,
  type TicketKind,
  tagOf,
} from './ticket.ts'
import { laterOf } from './time.ts'

/** What can become a message. */
export type Written = DirectMessage | EncryptedChat | Post

const PREFIX = { direct_message: 'dm', encrypted_chat: 'chat', post: 'post' } as const

/** The id of a message follows from X's, so that a repeated step finds the same message. */
export function messageIdOf(kind: Written['kind'], externalId: string): string {
  return `${PREFIX[kind]}-${externalId}`
}

/** The id of a ticket follows from the message that opens it, so that a repeated step writes the same ticket. */
export function ticketIdOf(channelId: string, kind: TicketKind, externalId: string): string {
  return `${channelId}-${kind}-${externalId}`
}

/** The ticket and its first message that an `open` decision makes. @param now ISO time, @param recovered how it came if not by a delivery */
export function openTicket(
  written: Written,
  decision: Extract<Decision, { do: 'open' }>,
  now: string,
  recovered: Recovered | null = null,
): { ticket: Ticket; message: Message } {
  const channelId = channelIdOf(written.channelUserId)
  const customer = authorOf(written)
  const id = ticketIdOf(channelId, decision.kind, written.externalId)
  const message = messageOf(written, id, 'inbound', decision.because, recovered)
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
    openedBecause: decision.because,
    updatedAt: now,
    messageCount: 1,
    lastPosition: message.position,
    firstEntryId: written.kind === 'post' ? written.externalId : null,
    previousTicketId: decision.previousTicketId,
    version: 1,
  }
  return { ticket, message }
}

/** The ticket after a `join` decision, and the message that joins. @param now ISO time */
export function joinTicket(
  written: Written,
  decision: Extract<Decision, { do: 'join' }>,
  now: string,
  recovered: Recovered | null = null,
): { ticket: Ticket; message: Message } {
  const { ticket, direction } = decision
  const status: Status = direction === 'inbound' ? statusAfterCustomer(ticket.status) : statusAfterAgent(ticket.status)
  const author = authorOf(written)
  // X does not always say a person's name: what is known already is not forgotten.
  const customer = author.id === ticket.customer.id && author.username !== null ? author : ticket.customer
  const message = messageOf(written, ticket.id, direction, decision.because, recovered)
  return {
    message,
    ticket: {
      ...ticket,
      status,
      customer,
      updatedAt: laterOf(now, ticket.updatedAt),
      messageCount: ticket.messageCount + 1,
      lastPosition: laterOf(message.position, ticket.lastPosition),
      version: ticket.version + 1,
    },
  }
}

function messageOf(
  written: Written,
  ticketId: string,
  direction: Message['direction'],
  because: string,
  recovered: Recovered | null,
): Message {
  const author = authorOf(written)
  const isChat = written.kind === 'encrypted_chat'
  return {
    id: messageIdOf(written.kind, written.externalId),
    position: isChat ? positionOfTime(Date.parse(written.createdAt)) : positionOfId(written.externalId),
    ticketId,
    channelId: channelIdOf(written.channelUserId),
    direction,
    visibility: written.kind === 'post' ? 'public' : 'private',
    text: isChat ? '' : written.text,
    entities: isChat ? [] : written.entities,
    media: isChat ? [] : written.media,
    author: { id: author.id, username: author.username, name: author.name },
    externalId: written.externalId,
    inReplyToId: written.kind === 'post' ? (written.inReplyTo?.postId ?? null) : null,
    // X documents this address as the one that opens a conversation with a person.
    notice: isChat
      ? { type: 'encrypted_message', url: `https://x.com/messages/compose?recipient_id=${author.id}` }
      : null,
    deletedAt: null,
    joinedBecause: because,
    delivery: null,
    sending: null,
    recovered,
    createdAt: written.createdAt,
    receivedAt: written.receivedAt,
  }
}

function authorOf(written: Written) {
  return written.kind === 'post' ? written.author : written.sender
}
