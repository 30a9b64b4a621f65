import type { Message, Ticket } from '../../../../../client/src/calls.ts'
import { Avatar } from '../../../components/avatar.tsx'
import { Button } from '../../../components/button.tsx'
import { ExternalLink } from '../../../components/external-link.tsx'
import { Icon } from '../../../components/icon.tsx'
import { Menu } from '../../../components/menu.tsx'
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
import { continues } from './entries.ts'
import { MessageMedia } from './message-media.tsx'
import { MessageText } from './message-text.tsx'
import { ReferencedPost } from './referenced-post.tsx'

type MessageItemProps = {
  readonly message: Message
  readonly ticket: Ticket
  readonly actions: TicketActions
  /** Our public replies to this message. */
  readonly replies?: readonly Message[]
  /** Lets the form below the conversation answer it; undefined when the message cannot be answered publicly. */
  readonly onReply?: (() => void) | undefined
  readonly isAnswered?: boolean
  /** True below a message of the same author, whose name is not said again. */
  readonly isJoined?: boolean
}

/** A message with its author, text, media and delivery status; below it, our public replies to it. */
export function MessageItem({
  message,
  ticket,
  actions,
  replies = [],
  onReply,
  isAnswered,
  isJoined,
}: MessageItemProps) {
  const { direction, author, visibility, text, attachments, deletedAt, notice, parent, quoted } = message
  const isOutbound = direction === 'outbound'
  const addressees = (message.addressees ?? []).map(({ username }) => `@${username}`)
  const name = author.name ?? author.username ?? (isOutbound ? t.helpdesk : author.id)
  const avatarUrl = !isOutbound && ticket.customer.id === author.id ? ticket.customer.avatarUrl : null
  const kind = commonMessages.kinds[visibility === 'private' ? 'direct' : 'mention']
  return (
    <li
      data-message={message.id}
      class={`message-item ${direction} ${visibility}${isAnswered ? ' is-answered' : ''}${isJoined ? ' is-joined' : ''}`}
    >
      <article class="message" aria-label={`${name}, ${kind}`}>
        <header class="message-header">
          {!isJoined && (
            <>
              <Avatar name={name} url={avatarUrl} size={28} isAgent={isOutbound} />
              <div class="message-author">
                <strong>{name}</strong>
                {author.username && author.username !== name && <span class="muted">@{author.username}</span>}
                {addressees.length > 0 && <span class="muted">{t.addressees(addressees.join(', '))}</span>}
              </div>
            </>
          )}
          <span class="muted small">
            {message.encrypted && (
              <span title={encryptedMessages.encrypted}>
                <Icon name="lock" size={16} />
                <span class="visually-hidden">{encryptedMessages.encrypted}</span>{' '}
              </span>
            )}
            <Time at={message.createdAt} />
          </span>
          <MessageMenu message={message} ticket={ticket} actions={actions} />
        </header>
        <ReferencedPost post={parent} title={t.parent} isAwaited={!message.incompleteBecause} />
        {deletedAt && (
          <p class="message-note">
            <Icon name="info" size={16} />
            <span>
              {t.deleted} <Time at={deletedAt} />
              {message.erasedAt !== null && `. ${t.erased}`}
            </span>
          </p>
        )}
        {message.hiddenAt && (
          <p class="message-note">
            <Icon name="info" size={16} />
            <span>
              {xActionMessages.hidden} <Time at={message.hiddenAt} />
            </span>
          </p>
        )}
        {message.incompleteBecause && (
          <p class="message-note">
            <Icon name="info" size={16} />
            <span>{t.incomplete(message.incompleteBecause)}</span>
          </p>
        )}
        {notice ? (
          <EncryptedNote message={message} notice={notice} actions={actions} />
        ) : (
          text && <MessageText text={text} entities={message.entities} />
        )}
        {!notice && !text && attachments.length === 0 && message.erasedAt === null && <p class="muted">{t.noText}</p>}
        <MessageMedia attachments={attachments} from={name} />
        <ReferencedPost post={quoted} title={t.quoted} isAwaited={!message.incompleteBecause} />
        <EarlierVersions versions={message.versions} />
        <Footer message={message} ticket={ticket} onReply={onReply} />
        {message.delivery && <DeliveryStatus message={message} delivery={message.delivery} actions={actions} />}
      </article>
      {replies.length > 0 && (
        <ol class="messages replies">
          {replies.map((reply, index) => (
            <MessageItem
              key={reply.id}
              message={reply}
              ticket={ticket}
              actions={actions}
              isJoined={continues(reply, replies[index - 1])}
            />
          ))}
        </ol>
      )}
    </li>
  )
}

function Footer({ message, ticket, onReply }: Pick<MessageItemProps, 'message' | 'ticket' | 'onReply'>) {
  const { author, delivery, direction, versionIds } = message
  const isFirstEntry =
    direction === 'inbound' && ticket.firstEntryId !== null && versionIds.includes(ticket.firstEntryId)
  const isWrittenOnX = direction === 'outbound' && !delivery
  if (!isFirstEntry && !isWrittenOnX && !onReply) return null
  return (
    <footer class="message-footer">
      {isFirstEntry && <span class="chip">{t.firstEntry}</span>}
      {isWrittenOnX && <span class="muted small">{t.writtenOnX}</span>}
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

/** Why a message is here, the way to it on X, and what can be done with it there. */
function MessageMenu({ message, ticket, actions }: Pick<MessageItemProps, 'message' | 'ticket' | 'actions'>) {
  const { author, externalId, visibility, joinedBecause, delivery, direction } = message
  const username = author.username ?? (direction === 'outbound' ? ticket.channel.username : null)
  const href = visibility === 'public' && message.deletedAt === null ? postUrl(externalId, username) : null
  const action = role.value === null ? null : actionOn(message)
  if (delivery && !href && !action) return null
  return (
    <Menu label={t.more}>
      {!delivery && (
        <p>
          <strong>{t.joinedBecause}:</strong> {joinedBecause}
          {message.recovered && <span>{t.recovered}</span>}
        </p>
      )}
      {href && <ExternalLink href={href}>{t.seeOnX}</ExternalLink>}
      {action && (
        <XAction
          action={action}
          ticketId={ticket.id}
          messageId={message.id}
          name={author.name ?? author.username ?? ''}
          onDone={(result) => result.message && actions.putMessage(result.message)}
        />
      )}
    </Menu>
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
