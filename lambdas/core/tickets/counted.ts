import { earlierOf, laterOf } from '../time.ts'
import { isCounted, type Message, type Ticket } from './ticket.ts'
import { turnAfter } from './turn.ts'

/** How many messages a ticket remembers as counted: more than any that could be counted between two tries of one. */
const REMEMBERED = 4

/** The counts and positions of a ticket after one more message. */
export function countedWith(ticket: Ticket, message: CountedMessage) {
  const { id, direction, position, createdAt } = message
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
    firstResponseAt: ticket.firstResponseAt ?? (isOut ? createdAt : null),
    ...turnAfter(ticket, message),
  }
}

/** What of a message its ticket counts. */
type CountedMessage = Pick<Message, 'id' | 'direction' | 'position' | 'text' | 'createdAt'>
