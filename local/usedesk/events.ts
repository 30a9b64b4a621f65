import {
  agent,
  type Client,
  type Comment,
  type Delivery,
  installation,
  type Ticket,
  type TicketChange,
} from './state.ts'

/** Something that Usedesk tells the Redirect URL. `body` lacks the secret. */
export type Happened = Pick<Delivery, 'event' | 'ticketId' | 'byApi'> & { readonly body: object }

/** Usedesk's form of a time, in UTC: `2016-12-17 14:07:33`. */
export const stamp = (iso: string): string => iso.slice(0, 19).replace('T', ' ')

/** A ticket as Usedesk's answers have it. */
export function ticketShape(ticket: Ticket, client: Client): Record<string, unknown> {
  return {
    id: ticket.id,
    status_id: ticket.status,
    subject: ticket.subject,
    client_id: ticket.clientId,
    assignee_id: ticket.assigneeId,
    group: ticket.groupId ?? 0,
    last_updated_at: stamp(ticket.updatedAt),
    channel_id: ticket.channelId,
    email: client.email,
    published_at: stamp(ticket.publishedAt),
    company_id: installation.companyId,
    additional_id: ticket.additionalId,
  }
}

/** Files of a comment, with addresses from which anyone may load them. */
export const fileShapes = ({ files }: Comment, url: string): readonly { name: string; file: string }[] =>
  files.map(({ key, name }) => ({ name, file: `${url}/upload/${key}/${encodeURIComponent(name)}` }))

/**
 * A new ticket. Its numbers are strings, as in the documentation.
 * https://api.usedocs.com/article/51405
 */
export function ticketEvent(ticket: Ticket, client: Client, message: string): Happened {
  const shape = Object.entries(ticketShape(ticket, client)).map(([name, value]) => [
    name,
    typeof value === 'number' ? String(value) : value,
  ])
  const body = { ticket: { ...Object.fromEntries(shape), message, custom_fields: [], custom_blocks: [] } }
  return { event: 'ticket', ticketId: ticket.id, byApi: true, body }
}

/** A new comment, the first one of a ticket included. Its numbers are numbers. */
export function commentEvent(ticket: Ticket, comment: Comment, client: Client, url: string): Happened {
  const body = {
    comment: {
      id: comment.id,
      message: comment.message,
      type: comment.type,
      from: comment.from,
      user_id: comment.userId,
      client_id: comment.clientId,
      ticket_id: ticket.id,
      is_first: comment === ticket.comments[0] ? 1 : 0,
      delivered: 0,
      readed: 0,
      published_at: stamp(comment.publishedAt),
      files: fileShapes(comment, url),
    },
    custom_fields: [],
    custom_blocks: [],
    client: {
      id: client.id,
      name: client.name,
      avatar: null,
      note: '',
      emails: client.email ? [{ email: client.email, client_id: client.id }] : [],
      phones: [],
      additional_ids: [],
    },
  }
  return { event: 'comment', ticketId: ticket.id, byApi: comment.byApi, body }
}

/** Usedesk's names of what can change. */
const targets: Readonly<Record<keyof TicketChange, string>> = {
  subject: 'subject',
  status: 'status',
  clientId: 'client_id',
  tags: 'tag',
  type: 'type',
  priority: 'priority',
  assigneeId: 'assignee_id',
  groupId: 'group_id',
}

/** A changed ticket. */
export function changeEvent(
  id: number,
  before: Ticket,
  after: Ticket,
  changed: readonly (keyof TicketChange)[],
  byApi: boolean,
): Happened {
  const shown = (ticket: Ticket, key: keyof TicketChange) => (key === 'tags' ? ticket.tags.join(', ') : ticket[key])
  const body = {
    id,
    trigger_id: null,
    user_id: agent.id,
    ticket_id: after.id,
    data: changed.map((key) => ({
      target: targets[key],
      value: shown(after, key),
      old_value: shown(before, key),
    })),
    changed_at: stamp(after.updatedAt),
    old_status: before.status,
    new_status: after.status,
    company_id: installation.companyId,
    custom_fields: [],
    custom_blocks: [],
  }
  return { event: 'change', ticketId: after.id, byApi, body }
}
