import { laterOf } from '../time.ts'
import type { EncryptedChat, UnreadReason } from '../x/activity.ts'
import { pendingAttachment } from './attachment.ts'
import { type Decision, ignore, type Situation } from './decision.ts'
import { type Message, type Notice, statusAfterCustomer, subjectOf, type Ticket, type Version } from './ticket.ts'
import { customerWaitsSince, withLastText } from './turn.ts'

/** Rule 10: what only encrypted events are. Null for a message, on which rules 1, 5, 7 and 8 decide. */
export function decideChat(chat: EncryptedChat, situation: Situation): Decision | null {
  const { content } = chat
  if (chat.isGroup) return ignore('an encrypted message in a group')
  if (content.is === 'failure') return decideFailure(chat, content.failure, situation)
  if (situation.storedIn !== null) return situation.stored ? readLater(chat, situation.stored) : null
  if (content.is === 'reaction') return { do: 'count', reason: 'a reaction to a message' }
  if (content.is === 'edit') return decideEdit(chat, content.targetSequenceId, situation)
  return null
}

/** A stored notice becomes what it stands for, or says why it still cannot be read. */
function readLater(chat: EncryptedChat, { message, ticket }: NonNullable<Situation['stored']>): Decision | null {
  const { content } = chat
  if (message.notice === null) return null
  if (content.is === 'unread' && content.reason === (message.notice.reason ?? 'no_key')) return null
  return { do: 'revise', ticket, message, reason: 'an encrypted message that was not read before' }
}

const CHAT_EVENT = 'chat-event-'

/** What edits of an encrypted message wait for, by X's number of it; null unless that is a number. */
export function awaitedEvent(sequenceId: string | null): string | null {
  return sequenceId !== null && /^\d{1,40}$/.test(sequenceId) ? `${CHAT_EVENT}${sequenceId}` : null
}

/** True for what `awaitedEvent` gives. */
export function isAwaitedEvent(until: string): boolean {
  return until.startsWith(CHAT_EVENT)
}

function decideEdit(
  { externalId, sender, channelUserId }: EncryptedChat,
  target: string,
  { edited, current }: Pick<Situation, 'edited' | 'current'>,
): Decision {
  if (!edited) {
    const reason = 'an edit of a message that is in no ticket'
    const until = awaitedEvent(target)
    return until === null ? ignore(reason) : { do: 'defer', until, seen: current?.ticket ?? null, reason }
  }
  const { message, ticket } = edited
  if (message.versions.some((one) => one.externalId === externalId)) {
    return { do: 'repeat', ticketId: ticket.id, reason: 'it is already stored' }
  }
  const isAuthors = message.direction === (sender.id === channelUserId ? 'outbound' : 'inbound')
  if (!isAuthors) return ignore("an edit of somebody else's message")
  return { do: 'revise', ticket, message, reason: 'it was edited on X' }
}

/** X reports later that it did not take a message: known by the id of the message that we sent. */
function decideFailure({ externalId }: EncryptedChat, failure: string, { attempts }: Situation): Decision {
  const reply = attempts.find(({ sending }) => sending.chat?.payload?.messageId === externalId)
  const reason = `X did not deliver an encrypted message: ${failure}`
  return reply ? { do: 'fail_reply', reply, failure, reason } : ignore(reason)
}

/** The notice that stands for an encrypted message that cannot be read; null for one that can. */
export function noticeOf({ content, customerId, sender }: EncryptedChat): Notice | null {
  if (content.is !== 'unread') return null
  // This address opens a conversation with a person on X.
  const url = `https://x.com/messages/compose?recipient_id=${customerId ?? sender.id}`
  return { type: 'encrypted_message', url, reason: content.reason }
}

