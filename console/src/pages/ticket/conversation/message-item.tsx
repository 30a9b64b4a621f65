import type { ApiTicket } from '../../../../../lambdas/core/api/schemas.ts'
import type { Message } from '../../../api/types.ts'
import { Avatar } from '../../../components/avatar.tsx'
import { Button } from '../../../components/button.tsx'
import { ExternalLink } from '../../../components/external-link.tsx'
import { Icon } from '../../../components/icon.tsx'
import { Time } from '../../../components/time.tsx'
import { postUrl } from '../../../links.ts'
import { commonMessages } from '../../../messages/common.ts'
import { encryptedMessages } from '../../../messages/encrypted.ts'
import { conversationMessages as t } from '../../../messages/ticket.ts'
import { type XActionName, xActionMessages } from '../../../messages/x-actions.ts'
import { role } from '../../../session/session.ts'
import type { TicketActions } from '../use-ticket.ts'
import { XAction } from '../x-action.tsx'
import { DeliveryStatus } from './delivery-status.tsx'
import { EarlierVersions } from './earlier-versions.tsx'
import { EncryptedNote } from './encrypted-note.tsx'
import { MessageMedia } from './message-media.tsx'
import { MessageText } from './message-text.tsx'
import { ReferencedPost } from './referenced-post.tsx'

type MessageItemProps = {
  readonly message: Message
  readonly ticket: ApiTicket
  readonly actions: TicketActions
  /** Our public replies to this message. */
  readonly replies?: readonly Message[]
  /** Lets the form below the conversation answer it; undefined when the message cannot be answered publicly. */
  readonly onReply?: (() => void) | undefined
  readonly isAnswered?: boolean
}

/** A message with its author, text, media and delivery status; below it, our public replies to it. */
export function MessageItem({ message, ticket, actions, replies = [], onReply, isAnswered }: MessageItemProps) {
  const { direction, author, visibility, text, attachments, deletedAt, notice, parent, quoted } = message
  const isOutbound = direction === 'outbound'
  const addressees = (message.addressees ?? []).map(({ username }) => `@${username}`)
  const name = author.name ?? author.username ?? (isOutbound ? t.helpdesk : author.id)
  const avatarUrl = !isOutbound && ticket.customer.id === author.id ? ticket.customer.avatarUrl : null
  const kind = commonMessages.kinds[visibility === 'private' ? 'direct' : 'mention']
  return (
    <li class={`message-item ${direction} ${visibility}${isAnswered ? ' is-answered' : ''}`}>
      <article class="message" aria-label={`${name}, ${kind}`}>
        <header class="message-header">
          <Avatar name={name} url={avatarUrl} size={32} isAgent={isOutbound} />
          <div class="message-author">
            <strong>{name}</strong>
            {author.username && author.username !== name && <span class="muted">@{author.username}</span>}
            {addressees.length > 0 && <span class="muted">{t.addressees(addressees.join(', '))}</span>}
          </div>
          <span class="muted small">
            {message.encrypted && (
              <span title={encryptedMessages.encrypted}>
                <Icon name="lock" size={16} />
                <span class="visually-hidden">{encryptedMessages.encrypted}</span>{' '}
              </span>
            )}
            <Time at={message.createdAt} />
          </span>
        </header>
        <ReferencedPost post={parent} title={t.parent} />
        {deletedAt && (
          <p class="message-note">
            <Icon name="info" size={16} />
            {t.deleted} <Time at={deletedAt} />
            {message.erasedAt !== null && `. ${t.erased}`}
          </p>
        )}
        {message.hiddenAt && (
          <p class="message-note">
            <Icon name="info" size={16} />
            {xActionMessages.hidden} <Time at={message.hiddenAt} />
          </p>
        )}
        {message.incompleteBecause && (
          <p class="message-note">
            <Icon name="info" size={16} />
            {t.incomplete(message.incompleteBecause)}
          </p>
        )}
        {notice ? (
          <EncryptedNote message={message} notice={notice} actions={actions} />
        ) : (
          text && <MessageText text={text} entities={message.entities} />
        )}
        {!notice && !text && attachments.length === 0 && message.erasedAt === null && <p class="muted">{t.noText}</p>}
        <MessageMedia attachments={attachments} from={name} />
        <ReferencedPost post={quoted} title={t.quoted} />
        <EarlierVersions versions={message.versions} />
        <Footer message={message} ticket={ticket} actions={actions} onReply={onReply} />
        {message.delivery && <DeliveryStatus message={message} delivery={message.delivery} actions={actions} />}
      </article>
      {replies.length > 0 && (
        <ol class="messages replies">
          {replies.map((reply) => (
            <MessageItem key={reply.id} message={reply} ticket={ticket} actions={actions} />
          ))}
        </ol>
      )}
    </li>
  )
}

function Footer({ message, ticket, actions, onReply }: Omit<MessageItemProps, 'replies' | 'isAnswered'>) {
  const { author, externalId, visibility, joinedBecause, delivery, direction, versionIds } = message
  const username = author.username ?? (direction === 'outbound' ? ticket.channel.username : null)
  const href = visibility === 'public' && message.deletedAt === null ? postUrl(externalId, username) : null
  const isFirstEntry =
    direction === 'inbound' && ticket.firstEntryId !== null && versionIds.includes(ticket.firstEntryId)
  const action = actionOn(message)
  return (
    <footer class="message-footer">
      {isFirstEntry && <span class="chip">{t.firstEntry}</span>}
      {direction === 'outbound' && !delivery && <span class="muted small">{t.writtenOnX}</span>}
      {!delivery && (
        <details class="joined-because small">
          <summary>{t.joinedBecause}</summary>
          <p>{joinedBecause}</p>
          {message.recovered && <p>{t.recovered}</p>}
        </details>
      )}
      {href && (
        <ExternalLink href={href} className="small">
          {t.seeOnX}
        </ExternalLink>
      )}
      {action && role.value !== null && (
        <XAction
          action={action}
          ticketId={ticket.id}
          messageId={message.id}
          name={author.name ?? author.username ?? ''}
          onDone={(result) => result.message && actions.putMessage(result.message)}
        />
      )}
      {onReply && (
        <span class="reply-button">
          <Button small kind="quiet" icon="reply" onClick={onReply}>
            {t.publicReply}
            <span class="visually-hidden"> {t.publicReplyTo(author.name ?? author.username ?? '')}</span>
          </Button>
        </span>
      )}
    </footer>
  )
}

/** What an agent can do on X with a message; null for nothing. */
function actionOn({
  direction,
  visibility,
  externalId,
  deletedAt,
  inReplyToId,
  hiddenAt,
}: Message): XActionName | null {
  if (visibility !== 'public' || externalId === null || deletedAt !== null) return null
  if (direction === 'outbound') return 'delete_reply'
  if (inReplyToId === null) return null
  return hiddenAt === null ? 'hide_answer' : 'show_answer'
}
