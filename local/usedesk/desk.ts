import { randomUUID } from 'node:crypto'
import type { StateFile } from '../state-file.ts'
import { changeEvent, commentEvent, type Happened, ticketEvent } from './events.ts'
import {
  type Client,
  type Comment,
  installation,
  type State,
  type StoredFile,
  type Ticket,
  type TicketChange,
} from './state.ts'

/** The state of the simulated Usedesk and what all its parts share. */
export type Desk = Pick<StateFile<State>, 'state' | 'changed' | 'bytes'> & {
  now(): Date
  /** The address of this server, for the addresses of files. */
  url(): string
  /** Sends an event to the Redirect URL. */
  emit(happened: Happened): void
}

/** A file as it comes. */
export type NewFile = { readonly name: string; readonly contentType: string; readonly bytes: Buffer }

export type NewTicket = {
  readonly subject: string
  readonly message: string
  readonly client: Client
  readonly status: Ticket['status']
  readonly tags: readonly string[]
  readonly additionalId: string
  readonly type: string
  readonly priority: string
  readonly assigneeId: number | null
  readonly groupId: number | null
  /** Who wrote its first comment, and whether clients see it. */
  readonly from: Comment['from']
  readonly visibility: Comment['type']
}

export type NewComment = Pick<Comment, 'message' | 'type' | 'from' | 'userId' | 'byApi'> & {
  readonly files: readonly NewFile[]
}

export function newId(desk: Desk): number {
  desk.state.lastId += 1
  desk.changed()
  return desk.state.lastId
}

export function addClient(desk: Desk, { name, email }: Omit<Client, 'id'>): Client {
  const client = { id: newId(desk), name, email }
  desk.state.clients.push(client)
  return client
}

/** Opens a ticket whose first comment is its message. */
export function openTicket(desk: Desk, { message, client, tags, from, visibility, ...rest }: NewTicket): Ticket {
  const at = desk.now().toISOString()
  const ticket: Ticket = {
    ...rest,
    id: newId(desk),
    channelId: installation.channelId,
    clientId: client.id,
    tags: [...tags],
    publishedAt: at,
    updatedAt: at,
    comments: [],
  }
  desk.state.tickets.push(ticket)
  desk.emit(ticketEvent(ticket, client, message))
  addComment(desk, ticket, { message, type: visibility, from, userId: null, files: [], byApi: true })
  return ticket
}

export function addComment(desk: Desk, ticket: Ticket, { files, ...rest }: NewComment): Comment {
  const comment: Comment = {
    ...rest,
    id: newId(desk),
    clientId: rest.from === 'client' ? ticket.clientId : null,
    publishedAt: desk.now().toISOString(),
    files: files.map((file) => keepFile(desk, file)),
  }
  ticket.comments.push(comment)
  ticket.updatedAt = comment.publishedAt
  desk.changed()
  desk.emit(commentEvent(ticket, comment, clientOf(desk, ticket), desk.url()))
  return comment
}

/** Changes a ticket. Nothing is told if nothing changes. */
export function changeTicket(desk: Desk, ticket: Ticket, change: TicketChange, byApi: boolean): void {
  const before = { ...ticket }
  Object.assign(ticket, change)
  const isChanged = (key: keyof TicketChange) => String(before[key]) !== String(ticket[key])
  const changed = (Object.keys(change) as (keyof TicketChange)[]).filter(isChanged)
  if (changed.length === 0) return
  ticket.updatedAt = desk.now().toISOString()
  desk.changed()
  desk.emit(changeEvent(newId(desk), before, ticket, changed, byApi))
}

function keepFile(desk: Desk, { name, contentType, bytes }: NewFile): StoredFile {
  const key = randomUUID()
  desk.bytes.put(key, bytes)
  return { key, name, contentType, size: bytes.length }
}

/** The client of a ticket. */
export function clientOf({ state }: Desk, { clientId }: Ticket): Client {
  return state.clients.find(({ id }) => id === clientId) ?? { id: clientId, name: '', email: '' }
}
