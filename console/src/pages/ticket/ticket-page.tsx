import '../../style/ticket.css'
import '../../style/message.css'
import '../../style/reply.css'
import { useEffect, useState } from 'preact/hooks'
import type { Ticket } from '../../../../client/src/calls.ts'
import { KindLabel, StatusBadge } from '../../components/badge.tsx'
import { Icon } from '../../components/icon.tsx'
import { ErrorNotice } from '../../components/notice.tsx'
import { Page } from '../../components/page.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { conversationMessages, ticketMessages as t } from '../../messages/ticket.ts'
import { markSeen } from '../../seen.ts'
import { Conversation } from './conversation/conversation.tsx'
import { Details } from './details/details.tsx'
import { useTicket } from './use-ticket.ts'

type TicketPageProps = {
  readonly id: string
  /** As the list shows it: something to see until the answer is there. */
  readonly known: Ticket | undefined
  readonly listUrl: string
  /** The tickets after and before it in the list. */
  readonly nextUrl: string | undefined
  readonly previousUrl: string | undefined
}

/** A ticket: its conversation, and its details at the side. */
export function TicketPage({ id, known, listUrl, nextUrl, previousUrl }: TicketPageProps) {
  const { ticket, messages, hasEarlier, error, actions } = useTicket(id, known)
  const [areDetailsOpen, setDetailsOpen] = useState(false)
  const isShown = messages !== undefined
  useEffect(() => {
    if (!ticket || !isShown) return undefined
    const look = () => document.hidden || markSeen(ticket)
    look()
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [ticket, isShown])
  return (
    <Page
      title={ticket?.subject ?? t.titleWhileLoading}
      back={{ href: listUrl, text: t.back }}
      actions={<Neighbours nextUrl={nextUrl} previousUrl={previousUrl} />}
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
            <Thread ticket={ticket} />
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

function Neighbours({ nextUrl, previousUrl }: Pick<TicketPageProps, 'nextUrl' | 'previousUrl'>) {
  return (
    <nav class="neighbours" aria-label={t.neighbours}>
      {previousUrl && (
        <a
          class="icon-button"
          href={previousUrl}
          data-shortcut="k"
          aria-label={t.previousInList}
          title={t.previousInList}
        >
          <Icon name="back" />
        </a>
      )}
      {nextUrl && (
        <a class="icon-button" href={nextUrl} data-shortcut="j" aria-label={t.nextInList} title={t.nextInList}>
          <Icon name="next" />
        </a>
      )}
    </nav>
  )
}

function Summary({ ticket: { status, kind, channel } }: { ticket: Ticket }) {
  return (
    <span class="summary small">
      <StatusBadge status={status} />
      <KindLabel kind={kind} />
      <span>{channel.name}</span>
    </span>
  )
}

/** The ways to the tickets before and after it in its conversation. */
function Thread({ ticket: { previousTicketId, nextTicketId } }: { ticket: Ticket }) {
  if (!previousTicketId && !nextTicketId) return null
  return (
    <p class="previous-ticket">
      <Icon name="clock" size={16} />
      {previousTicketId && (
        <>
          {t.continuesPrevious} <a href={`/tickets/${encodeURIComponent(previousTicketId)}`}>{t.toPrevious}</a>
        </>
      )}
      {nextTicketId && <a href={`/tickets/${encodeURIComponent(nextTicketId)}`}>{t.toNext}</a>}
    </p>
  )
}
