import { type ListedTicket, type Message, type Ticket, unsent } from '../../core/tickets/ticket.ts'
import { partsOfTicketId, ticketIdOf } from '../../core/tickets/ticket-id.ts'
import { type Item, type Key, keys, partitionFor, TICKET } from './table.ts'

/** The list of all tickets. */
export const ALL = 'ALL'

/** The list of tickets with unsettled replies. */
export const UNSETTLED = 'unsettled'

/**
 * The sort key of lists of tickets: newest activity, unique by the id.
 * @param updatedAt ISO time
 */
export function activityOf({ updatedAt, id }: Pick<Ticket, 'updatedAt' | 'id'>): string {
  return `${updatedAt}#${id}`
}

/**
 * The item of a ticket. It must stay under 1 KB, since each write of it and of its entry in the list is paid by the
 * kilobyte. So what another attribute says is left out: the key, `activity`, the first position; and what is null or empty.
 */
export function ticketItem(ticket: Ticket, partitions: number) {
  const { id, channelId, conversationId: _conversationId, number: _number, kind: _kind, updatedAt, ...fields } = ticket
  const isUnsettled = Object.keys(fields.unsettled).length > 0
  const isSaid = (name: string) =>
    (name === 'lowestPosition' && fields.lowestPosition === fields.firstPosition) ||
    (name === 'unsettled' && !isUnsettled) ||
    (name === 'isAwaited' && !fields.isAwaited)
  const filled = Object.entries(fields).filter(([name, value]) => value !== null && !isSaid(name))
  return {
    ...keys.ticket(id),
    ...Object.fromEntries(filled),
    inList: partitionFor(id, ALL, partitions),
    activity: activityOf({ id, updatedAt }),
    inStatus: partitionFor(id, fields.status, partitions),
    inChannel: partitionFor(id, channelId, partitions),
    inCustomer: fields.customer.id,
    ...(isUnsettled && { inDue: partitionFor(id, UNSETTLED, partitions), dueAt: fields.openedAt }),
  }
}

/** The fields of a ticket that its item leaves out when they are empty. */
const NULLS = {
  firstResponseAt: null,
  firstEntryId: null,
  previousTicketId: null,
  nextTicketId: null,
  lastMessage: null,
  waitingSince: null,
  unsettled: {},
  closedAt: null,
  isAwaited: false,
}

/** The ticket in its item. */
export function ticketFrom(item: Item): Ticket {
  const { inList: _inList, activity, inStatus: _inStatus, inChannel: _inChannel, ...rest } = item
  const { pk, sk, inCustomer: _inCustomer, inDue: _inDue, dueAt: _dueAt, ...fields } = rest
  const lowestPosition = fields.firstPosition
  // Only `commit` writes such items, always complete.
  return {
    ...NULLS,
    lowestPosition,
    ...identityFrom({ pk, sk }),
    ...fields,
    updatedAt: timeIn(activity),
  } as unknown as Ticket
}

/** The ticket in an entry of the list of all tickets. */
export function listedFrom({ pk, sk, activity, inList: _inList, ...fields }: Item): ListedTicket {
  const { id, channelId, kind } = identityFrom({ pk, sk })
  return { ...NULLS, ...fields, id, channelId, kind, updatedAt: timeIn(activity) } as unknown as ListedTicket
}

/** The time in the sort key of lists. */
function timeIn(activity: unknown): string {
  return String(activity).slice(0, String(activity).indexOf('#'))
}

/** What the key of a ticket says of it. */
export function identityFrom({ pk, sk }: Key) {
  const [, channelId = '', conversationId = ''] = pk.split('#')
  const parts = { channelId, conversationId, number: Number(sk.slice(TICKET.length)) }
  const id = ticketIdOf(parts)
  if (!partsOfTicketId(id)) throw new Error(`${pk} ${sk} is no key of a ticket`)
  return { id, ...parts, kind: conversationId.startsWith('direct-') ? ('direct' as const) : ('mention' as const) }
}

/** What a message has when its item says nothing. What conditions compare is always there: media, versions, missing. */
const EMPTY = {
  entities: [],
  addressees: [],
  externalId: null,
  inReplyToId: null,
  parent: null,
  quoted: null,
  versionIds: [],
  mentionsAccount: null,
  incompleteBecause: null,
  notice: null,
  chat: null,
  deletedAt: null,
  erasedAt: null,
  hiddenAt: null,
  facts: null,
  delivery: null,
  sending: null,
  recovered: null,
} satisfies Partial<Message>

/** The attributes of a message. What is empty is left out: each write of an item is paid by the kilobyte. */
export function messageItem(message: Message) {
  const { sending } = message
  return {
    ...keys.message(message.ticketId, message.position, message.id),
    ...filled(message, EMPTY),
    ...(sending && { sending: filled(sending, unsent) }),
  }
}

/** The fields that are not as they are when nothing is said of them. */
function filled(fields: object, empty: object) {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => !(name in empty && isEmpty(value))))
}

function isEmpty(value: unknown): boolean {
  return value === null || value === 0 || (Array.isArray(value) && value.length === 0)
}

/** The message in its item. */
export function messageFrom(item: Item): Message {
  const { pk: _pk, sk: _sk, inDue: _inDue, dueAt: _dueAt, ...rest } = item
  const { inCounts: _inCounts, countedAt: _countedAt, counts: _counts, ...message } = rest
  const sending = message.sending ? { ...unsent, ...message.sending } : null
  // Only `commit` and `save` write such items, always complete.
  return { ...EMPTY, ...message, sending } as unknown as Message
}
