import { type StatusId, statuses } from '../state.ts'
import type { ShownTicket } from '../view.ts'
import { moment } from './time.ts'

/** The console's colours of the statuses that both have. */
const colours: Partial<Record<StatusId, string>> = {
  1: 'status-open',
  2: 'status-solved',
  6: 'status-pending',
  7: 'status-spam',
  8: 'status-new',
}

export const StatusBadge = ({ status }: { readonly status: StatusId }) => (
  <span class={`badge ${colours[status] ?? ''}`}>{statuses[status]}</span>
)

export const Tags = ({ tags }: { readonly tags: readonly string[] }) => (
  <ul class="chips" aria-label="Tags">
    {tags.map((tag) => (
      <li class="chip" key={tag}>
        {tag}
      </li>
    ))}
  </ul>
)

export function TicketList(props: { readonly tickets: readonly ShownTicket[]; readonly openId: number | null }) {
  const { tickets, openId } = props
  return (
    <nav class="list" aria-label="Tickets">
      {tickets.length === 0 && (
        <p class="empty muted">No tickets yet. When a customer writes on X, the channel opens one here.</p>
      )}
      <ul>
        {tickets.map(({ id, subject, status, tags, client, updatedAt, waits }) => (
          <li key={id}>
            <a class="row" href={`#${id}`} aria-current={id === openId ? 'true' : undefined}>
              <span class="row-line">
                <strong>{client || 'Unknown client'}</strong>
                <time class="muted small" dateTime={updatedAt}>
                  {moment(updatedAt)}
                </time>
              </span>
              <span class="row-subject">{subject}</span>
              <span class="row-line">
                <StatusBadge status={status} />
                <span class="muted small">{waits ? 'waits for an answer' : ''}</span>
              </span>
              <span class="row-tags muted small">{tags.join(' · ')}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
