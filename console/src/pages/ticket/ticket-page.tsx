import '../../style/ticket.css'
import '../../style/message.css'
import '../../style/reply.css'
import { useState } from 'preact/hooks'
import type { ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { KindLabel, StatusBadge } from '../../components/badge.tsx'
import { Icon } from '../../components/icon.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { Page } from '../../components/page.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { conversationMessages, ticketMessages as t } from '../../messages/ticket.ts'
import { Conversation } from './conversation/conversation.tsx'
import { Details } from './details/details.tsx'
import { useTicket } from './use-ticket.ts'

/** A ticket: its conversation, and its details at the side. */
export function TicketPage({ id }: { id: string }) {
  const { ticket, messages, hasEarlier, error, actions } = useTicket(id)
  const [areDetailsOpen, setDetailsOpen] = useState(false)
  return (
    <Page
      title={ticket?.subject ?? t.titleWhileLoading}
      back={{ href: '/tickets', text: t.back }}
      intro={ticket && <Summary ticket={ticket} />}
      isWide
    >
      {error && <ErrorNotice error={error} onRetry={actions.refresh} />}
      {!ticket && !error && <Skeleton lines={4} />}
      {ticket && (
        <div class="ticket">
          <aside class={areDetailsOpen ? 'ticket-sidebar open' : 'ticket-sidebar'} aria-label={t.details}>
            <Details
              ticket={ticket}
              onChange={actions.setTicket}
              isOpen={areDetailsOpen}
              onToggle={() => setDetailsOpen(!areDetailsOpen)}
            />
          </aside>
          <section class="conversation" aria-labelledby="conversation">
            <h2 id="conversation" class="visually-hidden">
              {conversationMessages.title}
            </h2>
            {ticket.previousTicketId && (
              <p class="previous-ticket">
                <Icon name="clock" size={16} />
                {t.continuesPrevious}{' '}
                <a href={`/tickets/${encodeURIComponent(ticket.previousTicketId)}`}>{t.toPrevious}</a>
              </p>
            )}
            {messages ? (
              <Conversation ticket={ticket} messages={messages} hasEarlier={hasEarlier} actions={actions} />
            ) : (
              <Skeleton lines={3} />
            )}
          </section>
        </div>
      )}
    </Page>
  )
}

function Summary({ ticket: { status, kind, channel } }: { ticket: ApiTicket }) {
  return (
    <span class="summary small">
      <StatusBadge status={status} />
      <KindLabel kind={kind} />
      <span>{channel.name}</span>
    </span>
  )
}
