import type { Message, Ticket } from '../../core/tickets/ticket.ts'
import { type Item, shardOf } from './table.ts'

/**
 * The sort key of every list of tickets: newest activity, unique by the id.
 * @param updatedAt ISO time
 */
export function activityOf({ updatedAt, id }: { updatedAt: string; id: string }): string {
  return `${updatedAt}#${id}`
}

/** The attributes that put a ticket into the lists of all tickets, its status, its channel and its customer. */
export function indexedAs(ticket: Ticket) {
  const shard = shardOf(ticket.id)
  return {
    ...filterable(ticket),
    activity: activityOf(ticket),
    inAll: `all#${shard}`,
    inStatus: `${ticket.status}#${shard}`,
    inChannel: `${ticket.channelId}#${shard}`,
    inCustomer: ticket.customer.id,
  }
}

/** The attributes of the item that puts a ticket into the list of one tag. */
export function tagIndexedAs(ticket: Ticket, tag: string) {
  return { ...filterable(ticket), activity: activityOf(ticket), inTag: `${tag}#${shardOf(ticket.id)}` }
}

function filterable({ id, status, tags, channelId, customer }: Ticket) {
  return { ticketId: id, status, tags, channelId, customerId: customer.id }
}

/** The ticket in its item. */
export function ticketFrom(item: Item): Ticket {
  const {
    pk: _pk,
    sk: _sk,
    ticketId: _ticketId,
    customerId: _customerId,
    activity: _activity,
    inAll: _inAll,
    inStatus: _inStatus,
    inChannel: _inChannel,
    inCustomer: _inCustomer,
    ...ticket
  } = item
  // Only `commit` writes such items, always complete.
  return { outboundCount: 0, firstResponseAt: null, ...ticket } as unknown as Ticket
}

/** Defaults for fields that older messages lack. */
const DEFAULTS = {
  addressees: [],
  parent: null,
  quoted: null,
  versions: [],
  versionIds: [],
  mentionsAccount: null,
  missing: [],
} satisfies Partial<Message>

/** The message in its item. */
export function messageFrom({ pk: _pk, sk: _sk, inDue: _inDue, dueAt: _dueAt, ...message }: Item): Message {
  // Only `commit` writes such items, always complete.
  return { ...DEFAULTS, ...message } as unknown as Message
}
