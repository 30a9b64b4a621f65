/**
 * Called by the router with an encrypted message, before its rules. Resolves to the message as far as the channel's key
 * opens it: its text, or why it stays a notice. What we lack is asked of X once: the customer's public keys, changes of
 * the conversation's key, whether our key was replaced. X unreachable or throttled is thrown, so that the queue tries
 * again; without a key, nothing is asked and the engine is not loaded.
 */
import { type ChatState, REPLACED, refusalOf } from '../../core/channels/chat-state.ts'
import type { ChannelStore } from '../../core/ports/channels.ts'
import type {
  ChatCipher,
  ChatKeyStore,
  ChatReading,
  ConversationKeys,
  PublicKeys,
  StoredConversationKeys,
  XChat,
} from '../../core/ports/chat.ts'
import type { Clock, Encryption, Log } from '../../core/ports/platform.ts'
import { XError } from '../../core/ports/x.ts'
import type { ChatContent, EncryptedChat, UnreadReason } from '../../core/x/activity.ts'
import { channelIdOf } from '../../core/x/ids.ts'
import { otherParticipant } from '../../core/x/webhook-body.ts'
import { tokensOf } from '../account-tokens.ts'
import { newestKeys, type OpenedAccountKey, openAccountKey, openKeys, sealKeys } from './account-key.ts'

export type ChatDependencies = {
  chatKeys: ChatKeyStore
  channels: Pick<ChannelStore, 'get' | 'encryptedTokens'>
  encryption: Pick<Encryption, 'decrypt'>
  cipher: ChatCipher
  xChat: XChat
  now: Clock
  log: Log
}

/** Reads an encrypted message. @throws XError if X must be asked and does not answer */
export type ReadChat = (chat: EncryptedChat) => Promise<EncryptedChat>

/** X is asked again about a conversation only after this time, however many messages nobody can read come. */
const ASK_AGAIN_MS = 60_000

/** The public keys of the account and of the customer. */
type Signers = { readonly own: readonly PublicKeys[]; readonly people: readonly PublicKeys[] }

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
    let people = stored
    let reading = await attempt(before, [], { own: account.stored.publicKeys, people: stored.publicKeys })
    let isReplaced = false
    if (isLacking(reading) && mayAsk(stored, now())) {
      const answer = await ask(chat, channelId, customerId, account, (keyChanges, signers) =>
        attempt(reading.keys, keyChanges, signers),
      )
      if (answer === 'refused') return unread(chat, 'refused_by_x')
      people = { sealed: null, publicKeys: answer.people, askedAt: now().toISOString() }
      reading = answer.reading
      isReplaced = answer.isReplaced
    } else if (isLacking(reading)) isReplaced = await wasReplaced(channelId)
    if (people !== stored || isMore(reading.keys, before)) {
      const sealedKeys = sealKeys(account.key, newestKeys(reading.keys), context)
      await chatKeys.saveConversation(channelId, customerId, { ...people, sealed: sealedKeys })
    }
    return { ...chat, content: contentOf(chat, reading, isReplaced) }
  }

  async function wasReplaced(channelId: string): Promise<boolean> {
    return (await dependencies.channels.get(channelId))?.chat?.state === 'replaced_on_x'
  }
}

const nobody: StoredConversationKeys = { sealed: null, publicKeys: [], askedAt: null }

const isLacking = ({ fault }: ChatReading) => fault === 'no_conversation_key' || fault === 'unknown_signer'

function mayAsk({ askedAt }: StoredConversationKeys, now: Date): boolean {
  return askedAt === null || now.getTime() - Date.parse(askedAt) >= ASK_AGAIN_MS
}

function isMore(keys: ConversationKeys, before: ConversationKeys): boolean {
  return Object.keys(keys).some((version) => before[version] === undefined)
}

function unread(chat: EncryptedChat, reason: UnreadReason): EncryptedChat {
  return { ...chat, content: { is: 'unread', reason } }
}

/** What a reading means for the message. An event that another person signed than X names is as good as forged. */
function contentOf(chat: EncryptedChat, { event, fault }: ChatReading, isReplaced: boolean): ChatContent {
  if (!event) return { is: 'unread', reason: reasonOf(fault, isReplaced) }
  const isIts =
    event.messageId === chat.externalId &&
    event.senderId === chat.sender.id &&
    otherParticipant(event.conversationId, chat.channelUserId) === chat.customerId
  return isIts ? event.content : { is: 'unread', reason: 'not_verified' }
}

function reasonOf(fault: ChatReading['fault'], isReplaced: boolean): UnreadReason {
  if (fault === 'no_conversation_key') return isReplaced ? 'key_replaced' : 'conversation_key_missing'
  return fault === 'broken' ? 'broken' : 'not_verified'
}

/** What X answered about a conversation. */
type Asked = Signers & { readonly reading: ChatReading; readonly isReplaced: boolean }

/** Asks X for what a reading lacks, and notes on the channel what X says about its key. */
function createAsking(dependencies: ChatDependencies) {
  const { chatKeys, channels, xChat, log } = dependencies

  return async (
    { conversationId }: EncryptedChat,
    channelId: string,
    customerId: string,
    account: OpenedAccountKey,
    attempt: (keyChanges: readonly string[], signers: Signers) => Promise<ChatReading>,
  ): Promise<Asked | 'refused'> => {
    const tokens = await tokensOf(dependencies, channelId)
    if (tokens === null) return 'refused'
    try {
      const { keys: people } = await xChat.publicKeys(tokens, customerId)
      const listed = (await xChat.publicKeys(tokens, account.key.userId)).keys
      const isReplaced = listed.some(({ version }) => isNewer(version, account.key.version))
      await noteState(channelId, account, isReplaced)
      const signers = { people, own: withOurs(listed, account) }
      const reading = await attempt([], signers)
      if (reading.fault !== 'no_conversation_key' || conversationId === null) return { ...signers, reading, isReplaced }
      const { keyChanges } = await xChat.events(tokens, conversationId, null)
      return { ...signers, reading: await attempt(keyChanges, signers), isReplaced }
    } catch (error) {
      if (!(error instanceof XError) || !isRefusal(error)) throw error
      await note(channelId, refusalOf(error.status ?? 0, error.detail))
      return 'refused'
    }
  }

  async function noteState(channelId: string, { stored }: OpenedAccountKey, isReplaced: boolean): Promise<void> {
    const { version: keyVersion, fingerprint, since } = stored
    const about = { keyVersion, fingerprint, since }
    await note(
      channelId,
      isReplaced ? { state: 'replaced_on_x', reason: REPLACED, ...about } : { state: 'readable', ...about },
    )
  }

  async function note(channelId: string, state: ChatState): Promise<void> {
    const known = (await channels.get(channelId))?.chat
    if (known?.state === state.state) return
    await chatKeys.saveState(channelId, { ...known, reason: undefined, ...state })
    log({ event: 'chat_key_state', channelId, state: state.state, reason: state.reason })
  }
}

/** Versions are times in digits. */
export function isNewer(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => (/^\d+$/.test(text) ? BigInt(text) : 0n))
  return (one ?? 0n) > (other ?? 0n)
}

/** X's list of our keys; without one that X no longer lists, our own earlier messages would look forged. */
function withOurs(listed: readonly PublicKeys[], { stored }: OpenedAccountKey): PublicKeys[] {
  return [...listed, ...stored.publicKeys.filter(({ version }) => !listed.some((one) => one.version === version))]
}

/** X answers, and will answer the same again. */
function isRefusal({ status }: XError): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 429
}
