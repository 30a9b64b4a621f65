import type { Ticket } from '../../../../client/src/calls.ts'
import type { Answer } from '../../../../client/src/client.ts'
import { useAction } from '../../api/action.ts'
import { call, callTagged, readAgain } from '../../api/client.ts'
import { usePolling } from '../../api/polling.ts'
import { useResource } from '../../api/resource.ts'
import { announce } from '../../components/announcements.tsx'
import { ticketsMessages as t } from '../../messages/tickets.ts'
import { beginSeen } from '../../seen.ts'
import { type Filter, queryOf } from './filters.tsx'

type TicketList = Answer<'GET /api/tickets'>

const PAGE_SIZE = 50

/** The tickets of a filter, page by page, and up to date. */
export function useTicketList(filter: Filter) {
  const firstPage = { ...queryOf(filter), limit: PAGE_SIZE }
  const resource = useResource(JSON.stringify(firstPage), async (signal) => {
    const first = await callTagged('GET /api/tickets', { query: firstPage, signal })
    beginSeen(first.value.tickets)
    return first
  })
  const isByActivity = filter.order !== 'waiting'

  usePolling(async () => {
    const before = resource.value
    if (!before) return resource.reload().then(() => true)
    try {
      const first = await readAgain('GET /api/tickets', before, { query: firstPage })
      if (first === before) return true
      const { tickets: known } = before.value
      const updated = first.value.tickets.filter((one) => !known.some((old) => isSame(old, one)))
      if (updated.length > 0) announce(t.updated(updated.length))
      resource.update(({ value }) => ({ ...first, value: isByActivity ? merge(value, first.value) : first.value }))
      return true
    } catch {
      return false
    }
  })

  const { tickets = [], nextCursor = null } = resource.value?.value ?? {}
  const { error: moreError, run } = useAction(null)
  const loadMore = () =>
    run(async () => {
      const query = { ...firstPage, cursor: nextCursor ?? undefined }
      const next = await call('GET /api/tickets', { query })
      resource.update(({ value, tag }) => ({ tag, value: append(value, next) }))
    })
  return { resource, tickets, hasMore: nextCursor !== null, loadMore, moreError }
}

const isSame = (a: Ticket, b: Ticket) =>
  a.id === b.id && a.updatedAt === b.updatedAt && a.status === b.status && a.messageCount === b.messageCount

const hasId = (tickets: readonly Ticket[], id: string) => tickets.some((one) => one.id === id)

/** Adds a page, without the tickets that have moved up meanwhile. */
function append({ tickets }: TicketList, next: TicketList): TicketList {
  return { ...next, tickets: [...tickets, ...next.tickets.filter(({ id }) => !hasId(tickets, id))] }
}

/** Replaces the first page by the new one and keeps the older tickets that were already loaded. */
function merge(before: TicketList, first: TicketList): TicketList {
  const last = first.tickets.at(-1)
  if (!first.nextCursor || !last) return first
  const older = before.tickets.filter((one) => !hasId(first.tickets, one.id) && one.updatedAt <= last.updatedAt)
  return older.length === 0 ? first : { tickets: [...first.tickets, ...older], nextCursor: before.nextCursor }
}
