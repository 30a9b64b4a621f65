import type { Addressee, Entity, Facts, Person, QuotedPost, SealedEvent, UnreadReason } from '../x/activity.ts'
import type { Attachment, UploadedMedia } from './attachment.ts'

/** The statuses of a ticket, in the order in which a ticket usually passes them. */
export const statuses = ['new', 'open', 'pending', 'on_hold', 'solved', 'closed', 'spam'] as const
export type Status = (typeof statuses)[number]

/** A ticket is opened by a direct message or by a mention. */
export const ticketKinds = ['direct', 'mention'] as const
export type TicketKind = (typeof ticketKinds)[number]

/** The tag of a new ticket, spelled exactly as the helpdesk documents it. */
export const tagOf: Readonly<Record<TicketKind, string>> = { direct: 'Twitter:Direct', mention: 'Twitter: Mention' }

/** The tags that a ticket may have. */
export const MAX_TAGS = 20

/** The last message of a ticket, as lists show it. `text` is its beginning, `at` the ISO time of writing. */
export type LastMessage = { readonly direction: 'inbound' | 'outbound'; readonly text: string; readonly at: string }

/** What is the matter with a reply that X does not have, or perhaps not. `waiting`: it was put off. */
export const unsettledStates = ['failed', 'waiting', 'unknown'] as const
export type Unsettled = (typeof unsettledStates)[number]

/** A ticket. All times are ISO times. */
export type Ticket = {
  readonly id: string
  readonly channelId: string
  readonly kind: TicketKind
  /**
   * Groups the tickets of one conversation: a customer's direct messages, or a first entry and its answers (rules 1 and
   * 2).
   */
  readonly conversationId: string
  /** Its place among the tickets of its conversation, from 1. */
  readonly number: number
  readonly status: Status
  readonly tags: readonly string[]
  readonly subject: string
  readonly customer: Person
  readonly openedAt: string
  readonly openedBecause: string
  /** When it was closed; null while it is not. */
  readonly closedAt: string | null
  /** Time of the last change: a message, a status, a tag. */
  readonly updatedAt: string
  readonly messageCount: number
  /** The outbound messages among them: replies, and what the account wrote on X itself. */
  readonly outboundCount: number
  /** Time of the first answer that X has (`answeredAt`); null before. */
  readonly firstResponseAt: string | null
  /** The lowest position of its customer's messages. */
  readonly firstPosition: string
  /** The lowest position of all its messages. */
  readonly lowestPosition: string
  /** The highest position of a message in its conversation, up to this ticket; a new reply gets a higher one. */
  readonly lastPosition: string
  /** X's id of the first post of its customer, by X's order, in its first version; null for a direct ticket. */
  readonly firstEntryId: string | null
  readonly previousTicketId: string | null
  /** The ticket in which its conversation goes on; null if it does not. */
  readonly nextTicketId: string | null
  /** Null in a ticket that was written before this was stored. */
  readonly lastMessage: LastMessage | null
  /**
   * ISO time at which the customer wrote what we have not answered; null after our message. Whether the customer waits
   * depends on the status too (`customerWaitsSince`).
   */
  readonly waitingSince: string | null
  /** Its replies that failed, were put off, or whose outcome is unknown, by their ids. */
  readonly unsettled: Readonly<Record<string, Unsettled>>
  /** True once a later ticket of its conversation was begun: from then on it stays closed (rule 4). */
  readonly isContinued: boolean
  /** True if messages wait that the account wrote before the customer's first (rule 2, order). */
  readonly isAwaited: boolean
  /** Grows by one with each change; a decision on an older version is made again. */
  readonly version: number
  /**
   * The ids of the messages that were counted last, the newest last. A message is counted in its ticket before it is
   * stored; if a crash comes in between, the next try finds its id here and does not count it again.
   */
  readonly counted: readonly string[]
}

/** What lists show of a ticket. */
export type ListedTicket = Pick<
  Ticket,
  | 'id'
  | 'channelId'
  | 'kind'
  | 'status'
  | 'tags'
  | 'subject'
  | 'customer'
  | 'openedAt'
  | 'openedBecause'
  | 'updatedAt'
  | 'messageCount'
  | 'firstEntryId'
  | 'previousTicketId'
  | 'nextTicketId'
  | 'lastMessage'
  | 'waitingSince'
  | 'unsettled'
>

/** Where a search has found its words: the part of the message that has most of them. */
export type Match = {
  readonly messageId: string
  readonly direction: Message['direction']
  /** In one line; about 200 characters at most. */
  readonly text: string
}

