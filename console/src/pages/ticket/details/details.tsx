import type { Ticket, TicketChange } from '../../../../../client/src/calls.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { showToast } from '../../../components/announcements.tsx'
import { Avatar } from '../../../components/avatar.tsx'
import { Button } from '../../../components/button.tsx'
import { ExternalLink } from '../../../components/external-link.tsx'
import { Select } from '../../../components/field.tsx'
import { Icon } from '../../../components/icon.tsx'
import { ErrorNotice } from '../../../components/notice.tsx'
import { Time } from '../../../components/time.tsx'
import { profileUrl, withQuery } from '../../../links.ts'
import { commonMessages } from '../../../messages/common.ts'
import { ticketMessages as t } from '../../../messages/ticket.ts'
import { xActionMessages } from '../../../messages/x-actions.ts'
import { role } from '../../../session/session.ts'
import { XAction } from '../x-action.tsx'
import { Block } from './block.tsx'
import { Tags } from './tags.tsx'

const CUSTOMER_ACTIONS = ['mute', 'unmute', 'block_direct_messages', 'unblock_direct_messages'] as const

type DetailsProps = {
  readonly ticket: Ticket
  readonly onChange: (ticket: Ticket) => void
  /** On narrow screens, everything but the customer's name is hidden until somebody opens it. */
  readonly isOpen: boolean
  readonly onToggle: () => void
}

/** The customer, the status and tags that agents set, and where the ticket comes from. */
export function Details({ ticket, onChange, isOpen, onToggle }: DetailsProps) {
  const { error, run } = useAction()
  const { id, status, tags, customer, channel } = ticket
  const change = (body: TicketChange, confirmation: string) =>
    run(async () => {
      onChange(await call('PATCH /api/tickets/{id}', { params: { id }, body }))
      showToast(confirmation)
    })
  const name = customer.name ?? customer.username ?? customer.id
  return (
    <div class="card details">
      <div class="details-header">
        <Avatar name={name} url={customer.avatarUrl} size={40} />
        <div>
          <a href={`/customers/${customer.id}`}>
            <strong>{name}</strong>
          </a>
          {customer.username && <span class="muted">@{customer.username}</span>}
        </div>
        <span class="details-toggle">
          <Button small kind="quiet" expanded={isOpen} onClick={onToggle}>
            {t.details}
          </Button>
        </span>
      </div>
      <div class="details-body">
        <Select
          label={t.status}
          value={status}
          options={Object.entries(commonMessages.statuses)}
          onChange={(next) => {
            const to = next as Ticket['status']
            return change({ status: to }, t.statusSaved(commonMessages.statuses[to]))
          }}
        />
        <Tags
          tags={tags}
          onAdd={(tag) => change({ addTags: [tag] }, t.tagsSaved)}
          onRemove={(tag) => change({ removeTags: [tag] }, t.tagsSaved)}
        />
        {error && <ErrorNotice error={error} />}
        <Origin ticket={ticket} />
        <div class="links">
          <a href={withQuery('/tickets', { customerId: customer.id })}>
            <Icon name="person" size={16} />
            {t.allOfCustomer}
          </a>
          {customer.username && (
            <ExternalLink href={profileUrl(customer.username)}>
              <Icon name="external" size={16} />
              {t.profile}
            </ExternalLink>
          )}
        </div>
        <Block customerId={customer.id} name={name} />
        {role.value !== null && (
          <details>
            <summary class="small">{xActionMessages.title}</summary>
            {CUSTOMER_ACTIONS.map((action) => (
              <XAction key={action} action={action} ticketId={id} name={name} />
            ))}
          </details>
        )}
        <p class="muted small">
          {t.channel}: {channel.name} {channel.username && `(@${channel.username})`}
        </p>
      </div>
    </div>
  )
}

/** When and why the ticket was opened, and the ticket before it. */
function Origin({ ticket: { kind, openedAt, openedBecause, previousTicketId } }: { ticket: Ticket }) {
  return (
    <dl class="ticket-origin">
      <div>
        <dt>{t.opened}</dt>
        <dd>
          <Time at={openedAt} /> · {commonMessages.kinds[kind]}
        </dd>
      </div>
      <div>
        <dt>{t.openedBecause}</dt>
        <dd>{openedBecause}</dd>
      </div>
      {previousTicketId && (
        <div>
          <dt>{t.previous}</dt>
          <dd>
            <a href={`/tickets/${encodeURIComponent(previousTicketId)}`}>{t.toPrevious}</a>
          </dd>
        </div>
      )}
    </dl>
  )
}
