import type { ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { Avatar } from '../../components/avatar.tsx'
import { KindLabel, StatusBadge } from '../../components/badge.tsx'
import { Time } from '../../components/time.tsx'
import { ticketMessages } from '../../messages/ticket.ts'
import { ticketsMessages as t } from '../../messages/tickets.ts'

/** A ticket in the list. The whole row is a link. */
export function TicketRow({ ticket }: { ticket: ApiTicket }) {
  const { id, subject, customer, channel, kind, status, tags, messageCount, updatedAt } = ticket
  const name = customer.name ?? customer.username ?? customer.id
  return (
    <li class={`ticket-row is-${status}`}>
      <Avatar name={name} url={customer.avatarUrl} size={40} />
      <div class="ticket-subject">
        <a class="stretched-link" href={`/tickets/${encodeURIComponent(id)}`}>
          {subject}
        </a>
        <p class="muted">
          <span class="customer-name">{name}</span>
          {customer.username && <span class="username">@{customer.username}</span>}
          <KindLabel kind={kind} />
          <span>{channel.name}</span>
        </p>
      </div>
      <ul class="chips" aria-label={ticketMessages.tags}>
        {tags.map((tag) => (
          <li key={tag} class="chip">
            {tag}
          </li>
        ))}
      </ul>
      <StatusBadge status={status} />
      <p class="ticket-updated muted">
        <Time at={updatedAt} />
        <span>{t.messageCount(messageCount)}</span>
      </p>
    </li>
  )
}
