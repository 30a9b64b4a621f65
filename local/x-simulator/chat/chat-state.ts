/** The keys of an account at one version. X knows the public ones only; the private ones are on the account's phones. */
export type AccountKeys = {
  readonly userId: string
  /** Milliseconds since 1970 as text. A later version is a greater number. */
  readonly version: string
  /** Base64 of 64 bytes: the private identity key, then the private signing key. */
  readonly privateKeys: string
  /** Base64 of DER, as the public keys beside it. */
  readonly publicKey: string
  readonly signingPublicKey: string
  readonly identityPublicKeySignature: string
}

/** The backup of an account's latest private keys, which a PIN opens. Without guesses left it is destroyed. */
export type KeyBackup = { readonly userId: string; readonly pin: string; guessesLeft: number }

/** An event of an encrypted conversation, as X keeps it. `broken` is a message that nobody can parse. */
export type ChatEvent = {
  /** The sequence id, which X gives. */
  readonly id: string
  /** The id that its sender gave and signed. */
  readonly messageId: string
  /** `A:B` of two people, the smaller id first; a group's begins with `g`. */
  readonly conversationId: string
  readonly senderId: string
  readonly createdAt: string
  readonly kind: 'message' | 'key_change' | 'failure' | 'broken'
  /** Base64 of the Thrift envelope. */
  readonly encoded: string
  /** The version of the conversation key that a message is encrypted with, or that a key change brings. */
  readonly keyVersion: string
  /** Null if nobody signed it. */
  readonly signature: ChatSignature | null
  /** Ids of the users who get it. */
  readonly receivers: readonly string[]
}

export type ChatSignature = {
  readonly signature: string
  readonly publicKeyVersion: string
  readonly signatureVersion: string
}

/** An encrypted file of a conversation. */
export type ChatMedia = {
  readonly hashKey: string
  readonly sessionId: string
  readonly conversationId: string
  readonly userId: string
  readonly totalBytes: number
  segments: number[]
  finished: boolean
}

/** What X says of a message that it does not deliver, with X's numbers. */
export const failureReasons = {
  internalError: 2,
  contentsTooLarge: 3,
  tooManyMessages: 4,
  invalidSenderSignature: 5,
  nonLatestKeyVersion: 6,
  recipientNotTrusted: 7,
  recipientKeyChanged: 8,
  onlyEncryptedMessagesAllowed: 9,
  requesterNotAdmin: 10,
  flaggedAsSpam: 11,
  rateLimitUpsell: 12,
  genericError: 14,
} as const

export type FailureReason = keyof typeof failureReasons

/** Everything of encrypted conversations that survives a restart. */
export type ChatState = {
  keys: AccountKeys[]
  backups: KeyBackup[]
  groups: { readonly id: string; readonly memberIds: readonly string[] }[]
  /** Oldest first. */
  events: ChatEvent[]
  media: ChatMedia[]
  /** Why the next messages of apps are not delivered. */
  failures: FailureReason[]
}

export const freshChat = (): ChatState => ({
  keys: [],
  backups: [],
  groups: [],
  events: [],
  media: [],
  failures: [],
})

/** How X treats encrypted conversations where it is not known, or differs. */
export type ChatSettings = {
  /** True: X refuses OAuth 1.0a for calls of encrypted conversations. */
  chatNeedsOAuth2: boolean
  /** Where a page of events has the key changes: beside the messages, or among them. */
  chatKeyEvents: 'meta' | 'inline'
  /** Which deliveries bring the key change of their conversation: all, only the first after it, or none. */
  chatKeyChanges: 'always' | 'first' | 'never'
  /** What X does with a message id that it has: answer as before, or refuse. */
  chatRepeats: 'merge' | 'refuse'
  /** How X says that it does not deliver a message: by an event after a 201, or by a 403. */
  chatFailures: 'event' | 'answer'
  /** True: X refuses direct messages to a person with whom the conversation is encrypted. */
  onlyEncrypted: boolean
  /** False: the realms that hold the backups of keys do not answer. */
  keyRecovery: boolean
}

export const defaultChatSettings = (): ChatSettings => ({
  chatNeedsOAuth2: false,
  chatKeyEvents: 'meta',
  chatKeyChanges: 'always',
  chatRepeats: 'merge',
  chatFailures: 'event',
  onlyEncrypted: false,
  keyRecovery: true,
})
