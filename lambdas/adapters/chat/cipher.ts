import type { ChatCipher, ChatFault, ConversationKeys, PublicKeys } from '../../core/ports/chat.ts'
import type { Bytes } from '../../core/ports/media.ts'
import { readChatEvent } from '../../core/x/payload/chat-event.ts'
import { openedFrom } from './content.ts'
import { bareEngine, dimensionsOf, type Engine, engineOf, engineWith } from './engine.ts'

/** Encrypts and decrypts with the engine of X's `@xdevplatform/chat-xdk`. */
export function createChatCipher(): ChatCipher {
  return {
    async read(account, known, event, changes, signers) {
      const engine = engineOf(account)
      const own = changes.filter((one) => isOfSameConversation(one, event))
      // X sends the change of the key with each message, and opening one takes longer than reading a message.
      if (own.length === 0 || Object.keys(known).length > 0) {
        const reading = readWith(engine, event, known, signers)
        if (reading.event || own.length === 0) return { ...reading, changeFailed: false }
      }
      const changed = changedKeys(engine, own, signers.map(signerFrom))
      return { ...readWith(engine, event, { ...known, ...changed.keys }, signers), changeFailed: changed.failed }
    },

    async encrypt(account, keys, conversationId, text, attachments) {
      const { version, key } = newest(keys)
      const made = engineOf(account).encryptMessage({
        conversationId,
        text,
        conversationKey: key,
        conversationKeyVersion: version,
        ...(attachments.length > 0 && { attachments: attachments.map(attachmentFrom) }),
      })
      return { messageId: made.messageId, event: made.encryptedContent, signature: made.encodedEventSignature }
    },

    isKeyOf: async (key, { identityKey, signingKey, signature }) => {
      const engine = engineWith(key)
      if (!engine.matchesRegisteredKey(identityKey)) return false
      // The second half signs: with a wrong one we would read, and X would refuse what we write.
      const { signing } = engine.getPublicKeys() as { signing: string }
      return isSamePoint(signing, signingKey) && bareEngine().verifyKeyBinding(identityKey, signingKey, signature)
    },

    fingerprint: async (key) => engineWith(key).getPublicKeyFingerprint(),

    openFile: (bytes, keys, keyVersion) => opened(bytes, keys, keyVersion),
    sealFile: (bytes, keys) => sealed(bytes, keys),
    dimensions: async (bytes) => dimensionsOf(bytes),
  }
}

function readWith(engine: Engine, event: string, keys: ConversationKeys, signers: readonly PublicKeys[]) {
  try {
    return { event: openedFrom(decrypted(engine, event, keys, signers)), fault: null, keys }
  } catch (error) {
    return { event: null, fault: faultOf(error), keys }
  }
}

/**
 * The engine checks the binding of every public key that it is handed, which is half of its work. So it gets those of the
 * author, and those of the other person only for a quotation that these do not prove.
 */
function decrypted(engine: Engine, event: string, keys: ConversationKeys, signers: readonly PublicKeys[]): unknown {
  const author = readChatEvent(event)?.senderId
  const authors = signers.filter(({ userId }) => userId === author)
  const read = (by: readonly PublicKeys[]): { replyPreviewValidation?: string } =>
    engine.decryptEvent(event, bytesOf(keys), by.map(signerFrom))
  if (!author) return read(signers)
  const opened = read(authors)
  return [undefined, 'valid'].includes(opened.replyPreviewValidation) ? opened : read(signers)
}

/** The keys of changes whose signature matches, and whether there was another change. */
function changedKeys(engine: Engine, changes: readonly string[], signers: object[]) {
  if (changes.length === 0) return { keys: {}, failed: false }
  const { conversationKeys, errors } = engine.decryptEvents([...changes], signers) as {
    conversationKeys: { keys: Record<string, Uint8Array> }
    errors: Record<string, string>
  }
  const keys = Object.entries(conversationKeys.keys).map(([version, key]) => [version, base64(key)] as const)
  return { keys: Object.fromEntries(keys), failed: Object.keys(errors).length > 0 }
}

/** A change of another conversation's key must not open this one. */
function isOfSameConversation(change: string, event: string): boolean {
  const [one, other] = [change, event].map((encoded) => readChatEvent(encoded)?.conversationId)
  return one !== undefined && one === other
}

/** The engine tells its errors apart only by their texts. */
function faultOf(error: unknown): ChatFault {
  const text = error instanceof Error ? error.message : String(error)
  if (/no matching key found/i.test(text)) return 'no_conversation_key'
  if (/signature missing or no matching signing key/i.test(text)) return 'unknown_signer'
  if (/ECDSA mismatch|signature verification failed/i.test(text)) return 'forged'
  return 'broken'
}

function signerFrom({ userId, version, identityKey, signingKey, signature }: PublicKeys): object {
  return {
    userId,
    publicKeyVersion: version,
    publicKey: signingKey,
    identityPublicKey: identityKey,
    identityPublicKeySignature: signature,
  }
}

/** The newest key of a conversation. Versions are times in digits, so they are compared as numbers. */
function newest(keys: ConversationKeys): { version: string; key: Uint8Array } {
  const [version] = Object.keys(keys).sort((a, b) => Number(BigInt(b) - BigInt(a)))
  if (version === undefined) throw new Error('the conversation has no key')
  return { version, key: keyOf(keys, version) }
}

function keyOf(keys: ConversationKeys, version: string): Uint8Array {
  const key = keys[version]
  if (key === undefined) throw new Error('the key of the conversation is missing')
  return Uint8Array.from(Buffer.from(key, 'base64'))
}

const bytesOf = (keys: ConversationKeys) =>
  Object.fromEntries(Object.keys(keys).map((version) => [version, keyOf(keys, version)]))

/** X's numbers of the kinds of media. */
const MEDIA_TYPES = { photo: 1, animated_gif: 2, video: 3 } as const

function attachmentFrom(one: Parameters<ChatCipher['encrypt']>[4][number]): object {
  return {
    attachment_type: 'media',
    media_hash_key: one.mediaHashKey,
    media_type: MEDIA_TYPES[one.type],
    width: one.width ?? 0,
    height: one.height ?? 0,
    filesize_bytes: one.size,
    filename: one.filename,
  }
}

async function* opened(bytes: Bytes, keys: ConversationKeys, version: string): AsyncGenerator<Uint8Array> {
  const decryptor = bareEngine().streamDecryptor(keyOf(keys, version))
  for await (const chunk of bytes) yield decryptor.push(chunk)
  yield decryptor.finish()
}

async function* sealed(bytes: Bytes, keys: ConversationKeys): AsyncGenerator<Uint8Array> {
  const encryptor = bareEngine().streamEncryptor(newest(keys).key)
  for await (const chunk of bytes) yield encryptor.push(chunk)
  yield encryptor.finish()
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

/** Compares points of a curve, one in DER or both raw: the raw point is the end of its DER. */
function isSamePoint(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => Buffer.from(text, 'base64').subarray(-65).toString('hex'))
  return a === b
}
