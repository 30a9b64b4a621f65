import { type Answer, type Call, forbidden, invalidRequest, jsonBody, problem } from '../http.ts'
import type { World } from '../world.ts'
import { conversationIn, textIn } from './chat-access.ts'
import { type ChatEvent, type FailureReason, failureReasons } from './chat-state.ts'
import { isKeyCurrent, keep, keyChangesOf, membersOf, readAs } from './conversations.ts'
import { failureDetail, messageDetail, readKeyVersion, readSignature } from './envelope.ts'
import { deliver } from './people.ts'

/** A message that an app posts. X cannot read it, but knows who signed it and with which key it is encrypted. */
export function sendMessage(world: World, call: Call): Answer {
  const { state } = world
  const conversationId = conversationIn(world, call)
  const body = jsonBody(call)
  const messageId = textIn(body, 'message_id')
  const repeated = state.chat.events.find((one) => one.messageId === messageId && one.conversationId === conversationId)
  if (repeated && state.settings.chatRepeats === 'refuse') {
    throw problem(409, 'Conflict', 'DuplicateMessage: The message id is in use')
  }
  if (repeated) return accepted(repeated)
  const content = textIn(body, 'encoded_message_create_event')
  const { keyVersion, signature } = parsed(content, textIn(body, 'encoded_message_event_signature'))
  const draft = { messageId, conversationId, senderId: call.userId ?? '', keyVersion }
  const message = keep(world, { ...draft, kind: 'message', detail: messageDetail(content), signature })
  const reason = failureOf(world, message)
  if (reason === null) return accepted(deliver(world, message))
  state.chat.events = state.chat.events.filter((one) => one !== message)
  if (state.settings.chatFailures === 'answer') throw forbidden(reason)
  const failure = { ...draft, kind: 'failure', detail: failureDetail(failureReasons[reason]), signature: null } as const
  deliver(world, keep(world, { ...failure, receivers: [draft.senderId] }))
  return accepted(message)
}

const accepted = ({ encoded }: ChatEvent): Answer => ({
  status: 201,
  body: { data: { encoded_message_event: encoded } },
})

function parsed(content: string, signature: string) {
  try {
    return { keyVersion: readKeyVersion(content), signature: readSignature(signature) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw invalidRequest(`$.encoded_message_create_event: is not an encrypted message: ${why}`)
  }
}

/** Why X does not deliver a message. Null if it does. */
function failureOf({ state }: World, message: ChatEvent): FailureReason | null {
  const ordered = state.chat.failures.shift()
  if (ordered) return ordered
  const receiver = membersOf(state, message.conversationId).find((id) => id !== message.senderId) ?? ''
  const latest = keyChangesOf(state, message.conversationId).at(-1)
  if (!latest || latest.keyVersion !== message.keyVersion) return 'nonLatestKeyVersion'
  if (!isKeyCurrent(state, message.conversationId)) return 'recipientKeyChanged'
  const { error } = readAs(state, receiver, message)
  return error === undefined ? null : /signature/i.test(error) ? 'invalidSenderSignature' : 'internalError'
}

/** A new key of a conversation, made by an app and wrapped for everybody in it. */
export function addKeys(world: World, call: Call): Answer {
  const conversationId = conversationIn(world, call)
  const body = jsonBody(call)
  const keyVersion = textIn(body, 'conversation_key_version')
  const [action] = Array.isArray(body.action_signatures) ? (body.action_signatures as Record<string, unknown>[]) : []
  const signed = action?.message_event_signature as Record<string, unknown> | undefined
  if (!action || !signed) throw invalidRequest('$.action_signatures: a signed change of the key expected')
  if (!Array.isArray(body.conversation_participant_keys)) {
    throw invalidRequest('$.conversation_participant_keys: array expected')
  }
  const before = Number(keyChangesOf(world.state, conversationId).at(-1)?.keyVersion ?? 0)
  if (Number(keyVersion) <= before) throw problem(409, 'Conflict', 'nonLatestKeyVersion')
  const change = keep(world, {
    messageId: textIn(action, 'message_id'),
    conversationId,
    senderId: call.userId ?? '',
    kind: 'key_change',
    keyVersion,
    detail: Buffer.from(textIn(action, 'encoded_message_event_detail'), 'base64'),
    signature: {
      signature: textIn(signed, 'signature'),
      publicKeyVersion: textIn(signed, 'public_key_version'),
      signatureVersion: textIn(signed, 'signature_version'),
    },
  })
  return { status: 200, body: { data: { conversation_id: conversationId, sequence_id: change.id } } }
}
