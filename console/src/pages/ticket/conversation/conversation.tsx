import type { RefObject } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { Message, Ticket } from '../../../../../client/src/calls.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { Button } from '../../../components/button.tsx'
import { ErrorNotice, Notice } from '../../../components/notice.tsx'
import { useEndInView } from '../../../components/use-end-in-view.ts'
import { replyMessages, conversationMessages as t } from '../../../messages/ticket.ts'
import { role } from '../../../session/session.ts'
import { Composer } from '../reply/composer.tsx'
import { addToDraft } from '../reply/drafts.ts'
import type { TicketActions } from '../use-ticket.ts'
import { continues, isCustomerPost, isEntry } from './entries.ts'
import { MessageItem } from './message-item.tsx'
import { useUnseenMessages } from './use-unseen-messages.ts'

type ConversationProps = {
  readonly ticket: Ticket
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
  const { unseen, seeNewest } = useUnseenMessages(scroller, messages)
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
  const main = messages.filter((one) => !isBelowEntry(one))
  const repliesTo = ({ versionIds }: Message) =>
    messages.filter((one) => isBelowEntry(one) && versionIds.includes(one.inReplyToId ?? ''))
  const isChosen = (one: Message) => mayReply && chosenId === one.id

  return (
    <>
      {/* Shown below the messages; who goes by Tab comes to it before their menus. */}
      {mayReply && (
        <Composer
          ticket={ticket}
          messages={messages}
          actions={actions}
          chosenId={chosenId}
          onChoose={setChosenId}
          draftNumber={draftNumber}
        />
      )}
      <div class="conversation-scroll" ref={scroller}>
        {hasEarlier && <EarlierMessages scroller={scroller} onLoad={actions.loadEarlier} count={messages.length} />}
        <ol class="messages">
          {main.map((message, index) => (
            <MessageItem
              key={message.id}
              message={message}
              ticket={ticket}
              actions={actions}
              replies={repliesTo(message)}
              isJoined={continues(message, main[index - 1]) && repliesTo(main[index - 1] as Message).length === 0}
              onReply={isMention && mayReply && isEntry(message) ? () => setChosenId(message.id) : undefined}
              isAnswered={isChosen(message)}
            />
          ))}
        </ol>
        {ticket.status === 'closed' && <ClosedNotice ticket={ticket} onReopen={actions.setTicket} />}
        {role.value === null && <Notice icon="person">{replyMessages.noAccess}</Notice>}
        {unseen > 0 && (
          <div class="new-messages">
            <Button kind="primary" small onClick={seeNewest}>
              {t.newMessages(unseen)}
            </Button>
          </div>
        )}
      </div>
    </>
  )
}

type EarlierMessagesProps = {
  readonly scroller: RefObject<HTMLElement | null>
  readonly onLoad: () => Promise<unknown>
  /** Of the messages that are shown. */
  readonly count: number
}

/** Loads what was before when the first of the shown messages comes near; what is read stays where it is. */
function EarlierMessages({ scroller, onLoad, count }: EarlierMessagesProps) {
  const { error, run } = useAction(null)
  const isLoading = useRef(false)
  const load = async () => {
    if (isLoading.current) return
    isLoading.current = true
    const element = scroller.current
    const last = element?.querySelector<HTMLElement>('.messages > :last-child')
    const before = last?.offsetTop ?? 0
    // Some browsers keep the place by themselves, unless one is at the very begin.
    if (element) element.style.overflowAnchor = 'none'
    await run(onLoad)
    isLoading.current = false
    requestAnimationFrame(() => {
      if (!element) return
      element.scrollBy({ top: (last?.offsetTop ?? before) - before, behavior: 'instant' })
      element.style.overflowAnchor = ''
    })
  }
  const begin = useEndInView(() => void load(), count)
  return (
    <div ref={begin}>
      <Button kind="quiet" onClick={load}>
        {t.showEarlier}
      </Button>
      {error && <ErrorNotice error={error} />}
    </div>
  )
}

function ClosedNotice({ ticket, onReopen }: { ticket: Ticket; onReopen: (ticket: Ticket) => void }) {
  const { error, run } = useAction()
  const reopen = () =>
    run(async () =>
      onReopen(await call('PATCH /api/tickets/{id}', { params: { id: ticket.id }, body: { status: 'open' } })),
    )
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
