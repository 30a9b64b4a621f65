import { expect } from '@jest/globals'
import type { TicketFilter } from '../../lambdas/core/ports/tickets.ts'
import { dayOf, daysBetween } from '../../lambdas/core/reports/counts.ts'
import { firstAnswerAt } from '../../lambdas/core/tickets/counted.ts'
import type { Message, Ticket } from '../../lambdas/core/tickets/ticket.ts'
import { nextDay } from '../../lambdas/core/time-zone.ts'
import type { TestStores } from './stores.ts'

export type Seen = { readonly ticket: Ticket; readonly messages: readonly Message[] }

/** All tickets that a filter lets through, page by page. */
export async function listed(stores: TestStores, filter: TicketFilter, limit: number): Promise<string[]> {
  const ids: string[] = []
  let after: string | null = null
  do {
    const page: { items: { id: string }[]; next: string | null } = await stores.tickets.tickets(filter, {
      limit,
      after,
    })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    ids.push(...page.items.map(({ id }) => id))
    after = page.next
  } while (after !== null)
  return ids
}

/** The tickets of a channel with their messages, newest activity first, read one by one. */
export async function ticketsOf(stores: TestStores, channelId: string): Promise<Seen[]> {
  const ids = new Set(await listed(stores, { channelId }, 50))
  const all = await Promise.all(
    [...ids].map(async (id) => {
      const ticket = await stores.tickets.ticket(id)
      if (!ticket) throw new Error(`${id} is listed, but not there`)
      return { ticket, messages: await stores.messagesOf(id) }
    }),
  )
  return all.sort((one, other) => (activityOf(one) < activityOf(other) ? 1 : -1))
}

const activityOf = ({ ticket: { updatedAt, id } }: Seen) => `${updatedAt}#${id}`

/**
 * Fails unless everything that is read of a channel's tickets agrees with their items.
 * @param since ISO time, since when everything of the channel happened
 */
export async function expectConsistent(
  stores: TestStores,
  channelId: string,
  since: string,
  until: string,
): Promise<Seen[]> {
  const all = await ticketsOf(stores, channelId)
  const messages = all.flatMap((one) => one.messages)

  // Every message is in one ticket, in order, and found by its id and all of X's ids.
  const partitions = new Set(all.map(({ ticket }) => `CONVERSATION#${channelId}#${ticket.conversationId}`))
  const stored = await Promise.all([...partitions].map((one) => stores.itemsOf(one)))
  const inPartitions = stored.flat().filter((sk) => sk.startsWith('MESSAGE#'))
  expect(inPartitions.sort()).toEqual(messages.map(({ position, id }) => `MESSAGE#${position}#${id}`).sort())
  const xIds = messages.flatMap(({ externalId, versionIds }) => [...new Set([...versionIds, externalId])])
  expect(new Set(xIds.filter((id) => id !== null)).size).toBe(xIds.filter((id) => id !== null).length)
  for (const { ticket, messages } of all) {
    expect({ id: ticket.id, count: ticket.messageCount, out: ticket.outboundCount }).toEqual({
      id: ticket.id,
      count: messages.length,
      out: messages.filter(({ direction }) => direction === 'outbound').length,
    })
    expect({ id: ticket.id, answered: ticket.firstResponseAt }).toEqual({
      id: ticket.id,
      answered: firstAnswerAt(messages),
    })
    const positions = messages.map(({ position }) => position)
    expect(positions).toEqual([...positions].sort())
    for (const message of messages) {
      expect(message.position >= ticket.lowestPosition && message.position <= ticket.lastPosition).toBe(true)
      if (message.notice === null) expect(await stores.tickets.message(ticket.id, message.id)).toEqual(message)
      for (const id of message.visibility === 'public' ? message.versionIds : []) {
        expect(await stores.tickets.knownAs(channelId, { kind: 'post', inReplyTo: '' }, id)).toBe(message.id)
      }
    }
  }

  // Every list that the tickets belong to shows them once, in order of activity.
  const idsWhere = (fits: (ticket: Ticket) => boolean) => all.flatMap(({ ticket }) => (fits(ticket) ? [ticket.id] : []))
  const lists = [
    { filter: {}, fits: () => true },
    { filter: { channelId }, fits: () => true },
    ...[...new Set(all.flatMap(({ ticket }) => ticket.tags))].map((tag) => ({
      filter: { tag },
      fits: (one: Ticket) => one.tags.includes(tag),
    })),
    ...[...new Set(all.map(({ ticket }) => ticket.status))].map((status) => ({
      filter: { status },
      fits: (one: Ticket) => one.status === status,
    })),
    ...[...new Set(all.map(({ ticket }) => ticket.customer.id))].map((customerId) => ({
      filter: { customerId },
      fits: (one: Ticket) => one.customer.id === customerId,
    })),
  ]
  for (const { filter, fits } of lists) {
    const ids = await listed(stores, { ...filter, updatedSince: since }, 3)
    const own = ids.filter((id) => id.startsWith(`${channelId}-`))
    expect({ filter, ids: own }).toEqual({ filter, ids: idsWhere(fits) })
  }

  // Counts and reports are what counting everything gives.
  const [from, to] = [dayOf(since), dayOf(until)]
  const counted = await stores.counts.activity(channelId, from, to)
  const sum = (of: (day: (typeof counted)[number]) => number) => counted.reduce((total, day) => total + of(day), 0)
  expect(counted.map(({ date }) => date)).toEqual(daysBetween(from, to))
  expect(sum(({ opened, joined }) => opened + joined)).toBe(
    messages.filter(({ direction }) => direction === 'inbound').length,
  )
  const opened = await stores.counts.opened(channelId, from, nextDay(to))
  expect(sorted(opened.map(reportedOf))).toEqual(sorted(all.map(({ ticket }) => reportedOf(ticket))))
  const closed = (await stores.counts.closed(from, nextDay(to))).filter((one) => one.channelId === channelId)
  const areClosed = all.flatMap(({ ticket }) => (ticket.status === 'closed' ? [ticket] : []))
  expect(sorted(closed.map(closingOf))).toEqual(sorted(areClosed.map(closingOf)))
  return all
}

type Reported = Pick<Ticket, 'openedAt' | 'status' | 'tags' | 'messageCount' | 'outboundCount' | 'firstResponseAt'>
const reportedOf = ({ openedAt, status, tags, messageCount, outboundCount, firstResponseAt }: Reported) =>
  JSON.stringify([openedAt, status, tags, messageCount, outboundCount, firstResponseAt])
const closingOf = ({ openedAt, closedAt, tags }: Pick<Ticket, 'openedAt' | 'closedAt' | 'tags'>) =>
  JSON.stringify([openedAt, closedAt, tags])
const sorted = (texts: readonly string[]) => [...texts].sort()
