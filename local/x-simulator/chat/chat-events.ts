import { xActivity } from '../webhook-events.ts'
import type { WebhookEvent, World } from '../world.ts'
import type { ChatEvent } from './chat-state.ts'
import { keyChangesOf } from './conversations.ts'

/** The events of an encrypted message, for its sender and its receivers. They exist only in the X Activity API. */
export function chatEvents(world: World, event: ChatEvent): WebhookEvent[] {
  const payload = payloadOf(world, event)
  return event.receivers.flatMap((userId) =>
    xActivity(world, userId, userId === event.senderId ? 'chat.sent' : 'chat.received', payload),
  )
}

function payloadOf({ state }: World, event: ChatEvent): object {
  const { conversationId, messageId, senderId, createdAt, keyVersion, encoded, signature } = event
  const change = keyChangeFor(state, event)
  const signer = state.chat.keys.find((one) => one.userId === senderId && one.version === signature?.publicKeyVersion)
  return {
    conversation_token: conversationToken(conversationId),
    id: messageId,
    created_at_msec: String(Date.parse(createdAt)),
    sender_id: senderId,
    conversation_id: conversationId,
    conversation_key_version: keyVersion,
    encoded_event: encoded,
    ...(change ? { conversation_key_change_event: change.encoded } : {}),
    ...(signature
      ? {
          message_event_signature: {
            public_key_version: signature.publicKeyVersion,
            signature: signature.signature,
            signature_version: signature.signatureVersion,
            ...(signer ? { signing_public_key: signer.signingPublicKey } : {}),
          },
        }
      : {}),
  }
}

function keyChangeFor({ chat, settings }: World['state'], event: ChatEvent): ChatEvent | undefined {
  const change = keyChangesOf({ chat }, event.conversationId).findLast(
    ({ keyVersion }) => keyVersion === event.keyVersion,
  )
  if (!change || settings.chatKeyChanges === 'never') return undefined
  if (settings.chatKeyChanges === 'always') return change
  const isLater = chat.events.some(
    (one) =>
      one.conversationId === event.conversationId &&
      one.id !== event.id &&
      one.kind !== 'key_change' &&
      BigInt(one.id) > BigInt(change.id),
  )
  return isLater ? undefined : change
}

/** A token that X gives with each event of a conversation, in the form of a JWT. Nothing needs it. */
export function conversationToken(conversationId: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'HS256' })}.${part({ conversation_id: conversationId })}.x`
}
