import { earlierOf, laterOf } from '../time.ts'
import { isCounted, type Message, type Ticket } from './ticket.ts'
import { turnAfter } from './turn.ts'

/** How many messages a ticket remembers as counted: more than any that could be counted between two tries of one. */
const REMEMBERED = 4

/** The counts and positions of a ticket after one more message. */
export function countedWith(ticket: Ticket, message: CountedMessage) {
  const { id, direction, position } = message
  const isOut = direction === 'outbound'
  const lowestPosition = earlierOf(position, ticket.lowestPosition)
  const lastPosition = laterOf(position, ticket.lastPosition)
  if (isCounted(ticket, id)) return { lowestPosition, lastPosition }
  return {
    lowestPosition,
    lastPosition,
    counted: [...ticket.counted, id].slice(-REMEMBERED),
    messageCount: ticket.messageCount + 1,
    outboundCount: ticket.outboundCount + (isOut ? 1 : 0),
    firstResponseAt: earlierAnswer(ticket.firstResponseAt, answeredAt(message)),
    ...turnAfter(ticket, message),
  }
}

/** What of a message its ticket counts. */
type CountedMessage = Answer & Pick<Message, 'id' | 'position' | 'text'>

type Answer = Pick<Message, 'direction' | 'delivery' | 'sending' | 'createdAt'>

/**
 * ISO time since when a message answers the customer; null if it does not: a customer's own, and a reply that X does not
 * have. A reply counts from the attempt that X took, what the account wrote on X itself from its writing.
 */
export function answeredAt({ direction, delivery, sending, createdAt }: Answer): string | null {
  if (direction === 'inbound') return null
  if (delivery === null) return createdAt
  return delivery.status === 'sent' ? (sending?.sentAt ?? createdAt) : null
}

/** ISO time of the first answer among messages; null if there is none. */
export function firstAnswerAt(messages: readonly Answer[]): string | null {
  return messages.map(answeredAt).reduce(earlierAnswer, null)
}

/** The ticket with one more answer; the same if it has an earlier one. @param at ISO time */
export function withAnswer(ticket: Ticket, at: string): Ticket {
  const firstResponseAt = earlierAnswer(ticket.firstResponseAt, at)
  return firstResponseAt === ticket.firstResponseAt ? ticket : { ...ticket, firstResponseAt }
}

function earlierAnswer(one: string | null, other: string | null): string | null {
  return one === null || other === null ? (one ?? other) : earlierOf(one, other)
}
