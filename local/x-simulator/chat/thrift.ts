/**
 * The part of Thrift's binary protocol that events of encrypted conversations use:
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md
 */
const type = { stop: 0, bool: 2, i32: 8, i64: 10, string: 11, struct: 12, list: 15 } as const

/** A struct by the numbers of its fields. Strings are bytes. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>
export type ThriftValue = Buffer | number | bigint | boolean | ThriftStruct | readonly ThriftValue[]

const field = (kind: number, id: number, body: Buffer) => {
  const head = Buffer.from([kind, 0, 0])
  head.writeInt16BE(id, 1)
  return Buffer.concat([head, body])
}

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export const stop = Buffer.from([type.stop])
export const stringField = (id: number, value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  return field(type.string, id, Buffer.concat([int32(bytes.length), bytes]))
}
export const intField = (id: number, value: number): Buffer => field(type.i32, id, int32(value))
/** @param body the fields of the struct, with the stop byte at their end */
export const structField = (id: number, body: Buffer): Buffer => field(type.struct, id, body)

/**
 * Reads a struct that fills all the bytes.
 * @throws RangeError or Error when it is cut, goes on after its end, or has a type that X does not use
 */
export function readStruct(bytes: Buffer): ThriftStruct {
  const reader = readerOf(bytes)
  const struct = reader.struct()
  if (reader.place() !== bytes.length) throw new Error('There are bytes after the struct.')
  return struct
}

function readerOf(bytes: Buffer) {
  let at = 0
  const take = (size: number) => {
    if (size < 0 || at + size > bytes.length) throw new RangeError('The struct is cut.')
    at += size
    return bytes.subarray(at - size, at)
  }
  const value = (kind: number): ThriftValue => {
    switch (kind) {
      case type.bool:
        return take(1)[0] === 1
      case type.i32:
        return take(4).readInt32BE()
      case type.i64:
        return take(8).readBigInt64BE()
      case type.string:
        return take(take(4).readInt32BE())
      case type.struct:
        return struct()
      case type.list: {
        const kindOfItems = take(1)[0] ?? type.stop
        return Array.from({ length: take(4).readInt32BE() }, () => value(kindOfItems))
      }
    }
    throw new Error(`Type ${kind} is not used by X.`)
  }
  const struct = (): ThriftStruct => {
    const fields = new Map<number, ThriftValue>()
    for (let kind = take(1)[0]; kind !== type.stop; kind = take(1)[0]) {
      const id = take(2).readInt16BE()
      fields.set(id, value(kind ?? type.stop))
    }
    return fields
  }
  return { struct, place: () => at }
}
