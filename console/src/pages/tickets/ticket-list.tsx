import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Ticket } from '../../../../client/src/calls.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { useEndInView } from '../../components/use-end-in-view.ts'
import { commonMessages } from '../../messages/common.ts'
import { ticketsMessages as t } from '../../messages/tickets.ts'
import { type filterFromQuery, ticketUrl } from './filters.tsx'
import { NoTickets } from './no-tickets.tsx'
import { TicketRow } from './ticket-row.tsx'
import { rowsOf, useKeptPlace, useRowsInView } from './use-rows-in-view.ts'
import type { useTicketList } from './use-ticket-list.ts'

type TicketListProps = {
  readonly list: ReturnType<typeof useTicketList>
  readonly filter: ReturnType<typeof filterFromQuery>
  readonly openId: string | undefined
}

/**
 * The rows of a list. Only those in view are in the page, and the one with the focus; each has its place by its number, so
 * that the list is as long as all of them.
 */
export function TicketList({ list, filter, openId }: TicketListProps) {
  const { resource, tickets, hasMore, loadMore, moreError } = list
  const end = useEndInView(() => void loadMore(), tickets.length)
  const rows = useRef<HTMLUListElement>(null)
  const inView = useRowsInView(rows, tickets.length)
  const [focusedId, setFocusedId] = useState<string>()
  const latest = useRef(openId)
  const cameFrom = openId === undefined ? latest.current : undefined
  const rowOf = (id: string | undefined) => (id === undefined ? -1 : tickets.findIndex((one) => one.id === id))
  const openRow = rowOf(openId ?? cameFrom)
  const shown = rowsOf(inView, [rowOf(focusedId), openRow], tickets.length)
  useKeptPlace(rows, { count: tickets.length, openId, row: openRow })
  useLayoutEffect(() => {
    // Who comes back from a ticket goes on where they left the list.
    if (cameFrom) rows.current?.querySelector<HTMLElement>('[data-came-from] a')?.focus({ preventScroll: true })
    latest.current = openId ?? latest.current
  }, [openId])
  return (
    <>
      {resource.value && tickets.length === 0 && !hasMore && <NoTickets filter={filter} />}
      {tickets.length > 0 && (
        <ul
          ref={rows}
          class="tickets"
          aria-label={filter.order === 'waiting' ? t.listByWaiting : t.list}
          style={{ '--rows': tickets.length }}
          onFocusOut={() => setFocusedId(undefined)}
        >
          {shown.map((row) => {
            const ticket = tickets[row] as Ticket
            return (
              <TicketRow
                key={ticket.id}
                ticket={ticket}
                row={row}
                rows={hasMore ? -1 : tickets.length}
                href={ticketUrl(filter, ticket.id)}
                isOpen={ticket.id === openId}
                cameFrom={ticket.id === cameFrom}
                onFocus={() => setFocusedId(ticket.id)}
              />
            )
          })}
        </ul>
      )}
      {moreError && <ErrorNotice error={moreError} onRetry={loadMore} />}
      {hasMore && (
        <div class="load-more" ref={end}>
          <Button onClick={loadMore}>{commonMessages.showMore}</Button>
        </div>
      )}
    </>
  )
}
