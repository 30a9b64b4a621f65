/** Called when an encrypted message needs keys that we do not have: asks X for them, and notes what X says of ours. */
import type { ChannelStore } from '../../core/ports/channels.ts'
import type { ChatKeyStore, ChatReading, PublicKeys, XChat } from '../../core/ports/chat.ts'
import type { Encryption, Log } from '../../core/ports/platform.ts'
import type { EncryptedChat } from '../../core/x/activity.ts'
import { tokensOf } from '../account-tokens.ts'
import type { OpenedAccountKey } from './account-key.ts'
import { createKeyStates } from './key-state.ts'

export type AskingDependencies = {
  chatKeys: Pick<ChatKeyStore, 'saveState'>
  channels: Pick<ChannelStore, 'get' | 'encryptedTokens'>
  encryption: Pick<Encryption, 'decrypt'>
  xChat: Pick<XChat, 'publicKeys' | 'events'>
  log: Log
}

/** The public keys of the account and of the customer. */
export type Signers = { readonly own: readonly PublicKeys[]; readonly people: readonly PublicKeys[] }

/** What X answered about a conversation. */
type Asked = { readonly people: readonly PublicKeys[]; readonly reading: ChatReading }

/** Pages of a conversation in which the change of its key is looked for, newest first. */
const MAX_PAGES = 3

export function createAsking(dependencies: AskingDependencies) {
  const { xChat } = dependencies
  const { noteListed, noteRefusal } = createKeyStates(dependencies)

  /** @param attempt reads the message with what X gives, @throws XError if X does not answer */
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
      await noteListed(channelId, account.key.version, listed)
      const signers = { people, own: withOurs(listed, account) }
      let reading = await attempt([], signers)
      let next: string | null = null
      for (let n = 0; n < MAX_PAGES && reading.fault === 'no_conversation_key' && conversationId !== null; n++) {
        const page = await xChat.events(tokens, conversationId, next)
        reading = await attempt(page.keyChanges, signers)
        next = page.next
        if (next === null) break
      }
      return { people, reading }
    } catch (error) {
      await noteRefusal(channelId, error)
      return 'refused'
    }
  }
}

/** X's list of our keys; without one that X no longer lists, our own earlier messages would look forged. */
function withOurs(listed: readonly PublicKeys[], { stored }: OpenedAccountKey): PublicKeys[] {
  return [...listed, ...stored.publicKeys.filter(({ version }) => !listed.some((one) => one.version === version))]
}
