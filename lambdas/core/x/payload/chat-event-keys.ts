/** The keys that an encrypted event needs, by their versions: milliseconds since 1970 in digits. Null if it names none. */
export type EventKeys = {
  /** The key of the conversation: the one that a message is encrypted with, or that a change brings. */
  readonly conversationKey: string | null
  /** The signing key of the author. */
  readonly signingKey: string | null
}

/** Thrift's types: https://thrift.apache.org/docs/thrift-binary-protocol. */
const TYPE = { stop: 0, string: 11, struct: 12, map: 13, set: 14, list: 15 } as const
const SIZES: Readonly<Record<number, number>> = { 2: 1, 3: 1, 4: 8, 6: 2, 8: 4, 10: 8 }
/** An event has five levels. */
const MAX_DEPTH = 10

/** Where the versions are: field numbers from the outside in. */
const MESSAGE_KEY = [7, 1, 101]
const CHANGED_KEY = [7, 3, 1]
const SIGNING_KEY = [9, 2]

type Struct = ReadonlyMap<number, Struct | Buffer>

/** Reads them from an `encoded_event`, without any key. Never throws. */
export function readEventKeys(encoded: string): EventKeys {
  let event: Struct
  try {
    event = readStruct(Buffer.from(encoded, 'base64'))
  } catch {
    return { conversationKey: null, signingKey: null }
  }
  return {
    conversationKey: versionAt(event, MESSAGE_KEY) ?? versionAt(event, CHANGED_KEY),
    signingKey: versionAt(event, SIGNING_KEY),
  }
}

function versionAt(event: Struct, path: readonly number[]): string | null {
  const found = path.reduce<Struct | Buffer | undefined>(
    (inner, field) => (inner instanceof Map ? inner.get(field) : undefined),
    event,
  )
  const text = Buffer.isBuffer(found) ? found.toString('latin1') : ''
  return /^\d{1,30}$/.test(text) ? text : null
}

/** The strings and structs of a struct, by their numbers. @throws RangeError where it is cut, Error for what is none */
function readStruct(bytes: Buffer): Struct {
  let at = 0
  const take = (size: number): Buffer => {
    if (size < 0 || at + size > bytes.length) throw new RangeError('the event is cut off')
    at += size
    return bytes.subarray(at - size, at)
  }
  const skipItems = (types: readonly number[], depth: number) => {
    const count = take(4).readInt32BE()
    for (let n = 0; n < count; n++) for (const type of types) value(type, depth)
  }
  const value = (type: number, depth: number): Struct | Buffer | null => {
    if (type === TYPE.string) return take(take(4).readInt32BE())
    if (type === TYPE.struct) return struct(depth + 1)
    if (type === TYPE.map) skipItems([...take(2)], depth + 1)
    else if (type === TYPE.list || type === TYPE.set) skipItems([...take(1)], depth + 1)
    else if (SIZES[type] === undefined) throw new Error('no type of Thrift')
    else take(SIZES[type])
    return null
  }
  const struct = (depth: number): Struct => {
    if (depth > MAX_DEPTH) throw new Error('the event is nested deeper than any of X')
    const fields = new Map<number, Struct | Buffer>()
    for (let type = take(1)[0]; type !== TYPE.stop; type = take(1)[0]) {
      const field = take(2).readInt16BE()
      const read = value(type ?? TYPE.stop, depth)
      if (read !== null) fields.set(field, read)
    }
    return fields
  }
  return struct(0)
}
