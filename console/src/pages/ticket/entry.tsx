import type { ComponentChildren } from 'preact'
import type { ApiTicket } from '../../../../lambdas/core/api/schemas.ts'
import { Avatar } from '../../parts/badge.tsx'
import { Button } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Time } from '../../parts/time.tsx'
import type { Message } from '../../shapes.ts'
import { words } from '../../words.ts'
import { Beside, Versions } from './beside.tsx'
import { DeliveryState } from './delivery.tsx'
import type { TicketHandle } from './loading.ts'
import { Media } from './media.tsx'
import { Outside, postAddress, Text, webAddress } from './text.tsx'

const { message: say } = words

type EntryProps = {
  readonly message: Message
  readonly ticket: ApiTicket
  readonly on: TicketHandle
  /** The public replies to it. */
  readonly replies?: readonly Message[]
  /** Opens the box for a public reply, and closes it; undefined where there can be none. */
  readonly onAnswer?: (() => void) | undefined
  readonly box?: ComponentChildren
}

/** A message: who, when, what; and on a mention ticket what was answered to it. */
export function Entry({ message, ticket, on, replies = [], onAnswer, box }: EntryProps) {
  const { direction, author, visibility, text, attachments, deletedAt, notice, parent, quoted } = message
  const isOurs = direction === 'outbound'
  const to = (message.addressees ?? []).map(({ username }) => `@${username}`)
  const name = author.name ?? author.username ?? (isOurs ? say.you : author.id)
  const picture = isOurs ? null : ticket.customer.id === author.id ? ticket.customer.avatarUrl : null
  return (
    <li class={`entry ${direction} ${visibility}`}>
      <article class="message" aria-label={`${name}, ${words.kinds[visibility === 'private' ? 'direct' : 'mention']}`}>
        <header class="message-head">
          <Avatar name={name} url={picture} size={32} isOurs={isOurs} />
          <div class="message-who">
            <strong>{name}</strong>
            {author.username && author.username !== name && <span class="faint">@{author.username}</span>}
            {to.length > 0 && <span class="faint">{say.to(to.join(', '))}</span>}
          </div>
          <span class="faint small">
            <Time at={message.createdAt} />
          </span>
        </header>
        <Beside post={parent} title={say.parent} />
        {deletedAt && (
          <p class="mark-line">
            <Icon name="info" size={16} />
            {say.deleted} <Time at={deletedAt} />
          </p>
        )}
        {notice ? <Encrypted url={notice.url} /> : text && <Text text={text} entities={message.entities} />}
        {!notice && !text && attachments.length === 0 && <p class="faint">{say.noText}</p>}
        <Media attachments={attachments} from={name} />
        <Beside post={quoted} title={say.quoted} />
        <Versions versions={message.versions} />
        <Foot message={message} ticket={ticket} onAnswer={onAnswer} isAnswering={box !== undefined} />
        {message.delivery && <DeliveryState message={message} on={on} />}
      </article>
      {(replies.length > 0 || box) && (
        <ol class="messages under">
          {replies.map((reply) => (
            <Entry key={reply.id} message={reply} ticket={ticket} on={on} />
          ))}
          {box && <li>{box}</li>}
        </ol>
      )}
    </li>
  )
}

function Foot(props: Pick<EntryProps, 'message' | 'ticket' | 'onAnswer'> & { isAnswering: boolean }) {
  const { message, ticket, onAnswer, isAnswering } = props
  const { author, externalId, visibility, joinedBecause, delivery, direction } = message
  const href = visibility === 'public' ? postAddress(externalId, author.username ?? ownName(message, ticket)) : null
  const isFirst = direction === 'inbound' && externalId !== null && externalId === ticket.firstEntryId
  return (
    <footer class="message-foot">
      {isFirst && <span class="chip">{say.firstEntry}</span>}
      {direction === 'outbound' && !delivery && <span class="faint small">{say.wroteOnX}</span>}
      {!delivery && (
        <details class="because small">
          <summary>{say.joined}</summary>
          <p>{joinedBecause}</p>
          {message.recovered && <p>{say.recovered}</p>}
        </details>
      )}
      {href && (
        <Outside href={href} className="small">
          {say.onX}
        </Outside>
      )}
      {onAnswer && (
        <span class="answer">
          <Button small kind="quiet" icon="reply" expanded={isAnswering} onClick={onAnswer}>
            {say.publicReply}
            <span class="for-readers"> {say.replyToRest(author.name ?? author.username ?? '')}</span>
          </Button>
        </span>
      )}
    </footer>
  )
}

const ownName = ({ direction }: Message, { channel }: ApiTicket) => (direction === 'outbound' ? channel.username : null)

function Encrypted({ url }: { url: string }) {
  const href = webAddress(url)
  return (
    <p class="mark-line">
      <Icon name="lock" size={16} />
      {say.encrypted} {href && <Outside href={href}>{say.openOnX}</Outside>}
    </p>
  )
}
