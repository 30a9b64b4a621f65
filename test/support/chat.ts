import { randomUUID } from 'node:crypto'
import { bareEngine, engineWith } from '../../lambdas/adapters/chat/engine.ts'
import type { PublicKeys, XChat } from '../../lambdas/core/ports/chat.ts'

/** A person with keys on X: a real end of an encrypted conversation. */
export type ChatPerson = {
  readonly id: string
  readonly version: string
  /** The private keys: 64 bytes. */
  readonly key: Uint8Array
  readonly publicKeys: PublicKeys
  readonly engine: ReturnType<typeof bareEngine>
}

/** Registers new keys for a person. @param version milliseconds in digits */
export function chatPerson(id: string, version: string): ChatPerson {
  const engine = bareEngine()
  const { publicKey } = engine.generateKeypairs() as { publicKey: Record<string, string> }
  const key = engine.exportKeys()
  const { publicKey: identityKey = '', signingPublicKey: signingKey = '' } = publicKey
  const { identityPublicKeySignature: signature = '' } = publicKey
  const own = engineWith(key, version)
  own.setIdentity(id, version)
  return { id, version, key, engine: own, publicKeys: { userId: id, version, identityKey, signingKey, signature } }
}

const string = (field: number, text: string) => {
  const bytes = Buffer.from(text)
  const head = Buffer.alloc(7)
  head[0] = 11
  head.writeInt16BE(field, 1)
  head.writeInt32BE(bytes.length, 3)
  return Buffer.concat([head, bytes])
}
const struct = (field: number, body: Uint8Array) => {
  const head = Buffer.alloc(3)
  head[0] = 12
  head.writeInt16BE(field, 1)
  return Buffer.concat([head, body])
}
const STOP = Buffer.from([0])
const bytesOf = (base64: string) => Buffer.from(base64, 'base64')

let sequence = 2_085_000_000_000_000_000n

type Signed = { messageId: string; detail: Uint8Array; signature: Uint8Array }

function nextNumber(): string {
  sequence += 4_194_304n
  return String(sequence)
}

/** The event as X's server writes it. */
function eventOf(
  sender: string,
  conversationId: string,
  at: number,
  { messageId, detail, signature }: Signed,
  number = nextNumber(),
) {
  const parts = [
    string(1, number),
    string(2, messageId),
    string(3, sender),
    string(4, conversationId),
    string(6, String(at)),
    struct(7, detail),
    struct(9, signature),
    STOP,
  ]
  return { event: Buffer.concat(parts).toString('base64'), sequenceId: number, messageId }
}

type Encrypted = { messageId: string; encryptedContent: string; encodedEventSignature: string }

