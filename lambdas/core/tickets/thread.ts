import type { ListedTicket } from './ticket.ts'

/**
 * The tickets that belong to one thread: each is the earlier ticket of another of them (rules 2 and 3), or continues it.
 * @param among tickets of the same customer on the same channel
 * @returns the ticket and those connected with it, the first opened first
 */
export function threadOf(ticket: ListedTicket, among: readonly ListedTicket[]): ListedTicket[] {
  const found = new Map([[ticket.id, ticket]])
  for (let size = 0; size < found.size; ) {
    size = found.size
    for (const one of among) if ([...found.values()].some((other) => areLinked(one, other))) found.set(one.id, one)
  }
  return [...found.values()].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
}

function areLinked(one: ListedTicket, other: ListedTicket): boolean {
  const leadsTo = (from: ListedTicket, to: ListedTicket) =>
    from.previousTicketId === to.id || from.nextTicketId === to.id
  return leadsTo(one, other) || leadsTo(other, one)
}

const placeOf = ({ openedAt, id }: ListedTicket) => `${openedAt}#${id}`
