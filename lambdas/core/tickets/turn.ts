import { laterOf } from '../time.ts'
import type { Delivery, LastMessage, Message, Status, Ticket, Unsettled } from './ticket.ts'

/** The statuses in which a customer who wrote last waits for us. */
export const waitingStatuses = ['new', 'open', 'on_hold'] as const satisfies readonly Status[]

/** The beginning that a list shows, in bytes of UTF-8: the item of a ticket must stay under 1 KB. */
const MAX_PREVIEW_BYTES = 120

const encoder = new TextEncoder()
const bytesOf = (text: string) => encoder.encode(text).length

/** The beginning of a text in one line, cut between characters as people see them (graphemes). */
export function previewOf(text: string): string {
  const line = text
    .slice(0, 2 * MAX_PREVIEW_BYTES)
    .replace(/\s+/gu, ' ')
    .trim()
  if (bytesOf(line) <= MAX_PREVIEW_BYTES && text.length <= 2 * MAX_PREVIEW_BYTES) return line
  let shown = ''
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (bytesOf(shown + segment) > MAX_PREVIEW_BYTES - 3) break
    shown += segment
  }
  return `${shown}…`
}

type TurnMessage = Pick<Message, 'direction' | 'text' | 'createdAt'>
type Turn = Pick<Ticket, 'lastMessage' | 'waitingSince'>

/** Who wrote last and since when the customer waits, after one more message. One that comes late changes nothing. */
export function turnAfter(ticket: Pick<Ticket, keyof Turn | 'status'>, message: TurnMessage): Turn {
  const { lastMessage, waitingSince } = ticket
  if (lastMessage && message.createdAt < lastMessage.at) return { lastMessage, waitingSince }
  return {
    lastMessage: lastOf(message),
    waitingSince: message.direction === 'outbound' ? null : (customerWaitsSince(ticket) ?? message.createdAt),
  }
}

/** The turn of a ticket that a message opens. */
export function turnOf(message: TurnMessage): Turn {
  return { lastMessage: lastOf(message), waitingSince: message.createdAt }
}

function lastOf({ direction, text, createdAt: at }: TurnMessage): LastMessage {
  return { direction, text: previewOf(text), at }
}

/**
 * Since when the customer has been waiting for an answer, as an ISO time; null if they are not: we wrote last, or the
 * status says that no answer is due.
 */
export function customerWaitsSince({ status, waitingSince }: Pick<Ticket, 'status' | 'waitingSince'>): string | null {
  return waitingStatuses.some((one) => one === status) ? waitingSince : null
}

/** The ticket with another text of a message, which was edited or, without a text, deleted; the same if it is not the last. */
export function withLastText<T extends Pick<Ticket, 'lastMessage'>>(ticket: T, before: TurnMessage, text: string): T {
  const { lastMessage } = ticket
  if (lastMessage?.at !== before.createdAt || lastMessage.direction !== before.direction) return ticket
  return { ...ticket, lastMessage: { ...lastMessage, text: previewOf(text) } }
}

/** What is the matter with a reply; null if X has it, an agent gave it up, or it is simply on its way. */
export function unsettledIn({ status, reason }: Delivery): Unsettled | null {
  if (status === 'failed' || status === 'unknown') return status
  return status === 'pending' && reason !== null ? 'waiting' : null
}

type SettledReply = Pick<Message, 'id' | 'createdAt'> & { readonly delivery: Delivery }

/**
 * The ticket after what is the matter with a reply of it changed; the same if it says so already. A reply that failed is
 * no answer: if nothing was written after it, the customer waits again.
 * @param now ISO time
 */
export function withUnsettled(ticket: Ticket, reply: SettledReply, state: Unsettled | null, now: string): Ticket {
  if ((ticket.unsettled[reply.id] ?? null) === state) return ticket
  const { [reply.id]: _before, ...others } = ticket.unsettled
  return {
    ...ticket,
    unsettled: state === null ? others : { ...others, [reply.id]: state },
    waitingSince: waitingAfter(ticket, reply, state),
    updatedAt: laterOf(now, ticket.updatedAt),
  }
}

function waitingAfter({ lastMessage, waitingSince }: Ticket, reply: SettledReply, state: Unsettled | null) {
  if (lastMessage?.direction !== 'outbound') return waitingSince
  if (state === 'failed' || reply.delivery.status === 'cancelled') return waitingSince ?? reply.createdAt
  return lastMessage.at === reply.createdAt ? null : waitingSince
}

/** How many replies of a ticket are in each state. */
export function unsettledCounts({ unsettled }: Pick<Ticket, 'unsettled'>): Record<Unsettled, number> {
  const count = (state: Unsettled) => Object.values(unsettled).filter((one) => one === state).length
  return { failed: count('failed'), waiting: count('waiting'), unknown: count('unknown') }
}

/** True if a ticket says what is the matter with its replies. @param messages all of the ticket */
export function saysUnsettled({ unsettled }: Pick<Ticket, 'unsettled'>, messages: readonly Message[]): boolean {
  const found = unsettledAmong(messages)
  return Object.keys({ ...found, ...unsettled }).every((id) => found[id] === unsettled[id])
}

/** What is the matter with the replies among all messages of a ticket, by their ids. */
export function unsettledAmong(messages: readonly Message[]): Record<string, Unsettled> {
  return Object.fromEntries(
    messages.flatMap(({ id, delivery }) => {
      const state = delivery && unsettledIn(delivery)
      return state ? [[id, state]] : []
    }),
  )
}