/** A ticket in a list. `match` is there if words were looked for and a message has some. */
export type FoundTicket = ListedTicket & { readonly match?: Match }

/** A notice that replaces a text that we cannot read (rule 10). */
export type Notice = {
  readonly type: 'encrypted_message'
  readonly url: string
  /** Left out in notices from before there were reasons: then it is `no_key`. */
  readonly reason?: UnreadReason
}

/** An encrypted event as X takes it. Its id is signed, so it is sent again as it is. */
export type ChatPayload = {
  readonly messageId: string
  /** X's `encoded_message_create_event` and its signature, in base64. */
  readonly event: string
  readonly signature: string
}

/** An encrypted message: where its event is, and what is kept to read it later; null once it was read. */
export type ChatOrigin = {
  readonly sequenceId: string | null
  readonly conversationId: string | null
  readonly sealed: SealedEvent | null
}

/** Where a reply goes: to a person as a direct message, or under a post. Both ids are X's. */
export type Target =
  | { readonly kind: 'direct_message'; readonly recipientId: string }
  | { readonly kind: 'post'; readonly inReplyTo: string }

/** The state of an agent's reply, as people see it. */
export type Delivery = {
  /** `unknown`: we could not find out whether X has it; an agent decides. `cancelled`: an agent gave it up. */
  readonly status: 'pending' | 'sent' | 'failed' | 'unknown' | 'cancelled'
  /** What happened and what an agent can do; null if nothing went wrong. */
  readonly reason: string | null
  /** Attempts since it was written, or since an agent last retried it. Waiting for a limit is none. */
  readonly attempts: number
  /** ISO time of the next step; null unless it is pending. */
  readonly dueAt: string | null
}

/** The state of sending a reply that people do not see. */
export type Sending = {
  readonly target: Target
  /** ISO time of an attempt whose outcome is unknown; null if the outcome of every attempt is known. */
  readonly attemptedAt: string | null
  /** How often we failed to find out from X whether it has that attempt. */
  readonly failedVerifications: number
  /** Why the reply fails if X does not have that attempt; null if it is sent again then. */
  readonly ifMissing: string | null
  /** ISO time until which one worker has the reply for itself; null if none has. */
  readonly claimedUntil: string | null
  /** ISO time of the attempt that X took; null unless the reply is sent. */
  readonly sentAt: string | null
  /** How and when (ISO time) the reply ended first; null before. It is counted so; later outcomes count besides. */
  readonly firstOutcome: { readonly status: Delivery['status']; readonly at: string } | null
  /** The reply's files that are uploaded to X. */
  readonly uploadedMedia: readonly UploadedMedia[]
  /** Set if the reply goes encrypted: its conversation, and the event once it was encrypted. */
  readonly chat?: { readonly conversationId: string; readonly payload: ChatPayload | null } | undefined
  /** How often an upload failed in a way that a retry may solve. */
  readonly failedUploads: number
  /** Grows with each change; a decision on an older version is made again. */
  readonly version: number
}

/** The sending of a reply before anything was tried. */
export const unsent = {
  attemptedAt: null,
  failedVerifications: 0,
  ifMissing: null,
  claimedUntil: null,
  sentAt: null,
  firstOutcome: null,
  uploadedMedia: [],
  failedUploads: 0,
} as const satisfies Partial<Sending>

/** How we recovered a message that X's deliveries did not bring: X replayed it, or we polled X's lists. */
export type Recovered = 'replay' | 'poll'

/** The post that a message answers, if that is not a message of the same ticket. */
export type ParentPost = {
  readonly id: string
  readonly url: string
  /** Null if it is not looked up yet or X does not show it. */
  readonly text: string | null
  readonly author: MessageAuthor | null
  /** ISO time. */
  readonly createdAt: string | null
  /** `unavailable`: X does not show it to the account; it is deleted, protected or withheld. */
  readonly status: 'available' | 'unavailable'
}

/** A version of an edited post. */
export type Version = {
  readonly externalId: string
  readonly text: string
  readonly entities: readonly Entity[]
  /** ISO time. */
  readonly createdAt: string
}

/** What X left out of an event; we look it up once. */
export type Missing = 'parent' | 'author'

/** An author: a person on X with X's id, or an agent. Names are null if unknown. */
export type MessageAuthor = { readonly id: string; readonly username: string | null; readonly name: string | null }

