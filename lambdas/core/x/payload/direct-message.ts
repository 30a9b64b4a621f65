import * as z from 'zod/mini'
import type { DirectMessage } from '../activity.ts'
import { otherParticipant } from '../webhook-body.ts'
import { marksFrom } from './marks.ts'
import { mediaFromV1, mediaFromV2 } from './media.ts'
import { includedFacts, includedPerson } from './people.ts'
import { type Envelope, isoTime, xId } from './schema.ts'
import { displayText } from './text.ts'

const directMessage = z.object({
  id: xId,
  created_timestamp: z.optional(z.unknown()),
  message_create: z.object({
    sender_id: xId,
    target: z.object({ recipient_id: xId }),
    message_data: z.object({
      text: z.catch(z.string(), ''),
      entities: z.optional(z.unknown()),
      attachment: z.catch(z.nullish(z.object({ media: z.optional(z.unknown()) })), null),
    }),
  }),
})

/**
 * Reads a direct message. Both event systems send a v1.1 object; X's list of messages has v2 objects.
 * @throws $ZodError that names the missing field, Error if neither person is the account
 */
export function readDirectMessage(item: unknown, envelope: Envelope): DirectMessage {
  const isV2 = typeof item === 'object' && item !== null && 'event_type' in item
  return isV2 ? readV2Message(item, envelope) : readV1Message(item, envelope)
}

const v2Message = z.object({
  id: xId,
  event_type: z.literal('MessageCreate'),
  text: z.catch(z.string(), ''),
  created_at: z.optional(z.unknown()),
  sender_id: xId,
  dm_conversation_id: z.string(),
  entities: z.optional(z.unknown()),
  attachments: z.catch(z.nullish(z.object({ media_keys: z.catch(z.array(z.string()), []) })), null),
})

function readV2Message(item: unknown, envelope: Envelope): DirectMessage {
  const message = v2Message.parse(item)
  const other = otherParticipant(message.dm_conversation_id, envelope.channelUserId)
  if (other === null) throw new Error('dm_conversation_id is not a conversation of the account with one person')
  const sender = message.sender_id
  const recipient = sender === envelope.channelUserId ? other : envelope.channelUserId
  const ownMedia = /^https:\/\/(twitter|x)\.com\/messages\/media\/\d+$/
  const { marks } = marksFrom(message.entities, (_url, expanded, isMedia) => isMedia || ownMedia.test(expanded))
  return {
    kind: 'direct_message',
    channelUserId: envelope.channelUserId,
    receivedAt: envelope.receivedAt,
    externalId: message.id,
    createdAt: isoTime(message.created_at) ?? envelope.receivedAt,
    sender: includedPerson(sender, envelope.includes),
    recipient: includedPerson(recipient, envelope.includes),
    ...displayText(message.text, marks),
    media: mediaFromV2(message.attachments?.media_keys ?? [], includedMedia(envelope.includes)),
    facts: includedFacts(sender, envelope.includes),
  }
}

function includedMedia(includes: unknown): unknown {
  return typeof includes === 'object' && includes !== null ? Reflect.get(includes, 'media') : undefined
}

function readV1Message(item: unknown, envelope: Envelope): DirectMessage {
  const { id, created_timestamp, message_create: message } = directMessage.parse(item)
  const { text: raw, entities, attachment } = message.message_data
  const sender = message.sender_id
  const recipient = message.target.recipient_id
  if (sender !== envelope.channelUserId && recipient !== envelope.channelUserId) {
    throw new Error('neither message_create.sender_id nor target.recipient_id is the account')
  }
  const { media, links } = mediaFromV1(attachment?.media ?? [])
  const { marks } = marksFrom(entities, (url) => links.includes(url))
  return {
    kind: 'direct_message',
    channelUserId: envelope.channelUserId,
    receivedAt: envelope.receivedAt,
    externalId: id,
    createdAt: isoTime(created_timestamp) ?? envelope.receivedAt,
    sender: includedPerson(sender, envelope.includes),
    recipient: includedPerson(recipient, envelope.includes),
    ...displayText(raw, marks),
    media,
    facts: includedFacts(sender, envelope.includes),
  }
}
