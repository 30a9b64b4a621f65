import { useState } from 'preact/hooks'
import type { ApiTicket } from '../../../../../lambdas/core/api/schemas.ts'
import { useAction } from '../../../api/action.ts'
import { call, ticketPath } from '../../../api/client.ts'
import type { Message } from '../../../api/types.ts'
import { Button } from '../../../components/button.tsx'
import { ErrorNotice, Notice } from '../../../components/notice.tsx'
import { replyMessages, conversationMessages as t } from '../../../messages/ticket.ts'
import { role } from '../../../session/session.ts'
import { ReplyForm } from '../reply/reply-form.tsx'
import type { TicketActions } from '../use-ticket.ts'
import { MessageItem } from './message-item.tsx'
import { scrollToBottom } from './scroll.ts'
import { useUnseenMessages } from './use-unseen-messages.ts'

type ConversationProps = {
  readonly ticket: ApiTicket
  readonly messages: readonly Message[]
  readonly hasEarlier: boolean
  readonly actions: TicketActions
}

/**
 * The messages of a ticket, oldest first, and the form to reply. On a mention ticket, a reply is below the entry (the
 * customer's post) that it answers.
 */
export function Conversation({ ticket, messages, hasEarlier, actions }: ConversationProps) {
  const [answeredId, setAnsweredId] = useState<string | null>(null)
  const unseen = useUnseenMessages(
    messages.map(({ id }) => id),
    ticket.kind === 'direct',
  )
  const mayReply = role.value !== null && ticket.status !== 'closed'
  const isMention = ticket.kind === 'mention'
  // An answer names the version of the entry that was the newest when it was written.
  const entryIds = new Set(messages.filter(isEntry).flatMap(({ versionIds }) => versionIds))
  const isBelowEntry = ({ direction, inReplyToId }: Message) =>
    isMention && direction === 'outbound' && inReplyToId !== null && entryIds.has(inReplyToId)

  const handleSent = (reply: Message) => {
    actions.putMessage(reply)
    setAnsweredId(null)
    void actions.refresh()
    if (!isMention) scrollToBottom()
  }
  return (
    <>
      {hasEarlier && <EarlierMessages onLoad={actions.loadEarlier} />}
      <ol class="messages">
        {messages
          .filter((one) => !isBelowEntry(one))
          .map((message) => {
            const isAnswered = answeredId === message.id
            return (
              <MessageItem
                key={message.id}
                message={message}
                ticket={ticket}
                actions={actions}
                replies={messages.filter(
                  (one) => isBelowEntry(one) && message.versionIds.includes(one.inReplyToId ?? ''),
                )}
                onToggleReply={
                  isMention && mayReply && isEntry(message) && message.deletedAt === null
                    ? () => setAnsweredId(isAnswered ? null : message.id)
                    : undefined
                }
                replyForm={
                  isAnswered ? (
                    <ReplyForm
                      ticket={ticket}
                      entry={message}
                      onSent={handleSent}
                      onClose={() => setAnsweredId(null)}
                    />
                  ) : undefined
                }
              />
            )
          })}
      </ol>
      {ticket.status === 'closed' && <ClosedNotice ticket={ticket} onReopen={actions.setTicket} />}
      {role.value === null && <Notice icon="lock">{replyMessages.noAccess}</Notice>}
      {!isMention && mayReply && <ReplyForm ticket={ticket} onSent={handleSent} />}
      {unseen > 0 && (
        <div class="new-messages">
          <Button kind="primary" small onClick={() => scrollToBottom()}>
            {t.newMessages(unseen)}
          </Button>
        </div>
      )}
    </>
  )
}

/** True for a customer's post: our public replies to it stand below it, also when it is deleted. */
const isEntry = ({ direction, visibility, externalId }: Message) =>
  direction === 'inbound' && visibility === 'public' && externalId !== null

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
  return (
    <>
      <Notice icon="lock" title={t.closed} actions={<Button onClick={reopen}>{t.reopen}</Button>}>
        {t.closedText}
      </Notice>
      {error && <ErrorNotice error={error} />}
    </>
  )
}
