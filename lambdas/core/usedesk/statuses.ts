import type { Status } from '../tickets/ticket.ts'

/** Usedesk's numbers of statuses: https://api.usedocs.com/article/51378. */
const numbers: Readonly<Record<Status, number>> = {
  open: 1,
  solved: 2,
  closed: 3,
  on_hold: 5,
  pending: 6,
  spam: 7,
  new: 8,
}

/** A ticket that is deleted or merged into another one there takes no message any more. */
const GONE = [4, 10]

/** Usedesk's number of a status. */
export function usedeskStatusOf(status: Status): number {
  return numbers[status]
}

/** Our status for a number of Usedesk; null for one that says nothing of a ticket, such as that of a newsletter. */
export function statusFromUsedesk(number: number): Status | null {
  if (GONE.includes(number)) return 'closed'
  const found = Object.entries(numbers).find(([, one]) => one === number)
  return found ? (found[0] as Status) : null
}
