import type { ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { Avatar, StatusBadge } from '../../parts/badge.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Time } from '../../parts/time.tsx'
import { words } from '../../words.ts'

/** One ticket of the list. */
export function TicketRow({ ticket }: { ticket: ApiTicket }) {
  const { id, subject, customer, channel, kind, status, tags, messageCount, updatedAt } = ticket
  const name = customer.name ?? customer.username ?? customer.id
  return (
    <li class={`ticket-row is-${status}`}>
      <Avatar name={name} url={customer.avatarUrl} size={40} />
      <div class="ticket-what">
        <a class="stretched" href={`/tickets/${encodeURIComponent(id)}`}>
          {subject}
        </a>
        <p class="faint">
          <span class="strong">{name}</span>
          {customer.username && <span class="handle">@{customer.username}</span>}
          <span class="kind">
            <Icon name={kind === 'direct' ? 'lock' : 'globe'} size={14} />
            {words.kinds[kind]}
          </span>
          <span>{channel.name}</span>
        </p>
      </div>
      <ul class="chips" aria-label={words.ticket.tags}>
        {tags.map((tag) => (
          <li key={tag} class="chip">
            {tag}
          </li>
        ))}
      </ul>
      <StatusBadge status={status} />
      <p class="ticket-when faint">
        <Time at={updatedAt} />
        <span>{words.tickets.messages(messageCount)}</span>
      </p>
    </li>
  )
}
