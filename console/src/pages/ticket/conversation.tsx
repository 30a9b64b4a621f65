import { useEffect, useRef, useState } from 'preact/hooks'
import type { ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { type ApiError, call } from '../../api.ts'
import { asApiError } from '../../loading.ts'
import { Button } from '../../parts/button.tsx'
import { Failure, Notice } from '../../parts/notice.tsx'
import { role } from '../../session.ts'
import type { Message } from '../../shapes.ts'
import { words } from '../../words.ts'
import { Entry } from './entry.tsx'
import type { TicketHandle } from './loading.ts'
import { ReplyBox } from './reply-box.tsx'
import { isNearEnd, toEnd } from './scrolling.ts'

const { ticket: say } = words

type ConversationProps = {
  readonly ticket: ApiTicket
  readonly messages: readonly Message[]
  readonly isCut: boolean
  readonly on: TicketHandle
}

/** The messages of a ticket, oldest first; on a mention ticket each reply stands under the entry that it answers. */
export function Conversation({ ticket, messages, isCut, on }: ConversationProps) {
  const [answering, setAnswering] = useState<string | null>(null)
  const unseen = useNews(messages, ticket.kind === 'direct')
  const mayReply = role.value !== null && ticket.status !== 'closed'
  const isMention = ticket.kind === 'mention'
  const entryIds = new Set(messages.filter(isEntry).map(({ externalId }) => externalId))
  const isUnderEntry = (one: Message) => isMention && one.direction === 'outbound' && entryIds.has(one.inReplyToId)

  const onSent = (message: Message) => {
    on.put(message)
    setAnswering(null)
    void on.refresh()
    if (!isMention) toEnd()
  }
  return (
    <>
      <ol class="messages">
        {messages
          .filter((one) => !isUnderEntry(one))
          .map((message) => (
            <Entry
              key={message.id}
              message={message}
              ticket={ticket}
              on={on}
              replies={messages.filter((one) => isUnderEntry(one) && one.inReplyToId === message.externalId)}
              onAnswer={
                isMention && mayReply && isEntry(message)
                  ? () => setAnswering(answering === message.id ? null : message.id)
                  : undefined
              }
              box={
                answering === message.id ? (
                  <ReplyBox ticket={ticket} entry={message} onSent={onSent} onClose={() => setAnswering(null)} />
                ) : undefined
              }
            />
          ))}
      </ol>
      {isCut && <Notice>{say.cut}</Notice>}
      {ticket.status === 'closed' && <Closed ticket={ticket} on={on} />}
      {role.value === null && <Notice icon="lock">{words.reply.noRight}</Notice>}
      {!isMention && mayReply && <ReplyBox ticket={ticket} onSent={onSent} />}
      {unseen > 0 && (
        <div class="news">
          <Button kind="primary" small onClick={() => toEnd()}>
            {say.newMessages(unseen)}
          </Button>
        </div>
      )}
    </>
  )
}

/** A customer's post that can be answered. */
const isEntry = ({ direction, visibility, externalId, deletedAt }: Message) =>
  direction === 'inbound' && visibility === 'public' && externalId !== null && deletedAt === null

/** How many messages have come below what is looked at; whoever is at the end sees them come. */
function useNews(messages: readonly Message[], beginsAtEnd: boolean): number {
  const seen = useRef(messages.length)
  const [unseen, setUnseen] = useState(0)
  useEffect(() => {
    // Of a chat the latest message matters first, of a post what was posted.
    if (beginsAtEnd) toEnd('instant')
  }, [beginsAtEnd])
  useEffect(() => {
    if (messages.length === seen.current) return
    if (isNearEnd()) toEnd()
    else setUnseen(messages.length - seen.current)
  }, [messages.length])
  useEffect(() => {
    const look = () => {
      if (!isNearEnd()) return
      seen.current = messages.length
      setUnseen(0)
    }
    addEventListener('scroll', look, { passive: true })
    return () => removeEventListener('scroll', look)
  }, [messages.length])
  return unseen
}

function Closed({ ticket, on }: { ticket: ApiTicket; on: TicketHandle }) {
  const [error, setError] = useState<ApiError>()
  const open = async () => {
    try {
      on.setTicket(
        await call<ApiTicket>('PATCH', `/api/tickets/${encodeURIComponent(ticket.id)}`, { body: { status: 'open' } }),
      )
    } catch (thrown) {
      setError(asApiError(thrown))
    }
  }
  return (
    <>
      <Notice icon="lock" title={say.closed} actions={<Button onClick={open}>{say.openAgain}</Button>}>
        {say.closedText}
      </Notice>
      {error && <Failure error={error} />}
    </>
  )
}
