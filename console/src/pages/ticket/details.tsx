import { useState } from 'preact/hooks'
import type { ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { type ApiError, call, withQuery } from '../../api.ts'
import { asApiError } from '../../loading.ts'
import { confirmDone } from '../../parts/announce.tsx'
import { Avatar } from '../../parts/badge.tsx'
import { Button } from '../../parts/button.tsx'
import { Select } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Failure } from '../../parts/notice.tsx'
import { Time } from '../../parts/time.tsx'
import { words } from '../../words.ts'
import { Tags } from './tags.tsx'

const { ticket: say } = words

type DetailsProps = {
  readonly ticket: ApiTicket
  readonly onChange: (ticket: ApiTicket) => void
  /** On a narrow screen the rest is behind a button. */
  readonly isOpen: boolean
  readonly onToggle: () => void
}

/** What is known of a ticket, and what an agent may set of it. */
export function Details({ ticket, onChange, isOpen, onToggle }: DetailsProps) {
  const [error, setError] = useState<ApiError>()
  const { id, status, tags, customer, channel } = ticket
  const change = async (body: { status?: string; tags?: readonly string[] }, done: string) => {
    try {
      onChange(await call<ApiTicket>('PATCH', `/api/tickets/${encodeURIComponent(id)}`, { body }))
      setError(undefined)
      confirmDone(done)
    } catch (thrown) {
      setError(asApiError(thrown))
    }
  }
  const name = customer.name ?? customer.username ?? customer.id
  return (
    <div class="card details">
      <div class="details-head">
        <Avatar name={name} url={customer.avatarUrl} size={40} />
        <div>
          <strong>{name}</strong>
          {customer.username && <span class="faint">@{customer.username}</span>}
        </div>
        <span class="details-toggle">
          <Button small kind="quiet" expanded={isOpen} onClick={onToggle}>
            {say.details}
          </Button>
        </span>
      </div>
      <div class="details-rest">
        <Select
          label={say.status}
          value={status}
          options={Object.entries(words.statuses)}
          onChange={(wanted) =>
            change({ status: wanted }, say.statusSaved(words.statuses[wanted as ApiTicket['status']]))
          }
        />
        <Tags tags={tags} onChange={(wanted) => change({ tags: wanted }, say.tagsSaved)} />
        {error && <Failure error={error} />}
        <Facts ticket={ticket} />
        <div class="links">
          <a href={withQuery('/tickets', { customerId: customer.id })}>
            <Icon name="person" size={16} />
            {say.allOfCustomer}
          </a>
          {customer.username && (
            <a
              href={`https://x.com/${encodeURIComponent(customer.username)}`}
              target="_blank"
              rel="noopener noreferrer"
            >
              <Icon name="external" size={16} />
              {say.profile}
              <span class="for-readers"> {words.newTab}</span>
            </a>
          )}
        </div>
        <p class="faint small">
          {say.channel}: {channel.name} {channel.username && `(@${channel.username})`}
        </p>
      </div>
    </div>
  )
}

function Facts({ ticket: { kind, openedAt, openedBecause, previousTicketId } }: { ticket: ApiTicket }) {
  return (
    <dl class="facts-list">
      <div>
        <dt>{say.opened}</dt>
        <dd>
          <Time at={openedAt} /> · {words.kinds[kind]}
        </dd>
      </div>
      <div>
        <dt>{say.because}</dt>
        <dd>{openedBecause}</dd>
      </div>
      {previousTicketId && (
        <div>
          <dt>{say.previous}</dt>
          <dd>
            <a href={`/tickets/${encodeURIComponent(previousTicketId)}`}>{say.toPrevious}</a>
          </dd>
        </div>
      )}
    </dl>
  )
}
