import '../../style/tickets.css'
import { useLocation } from 'preact-iso'
import type { ApiChannel, ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { useAction } from '../../api/action.ts'
import { call, read, withQuery } from '../../api/client.ts'
import { usePolling } from '../../api/polling.ts'
import { useResource } from '../../api/resource.ts'
import { announce } from '../../components/announcements.tsx'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { channelsMessages } from '../../messages/channels.ts'
import { commonMessages } from '../../messages/common.ts'
import { ticketsMessages as t } from '../../messages/tickets.ts'
import { role } from '../../session/session.ts'
import { type Filter, Filters, filterFromQuery } from './filters.tsx'
import { TicketRow } from './ticket-row.tsx'

type TicketList = { readonly tickets: readonly ApiTicket[]; readonly nextCursor: string | null }

const path = '/api/tickets'

/** The list of tickets, newest activity first. The filters are in the URL, so that people can bookmark and share them. */
export function TicketsPage() {
  const { query } = useLocation()
  const filter = filterFromQuery(query)
  const firstPage = { ...filter, limit: '30' }
  const resource = useResource(withQuery('', filter), (signal) => read<TicketList>(path, { query: firstPage, signal }))
  const channels = useResource('channels', (signal) =>
    call<{ channels: ApiChannel[] }>('GET', '/api/channels', { signal }).then((answer) => answer.channels),
  )

  usePolling(async () => {
    const before = resource.value
    if (!before) return resource.reload().then(() => true)
    try {
      const first = await read(path, { query: firstPage }, before)
      if (first === before) return true
      const { tickets: known } = before.value
      const updated = first.value.tickets.filter((one) => !known.some((old) => isSame(old, one)))
      if (updated.length > 0) announce(t.updated(updated.length))
      resource.update(({ value }) => ({ ...first, value: merge(value, first.value) }))
      return true
    } catch {
      return false
    }
  })

  const { tickets = [], nextCursor = null } = resource.value?.value ?? {}
  const { error: moreError, run } = useAction()
  const loadMore = () =>
    run(async () => {
      const query = { ...firstPage, cursor: nextCursor ?? undefined }
      const next = await call<TicketList>('GET', path, { query })
      resource.update(({ value, tag }) => ({ tag, value: append(value, next) }))
    })
  return (
    <Page title={t.title} isWide>
      <Filters filter={filter} tickets={tickets} channels={channels.value ?? []} />
      <ResourceStatus resource={resource} lines={6} />
      {resource.value && tickets.length === 0 && !nextCursor && (
        <NoTickets filter={filter} hasChannel={(channels.value?.length ?? 1) > 0} />
      )}
      {tickets.length > 0 && (
        <ul class="tickets" aria-label={t.list}>
          {tickets.map((ticket) => (
            <TicketRow key={ticket.id} ticket={ticket} />
          ))}
        </ul>
      )}
      {moreError && <ErrorNotice error={moreError} onRetry={loadMore} />}
      {nextCursor && (
        <div class="load-more">
          <Button onClick={loadMore}>{commonMessages.showMore}</Button>
        </div>
      )}
    </Page>
  )
}

const isSame = (a: ApiTicket, b: ApiTicket) =>
  a.id === b.id && a.updatedAt === b.updatedAt && a.status === b.status && a.messageCount === b.messageCount

const hasId = (tickets: readonly ApiTicket[], id: string) => tickets.some((one) => one.id === id)

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

function NoTickets({ filter, hasChannel }: { filter: Filter; hasChannel: boolean }) {
  const isFiltered = Object.values(filter).some(Boolean)
  const mayAddChannel = !hasChannel && role.value === 'administrator'
  const actions = isFiltered ? (
    <a class="button plain" href="/tickets">
      {t.clearFilters}
    </a>
  ) : (
    mayAddChannel && (
      <a class="button primary" href="/channels">
        {channelsMessages.add}
      </a>
    )
  )
  return (
    <div class="card">
      <EmptyState icon="tickets" title={t.emptyTitle} actions={actions || undefined}>
        {isFiltered ? t.emptyFiltered : hasChannel ? t.empty : t.noChannel}
      </EmptyState>
    </div>
  )
}
