/**
 * Up to when each ticket was looked at. Each person has their own, in this browser; it holds no id of a ticket, since
 * that has the id of its customer.
 */
import { effect, signal } from '@preact/signals'
import type { Ticket } from '../../client/src/calls.ts'
import { personId } from './session/session.ts'

type Seen = {
  /** ISO time; what was written before counts as seen. */
  readonly since: string
  /** ISO time of the latest message that was seen, by the hash of the ticket's id. */
  readonly tickets: Readonly<Record<string, string>>
}

/** Of more than this many tickets, those seen longest ago are forgotten. */
const MAX_TICKETS = 1_000

const seen = signal<Seen | null>(null)
const key = () => `seen ${personId.value}`

function readStored(): void {
  try {
    seen.value = JSON.parse(localStorage.getItem(key()) ?? 'null') as Seen | null
  } catch {
    seen.value = null
  }
}
effect(readStored)
// Another tab of the same person.
addEventListener('storage', readStored)

function store(next: Seen): void {
  seen.value = next
  try {
    localStorage.setItem(key(), JSON.stringify(next))
  } catch {
    // Without storage it holds until the page is left.
  }
}

/** True if a customer has written last, and the person has not looked at it. Before the first list, nothing is unread. */
export function isUnread({ id, lastMessage }: Ticket): boolean {
  if (!seen.value || lastMessage?.direction !== 'inbound') return false
  return lastMessage.at > (seen.value.tickets[hashOf(id)] ?? seen.value.since)
}

/** What is in the first list that a person sees here is not news. */
export function beginSeen(tickets: readonly Ticket[]): void {
  if (seen.value) return
  store({ since: latestOf(tickets.map(({ lastMessage }) => lastMessage?.at ?? '')), tickets: {} })
}

/** Marks a ticket as looked at, up to its latest message. */
export function markSeen(ticket: Ticket): void {
  if (!seen.value || !isUnread(ticket) || !ticket.lastMessage) return
  const { since, tickets } = seen.value
  const all = Object.entries({ ...tickets, [hashOf(ticket.id)]: ticket.lastMessage.at }).sort((a, b) =>
    a[1] < b[1] ? 1 : -1,
  )
  const forgotten = all.slice(MAX_TICKETS).map(([, at]) => at)
  store({ since: latestOf([since, ...forgotten]), tickets: Object.fromEntries(all.slice(0, MAX_TICKETS)) })
}

const latestOf = (times: readonly string[]) => [...times].sort().at(-1) ?? ''

/** FNV-1a, 32 bits. */
function hashOf(id: string): string {
  let hash = 0x811c9dc5
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return (hash >>> 0).toString(36)
}
