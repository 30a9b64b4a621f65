import { useId, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { Calls, Channel, Ticket, TicketNumbers } from '../../../../client/src/calls.ts'
import { IconButton } from '../../components/button.tsx'
import { Field, Select } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { givenIn, withQuery } from '../../links.ts'
import { commonMessages } from '../../messages/common.ts'
import { ticketsMessages as t } from '../../messages/tickets.ts'
import { config } from '../../session/session.ts'
import { SearchField } from './search-field.tsx'

/** The filters of the ticket list, as in the URL. */
export type Filter = {
  /** Words that are looked for. */
  readonly q?: string | undefined
  /** Tickets whose customer waits, or with replies that failed or are in doubt. */
  readonly show?: string | undefined
  readonly status?: string | undefined
  readonly tag?: string | undefined
  readonly channelId?: string | undefined
  readonly customerId?: string | undefined
  /** `waiting`: the longest waiting first. */
  readonly order?: string | undefined
}

/** Every ticket opens with one of these. */
const INITIAL_TAGS = ['Twitter:Direct', 'Twitter: Mention']

export function filterFromQuery(query: Readonly<Record<string, string>>): Filter {
  const { q, show, status, tag, channelId, customerId, order } = query
  return { q, show, status, tag, channelId, customerId, order }
}

/** What a filter asks the API for. What is wrong in the URL, the API refuses. */
export function queryOf({ show, ...others }: Filter): Calls['GET /api/tickets']['query'] {
  const query = givenIn(others)
  if (show === 'waiting') return { ...query, waiting: 'true' }
  return show === 'failed' ? { ...query, replies: ['failed', 'unknown'] } : query
}

/** The URL of the list, or of a ticket beside it. */
export function ticketUrl(filter: Filter, id?: string): string {
  return withQuery(id === undefined ? '/tickets' : `/tickets/${encodeURIComponent(id)}`, filter)
}

type FiltersProps = {
  readonly filter: Filter
  readonly openId: string | undefined
  readonly tickets: readonly Ticket[]
  readonly channels: readonly Channel[]
  readonly numbers: TicketNumbers | undefined
}

/** Search, order, tag, channel and tabs; in a narrow list the middle ones are behind a button. A filter by customer comes from a link and can only be removed. */
export function Filters({ filter, openId, tickets, channels, numbers }: FiltersProps) {
  const { route } = useLocation()
  const change = (part: Filter) => route(ticketUrl({ ...filter, ...part }))
  const search = (q: string) => route(ticketUrl({ ...filter, q }, openId), true)
  const id = useId()
  const [areShown, setShown] = useState(false)
  const chosen = [filter.order, filter.tag, filter.channelId].filter(Boolean).length
  const tags = new Set([...INITIAL_TAGS, ...tickets.flatMap((one) => one.tags), ...(filter.tag ? [filter.tag] : [])])
  return (
    <div class="filters">
      <div class="filter-bar">
        {config.value.hasSearch && <SearchField value={filter.q ?? ''} onChange={search} />}
        <span class="filters-toggle">
          <IconButton
            icon="filter"
            label={t.filters(chosen)}
            expanded={areShown}
            controls={id}
            onClick={() => setShown(!areShown)}
          />
          {chosen > 0 && (
            <span class="number" aria-hidden="true">
              {chosen}
            </span>
          )}
        </span>
        <div id={id} class={areShown ? 'selects open' : 'selects'}>
          <Select
            label={t.order}
            value={filter.order ?? ''}
            options={Object.entries(t.orders)}
            onChange={(order) => change({ order })}
          />
          <TagFilter value={filter.tag ?? ''} known={[...tags]} onChange={(tag) => change({ tag })} />
          {(channels.length > 1 || filter.channelId) && (
            <Select
              label={t.channel}
              value={filter.channelId ?? ''}
              options={[['', t.allChannels], ...channels.map(({ id, name }) => [id, name] as const)]}
              onChange={(channelId) => change({ channelId })}
            />
          )}
        </div>
      </div>
      <Tabs filter={filter} numbers={numbers} />
      {filter.customerId && <CustomerFilter filter={filter} tickets={tickets} />}
    </div>
  )
}

/** Any tag can be written; those of the listed tickets are offered. */
function TagFilter(props: { value: string; known: readonly string[]; onChange: (tag: string) => void }) {
  const id = useId()
  // What is being written stays while the list is polled, and goes when the filter changes.
  const [written, setWritten] = useState({ over: props.value, text: props.value })
  const text = written.over === props.value ? written.text : props.value
  const change = (tag: string) => tag.trim() !== props.value && props.onChange(tag.trim())
  return (
    <Field label={t.tag}>
      {(control) => (
        <>
          <input
            {...control}
            type="search"
            list={`${id}-known`}
            autocomplete="off"
            placeholder={t.allTags}
            maxLength={64}
            value={text}
            onInput={(event) => {
              const { value } = event.currentTarget
              setWritten({ over: props.value, text: value })
              // Chosen from the list or emptied: nothing is left to write.
              if (value === '' || props.known.includes(value)) change(value)
            }}
            onChange={(event) => change(event.currentTarget.value)}
          />
          <datalist id={`${id}-known`}>
            {props.known.map((tag) => (
              <option key={tag} value={tag} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  )
}

function Tabs({ filter, numbers }: Pick<FiltersProps, 'filter' | 'numbers'>) {
  const { waiting, failed, statuses } = numbers ?? {}
  const tabs = [
    { part: {}, text: t.allStatuses, number: undefined },
    { part: { show: 'waiting' }, text: t.waiting, number: waiting },
    { part: { show: 'failed' }, text: t.failed, number: failed },
    ...Object.entries(commonMessages.statuses).map(([status, text]) => ({
      part: { status },
      text,
      number: statuses?.[status as Ticket['status']],
    })),
  ]
  return (
    <nav class="tabs" aria-label={t.statusFilter}>
      {tabs.map(({ part, text, number }) => {
        const { show, status }: Filter = part
        const isCurrent = (filter.show ?? '') === (show ?? '') && (filter.status ?? '') === (status ?? '')
        return (
          <a
            key={text}
            class={show === 'failed' && number ? 'nav-link alarming' : 'nav-link'}
            href={ticketUrl({ ...filter, show, status })}
            aria-current={isCurrent ? 'page' : undefined}
          >
            {text}
            {number !== undefined && number > 0 && <span class="number">{t.number(number)}</span>}
          </a>
        )
      })}
    </nav>
  )
}

function CustomerFilter({ filter, tickets }: Pick<FiltersProps, 'filter' | 'tickets'>) {
  const customer = tickets.find((one) => one.customer.id === filter.customerId)?.customer
  const text = t.customerFilter(customer?.name ?? customer?.username ?? filter.customerId ?? '')
  return (
    <p class="chips">
      <span class="chip">
        {text}
        <a href={ticketUrl({ ...filter, customerId: undefined })} aria-label={t.removeFilter(text)}>
          <Icon name="close" size={14} />
        </a>
      </span>
    </p>
  )
}
