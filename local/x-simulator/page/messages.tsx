import type { ComponentChild } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { ShownMessage, ShownUser } from '../page.ts'
import { call } from './api.ts'
import { Avatar, Empty, Figure, Tagged } from './parts.tsx'
import { day, timeOfDay } from './time.ts'

/** Messages of one person within this time form a group. The time stands below the last one. */
const groupMs = 5 * 60_000

/** Whoever is as near to the end sees what is new. */
const nearEndPixels = 80

/** What the next encrypted message does: answers a message, or changes one. */
export type ChatDraft = { readonly how: 'reply' | 'edit'; readonly message: ShownMessage }

export type MessagesProps = {
  readonly messages: readonly ShownMessage[]
  readonly person: ShownUser
  readonly shop: ShownUser
  /** True while the messages are the tab that is looked at. */
  readonly isShown: boolean
  readonly begin: (draft: ChatDraft) => void
}

/** The conversation between the person and the shop. */
export function Messages({ messages, person, shop, isShown, begin }: MessagesProps) {
  const scroll = useRef<HTMLDivElement>(null)
  const isNearEnd = useRef(true)
  const toEnd = () => scroll.current?.scrollTo({ top: scroll.current.scrollHeight })
  // A picture has no height until it is loaded. Then it would move the latest message out of view.
  const keepEnd = () => isNearEnd.current && toEnd()
  const latest = messages.at(-1)
  useLayoutEffect(() => {
    if (isNearEnd.current || latest?.from === person.id) toEnd()
  }, [latest?.id])
  useLayoutEffect(() => {
    if (isShown) toEnd()
  }, [isShown])
  return (
    <>
      <div class="person">
        <Avatar user={shop} />
        <div>
          <strong>{shop.name}</strong>
          <span class="muted small">@{shop.username}</span>
        </div>
      </div>
      <div
        class="scroll"
        id="messages-scroll"
        role="log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls and may have no other focusable element
        tabIndex={0}
        aria-label={`Conversation with @${shop.username}`}
        ref={scroll}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isNearEnd.current = scrollHeight - scrollTop - clientHeight < nearEndPixels
        }}
      >
        {messages.length === 0 ? (
          <Empty
            user={shop}
            title="No messages yet"
            hint={`Write to @${shop.username}. Your message becomes a ticket in the helpdesk. You see the reply here.`}
          />
        ) : (
          messages.flatMap((message, index): ComponentChild[] => {
            const date = day(message.createdAt)
            const before = messages[index - 1]
            const next = messages[index + 1]
            const isLast =
              next?.from !== message.from || Date.parse(next.createdAt) - Date.parse(message.createdAt) > groupMs
            return [
              before && day(before.createdAt) === date ? null : (
                <p class="day" key={`day-${message.id}`}>
                  {date}
                </p>
              ),
              <Bubble
                key={message.id}
                message={message}
                isMine={message.from === person.id}
                name={message.from === person.id ? 'You' : shop.name}
                isLast={isLast}
                personId={person.id}
                begin={begin}
                onLoad={keepEnd}
              />,
            ]
          })
        )}
      </div>
    </>
  )
}

type BubbleProps = {
  readonly message: ShownMessage
  readonly name: string
  readonly isMine: boolean
  readonly isLast: boolean
  readonly personId: string
  readonly begin: (draft: ChatDraft) => void
  readonly onLoad: () => void
}

function Bubble({ message, name, isMine, isLast, personId, begin, onLoad }: BubbleProps) {
  const { media, text, createdAt, chat } = message
  return (
    <div class={`message ${isMine ? 'mine' : 'theirs'}${isLast ? ' last' : ''}`}>
      <span class="visually-hidden">{name}: </span>
      {chat && (
        <span class="lock muted">
          <span class="visually-hidden">Encrypted</span>
          {chat.edited && ' edited'}
        </span>
      )}
      {chat?.quote && <p class="quote muted">{chat.quote}</p>}
      {media && <Figure media={media} by={isMine ? 'you' : name} onLoad={onLoad} />}
      {chat?.unreadable && <p class="bubble">This message cannot be read.</p>}
      {text !== '' && (
        <p class="bubble">
          <Tagged text={text} />
        </p>
      )}
      {chat && chat.reactions.length > 0 && <span class="reactions">{chat.reactions}</span>}
      {chat && !chat.unreadable && <Acts message={message} isMine={isMine} personId={personId} begin={begin} />}
      {isLast && (
        <time class="muted" dateTime={createdAt}>
          {timeOfDay(createdAt)}
        </time>
      )}
    </div>
  )
}

/** What a person can do with an encrypted message. */
function Acts({ message, isMine, personId, begin }: Omit<BubbleProps, 'name' | 'isLast' | 'onLoad'>) {
  const react = () => {
    const remove = message.chat?.reactions.includes('❤️')
    call('POST', `/_x/chat-messages/${message.id}/react`, { by: personId, emoji: '❤️', remove }).catch(() => {})
  }
  return (
    <span class="acts">
      <button class="link" type="button" onClick={() => begin({ how: 'reply', message })}>
        Reply
      </button>
      {isMine ? (
        <button class="link" type="button" onClick={() => begin({ how: 'edit', message })}>
          Edit
        </button>
      ) : (
        <button class="link" type="button" aria-label="Like" onClick={react}>
          ❤️
        </button>
      )}
    </span>
  )
}
