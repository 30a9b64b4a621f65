import { hasLink, type Reply } from '../replies/reply.ts'
import type { Delivery, Message, Ticket } from '../tickets/ticket.ts'
import type { PaidName } from '../x/prices.ts'

/** How a reply ends. */
export const outcomes = ['sent', 'failed', 'unknown'] as const
export type Outcome = (typeof outcomes)[number]

/** The name of a count. */
export type CountName =
  | 'received'
  | 'opened'
  | 'joined'
  | 'recovered'
  | 'unreadable'
  | `ignored#${string}`
  | `replies#${Outcome}`
  | PaidName

/** The counts of a channel that grow by one. They grow on the UTC day on which it is written. */
export type Tally = { readonly channelId: string; readonly names: readonly CountName[] }

/** The counts of a channel on a UTC day. */
export type DayCounts = {
  /** `YYYY-MM-DD` */
  readonly date: string
  /** New events of X: opened, joined or ignored. */
  readonly received: number
  readonly opened: number
  readonly joined: number
  /** Messages that opened or joined and that we recovered, because X had not delivered them. */
  readonly recovered: number
  /** Ignored events by reason. */
  readonly ignored: Readonly<Record<string, number>>
  readonly unreadable: number
  /** How often a reply had each outcome; one that failed and was sent later counts in both. */
  readonly replies: Readonly<Record<Outcome, number>>
}

/** The counts of a ticket change. Only a customer's message counts; null for other changes. */
export function tallyOfChange({ before, message }: { before: Ticket | null; message: Message | null }): Tally | null {
  if (message?.direction !== 'inbound') return null
  const names: CountName[] = ['received', before === null ? 'opened' : 'joined']
  return {
    channelId: message.channelId,
    names: [...names, ...(message.recovered ? (['recovered'] as const) : []), ...paidFor(message)],
  }
}

/** What a customer's message costs at X: itself, and what is read because X left it out or did not deliver it. */
function paidFor({ visibility, missing, recovered }: Message): PaidName[] {
  const readsAuthor = missing.includes('author') || (recovered === 'poll' && visibility === 'public')
  return [
    visibility === 'public' ? 'paid#post' : 'paid#dm',
    ...(readsAuthor ? (['paid#author'] as const) : []),
    ...(missing.includes('parent') ? (['paid#parent'] as const) : []),
  ]
}

/** The names under which an outcome of a reply counts. X charges what it took, and perhaps what it may have. */
export function namesOfOutcome(outcome: Delivery['status'], { visibility, text }: Reply): CountName[] {
  if (outcome === 'failed') return [outcomeName(outcome)]
  return [outcomeName(outcome), visibility === 'public' && hasLink(text) ? 'paid#link' : 'paid#sent']
}

/** The name under which an outcome of a reply counts. */
export function outcomeName(outcome: Delivery['status']): CountName {
  if (outcome === 'pending' || outcome === 'cancelled') throw new Error(`a ${outcome} reply has no outcome`)
  return `replies#${outcome}`
}

/** The counts of a reply change; null unless the reply has a new outcome. */
export function tallyOfReply(before: Reply, after: Reply): Tally | null {
  const { status } = after.delivery
  if (status === 'pending' || status === 'cancelled' || status === before.delivery.status) return null
  return { channelId: after.channelId, names: namesOfOutcome(status, after) }
}

/** The counts of an event without a ticket; null without a channel. */
export function tallyOfEvent(record: {
  channelId: string | null
  outcome: 'ignored' | 'unreadable'
  reason: string
  kind: string
}): Tally | null {
  const { channelId, outcome, reason, kind } = record
  const paid = /direct_message|^dm\./.test(kind) ? 'paid#dm' : 'paid#post'
  if (channelId === null) return null
  return {
    channelId,
    names: outcome === 'ignored' ? ['received', `ignored#${reason}`, paid] : ['unreadable', paid],
  }
}

/** The counts of a day from the stored counts by name. @param date `YYYY-MM-DD` */
export function dayCounts(date: string, stored: ReadonlyMap<string, number>): DayCounts {
  const count = (name: CountName) => stored.get(name) ?? 0
  const ignored = [...stored].flatMap(([name, value]) =>
    name.startsWith('ignored#') ? [[name.slice('ignored#'.length), value] as const] : [],
  )
  return {
    date,
    received: count('received'),
    opened: count('opened'),
    joined: count('joined'),
    recovered: count('recovered'),
    ignored: Object.fromEntries(ignored),
    unreadable: count('unreadable'),
    replies: { sent: count('replies#sent'), failed: count('replies#failed'), unknown: count('replies#unknown') },
  }
}

/** The UTC day (`YYYY-MM-DD`) of an ISO time in UTC. */
export function dayOf(time: string): string {
  return time.slice(0, 10)
}

/** All UTC days (`YYYY-MM-DD`) from one to another, both included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += 24 * 3600_000)
    days.push(dayOf(new Date(at).toISOString()))
  return days
}
