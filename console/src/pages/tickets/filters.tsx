import { useLocation } from 'preact-iso'
import type { ApiChannel, ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { withQuery } from '../../api/client.ts'
import { Select } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { commonMessages } from '../../messages/common.ts'
import { ticketsMessages as t } from '../../messages/tickets.ts'

/** The filters of the ticket list, as in the URL. */
export type Filter = {
  readonly status?: string | undefined
  readonly tag?: string | undefined
  readonly channelId?: string | undefined
  readonly customerId?: string | undefined
}

/** Every ticket opens with one of these. Other tags are offered when a listed ticket has them. */
const INITIAL_TAGS = ['Twitter:Direct', 'Twitter: Mention']

export function filterFromQuery({ status, tag, channelId, customerId }: Readonly<Record<string, string>>): Filter {
  return { status, tag, channelId, customerId }
}

const filterUrl = (filter: Filter) => withQuery('/tickets', filter)

type FiltersProps = {
  readonly filter: Filter
  readonly tickets: readonly ApiTicket[]
  readonly channels: readonly ApiChannel[]
}

/** Filters by status, tag and channel. A filter by customer comes from a link and can only be removed. */
export function Filters({ filter, tickets, channels }: FiltersProps) {
  const { route } = useLocation()
  const change = (part: Filter) => route(filterUrl({ ...filter, ...part }))
  const tags = new Set([...INITIAL_TAGS, ...tickets.flatMap((one) => one.tags), ...(filter.tag ? [filter.tag] : [])])
  const statuses = [['', t.allStatuses] as const, ...Object.entries(commonMessages.statuses)]
  return (
    <div class="filters">
      <nav class="tabs" aria-label={t.statusFilter}>
        {statuses.map(([status, text]) => (
          <a
            key={status}
            class="nav-link"
            href={filterUrl({ ...filter, status })}
            aria-current={(filter.status ?? '') === status ? 'page' : undefined}
          >
            {text}
          </a>
        ))}
      </nav>
      <div class="selects">
        <Select
          label={t.tag}
          value={filter.tag ?? ''}
          options={[['', t.allTags], ...[...tags].map((tag) => [tag, tag] as const)]}
          onChange={(tag) => change({ tag })}
        />
        <Select
          label={t.channel}
          value={filter.channelId ?? ''}
          options={[['', t.allChannels], ...channels.map(({ id, name }) => [id, name] as const)]}
          onChange={(channelId) => change({ channelId })}
        />
      </div>
      {filter.customerId && <CustomerFilter filter={filter} tickets={tickets} />}
    </div>
  )
}

function CustomerFilter({ filter, tickets }: Pick<FiltersProps, 'filter' | 'tickets'>) {
  const customer = tickets.find((one) => one.customer.id === filter.customerId)?.customer
  const text = t.customerFilter(customer?.name ?? customer?.username ?? filter.customerId ?? '')
  return (
    <p class="chips">
      <span class="chip">
        {text}
        <a href={filterUrl({ ...filter, customerId: undefined })} aria-label={t.removeFilter(text)}>
          <Icon name="close" size={14} />
        </a>
      </span>
    </p>
  )
}
