import type { UsedeskComment, UsedeskFile } from '../usedesk/telling.ts'
import type { Told, UsedeskLink } from '../usedesk/usedesk.ts'
import type { Bytes } from './media.ts'

/** What leads from our tickets and messages to Usedesk's, and back. */
export type UsedeskStore = {
  link(ticketId: string): Promise<UsedeskLink | null>
  /** Our ticket for one of Usedesk; null if it is none of ours. */
  ticketOf(usedeskTicketId: string): Promise<string | null>
  saveLink(link: UsedeskLink): Promise<void>
  told(ticketId: string, messageId: string): Promise<Told | null>
  /** All of a ticket. */
  allTold(ticketId: string): Promise<Told[]>
  saveTold(told: Told): Promise<void>
  /** The last ticket in Usedesk of a customer; null if there is none. */
  lastTicketOf(customerId: string): Promise<string | null>
  /** True if an agent's answer in Usedesk was written as a reply, or refused. */
  isAnswered(ticketId: string, commentId: string): Promise<boolean>
  markAnswered(link: Pick<UsedeskLink, 'ticketId' | 'customerId'>, commentId: string): Promise<void>
  /** Removes all of a ticket that was erased. */
  forget(ticketId: string): Promise<void>
}

/** A call that Usedesk refused, or that had no usable answer. `body` is the beginning of the answer; never with the token. */
export class UsedeskError extends Error {
  readonly status: number | null
  readonly body: string
  constructor(message: string, status: number | null, body: string) {
    super(message)
    this.status = status
    this.body = body
  }
}

/** A new ticket; the answer is its id. `clientId` is null for a customer whom Usedesk does not know yet. */
export type NewUsedeskTicket = {
  readonly subject: string
  readonly html: string
  readonly clientId: string | null
  readonly clientName: string
  /** Our id of it. */
  readonly additionalId: string
  readonly status: number
  readonly tags: readonly string[]
}

/** A ticket in a list of Usedesk. `updatedAt` is in its own form and time zone; it sorts. */
export type ListedTicket = { readonly id: string; readonly updatedAt: string; readonly status: number | null }

/**
 * Usedesk's API. Calls keep its limits by waiting before each.
 * @throws UsedeskError; an answer of 200 with an error in it is one too
 */
export type UsedeskApi = {
  createTicket(ticket: NewUsedeskTicket): Promise<string>
  createComment(
    ticketId: string,
    comment: UsedeskComment,
    read: (file: UsedeskFile) => Promise<Uint8Array>,
  ): Promise<void>
  updateTicket(ticketId: string, change: { status?: number; tags?: readonly string[] }): Promise<void>
  /** Tickets that changed since a time (`2026-03-01 12:00`), 100 at a time. */
  changedTickets(since: string, offset: number): Promise<ListedTicket[]>
  /** The comments of a ticket, in Usedesk's fields. */
  ticket(ticketId: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** The HTML of the customer's comments in a ticket, or of its private ones. */
  comments(ticketId: string, isPrivate: boolean): Promise<string[]>
  /** Its ticket that bears our id; null if none of the latest does. */
  findTicket(additionalId: string): Promise<string | null>
  /** Its id of the client of a ticket; null if it does not have the ticket any more. */
  clientOf(ticketId: string): Promise<string | null>
  /** Changes nothing: shows that address and token are right. */
  check(): Promise<void>
}

/** The token with which we call Usedesk, empty until it was put in, and the secret in the address that Usedesk calls. */
export type UsedeskSecrets = { readonly apiToken: string; readonly webhookSecret: string }

/** Files of comments in Usedesk. */
export type FileSource = {
  /**
   * Downloads a file.
   * @param maxBytes a larger file ends its stream with a MediaError, as does a broken connection
   * @throws MediaError
   */
  fetch(url: string, maxBytes: number): Promise<Bytes>
}
