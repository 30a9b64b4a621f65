import type { Reply } from '../replies/reply.ts'
import type { Message, Ticket } from '../tickets/ticket.ts'

/** How replies end. */
export const outcomes = ['sent', 'failed', 'unknown'] as const
export type Outcome = (typeof outcomes)[number]

/** What is counted once for each thing that happens on a channel. */
export type CountName =
  | 'received'
  | 'opened'
  | 'joined'
  | 'recovered'
  | 'unreadable'
  | `ignored#${string}`
  | `replies#${Outcome}`

/** Counts that grow by one, each, on one UTC day of a channel (`YYYY-MM-DD`). */
export type Tally = { readonly channelId: string; readonly day: string; readonly names: readonly CountName[] }

/** What happened on a channel in one UTC day. */
export type DayCounts = {
  /** `YYYY-MM-DD` */
  readonly date: string
  /** What came from X for the first time: opened, joined or ignored. */
  readonly received: number
  readonly opened: number
  readonly joined: number
  /** Of the messages that opened or joined: those that X's deliveries had not brought. */
  readonly recovered: number
  /** Ignored events by their reason. */
  readonly ignored: Readonly<Record<string, number>>
  readonly unreadable: number
  /** How often a reply came to that outcome; one that failed and was sent in the end is in both. */
  readonly replies: Readonly<Record<Outcome, number>>
}

/** What a change of a ticket counts for: a customer's message opens or joins; nothing else counts here. */
export function tallyOfChange({ before, message }: { before: Ticket | null; message: Message | null }): Tally | null {
  if (message?.direction !== 'inbound') return null
  const names: CountName[] = ['received', before === null ? 'opened' : 'joined']
  return {
    channelId: message.channelId,
    day: dayOf(message.receivedAt),
    names: message.recovered ? [...names, 'recovered'] : names,
  }
}

/** What a change of a reply counts for: an outcome that it did not have before. @param at ISO time */
export function tallyOfReply(before: Reply, after: Reply, at: string): Tally | null {
  const { status } = after.delivery
  if (status === 'pending' || status === before.delivery.status) return null
  return { channelId: after.channelId, day: dayOf(at), names: [`replies#${status}`] }
}

/** What an event without a ticket counts for. @param record `at` is an ISO time */
export function tallyOfEvent(record: {
  channelId: string | null
  at: string
  outcome: 'ignored' | 'unreadable'
  reason: string
}): Tally | null {
  const { channelId, at, outcome, reason } = record
  if (channelId === null) return null
  return {
    channelId,
    day: dayOf(at),
    names: outcome === 'ignored' ? ['received', `ignored#${reason}`] : ['unreadable'],
  }
}

/** The counts of one day out of what is stored of it, by their names. */
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

/** The UTC day of an ISO time in UTC. */
export function dayOf(time: string): string {
  return time.slice(0, 10)
}

/** All UTC days from one to another, both included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += 24 * 3600_000)
    days.push(dayOf(new Date(at).toISOString()))
  return days
}
