import { useEffect, useRef, useState } from 'preact/hooks'
import { agent, type StatusId, statuses, statusIds } from '../state.ts'
import type { ShownComment, View } from '../view.ts'
import { call, sentenceOf } from './api.ts'
import { Composer } from './composer.tsx'
import { Files } from './files.tsx'
import { Html } from './html.tsx'
import { StatusBadge, Tags } from './ticket-list.tsx'
import { dayAndTime } from './time.ts'

type Ticket = NonNullable<View['open']>

export function Conversation({ ticket, refresh }: { readonly ticket: Ticket; readonly refresh: () => Promise<void> }) {
  const [fault, setFault] = useState<string>()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const setStatus = async (status: StatusId) => {
    setFault(undefined)
    await call('PATCH', `/_usedesk/tickets/${ticket.id}`, { status }).catch((error) => setFault(sentenceOf(error)))
    await refresh()
  }
  return (
    <article class="conversation" aria-labelledby="subject">
      <header class="conversation-top">
        <a class="back" href="#all">
          <span aria-hidden="true">←</span> All tickets
        </a>
        <h2 id="subject" ref={heading} tabIndex={-1}>
          {ticket.subject}
        </h2>
        <p class="muted small">
          #{ticket.id} · {ticket.client || 'Unknown client'}
        </p>
        <div class="actions">
          <StatusBadge status={ticket.status} />
          <label class="label" for="status">
            Set status
          </label>
          <select
            id="status"
            value={ticket.status}
            onChange={({ currentTarget }) => setStatus(Number(currentTarget.value) as StatusId)}
          >
            {statusIds.map((id) => (
              <option key={id} value={id}>
                {statuses[id]}
              </option>
            ))}
          </select>
          <Tags tags={ticket.tags} />
        </div>
        {fault && (
          <p class="field-error" role="alert">
            {fault}
          </p>
        )}
      </header>
      <Comments ticket={ticket} />
      <Composer ticketId={ticket.id} refresh={refresh} />
    </article>
  )
}

function Comments({ ticket }: { readonly ticket: Ticket }) {
  const { comments } = ticket
  const scroll = useRef<HTMLDivElement>(null)
  // What is new is shown to whom looks at the end, as in any chat.
  useEffect(() => scroll.current?.scrollTo({ top: scroll.current.scrollHeight }), [comments.length])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls and may have no other focusable element
    <div class="scroll" ref={scroll} role="log" aria-label="Comments" tabIndex={0}>
      <ol class="messages">
        {comments.map((comment) => (
          <CommentItem key={comment.id} comment={comment} client={ticket.client} />
        ))}
      </ol>
    </div>
  )
}

function CommentItem({ comment, client }: { readonly comment: ShownComment; readonly client: string }) {
  const { message, type, from, publishedAt, byApi, files } = comment
  const author = from === 'client' ? client || 'Unknown client' : byApi ? 'From the channel' : agent.name
  const isPrivate = type === 'private'
  return (
    <li class={`message-item ${from === 'user' ? 'outbound' : ''} ${isPrivate ? 'note' : ''}`}>
      <div class="message">
        <div class="message-header">
          <div class="message-author">
            <strong>{author}</strong>
            <time class="muted" dateTime={publishedAt}>
              {dayAndTime(publishedAt)}
            </time>
          </div>
          <span class={`badge ${isPrivate ? 'status-new' : 'status-solved'}`}>{isPrivate ? 'Private' : 'Public'}</span>
        </div>
        <Html of={message} />
        <Files files={files} by={author} />
      </div>
    </li>
  )
}