/** An encrypted conversation of two people, begun by the first. */
export function chatBetween(first: ChatPerson, second: ChatPerson, at = Date.parse('2026-08-23T10:00:00Z')) {
  let time = at
  function keyChange(by: ChatPerson, people: readonly ChatPerson[], conversationId?: string) {
    const change = by.engine.prepareConversationKeyChange({
      publicKeys: people.map((one) => ({
        userId: one.id,
        publicKey: one.publicKeys.identityKey,
        keyVersion: one.version,
      })),
      ...(conversationId && { conversationId }),
    })
    const [action] = change.actionSignatures
    const signature = [action.signature, action.publicKeyVersion, action.signatureVersion]
    const detail = bytesOf(action.encodedMessageEventDetail)
    const signed = Buffer.concat([...signature.map((text: string, index: number) => string(index + 1, text)), STOP])
    const { event } = eventOf(by.id, change.conversationId, time++, {
      messageId: action.messageId,
      detail,
      signature: signed,
    })
    const key = { conversationKey: change.conversationKey, conversationKeyVersion: change.conversationKeyVersion }
    return { event, key, id: String(change.conversationId) }
  }
  let change = keyChange(first, [first, second])
  const { id } = change

  function posted(by: string, made: Encrypted, number?: string) {
    const detail = Buffer.concat([struct(1, bytesOf(made.encryptedContent)), STOP])
    const signature = bytesOf(made.encodedEventSignature)
    return eventOf(by, id, time++, { messageId: made.messageId, detail, signature }, number)
  }

  return {
    id,
    /** The change of the conversation's key, and the key itself. */
    current: () => change,
    /** Wraps a new key for other keys of the people. */
    changeKey(by: ChatPerson, people: readonly ChatPerson[]) {
      change = keyChange(by, people, id)
    },
    write: (by: ChatPerson, text: string, attachments?: object[]) =>
      posted(
        by.id,
        by.engine.encryptMessage({ conversationId: id, text, ...change.key, ...(attachments && { attachments }) }),
      ),
    /** An event with another name than one of X's numbers. */
    unnumbered: (by: ChatPerson, number: string) =>
      posted(by.id, by.engine.encryptMessage({ conversationId: id, text: 'x', ...change.key }), number).event,
    reply: (by: ChatPerson, text: string, to: string) =>
      posted(by.id, by.engine.encryptReply({ conversationId: id, text, replyToEvent: to, ...change.key })),
    edit: (by: ChatPerson, text: string, target: string) =>
      posted(by.id, by.engine.encryptEdit({ updatedText: text, targetEvent: target, ...change.key })),
    react: (by: ChatPerson, emoji: string, target: string) =>
      posted(by.id, by.engine.encryptAddReaction({ emoji, targetEvent: target, ...change.key })),
    /** What somebody with other keys writes in the name of a person. */
    forge: (by: ChatPerson, as: ChatPerson, text: string) => {
      const made = by.engine.encryptMessage({
        conversationId: id,
        text,
        senderId: as.id,
        signingKeyVersion: as.version,
        ...change.key,
      })
      return posted(as.id, made)
    },
    /** A payload of ours as X then delivers it. */
    posted: (by: string, { messageId, event, signature }: { messageId: string; event: string; signature: string }) =>
      posted(by, { messageId, encryptedContent: event, encodedEventSignature: signature }).event,
    /** What a person reads of an encrypted payload that the account sent. */
    readBy: (by: ChatPerson, from: ChatPerson, payload: { messageId: string; event: string; signature: string }) => {
      const made = {
        messageId: payload.messageId,
        encryptedContent: payload.event,
        encodedEventSignature: payload.signature,
      }
      const { event } = posted(from.id, made)
      const keys = { [String(change.key.conversationKeyVersion)]: change.key.conversationKey }
      const signer = from.publicKeys
      const signers = [
        {
          userId: signer.userId,
          publicKeyVersion: signer.version,
          publicKey: signer.signingKey,
          identityPublicKey: signer.identityKey,
          identityPublicKeySignature: signer.signature,
        },
      ]
      return by.engine.decryptEvent(event, keys, signers) as { content: { text: string }; verified: boolean }
    },
  }
}

/** The payload of a delivery of an encrypted event. */
export function chatPayload(
  sender: string,
  conversationId: string,
  event: string,
  keyChangeEvent?: string,
): Record<string, unknown> {
  return {
    id: randomUUID(),
    sender_id: sender,
    conversation_id: conversationId,
    encoded_event: event,
    ...(keyChangeEvent && { conversation_key_change_event: keyChangeEvent }),
  }
}

/** X's calls for encrypted messages over lists in memory; it notes what it was asked. */
export function chatAtX(people: readonly ChatPerson[], more: Partial<XChat> = {}) {
  const asked: string[] = []
  const known = [...people]
  const xChat: XChat = {
    publicKeys: async (_tokens, userId) => {
      asked.push(`keys of ${userId}`)
      const own = known.filter(({ id }) => id === userId).map(({ publicKeys }) => publicKeys)
      return { keys: own.sort((a, b) => Number(b.version) - Number(a.version)), recoveryConfig: { of: userId } }
    },
    events: async () => {
      asked.push('events')
      return { items: [], keyChanges: [], next: null }
    },
    send: async () => ({ is: 'unreached', detail: 'nothing is sent here' }),
    upload: async () => 'media-key',
    ...more,
  }
  return { xChat, asked, add: (person: ChatPerson) => known.push(person) }
}
