import * as z from 'zod/mini'
import type { EncryptedChat } from '../activity.ts'
import { isGroupConversation, otherParticipant } from '../webhook-body.ts'
import { type ChatEvent, readChatEvent } from './chat-event.ts'
import { includedPerson } from './people.ts'
import { type Envelope, isoTime, xId } from './schema.ts'

const text = z.catch(z.optional(z.string()), undefined)
const chat = z.object({
  sender_id: xId,
  created_at_msec: z.optional(z.unknown()),
  created_at: z.optional(z.unknown()),
  conversation_id: text,
  encoded_event: text,
  conversation_key_change_event: text,
})

/**
 * Reads what an encrypted message shows without a key: sender, time and conversation (rule 10). An event of X's
 * deliveries and an item of X's list lead to the same.
 * @param externalId the signed id of the message
 * @throws $ZodError that names the missing field
 */
export function readEncryptedChat(externalId: string, item: unknown, envelope: Envelope): EncryptedChat {
  const fields = chat.parse(item)
  const inside = readChatEvent(fields.encoded_event)
  const conversationId = fields.conversation_id ?? inside?.conversationId ?? null
  const isGroup = [fields.conversation_id, inside?.conversationId].some((id) => isGroupConversation(id ?? undefined))
  const { channelUserId, receivedAt } = envelope
  const isOwn = fields.sender_id === channelUserId
  const other = otherParticipant(conversationId, channelUserId)
  return {
    kind: 'encrypted_chat',
    channelUserId,
    receivedAt,
    externalId,
    createdAt: timeOf(inside, fields) ?? receivedAt,
    sender: includedPerson(fields.sender_id, envelope.includes),
    customerId: isGroup ? null : isOwn ? other : fields.sender_id,
    conversationId: conversationId?.replace('-', ':') ?? null,
    sequenceId: inside?.sequenceId ?? null,
    isGroup,
    sealed: {
      encodedEvent: fields.encoded_event ?? null,
      keyChangeEvent: fields.conversation_key_change_event ?? null,
    },
    content: { is: 'unread', reason: 'no_key' },
  }
}

/**
 * The time inside the event comes first: it is the same in deliveries and lists, and decides the message's place. A damaged
 * event has none; X may write the time beside it more exactly in one of them, so whole seconds count.
 */
function timeOf(inside: ChatEvent | null, fields: z.infer<typeof chat>): string | null {
  const isDamaged = fields.encoded_event !== undefined && !inside?.messageId
  const beside = isoTime(fields.created_at_msec) ?? isoTime(fields.created_at)
  return isoTime(inside?.createdAtMsec) ?? (isDamaged ? (beside?.replace(/\.\d+Z$/, '.000Z') ?? null) : beside)
}

/** The item of an event that was kept, as X delivers it: to route it again. */
export function itemOf(
  sealed: EncryptedChat['sealed'],
  { conversationId, senderId, createdAt }: { conversationId: string | null; senderId: string; createdAt: string },
): object {
  return {
    ...(conversationId && { conversation_id: conversationId }),
    sender_id: senderId,
    created_at_msec: String(Date.parse(createdAt)),
    ...(sealed.encodedEvent && { encoded_event: sealed.encodedEvent }),
    ...(sealed.keyChangeEvent && { conversation_key_change_event: sealed.keyChangeEvent }),
  }
}
