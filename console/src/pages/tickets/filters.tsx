import { useLocation } from 'preact-iso'
import type { ApiChannel, ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { withQuery } from '../../api.ts'
import { Select } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { words } from '../../words.ts'

const { tickets: say } = words

/** What the list is narrowed to, as it stands in the address. */
export type Filter = {
  readonly status?: string | undefined
  readonly tag?: string | undefined
  readonly channelId?: string | undefined
  readonly customerId?: string | undefined
}

/** The tags that every ticket is born with; others are offered as they are met. */
const BORN_WITH = ['Twitter:Direct', 'Twitter: Mention']

export function filterIn({ status, tag, channelId, customerId }: Readonly<Record<string, string>>): Filter {
  return { status, tag, channelId, customerId }
}

const address = (filter: Filter) => withQuery('/tickets', filter)

type FiltersProps = {
  readonly filter: Filter
  readonly tickets: readonly ApiTicket[]
  readonly channels: readonly ApiChannel[]
}

/** Narrows the list: by status, tag, channel, and to one customer where a link led to that. */
export function Filters({ filter, tickets, channels }: FiltersProps) {
  const { route } = useLocation()
  const change = (part: Filter) => route(address({ ...filter, ...part }))
  const tags = new Set([...BORN_WITH, ...tickets.flatMap((one) => one.tags), ...(filter.tag ? [filter.tag] : [])])
  const statuses = Object.entries(words.statuses)
  return (
    <div class="filters">
      <nav class="tabs" aria-label={say.statusFilter}>
        {[['', say.all] as const, ...statuses].map(([status, text]) => (
          <a
            key={status}
            href={address({ ...filter, status })}
            aria-current={(filter.status ?? '') === status ? 'page' : undefined}
          >
            {text}
          </a>
        ))}
      </nav>
      <div class="selects">
        <Select
          label={say.tag}
          value={filter.tag ?? ''}
          options={[['', say.anyTag], ...[...tags].map((tag) => [tag, tag] as const)]}
          onChange={(tag) => change({ tag })}
        />
        <Select
          label={say.channel}
          value={filter.channelId ?? ''}
          options={[['', say.anyChannel], ...channels.map(({ id, name }) => [id, name] as const)]}
          onChange={(channelId) => change({ channelId })}
        />
      </div>
      {filter.customerId && <CustomerFilter filter={filter} tickets={tickets} />}
    </div>
  )
}

function CustomerFilter({ filter, tickets }: Pick<FiltersProps, 'filter' | 'tickets'>) {
  const found = tickets.find(({ customer }) => customer.id === filter.customerId)?.customer
  const text = say.ofCustomer(found?.name ?? found?.username ?? filter.customerId ?? '')
  return (
    <p class="chips">
      <span class="chip">
        {text}
        <a href={address({ ...filter, customerId: undefined })} aria-label={say.removeFilter(text)}>
          <Icon name="close" size={14} />
        </a>
      </span>
    </p>
  )
}
