import { useRef, useState } from 'preact/hooks'
import type { ApiTicket } from '../../../../../lambdas/core/api/schemas.ts'
import { useAction } from '../../../api/action.ts'
import { call, ticketPath } from '../../../api/client.ts'
import type { Message } from '../../../api/types.ts'
import { Button } from '../../../components/button.tsx'
import { ErrorNotice, Notice } from '../../../components/notice.tsx'
import { replyMessages, conversationMessages as t } from '../../../messages/ticket.ts'
import { role } from '../../../session/session.ts'
import { Composer } from '../reply/composer.tsx'
import { addToDraft } from '../reply/drafts.ts'
import type { TicketActions } from '../use-ticket.ts'
import { isCustomerPost, isEntry } from './entries.ts'
import { MessageItem } from './message-item.tsx'
import { scrollToBottom } from './scroll.ts'
import { useUnseenMessages } from './use-unseen-messages.ts'

type ConversationProps = {
  readonly ticket: ApiTicket
  readonly messages: readonly Message[]
  readonly hasEarlier: boolean
  readonly actions: Omit<TicketActions, 'rewrite'>
}

/**
 * The messages of a ticket, oldest first, and below them the form to reply. On a mention ticket, a reply is below the
 * entry (the customer's post) that it answers.
 */
export function Conversation({ ticket, messages, hasEarlier, actions: given }: ConversationProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const [chosenId, setChosenId] = useState<string | null>(null)
  const [draftNumber, setDraftNumber] = useState(0)
  const isMention = ticket.kind === 'mention'
  const unseen = useUnseenMessages(
    scroller,
    messages.map(({ id }) => id),
    !isMention,
  )
  const mayReply = role.value !== null && ticket.status !== 'closed'
  // An answer names the version of the entry that was the newest when it was written.
  const entryIds = new Set(messages.filter(isCustomerPost).flatMap(({ versionIds }) => versionIds))
  const isBelowEntry = ({ direction, inReplyToId }: Message) =>
    isMention && direction === 'outbound' && inReplyToId !== null && entryIds.has(inReplyToId)
  /** Puts the text of a reply into the form again. */
  const rewrite = ({ text, inReplyToId }: Message) => {
    const entry = isMention
      ? (messages.find((one) => isEntry(one) && one.versionIds.includes(inReplyToId ?? '')) ??
        messages.findLast(isEntry))
      : undefined
    addToDraft({ ticketId: ticket.id, entryId: entry?.id ?? null }, text)
    setChosenId(entry?.id ?? null)
    setDraftNumber((now) => now + 1)
  }
  const actions = { ...given, rewrite }
  const isChosen = (one: Message) => mayReply && chosenId === one.id

  return (
    <>
      <div class="conversation-scroll" ref={scroller}>
        {hasEarlier && <EarlierMessages onLoad={actions.loadEarlier} />}
        <ol class="messages">
          {messages
            .filter((one) => !isBelowEntry(one))
            .map((message) => (
              <MessageItem
                key={message.id}
                message={message}
                ticket={ticket}
                actions={actions}
                replies={messages.filter(
                  (one) => isBelowEntry(one) && message.versionIds.includes(one.inReplyToId ?? ''),
                )}
                onReply={isMention && mayReply && isEntry(message) ? () => setChosenId(message.id) : undefined}
                isAnswered={isChosen(message)}
              />
            ))}
        </ol>
        {ticket.status === 'closed' && <ClosedNotice ticket={ticket} onReopen={actions.setTicket} />}
        {role.value === null && <Notice icon="person">{replyMessages.noAccess}</Notice>}
        {unseen > 0 && (
          <div class="new-messages">
            <Button kind="primary" small onClick={() => scrollToBottom(scroller.current)}>
              {t.newMessages(unseen)}
            </Button>
          </div>
        )}
      </div>
      {mayReply && (
        <Composer
          ticket={ticket}
          messages={messages}
          actions={actions}
          chosenId={chosenId}
          onChoose={setChosenId}
          draftNumber={draftNumber}
          onSent={() => scrollToBottom(isMention ? null : scroller.current)}
        />
      )}
    </>
  )
}

function EarlierMessages({ onLoad }: { onLoad: () => Promise<unknown> }) {
  const { error, run } = useAction()
  return (
    <>
      <Button kind="quiet" onClick={() => run(onLoad)}>
        {t.showEarlier}
      </Button>
      {error && <ErrorNotice error={error} />}
    </>
  )
}

function ClosedNotice({ ticket, onReopen }: { ticket: ApiTicket; onReopen: (ticket: ApiTicket) => void }) {
  const { error, run } = useAction()
  const reopen = () =>
    run(async () => onReopen(await call<ApiTicket>('PATCH', ticketPath(ticket.id), { body: { status: 'open' } })))
  const later = ticket.nextTicketId
  return (
    <>
      <Notice icon="check" title={t.closed} actions={later ? undefined : <Button onClick={reopen}>{t.reopen}</Button>}>
        {later ? t.continued : t.closedText}
      </Notice>
      {error && <ErrorNotice error={error} />}
    </>
  )
}
