import type { ChatState } from '../channels/chat-state.ts'
import type { XAnswer } from '../replies/sending.ts'
import type { ChatPayload } from '../tickets/ticket.ts'
import type { ChatContent } from '../x/activity.ts'
import type { Bytes } from './media.ts'
import type { AccountTokens } from './x.ts'

/** The public keys of a person in one version, as X lists them: base64 of DER, or of the raw point. */
export type PublicKeys = {
  readonly userId: string
  /** Milliseconds since 1970, in digits. */
  readonly version: string
  readonly identityKey: string
  readonly signingKey: string
  /** The identity key's signature of the signing key. */
  readonly signature: string
}

/** The private keys of an account: 32 bytes that open conversation keys, and 32 that sign. */
export type AccountKey = { readonly userId: string; readonly version: string; readonly bytes: Uint8Array }

/** Keys of a conversation in base64, by their version. Only keys whose change was signed by a participant are in it. */
export type ConversationKeys = Readonly<Record<string, string>>

/** A stored key of an account. `sealed` is encrypted for the channel and version. */
export type StoredAccountKey = {
  readonly sealed: string
  readonly version: string
  readonly fingerprint: string
  /** The account's public keys, all versions that X listed. */
  readonly publicKeys: readonly PublicKeys[]
  /** ISO time at which it was entered. */
  readonly since: string
}

/** What is stored of a conversation with a customer. */
export type StoredConversationKeys = {
  /** The conversation's keys, sealed with a key that follows from the account's. */
  readonly sealed: string | null
  /** The customer's public keys, all versions that X listed. */
  readonly publicKeys: readonly PublicKeys[]
  /** ISO time at which X was last asked for what we did not know; null if never. */
  readonly askedAt: string | null
}

/** Keys of channels and conversations. */
export type ChatKeyStore = {
  /** Null if the channel has no key. */
  accountKey(channelId: string): Promise<StoredAccountKey | null>
  /** Stores a key and the state of the channel. */
  saveAccountKey(channelId: string, key: StoredAccountKey, state: ChatState): Promise<void>
  /** Deletes the key; the channel's state is `off` then. */
  forgetAccountKey(channelId: string): Promise<void>
  /** Changes what people see of the channel's key. */
  saveState(channelId: string, state: ChatState): Promise<void>
  /**
   * Stores the attempts to enter a PIN; false if others were stored since `before` was read.
   * @param before undefined if there were none
   */
  savePinAttempts(
    channelId: string,
    before: readonly string[] | undefined,
    attempts: readonly string[],
  ): Promise<boolean>
  /** Null before the first message that was read. */
  conversation(channelId: string, customerId: string): Promise<StoredConversationKeys | null>
  saveConversation(channelId: string, customerId: string, keys: StoredConversationKeys): Promise<void>
}

/**
 * Why an event was not read. `no_conversation_key`: none of the keys opens it. `unknown_signer`: its author has a key that
 * is not among the public keys. `forged`: its signature does not match. `broken`: it is no such event.
 */
export type ChatFault = 'no_conversation_key' | 'unknown_signer' | 'forged' | 'broken'

/** An event that was read: who signed it, in which conversation, under which id, and what it says. */
export type OpenedEvent = {
  readonly senderId: string
  readonly conversationId: string
  readonly messageId: string
  readonly content: Exclude<ChatContent, { is: 'unread' }>
}

/** The result of reading: the event or why not, and all keys of the conversation that are known now. */
export type ChatReading = {
  readonly event: OpenedEvent | null
  readonly fault: ChatFault | null
  /** True if a change of the key was not meant for the account's key, or its signature could not be checked. */
  readonly changeFailed: boolean
  readonly keys: ConversationKeys
}

/** A file in an encrypted message that we send. */
export type SealedAttachment = {
  readonly mediaHashKey: string
  readonly type: 'photo' | 'animated_gif' | 'video'
  readonly filename: string
  /** Bytes, unencrypted. */
  readonly size: number
  /** Pixels; null if unknown. */
  readonly width: number | null
  readonly height: number | null
}

/** Encrypts and decrypts. It asks nobody and stores nothing. */
export type ChatCipher = {
  /**
   * Reads an event. Never throws for what people or X may have sent.
   * @param changes changes of the conversation's key, in any order
   */
  read(
    account: AccountKey,
    known: ConversationKeys,
    event: string,
    changes: readonly string[],
    signers: readonly PublicKeys[],
  ): Promise<ChatReading>
  /** Encrypts a message with the newest of the keys. @throws Error if there is none */
  encrypt(
    account: AccountKey,
    keys: ConversationKeys,
    conversationId: string,
    text: string,
    attachments: readonly SealedAttachment[],
  ): Promise<ChatPayload>
  /** True if the private keys belong to these public keys. @throws Error unless they are 64 bytes of a key */
  isKeyOf(key: Uint8Array, publicKeys: PublicKeys): Promise<boolean>
  /** The fingerprint of the account's key, as X shows it. @throws Error unless they are 64 bytes of a key */
  fingerprint(key: Uint8Array): Promise<string>
  /** Decrypts a file. @throws Error if it is damaged or cut off, or the key is missing */
  openFile(bytes: Bytes, keys: ConversationKeys, keyVersion: string): Bytes
  /** Encrypts a file with the newest of the keys. */
  sealFile(bytes: Bytes, keys: ConversationKeys): Bytes
  /** Pixels of a picture; null if they cannot be read. */
  dimensions(bytes: Uint8Array): Promise<{ width: number; height: number } | null>
}

/** The result of recovering a key by its PIN. */
export type Recovery =
  | { readonly is: 'recovered'; readonly key: Uint8Array }
  | { readonly is: 'wrong_pin'; readonly guessesLeft: number | null }
  | { readonly is: 'not_registered' }
  | { readonly is: 'unreachable'; readonly detail: string }

/** Recovers the private keys of an account from X's key store (Juicebox) by the PIN that its owner chose in the app. */
export type KeyRecovery = {
  /** @param config X's `juicebox_config` of the account, with a token for each realm */
  recover(config: unknown, pin: string): Promise<Recovery>
}

/** A page of the events of a conversation, newest first, unparsed. */
export type ChatEventsPage = {
  /** Items of the list: messages, edits, key changes. */
  readonly items: readonly unknown[]
  /** Encoded changes of the conversation's key, wherever X put them. */
  readonly keyChanges: readonly string[]
  readonly next: string | null
}

/** X's calls for encrypted messages. All but `send` throw XError if X refuses or does not answer. */
export type XChat = {
  /** All versions of a person's public keys, newest first; of the own account also how its key is recovered. */
  publicKeys(tokens: AccountTokens, userId: string): Promise<{ keys: PublicKeys[]; recoveryConfig: unknown }>
  /** @param conversationId `A:B` */
  events(tokens: AccountTokens, conversationId: string, next: string | null): Promise<ChatEventsPage>
  /** Sends an encrypted message; never throws. */
  send(tokens: AccountTokens, recipientId: string, payload: ChatPayload): Promise<XAnswer>
  /** Uploads an encrypted file. Resolves to X's key of it. @param bytes encrypted */
  upload(tokens: AccountTokens, conversationId: string, bytes: Uint8Array): Promise<string>
}
