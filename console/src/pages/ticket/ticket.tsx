import '../../style/ticket.css'
import '../../style/message.css'
import '../../style/reply.css'
import { useState } from 'preact/hooks'
import type { ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { StatusBadge } from '../../parts/badge.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Failure } from '../../parts/notice.tsx'
import { Page } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/waiting.tsx'
import { words } from '../../words.ts'
import { Conversation } from './conversation.tsx'
import { Details } from './details.tsx'
import { useTicket } from './loading.ts'

const { ticket: say } = words

/** A ticket: its conversation, what is known of it, and the answer. */
export function TicketPage({ id }: { id: string }) {
  const loaded = useTicket(id)
  const { ticket, messages } = loaded
  const [isOpen, setOpen] = useState(false)
  return (
    <Page
      title={ticket?.subject ?? say.missing}
      back={{ href: '/tickets', text: say.back }}
      intro={ticket && <Line ticket={ticket} />}
      isWide
    >
      {loaded.error && <Failure error={loaded.error} onRetry={loaded.refresh} />}
      {!ticket && !loaded.error && <Skeleton lines={4} tall />}
      {ticket && (
        <div class="ticket">
          <aside class={isOpen ? 'ticket-side open' : 'ticket-side'} aria-label={say.details}>
            <Details ticket={ticket} onChange={loaded.setTicket} isOpen={isOpen} onToggle={() => setOpen(!isOpen)} />
          </aside>
          <section class="conversation" aria-labelledby="conversation">
            <h2 id="conversation" class="for-readers">
              {say.conversation}
            </h2>
            {ticket.previousTicketId && (
              <p class="earlier">
                <Icon name="clock" size={16} />
                {say.older} <a href={`/tickets/${encodeURIComponent(ticket.previousTicketId)}`}>{say.toPrevious}</a>
              </p>
            )}
            {messages ? (
              <Conversation ticket={ticket} messages={messages} isCut={loaded.isCut} on={loaded} />
            ) : (
              <Skeleton lines={3} tall />
            )}
          </section>
        </div>
      )}
    </Page>
  )
}

function Line({ ticket: { status, kind, channel } }: { ticket: ApiTicket }) {
  return (
    <span class="facts small">
      <StatusBadge status={status} />
      <span class="kind">
        <Icon name={kind === 'direct' ? 'lock' : 'globe'} size={14} />
        {words.kinds[kind]}
      </span>
      <span>{channel.name}</span>
    </span>
  )
}
