import '../../style/tickets.css'
import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { ApiChannel, ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { type ApiError, call, withQuery } from '../../api.ts'
import { asApiError, useLoaded, usePolling } from '../../loading.ts'
import { announce } from '../../parts/announce.tsx'
import { Button } from '../../parts/button.tsx'
import { Failure } from '../../parts/notice.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty, Skeleton } from '../../parts/waiting.tsx'
import { role } from '../../session.ts'
import { words } from '../../words.ts'
import { type Filter, Filters, filterIn } from './filters.tsx'
import { TicketRow } from './row.tsx'

const { tickets: say } = words
type TicketPage = { readonly tickets: readonly ApiTicket[]; readonly nextCursor: string | null }

/** Tickets, newest activity first. The filters stand in the address, so that a list can be kept and sent. */
export function TicketsPage() {
  const { query } = useLocation()
  const filter = filterIn(query)
  const key = withQuery('', filter)
  const [error, setError] = useState<ApiError>()
  const load = (cursor?: string, signal?: AbortSignal) =>
    call<TicketPage>('GET', '/api/tickets', { query: { ...filter, limit: '30', cursor }, ...(signal && { signal }) })
  const loaded = useLoaded(key, (signal) => load(undefined, signal))
  const channels = useLoaded('channels', (signal) =>
    call<{ channels: ApiChannel[] }>('GET', '/api/channels', { signal }).then((answer) => answer.channels),
  )

  usePolling(async () => {
    const before = loaded.value
    if (!before) return loaded.reload().then(() => true)
    try {
      const first = await load()
      const news = first.tickets.filter((one) => !before.tickets.some((old) => isSame(old, one)))
      if (news.length > 0) announce(say.updated(news.length))
      if (news.length > 0 || first.tickets.length < before.tickets.length) loaded.set(merged(before, first))
      return true
    } catch {
      return false
    }
  })

  const more = async () => {
    const { tickets, nextCursor } = loaded.value ?? { tickets: [], nextCursor: null }
    try {
      const next = await load(nextCursor ?? undefined)
      loaded.set({ ...next, tickets: [...tickets, ...next.tickets.filter(({ id }) => !hasId(tickets, id))] })
      setError(undefined)
    } catch (thrown) {
      setError(asApiError(thrown))
    }
  }
  const tickets = loaded.value?.tickets
  return (
    <Page title={say.title} isWide>
      <Filters filter={filter} tickets={tickets ?? []} channels={channels.value ?? []} />
      {(loaded.error ?? error) && !tickets && (
        <Failure error={(loaded.error ?? error) as ApiError} onRetry={loaded.reload} />
      )}
      {!tickets && !loaded.error && <Skeleton lines={6} tall />}
      {tickets?.length === 0 && !loaded.value?.nextCursor && (
        <Nothing filter={filter} isConnected={(channels.value?.length ?? 1) > 0} />
      )}
      {tickets && tickets.length > 0 && (
        <ul class="tickets" aria-label={say.list}>
          {tickets.map((ticket) => (
            <TicketRow key={ticket.id} ticket={ticket} />
          ))}
        </ul>
      )}
      {error && tickets && <Failure error={error} onRetry={more} />}
      {loaded.value?.nextCursor && (
        <div class="more">
          <Button onClick={more}>{words.showMore}</Button>
        </div>
      )}
    </Page>
  )
}

const isSame = (a: ApiTicket, b: ApiTicket) =>
  a.id === b.id && a.updatedAt === b.updatedAt && a.status === b.status && a.messageCount === b.messageCount

const hasId = (tickets: readonly ApiTicket[], id: string) => tickets.some((one) => one.id === id)

/** The first page as it is now, and behind it what was shown beyond it. */
function merged(before: TicketPage, first: TicketPage): TicketPage {
  const last = first.tickets.at(-1)
  if (!first.nextCursor || !last) return first
  const rest = before.tickets.filter((one) => !hasId(first.tickets, one.id) && one.updatedAt <= last.updatedAt)
  return rest.length === 0 ? first : { tickets: [...first.tickets, ...rest], nextCursor: before.nextCursor }
}

function Nothing({ filter, isConnected }: { filter: Filter; isConnected: boolean }) {
  const isFiltered = Object.values(filter).some(Boolean)
  const mayAdd = !isConnected && role.value === 'administrator'
  const actions = isFiltered ? (
    <a class="button plain" href="/tickets">
      {say.clear}
    </a>
  ) : (
    mayAdd && (
      <a class="button primary" href="/channels">
        {words.channels.add}
      </a>
    )
  )
  return (
    <div class="card">
      <Empty icon="tickets" title={say.emptyTitle} actions={actions || undefined}>
        {isFiltered ? say.emptyFiltered : isConnected ? say.empty : say.noChannel}
      </Empty>
    </div>
  )
}
