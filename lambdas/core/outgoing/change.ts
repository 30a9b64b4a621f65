import { canonicalJson } from '../canonical-json.ts'
import { type Channel, channelSettings } from '../channels/channel.ts'
import { erased } from '../tickets/deletion.ts'
import type { Message, Ticket } from '../tickets/ticket.ts'
import type { OutgoingEventType } from './endpoint.ts'

/**
 * A change of a stored item, as the table's stream tells it. `id` is the same when it is told again and sorts the changes
 * of one item; `at` is the ISO time of the change, in whole seconds.
 */
export type Change = { readonly id: string; readonly at: string } & (
  | Changed<'ticket', Ticket>
  | Changed<'message', Message>
  | Changed<'channel', Channel>
)

type Changed<What, Thing> = { readonly what: What; readonly before: Thing | null; readonly after: Thing | null }

/** What a change means to somebody outside: an event, and what it is about. */
export type Happened =
  | { readonly type: Extract<OutgoingEventType, `ticket.${string}`>; readonly ticket: Ticket }
  | { readonly type: Extract<OutgoingEventType, `message.${string}`>; readonly message: Message }
  | { readonly type: 'channel.changed'; readonly channel: Channel }

/** The event of a change; null if nothing changed that the API shows, or another event tells it. */
export function eventOf(change: Change): Happened | null {
  switch (change.what) {
    case 'ticket':
      return ofTicket(change.before, change.after)
    case 'message':
      return ofMessage(change.before, change.after, change.at)
    case 'channel':
      return ofChannel(change.before, change.after)
  }
}

/** A message is told by an event of its own, so its count and time alone are no change of the ticket. */
const TICKET_FIELDS = ['status', 'tags', 'subject', 'customer', 'firstEntryId', 'previousTicketId'] as const

function ofTicket(before: Ticket | null, after: Ticket | null): Happened | null {
  if (!after) return null
  if (!before) return { type: 'ticket.opened', ticket: after }
  return differ(before, after, TICKET_FIELDS) ? { type: 'ticket.changed', ticket: after } : null
}

/** An edit on X, a file that is there now, a post that was looked up. */
const MESSAGE_FIELDS = [
  'text',
  'entities',
  'media',
  'addressees',
  'author',
  'parent',
  'quoted',
  'versions',
  'notice',
] as const

function ofMessage(before: Message | null, after: Message | null, at: string): Happened | null {
  // It was erased, or two workers stored the same post and one of them takes its message back. Its text goes nowhere.
  if (!after) return before && { type: 'message.deleted', message: erased(before, at, at) }
  if (!before) return ofNewMessage(after)
  if (before.deletedAt === null && after.deletedAt !== null) return { type: 'message.deleted', message: after }
  const outcome = after.delivery?.status
  if (outcome !== before.delivery?.status && outcome !== 'pending') {
    return { type: outcome === 'sent' ? 'message.sent' : 'message.failed', message: after }
  }
  return differ(before, after, MESSAGE_FIELDS) ? { type: 'message.edited', message: after } : null
}

/** A reply is told when its outcome is known; what the account wrote on X itself is sent already. */
function ofNewMessage(message: Message): Happened | null {
  if (message.delivery?.status === 'pending') return null
  return { type: message.direction === 'inbound' ? 'message.received' : 'message.sent', message }
}

const CHANNEL_FIELDS = [...channelSettings, 'username', 'budgetUsedUpOn', 'chat', 'status', 'connectedAt'] as const

function ofChannel(before: Channel | null, after: Channel | null): Happened | null {
  if (!after || (before && !differ(before, after, CHANNEL_FIELDS))) return null
  return { type: 'channel.changed', channel: after }
}

function differ<Thing extends object>(before: Thing, after: Thing, fields: readonly (keyof Thing)[]): boolean {
  return fields.some((field) => canonicalJson(before[field]) !== canonicalJson(after[field]))
}

/** What stays in order: the events of a ticket, or of a channel. */
export function groupOf(happened: Happened): string {
  if ('ticket' in happened) return happened.ticket.id
  return 'message' in happened ? happened.message.ticketId : happened.channel.id
}
