import type { Entity, Media, Person } from './activity.ts'

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
  /** Grows with each change: whoever decided on an older one decides again. */
  readonly version: number
}

/** By which way a message came that X's deliveries had not brought: told again by X, or asked for. */
export type Recovered = 'replay' | 'poll'

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
  readonly media: readonly Media[]
  readonly author: { readonly id: string; readonly username: string | null; readonly name: string | null }
  /** X's id; null on a reply that X does not have yet. */
  readonly externalId: string | null
  readonly inReplyToId: string | null
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
