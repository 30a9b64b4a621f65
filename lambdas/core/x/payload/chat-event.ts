/** The envelope of an encrypted event, which is readable without keys. */
export type ChatEvent = {
  readonly kind: 'message' | 'key_change' | 'failure' | 'other'
  /** The signed id of the message: the same in deliveries, lists and replays. Null if missing. */
  readonly messageId: string | null
  readonly senderId: string | null
  readonly conversationId: string | null
  /** X's number of the event in its conversation. It is not signed. */
  readonly sequenceId: string | null
  /** Milliseconds since 1970, as X wrote them. */
  readonly createdAtMsec: string | null
}

/** Thrift types, and the fields of the envelope that we read: https://thrift.apache.org/docs/thrift-binary-protocol. */
const STRING = 11
const STRUCT = 12
const FIELD = { sequenceId: 1, messageId: 2, senderId: 3, conversationId: 4, createdAtMsec: 6 } as const
const KINDS: Readonly<Record<number, ChatEvent['kind']>> = { 1: 'message', 3: 'key_change', 5: 'failure' }

/**
 * Reads the envelope of an `encoded_event`: the base64 of a Thrift struct with strings first, then a union that gives
 * the kind. Never throws: null if it is not such an event.
 */
export function readChatEvent(encoded: unknown): ChatEvent | null {
  if (typeof encoded !== 'string') return null
  const bytes = Buffer.from(encoded, 'base64')
  const strings = new Map<number, string>()
  let at = 0
  while (at + 7 <= bytes.length) {
    const type = bytes[at]
    const field = bytes.readInt16BE(at + 1)
    if (type === STRUCT) {
      // The union begins with the type (1 byte) and the number of its only field.
      return { kind: KINDS[bytes.readInt16BE(at + 4)] ?? 'other', ...envelopeOf(strings) }
    }
    const size = bytes.readInt32BE(at + 3)
    if (type !== STRING || size < 0 || at + 7 + size > bytes.length) return null
    strings.set(field, bytes.toString('utf8', at + 7, at + 7 + size))
    at += 7 + size
  }
  return null
}

function envelopeOf(strings: ReadonlyMap<number, string>) {
  const read = (field: number) => strings.get(field) || null
  return {
    messageId: read(FIELD.messageId),
    senderId: read(FIELD.senderId),
    conversationId: read(FIELD.conversationId),
    sequenceId: read(FIELD.sequenceId),
    createdAtMsec: read(FIELD.createdAtMsec),
  }
}
