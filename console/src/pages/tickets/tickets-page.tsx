import '../../style/tickets.css'
import '../../style/workspace.css'
import { useLocation, useRoute } from 'preact-iso'
import { call } from '../../api/client.ts'
import { useResource } from '../../api/resource.ts'
import { ticketNumbers } from '../../api/ticket-numbers.ts'
import { Page } from '../../components/page.tsx'
import { ResourceStatus } from '../../components/resource-status.tsx'
import { ticketsMessages as t } from '../../messages/tickets.ts'
import { TicketPage } from '../ticket/ticket-page.tsx'
import { Filters, filterFromQuery, ticketUrl } from './filters.tsx'
import { TicketList } from './ticket-list.tsx'
import { useTicketList } from './use-ticket-list.ts'

/**
 * The list of tickets and, beside it, the open one: on a narrow screen in its place. The list stays as it is while
 * tickets are opened and closed. The filters are in the URL, so that people can bookmark and share them.
 */
export function TicketsPage() {
  const { query } = useLocation()
  const { id } = useRoute().params
  const filter = filterFromQuery(query)
  const list = useTicketList(filter)
  const { tickets, resource } = list
  const at = tickets.findIndex((one) => one.id === id)
  const urlOf = (index: number) => (tickets[index] ? ticketUrl(filter, tickets[index].id) : undefined)
  return (
    <div class={id ? 'workspace open' : 'workspace'}>
      <div class="list-pane">
        <ListFrame isAside={Boolean(id)}>
          <ListFilters filter={filter} openId={id} tickets={tickets} />
          <ResourceStatus resource={resource} lines={6} />
          <TicketList list={list} filter={filter} openId={id} />
        </ListFrame>
      </div>
      {id && (
        <TicketPage
          key={id}
          id={id}
          known={tickets[at]}
          listUrl={ticketUrl(filter)}
          nextUrl={at < 0 ? undefined : urlOf(at + 1)}
          previousUrl={at < 0 ? undefined : urlOf(at - 1)}
        />
      )}
    </div>
  )
}

/** The page is the list, unless a ticket is open: then that is the page, and the list stands aside. */
function ListFrame({ isAside, children }: { isAside: boolean; children: preact.ComponentChildren }) {
  return (
    <Page key="list" title={t.title} isWide isAside={isAside}>
      {children}
    </Page>
  )
}

function ListFilters(props: Pick<Parameters<typeof Filters>[0], 'filter' | 'openId' | 'tickets'>) {
  const channels = useResource('channels', (signal) =>
    call('GET /api/channels', { signal }).then((answer) => answer.channels),
  )
  return <Filters {...props} channels={channels.value ?? []} numbers={ticketNumbers.value} />
}
