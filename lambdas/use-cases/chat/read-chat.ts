/**
 * Called by the router with an encrypted message, before its rules. Resolves to the message as far as the channel's key
 * opens it: its text, or why it stays a notice. What we lack is asked of X once: the customer's public keys, changes of
 * the conversation's key, whether our key was replaced. X unreachable or throttled is thrown, so that the queue tries
 * again; without a key, nothing is asked and the engine is not loaded.
 */
import { askedWith, mayAsk } from '../../core/channels/chat-questions.ts'
import type { ChatState } from '../../core/channels/chat-state.ts'
import type {
  ChatCipher,
  ChatKeyStore,
  ChatReading,
  ConversationKeys,
  StoredConversationKeys,
} from '../../core/ports/chat.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { ChatContent, EncryptedChat, UnreadReason } from '../../core/x/activity.ts'
import { channelIdOf } from '../../core/x/ids.ts'
import { readEventKeys } from '../../core/x/payload/chat-event-keys.ts'
import { otherParticipant } from '../../core/x/webhook-body.ts'
import { newestKeys, openAccountKey, openKeys, sealKeys } from './account-key.ts'
import { type AskingDependencies, createAsking, type Signers } from './ask-x.ts'

export type ChatDependencies = AskingDependencies & { chatKeys: ChatKeyStore; cipher: ChatCipher; now: Clock }

/** Reads an encrypted message. @throws XError if X must be asked and does not answer */
export type ReadChat = (chat: EncryptedChat) => Promise<EncryptedChat>

export function createChatReader(dependencies: ChatDependencies): ReadChat {
  const { chatKeys, cipher, now } = dependencies
  const ask = createAsking(dependencies)

  return async (chat) => {
    const channelId = channelIdOf(chat.channelUserId)
    const { customerId, sealed } = chat
    if (customerId === null) return chat
    const account = await openAccountKey(dependencies, channelId)
    if (!account) return chat
    const event = sealed.encodedEvent
    if (event === null) return unread(chat, 'broken')
    const context = `${channelId} ${customerId}`
    const stored = (await chatKeys.conversation(channelId, customerId)) ?? nobody
    const changes = sealed.keyChangeEvent === null ? [] : [sealed.keyChangeEvent]
    const before = openKeys(account.key, stored.sealed, context)
    const attempt = (keys: ConversationKeys, more: readonly string[], { own, people }: Signers) =>
      cipher.read(account.key, keys, event, [...changes, ...more], [...own, ...people])
    let known = stored
    let reading = await attempt(before, [], { own: account.stored.publicKeys, people: stored.publicKeys })
    const lacking = lackedBy(reading, event)
    const about = `${account.key.version} ${lacking}`
    if (lacking !== null && mayAsk(stored.asked, about, now())) {
      const answer = await ask(chat, channelId, customerId, account, (keyChanges, signers) =>
        attempt(reading.keys, keyChanges, signers),
      )
      known = { ...stored, asked: askedWith(stored.asked, about, now()) }
      if (answer !== 'refused') {
        known = { ...known, publicKeys: answer.people }
        reading = answer.reading
      }
    }
    if (known !== stored || isMore(reading.keys, before)) {
      const sealedKeys = sealKeys(account.key, newestKeys(reading.keys), context)
      await chatKeys.saveConversation(channelId, customerId, { ...known, sealed: sealedKeys })
    }
    // What X says of the account's key explains what cannot be read, also when X was asked before.
    const state = lackedBy(reading, event) === null ? null : await stateOf(channelId)
    return { ...chat, content: contentOf(chat, reading, state) }
  }

  async function stateOf(channelId: string): Promise<ChatState['state'] | null> {
    return (await dependencies.channels.get(channelId))?.chat?.state ?? null
  }
}

const nobody: StoredConversationKeys = { sealed: null, publicKeys: [], asked: [] }

/** The key that a reading lacks, as the event names it; null if none. */
function lackedBy({ fault }: ChatReading, event: string): string | null {
  if (fault === 'no_conversation_key') return `conversation key ${readEventKeys(event).conversationKey}`
  return fault === 'unknown_signer' ? `signing key ${readEventKeys(event).signingKey}` : null
}

function isMore(keys: ConversationKeys, before: ConversationKeys): boolean {
  return Object.keys(keys).some((version) => before[version] === undefined)
}

function unread(chat: EncryptedChat, reason: UnreadReason): EncryptedChat {
  return { ...chat, content: { is: 'unread', reason } }
}

/** What a reading means for the message. An event that another person signed than X names is as good as forged. */
function contentOf(chat: EncryptedChat, { event, fault }: ChatReading, state: ChatState['state'] | null): ChatContent {
  if (!event) return { is: 'unread', reason: reasonOf(fault, state) }
  const isIts =
    event.messageId === chat.externalId &&
    event.senderId === chat.sender.id &&
    otherParticipant(event.conversationId, chat.channelUserId) === chat.customerId
  return isIts ? event.content : { is: 'unread', reason: 'not_verified' }
}

function reasonOf(fault: ChatReading['fault'], state: ChatState['state'] | null): UnreadReason {
  if (state === 'refused_by_x') return 'refused_by_x'
  if (fault === 'no_conversation_key') return state === 'replaced_on_x' ? 'key_replaced' : 'conversation_key_missing'
  return fault === 'broken' ? 'broken' : 'not_verified'
}
