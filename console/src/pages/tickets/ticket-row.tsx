import type { Ticket } from '../../../../client/src/calls.ts'
import { Avatar } from '../../components/avatar.tsx'
import { StatusBadge } from '../../components/badge.tsx'
import { Icon } from '../../components/icon.tsx'
import { Marked } from '../../components/marked.tsx'
import { Time } from '../../components/time.tsx'
import { commonMessages } from '../../messages/common.ts'
import { ticketMessages } from '../../messages/ticket.ts'
import { ticketsMessages as t } from '../../messages/tickets.ts'
import { isUnread } from '../../seen.ts'

/** More tags would push the message away. */
const SHOWN_TAGS = 2

type TicketRowProps = {
  readonly ticket: Ticket
  /** Its place in the list, from 0. */
  readonly row: number
  /** How many rows the list has; -1 while that is unknown. */
  readonly rows: number
  readonly href: string
  readonly isOpen: boolean
  /** True for the ticket from which somebody came back to the list. */
  readonly cameFrom: boolean
  readonly onFocus: () => void
}

/** A ticket in the list: who, what they wrote last, and whose turn it is. The whole row is a link. */
export function TicketRow({ ticket, row, rows, href, isOpen, cameFrom, onFocus }: TicketRowProps) {
  const { subject, customer, channel, kind, status, tags, waitingSince, updatedAt } = ticket
  const name = customer.name ?? customer.username ?? customer.id
  // A search shows where its words are.
  const shown = ticket.match ?? ticket.lastMessage
  const isAnswer = shown?.direction === 'outbound'
  const preview = shown?.text || (shown && shown.direction === 'inbound' ? t.noText : '')
  return (
    <li
      class={`ticket-row${isOpen ? ' is-open-row' : ''}${isUnread(ticket) ? ' is-unread' : ''}`}
      style={{ '--row': row }}
      aria-posinset={row + 1}
      aria-setsize={rows}
      data-came-from={cameFrom || undefined}
      onFocusIn={onFocus}
    >
      <Avatar name={name} url={customer.avatarUrl} size={28} />
      <p class="ticket-customer">
        <Icon name={kind === 'direct' ? 'envelope' : 'globe'} size={14} />
        <span>
          <Marked>{name}</Marked>
        </span>
        <span class="visually-hidden">
          {isUnread(ticket) && t.unread}
          {customer.username && `@${customer.username}, `}
          {commonMessages.kinds[kind]}, {channel.name}
        </span>
      </p>
      <p class="ticket-subject">
        <a class="stretched-link" href={href} aria-current={isOpen ? 'true' : undefined}>
          <Marked>{subject}</Marked>
        </a>
        {shown && (isAnswer || preview !== subject) && (
          <span class="muted">
            {isAnswer && <span class="ours">{t.you}</span>}
            <Marked>{preview}</Marked>
          </span>
        )}
      </p>
      <Marks replies={ticket.replies} />
      <ul class="chips" aria-label={ticketMessages.tags}>
        {tags.slice(0, SHOWN_TAGS).map((tag) => (
          <li key={tag} class="chip">
            {tag}
          </li>
        ))}
        {tags.length > SHOWN_TAGS && <li class="chip">{t.moreTags(tags.length - SHOWN_TAGS)}</li>}
      </ul>
      <StatusBadge status={status} />
      <p class="ticket-updated">
        {waitingSince ? (
          <span class="waits">
            <span class="visually-hidden">{t.waitsSince} </span>
            <Time at={waitingSince} isNarrow />
          </span>
        ) : (
          <span class="muted">
            <Time at={updatedAt} isNarrow />
          </span>
        )}
      </p>
    </li>
  )
}

/** Marks for replies that did not reach the customer. */
function Marks({ replies: { failed, waiting, unknown } }: Pick<Ticket, 'replies'>) {
  return (
    <span class="marks">
      {failed > 0 && (
        <span class="mark failed" title={t.failedReplies(failed)}>
          <Icon name="warning" size={16} />
          <span class="visually-hidden">{t.failedReplies(failed)}</span>
        </span>
      )}
      {unknown > 0 && (
        <span class="mark failed" title={t.unknownReplies(unknown)}>
          <Icon name="question" size={16} />
          <span class="visually-hidden">{t.unknownReplies(unknown)}</span>
        </span>
      )}
      {waiting > 0 && (
        <span class="mark" title={t.waitingReplies(waiting)}>
          <Icon name="clock" size={16} />
          <span class="visually-hidden">{t.waitingReplies(waiting)}</span>
        </span>
      )}
    </span>
  )
}
