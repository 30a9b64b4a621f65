import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
// The package exports its wrapper only, which wants Juicebox. The engine itself lies beside it.
import {
  Chat,
  detectImageDimensions,
  detectMimeType,
  initSync,
} from '../../../node_modules/@xdevplatform/chat-xdk/pkg/chat_xdk_wasm.js'
import type { AccountKeys } from './chat-state.ts'

/** X's own encryption, with which the people of the simulator read and write. It has the keys of one account. */
export type Engine = {
  prepareConversationKeyChange(change: {
    publicKeys: readonly { userId: string; publicKey: string; keyVersion: string }[]
    conversationId?: string
  }): KeyChange
  encryptMessage(message: NewMessage): SealedMessage
  encryptReply(message: NewMessage & { replyToEvent: string; replyToCkces: readonly string[] }): SealedMessage
  encryptEdit(edit: ConversationKey & { updatedText: string; targetEvent: string }): SealedMessage
  encryptAddReaction(reaction: ConversationKey & { emoji: string; targetEvent: string }): SealedMessage
  encryptRemoveReaction(reaction: ConversationKey & { emoji: string; targetEvent: string }): SealedMessage
  /** Never throws. `errors` names what could not be read, by its place in the list. */
  decryptEvents(events: readonly string[], signingKeys: readonly SigningKey[]): Decrypted
  encryptStream(plain: Uint8Array, key: Uint8Array): Uint8Array
  /** @throws Error when the bytes are of another key, changed or cut */
  decryptStream(sealed: Uint8Array, key: Uint8Array): Uint8Array
}

export type ConversationKey = { readonly conversationKey: Uint8Array; readonly conversationKeyVersion: string }

type NewMessage = ConversationKey & {
  readonly conversationId: string
  readonly text: string
  readonly attachments?: readonly object[]
  /** The version under which the author's signing key is registered. */
  readonly signingKeyVersion?: string
}

type KeyChange = ConversationKey & {
  readonly conversationId: string
  readonly actionSignatures: readonly {
    readonly messageId: string
    /** Base64 of the struct that goes into the envelope. */
    readonly encodedMessageEventDetail: string
    readonly signature: string
    readonly signatureVersion: string
    readonly publicKeyVersion: string
  }[]
}

/** What its author posts to X. */
export type SealedMessage = {
  readonly messageId: string
  readonly encryptedContent: string
  readonly encodedEventSignature: string
}

export type SigningKey = {
  readonly userId: string
  readonly publicKeyVersion: string
  readonly publicKey: string
  readonly identityPublicKey: string
  readonly identityPublicKeySignature: string
}

export type Decrypted = {
  readonly messages: readonly { readonly event: DecryptedEvent; readonly originalB64: string }[]
  readonly conversationKeys: { readonly keys: Readonly<Record<string, Uint8Array>>; readonly latestVersion?: string }
  readonly errors: Readonly<Record<string, string>>
}

/** The names in `content` have underscores, those inside them do not, whatever the types of the package say. */
export type DecryptedEvent = {
  readonly type: string
  readonly id: string
  readonly sequenceId: string
  readonly failure?: string
  readonly keyVersion?: string
  readonly content?: {
    readonly content_type?: string
    readonly text?: string
    readonly new_text?: string
    readonly emoji?: string
    /** The sequence id of the message that is edited or reacted to. */
    readonly target_message_id?: string
    readonly replying_to_preview?: { readonly messageText?: string }
  }
  readonly attachments?: readonly { readonly mediaHashKey?: string; readonly mediaType?: string }[]
}

let isLoaded = false

/** Loads the engine when it is first needed: it takes a tenth of a second. */
function load(): void {
  if (isLoaded) return
  const folder = dirname(createRequire(import.meta.url).resolve('@xdevplatform/chat-xdk'))
  initSync({ module: readFileSync(join(folder, 'pkg', 'chat_xdk_wasm_bg.wasm')) })
  isLoaded = true
}

/** Does something with the keys of an account. They are in the memory of the engine only for as long. */
export function withEngine<T>({ userId, version, privateKeys }: AccountKeys, act: (engine: Engine) => T): T {
  load()
  const chat = new Chat()
  try {
    chat.importKeys(new Uint8Array(Buffer.from(privateKeys, 'base64')), version)
    chat.setIdentity(userId, version)
    return act(chat as unknown as Engine)
  } finally {
    chat.free()
  }
}

/** Makes the keys of an account, as its phone does when somebody sets up encrypted messages. */
export function makeKeys(userId: string, version: string): AccountKeys {
  load()
  const chat = new Chat()
  try {
    const { publicKey: made } = chat.generateKeypairs()
    const privateKeys = Buffer.from(chat.exportKeys()).toString('base64')
    const { publicKey, signingPublicKey, identityPublicKeySignature } = made
    return { userId, version, privateKeys, publicKey, signingPublicKey, identityPublicKeySignature }
  } finally {
    chat.free()
  }
}

/** The MIME type of a file's bytes. Null if unknown. */
export function typeOf(bytes: Uint8Array): string | null {
  load()
  return detectMimeType(bytes) ?? null
}

/** The size of a picture in pixels. Null if the bytes are none. */
export function sizeOf(bytes: Uint8Array): { readonly width: number; readonly height: number } | null {
  load()
  return detectImageDimensions(bytes) ?? null
}
