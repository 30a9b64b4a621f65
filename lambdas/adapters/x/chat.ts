import type { ChatEventsPage, PublicKeys, XChat } from '../../core/ports/chat.ts'
import { XError } from '../../core/ports/x.ts'
import { noResets } from '../../core/replies/sending.ts'
import { readChatEvent } from '../../core/x/payload/chat-event.ts'
import { asAccount, callX, type XAccess } from './access.ts'
import { failedAnswer } from './answers.ts'
import { xErrorFrom } from './client.ts'
import { answered, fieldsOf, listIn, objectsOf, required, textOf } from './shapes.ts'

const KEY_FIELDS = {
  'public_key.fields': 'public_key_version,public_key,signing_public_key,identity_public_key_signature,juicebox_config',
}
const EVENT_FIELDS = {
  'chat_message_event.fields':
    'id,conversation_id,sender_id,created_at,encoded_event,conversation_token,is_trusted,previous_id',
}
const MAX_RESULTS = 100

/** X allows parts of 3 MB in encrypted uploads. */
const PART_BYTES = 3 * 1024 * 1024

/** Calls X for encrypted messages. Source: https://docs.x.com/xchat/introduction. */
export function createXChat(access: XAccess): XChat {
  return {
    publicKeys: (tokens, userId) =>
      callX(async () => {
        const { v2 } = await asAccount(access, tokens)
        const answer = await unlessMissing(
          v2.get<unknown>('users/:id/public_keys', KEY_FIELDS, { params: { id: userId } }),
        )
        const records = answer === null ? [] : listIn(answer)
        const keys = records.flatMap((one) => publicKeysFrom(userId, one))
        const sorted = keys.sort((a, b) => Number(BigInt(b.version) - BigInt(a.version)))
        const newest = records.find((one) => one.public_key_version === sorted[0]?.version)
        return { keys: sorted, recoveryConfig: newest?.juicebox_config ?? null }
      }),

    events: (tokens, conversationId, next) =>
      callX(async () => {
        const { v2 } = await asAccount(access, tokens)
        const query = { max_results: MAX_RESULTS, ...EVENT_FIELDS, ...(next && { pagination_token: next }) }
        const params = { id: pathOf(conversationId) }
        const answer = await unlessMissing(v2.get<unknown>('chat/conversations/:id/events', query, { params }))
        return answer === null ? { items: [], keyChanges: [], next: null } : pageFrom(answer)
      }),

    async send(tokens, recipientId, { messageId, event, signature }) {
      try {
        const { v2 } = await asAccount(access, tokens)
        const body = {
          message_id: messageId,
          encoded_message_create_event: event,
          encoded_message_event_signature: signature,
        }
        const path = 'chat/conversations/:id/messages'
        const answer = await v2.post<unknown>(path, body, { params: { id: recipientId } })
        // X's answer is the whole event. We chose its id; X's number of it may be missing.
        const taken = readChatEvent(fieldsOf(fieldsOf(answer).data).encoded_message_event)
        return { is: 'sent', externalId: messageId, sequenceId: taken?.sequenceId ?? null, resets: noResets }
      } catch (error) {
        return failedAnswer(error)
      }
    },

    upload: (tokens, conversationId, bytes) =>
      callX(async () => {
        const { v2 } = await asAccount(access, tokens)
        const conversation_id = pathOf(conversationId)
        const begun = await v2.post<unknown>('chat/media/upload/initialize', {
          conversation_id,
          total_bytes: bytes.length,
        })
        const { session_id, media_hash_key: key } = fieldsOf(answered(begun).data)
        const id = required(textOf(session_id), 'the session of the upload')
        const media_hash_key = required(textOf(key), 'the key of the file')
        const parts = Math.ceil(bytes.length / PART_BYTES)
        const params = { id }
        for (let part = 0; part < parts; part++) {
          const media = Buffer.from(bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)).toString('base64')
          const body = { conversation_id, media_hash_key, segment_index: part, media }
          await v2.post('chat/media/upload/:id/append', body, { params })
        }
        const end = { conversation_id, media_hash_key, num_parts: String(parts) }
        await v2.post('chat/media/upload/:id/finalize', end, { params })
        return media_hash_key
      }),
  }
}

/** In paths X names a conversation by its two people with a dash. */
const pathOf = (conversationId: string) => conversationId.replace(':', '-')

/** Null if X has nothing of that name. @throws what the call throws otherwise */
async function unlessMissing(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call
  } catch (error) {
    const refusal = xErrorFrom(error)
    if (refusal instanceof XError && refusal.status === 404) return null
    throw error
  }
}

function publicKeysFrom(userId: string, record: Readonly<Record<string, unknown>>): PublicKeys[] {
  const version = textOf(record.public_key_version)
  const identityKey = textOf(record.public_key)
  const signingKey = textOf(record.signing_public_key)
  const signature = textOf(record.identity_public_key_signature)
  if (!version || !/^\d{1,30}$/.test(version) || !identityKey || !signingKey || !signature) return []
  return [{ userId, version, identityKey, signingKey, signature }]
}

/** X puts changes of the key into `meta`, and sometimes among the items. */
function pageFrom(answer: unknown): ChatEventsPage {
  const fields = answered(answer)
  const meta = fieldsOf(fields.meta)
  const items = objectsOf(fields.data)
  const inMeta = Array.isArray(meta.conversation_key_events) ? meta.conversation_key_events : []
  const inMetaTexts = inMeta.map((one) => textOf(one) ?? textOf(fieldsOf(one).encoded_event))
  const inItems = items.flatMap(({ encoded_event, conversation_key_change_event: change }) => [
    ...(readChatEvent(encoded_event)?.kind === 'key_change' ? [textOf(encoded_event)] : []),
    textOf(change),
  ])
  const keyChanges = [...inMetaTexts, ...inItems].filter((one) => one !== null)
  return { items, keyChanges, next: textOf(meta.next_token) }
}
