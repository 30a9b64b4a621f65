import type { ChatSignature } from './chat-state.ts'
import { intField, readStruct, stop, stringField, structField } from './thrift.ts'

/** What X writes around what the author of an event posted. */
export type Envelope = {
  readonly id: string
  readonly messageId: string
  readonly senderId: string
  readonly conversationId: string
  /** ISO time. */
  readonly createdAt: string
}

/** The content of an event: a union with one field, whose number is the kind. */
export const messageDetail = (encryptedContent: string) =>
  Buffer.concat([structField(1, Buffer.from(encryptedContent, 'base64')), stop])
export const failureDetail = (reason: number) =>
  Buffer.concat([structField(5, Buffer.concat([intField(1, reason), intField(2, 3), stop])), stop])

/** An event in base64, as webhooks and lists have it. */
export function encodeEvent(
  { id, messageId, senderId, conversationId, createdAt }: Envelope,
  detail: Buffer,
  signature: ChatSignature | null,
): string {
  return Buffer.concat([
    stringField(1, id),
    stringField(2, messageId),
    stringField(3, senderId),
    stringField(4, conversationId),
    stringField(6, String(Date.parse(createdAt))),
    structField(7, detail),
    ...(signature ? [structField(9, encodeSignature(signature))] : []),
    stop,
  ]).toString('base64')
}

const encodeSignature = ({ signature, publicKeyVersion, signatureVersion }: ChatSignature) =>
  Buffer.concat([stringField(1, signature), stringField(2, publicKeyVersion), stringField(3, signatureVersion), stop])

/**
 * The signature that an app posts with a message.
 * @throws Error when it is none
 */
export function readSignature(encoded: string): ChatSignature {
  const read = textsOf(encoded)
  return { signature: read(1), publicKeyVersion: read(2), signatureVersion: read(3) }
}

/**
 * The version of the conversation key in what an app posts as a message.
 * @throws Error when it is no encrypted message
 */
export function readKeyVersion(encryptedContent: string): string {
  const read = textsOf(encryptedContent)
  read(100)
  return read(101)
}

function textsOf(encoded: string): (field: number) => string {
  const struct = readStruct(Buffer.from(encoded, 'base64'))
  return (field) => {
    const value = struct.get(field)
    if (!Buffer.isBuffer(value) || value.length === 0) throw new Error(`Field ${field} is missing.`)
    return value.toString()
  }
}