/** A message of a ticket. */
export type Message = {
  /** Unique within the channel: the kind and X's id, or our own id of a reply. */
  readonly id: string
  /** Sorts the messages of a ticket; derived from X's id, which grows with time (`positionOfId`). */
  readonly position: string
  readonly ticketId: string
  readonly channelId: string
  readonly direction: 'inbound' | 'outbound'
  readonly visibility: 'private' | 'public'
  readonly text: string
  readonly entities: readonly Entity[]
  readonly media: readonly Attachment[]
  /** The handles that X puts before the text of an answer; not part of `text`. */
  readonly addressees: readonly Addressee[]
  readonly author: MessageAuthor
  /** X's id; for an edited post that of its newest version; null for a reply that X does not have yet. */
  readonly externalId: string | null
  /** X's id of the post that it answers. */
  readonly inReplyToId: string | null
  readonly parent: ParentPost | null
  readonly quoted: QuotedPost | null
  /** All received versions of an edited post, oldest first; empty if it was never edited. */
  readonly versions: readonly Version[]
  /** X's ids of all versions of an edited post, received or not; empty if it was never edited. */
  readonly versionIds: readonly string[]
  /** True if it mentions or quotes the account, so that X allows a reply; null if unknown. */
  readonly mentionsAccount: boolean | null
  readonly missing: readonly Missing[]
  /** Why what X left out was not looked up in the end; null if nothing was left out, or X answered. */
  readonly incompleteBecause: string | null
  readonly notice: Notice | null
  /** Null unless X has it encrypted. */
  readonly chat: ChatOrigin | null
  /** ISO time at which its post was deleted on X. */
  readonly deletedAt: string | null
  /** ISO time at which its content was deleted here, a hold after that; null while it is there. */
  readonly erasedAt: string | null
  /** ISO time at which an agent hid it on X; null if none did, or it was shown again. */
  readonly hiddenAt: string | null
  readonly joinedBecause: string
  /** What X told of it besides its content, to try rules against noise; of what opened a ticket only. */
  readonly facts: Facts | null
  /** Null unless it is an agent's reply; so is `sending`. */
  readonly delivery: Delivery | null
  readonly sending: Sending | null
  /** Null for an ordinary delivery. */
  readonly recovered: Recovered | null
  /** ISO time at which it was written. */
  readonly createdAt: string
  /** ISO time at which we received it. */
  readonly receivedAt: string
}

/** True if a message is counted in a ticket, though it may not be stored yet. */
export function isCounted({ counted }: Ticket, messageId: string): boolean {
  return counted.includes(messageId)
}

/** True if a message, which may not be stored yet, opened the ticket: it was counted before all others. */
export function isOpenedBy({ counted, messageCount }: Ticket, messageId: string): boolean {
  return counted.length === messageCount && counted[0] === messageId
}

/** Rule 4: the status after a customer's message. A closed ticket stays closed, and spam stays spam. */
export function statusAfterCustomer(status: Status): Status {
  return status === 'pending' || status === 'on_hold' || status === 'solved' ? 'open' : status
}

/** Rule 4: the status after an agent's reply or change of tags. */
export function statusAfterAgent(status: Status): Status {
  return status === 'new' ? 'open' : status
}

/** The ticket with a status. One that stays closed keeps the time of its closing. @param at ISO time */
export function withStatus(ticket: Ticket, status: Status, at: string): Ticket {
  return { ...ticket, status, closedAt: status === 'closed' ? (ticket.closedAt ?? at) : null }
}

const MAX_SUBJECT_CHARACTERS = 100

/**
 * The subject of a ticket: the beginning of its first message, cut between characters as people see them (graphemes).
 */
export function subjectOf(kind: TicketKind, text: string, customer: Person): string {
  const line = text.replace(/\s+/gu, ' ').trim()
  if (line === '') {
    const from = customer.username ? `@${customer.username}` : (customer.name ?? customer.id)
    return kind === 'direct' ? `Direct message from ${from}` : `Mention by ${from}`
  }
  const characters = [...new Intl.Segmenter().segment(line)].map((one) => one.segment)
  return characters.length <= MAX_SUBJECT_CHARACTERS
    ? line
    : `${characters.slice(0, MAX_SUBJECT_CHARACTERS - 1).join('')}…`
}

/** The subject of a ticket whose customer X named only now: one that has the id for want of a name gets the name. */
export function subjectNaming({ kind, customer: before, subject }: Ticket, customer: Person): string {
  const isNamedById = before.username === null && subject === subjectOf(kind, '', before)
  return isNamedById ? subjectOf(kind, '', customer) : subject
}
