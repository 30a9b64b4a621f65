import type { Addressee, Entity, Person, QuotedPost } from '../x/activity.ts'
import type { Attachment, UploadedMedia } from './attachment.ts'

/** The statuses of a ticket, in the order of its life. */
export const statuses = ['new', 'open', 'pending', 'on_hold', 'solved', 'closed', 'spam'] as const
export type Status = (typeof statuses)[number]

/** A ticket comes from direct messages or from a mention. */
export type TicketKind = 'direct' | 'mention'

/** The tags that a ticket is born with, to the letter as the helpdesk documents them. */
export const tagOf: Readonly<Record<TicketKind, string>> = { direct: 'Twitter:Direct', mention: 'Twitter: Mention' }

export type Ticket = {
  readonly id: string
  readonly channelId: string
  readonly kind: TicketKind
  /** What later messages are matched by: a customer's direct messages, or the entries that belong together (rule 2). */
  readonly conversationId: string
  readonly status: Status
  readonly tags: readonly string[]
  readonly subject: string
  readonly customer: Person
  readonly openedAt: string
  readonly openedBecause: string
  /** ISO time of the last change: a message, a status, a tag. */
  readonly updatedAt: string
  readonly messageCount: number
  /** Of them those that went out: replies, and what the account wrote on X itself. */
  readonly outboundCount: number
  /** ISO time at which the first of those was written. */
  readonly firstResponseAt: string | null
  /** The highest position of its messages: what is written here stands behind it. */
  readonly lastPosition: string
  /** X's id of the post that opened it; null on a direct ticket. */
  readonly firstEntryId: string | null
  readonly previousTicketId: string | null
  /** Grows by one with each change: whoever decided on an older one decides again. */
  readonly version: number
}

/** A notice in place of a text that cannot be read here. */
export type Notice = { readonly type: 'encrypted_message'; readonly url: string }

/** Where a reply goes: to a person as a direct message, or under a post. */
export type Target =
  | { readonly kind: 'direct_message'; readonly recipientId: string }
  | { readonly kind: 'post'; readonly inReplyTo: string }

/** How far an agent's reply has come, as people see it. */
export type Delivery = {
  /** `unknown`: X may have it or not, and could not be asked; an agent decides. */
  readonly status: 'pending' | 'sent' | 'failed' | 'unknown'
  /** What an agent should know or do; null while all goes well. */
  readonly reason: string | null
  readonly attempts: number
  /** ISO time at which it is looked at again while it is pending. */
  readonly dueAt: string | null
}

/** What the sending of a reply remembers beside its delivery. */
export type Sending = {
  readonly target: Target
  /** ISO time of an attempt whose outcome is not known; null when every attempt so far has ended for certain. */
  readonly attemptedAt: string | null
  /** How often X was asked in vain whether it has that attempt. */
  readonly looks: number
  /** Why it has failed when X turns out not to have that attempt; null: then it is sent again. */
  readonly ifMissing: string | null
  /** ISO time until which one worker has it. */
  readonly claimedUntil: string | null
  /** The reply's files at X, as far as they have been handed in. */
  readonly uploadedMedia: readonly UploadedMedia[]
  /** How often X would not take its files for the moment. */
  readonly uploads: number
  /** Grows with each change: whoever decided on an older one decides again. */
  readonly version: number
}

/** By which way a message came that X's deliveries had not brought: told again by X, or asked for. */
export type Recovered = 'replay' | 'poll'
/** The post that a message answers, where that is no message of the same ticket. */
export type ParentPost = {
  readonly id: string
  readonly url: string
  /** Null where it was not looked up yet, or X does not show it. */
  readonly text: string | null
  readonly author: MessageAuthor | null
  /** ISO time. */
  readonly createdAt: string | null
  /** `unavailable`: X does not show it to the account, because it is deleted, protected or withheld. */
  readonly status: 'available' | 'unavailable'
}

/** A version of an edited post, as it came. */
export type Version = {
  readonly externalId: string
  readonly text: string
  readonly entities: readonly Entity[]
  /** ISO time. */
  readonly createdAt: string
}

/** What X left out of an event and is asked for once. */
export type Missing = 'parent' | 'author'

export type MessageAuthor = { readonly id: string; readonly username: string | null; readonly name: string | null }

export type Message = {
  /** Unique within the channel: kind and X's id. */
  readonly id: string
  /** Sorts the messages of a ticket: X's ids grow with time, to the message within one millisecond. */
  readonly position: string
  readonly ticketId: string
  readonly channelId: string
  readonly direction: 'inbound' | 'outbound'
  readonly visibility: 'private' | 'public'
  readonly text: string
  readonly entities: readonly Entity[]
  readonly media: readonly Attachment[]
  /** To whom an answer speaks before its words begin; no part of `text`. */
  readonly addressees: readonly Addressee[]
  readonly author: MessageAuthor
  /** X's id, of an edited post that of its newest version; null on a reply that X does not have yet. */
  readonly externalId: string | null
  readonly inReplyToId: string | null
  readonly parent: ParentPost | null
  readonly quoted: QuotedPost | null
  /** Of an edited post every version that came, the shown one last; empty on what was never edited. */
  readonly versions: readonly Version[]
  /** Of an edited post X's ids of all its versions, also of those that never came; empty on what was never edited. */
  readonly versionIds: readonly string[]
  /** Whether it mentions or quotes the account, as X's rule for replies asks; null when that is not known. */
  readonly mentionsAccount: boolean | null
  readonly missing: readonly Missing[]
  readonly notice: Notice | null
  readonly deletedAt: string | null
  readonly joinedBecause: string
  /** Of an agent's reply; null on what people wrote on X. */
  readonly delivery: Delivery | null
  readonly sending: Sending | null
  /** How it came when X's deliveries had not brought it; null as a rule. */
  readonly recovered: Recovered | null
  readonly createdAt: string
  /** ISO time at which it reached us. */
  readonly receivedAt: string
}

/** The counts of a ticket after a message. @param writtenAt ISO time */
export function countedWith(ticket: Ticket, direction: Message['direction'], writtenAt: string) {
  const isOut = direction === 'outbound'
  return {
    messageCount: ticket.messageCount + 1,
    outboundCount: ticket.outboundCount + (isOut ? 1 : 0),
    firstResponseAt: ticket.firstResponseAt ?? (isOut ? writtenAt : null),
  }
}

/** Rule 4: the status after a customer's message. Nobody's message opens a closed ticket, and spam stays spam. */
export function statusAfterCustomer(status: Status): Status {
  return status === 'pending' || status === 'on_hold' || status === 'solved' ? 'open' : status
}

/** Rule 4: the status after an agent's reply or change of tags. */
export function statusAfterAgent(status: Status): Status {
  return status === 'new' ? 'open' : status
}

const SUBJECT_LENGTH = 100

/** The subject of a ticket: how its first message begins, cut between characters as people see them. */
export function subjectOf(kind: TicketKind, text: string, customer: Person): string {
  const line = text.replace(/\s+/gu, ' ').trim()
  if (line === '') {
    const from = customer.username ? `@${customer.username}` : (customer.name ?? customer.id)
    return kind === 'direct' ? `Direct message from ${from}` : `Mention by ${from}`
  }
  const characters = [...new Intl.Segmenter().segment(line)].map((one) => one.segment)
  return characters.length <= SUBJECT_LENGTH ? line : `${characters.slice(0, SUBJECT_LENGTH - 1).join('')}…`
}