/** What agents read about a notice: what happened, what it means, what to do. */
export const noticeDetails: Readonly<Record<UnreadReason, string>> = {
  no_key:
    'This message is encrypted, and the channel has no key for it. Read it on X, or ask an administrator to enter the PIN of the account.',
  key_replaced:
    'This message is encrypted for another key of the account: somebody replaced the keys on X. An administrator must enter the new PIN in the settings of the channel. Until then, read it on X.',
  conversation_key_missing:
    'This message is encrypted with a key of the conversation that X has not given us. Try «Read now», or read it on X.',
  not_verified:
    'The signature of this message is not that of the customer. It may be forged, so its text is not shown. Look at the conversation on X before you answer.',
  broken: 'This message arrived damaged and cannot be read. Read it on X.',
  refused_by_x: 'X refused what is needed to read this message. The settings of the channel say why. Read it on X.',
}

/** The text, media and quotation of an encrypted message; empty for a notice. */
export function contentOf({ content, receivedAt }: EncryptedChat) {
  if (content.is === 'message') {
    const { text, entities, media, quoted } = content
    return { text, entities, media: media.map((one) => pendingAttachment(one, receivedAt)), quoted }
  }
  const none = { entities: [], media: [], quoted: null }
  if (content.is === 'edit') return { ...none, text: content.text, entities: content.entities }
  return { ...none, text: content.is === 'reaction' ? content.text : '' }
}

/** What a message keeps of its encrypted event: the ciphertext only as long as it cannot be read. */
export function originOf(chat: EncryptedChat): NonNullable<Message['chat']> {
  const { sequenceId, conversationId, content, sealed } = chat
  return { sequenceId, conversationId, sealed: content.is === 'unread' ? sealed : null }
}

/**
 * The message and ticket after a `revise` decision on an encrypted event: a notice that can be read now, or an edit.
 * @param now ISO time
 */
export function reviseChat(
  chat: EncryptedChat,
  { message: before, ticket }: Extract<Decision, { do: 'revise' }>,
  now: string,
): { ticket: Ticket; message: Message } {
  const isSame = before.externalId === chat.externalId
  const message = isSame
    ? { ...before, ...contentOf(chat), notice: noticeOf(chat), chat: originOf(chat) }
    : editedBy(chat, before)
  if (message.notice !== null) return { message, ticket: { ...ticket, version: ticket.version + 1 } }
  const after = ticketAfter(ticket, before, message, now)
  const isCustomersEdit = !isSame && message.direction === 'inbound'
  // A notice began the wait when it came; an edit begins one as an edited post does.
  return { message, ticket: isCustomersEdit ? { ...after, waitingSince: customerWaitsSince(ticket) ?? now } : after }
}

function editedBy(chat: EncryptedChat, before: Message): Message {
  const { externalId, createdAt } = chat
  const { text, entities } = contentOf(chat)
  const first = { externalId: before.externalId ?? '', text: before.text, entities: before.entities }
  const [original, ...edits] =
    before.versions.length > 0 ? before.versions : [{ ...first, createdAt: before.createdAt }]
  // What was written first stays first: of our replies it is the time of our own clock.
  const later = [...edits, { externalId, text, entities, createdAt }].sort(byTime)
  const shown = later.at(-1) ?? first
  const versions = [...(original ? [original] : []), ...later]
  return { ...before, text: shown.text, entities: shown.entities, versions, notice: null }
}

const byTime = (a: Version, b: Version) => (a.createdAt < b.createdAt ? -1 : 1)

function ticketAfter(ticket: Ticket, before: Message, message: Message, now: string): Ticket {
  const isFirst = message.direction === 'inbound' && message.position === ticket.firstPosition
  return {
    ...withLastText(ticket, before, message.text),
    version: ticket.version + 1,
    status: message.direction === 'inbound' ? statusAfterCustomer(ticket.status) : ticket.status,
    subject: isFirst ? subjectOf(ticket.kind, message.text, ticket.customer) : ticket.subject,
    updatedAt: laterOf(now, ticket.updatedAt),
  }
}
