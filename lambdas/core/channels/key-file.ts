/** The length of the private keys of an account: one that opens conversation keys, and one that signs. */
export const KEY_BYTES = 64

/** A key file longer than this is none. */
export const MAX_KEY_FILE_CHARACTERS = 10_000

/**
 * The private keys in a key file: 64 bytes as base64 or hexadecimal digits, alone or as the only such text of a JSON file;
 * also base64 of such a file.
 * @returns the bytes, or why it is no key file, without any of its content
 */
export function keyInFile(content: string, isNested = false): { key: Uint8Array } | { flaw: string } {
  const text = content.trim()
  if (text.startsWith('{') || text.startsWith('"')) return keyInJson(text)
  const bytes = bytesIn(text.replace(/\s+/g, ''))
  if (bytes === null) return { flaw: 'is neither base64 nor hexadecimal digits' }
  if (bytes.length === KEY_BYTES) return { key: bytes }
  const inner = bytes.toString('latin1')
  if (!isNested && /^[\s!-~]+$/.test(inner)) return keyInFile(inner, true)
  return { flaw: `has ${bytes.length} bytes; a key has ${KEY_BYTES}` }
}

function keyInJson(text: string): ReturnType<typeof keyInFile> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { flaw: 'looks like JSON and is none' }
  }
  const texts = (typeof value === 'object' && value !== null ? Object.values(value) : [value]).filter(
    (one): one is string => typeof one === 'string',
  )
  const found = texts.map((one) => bytesIn(one)).filter((one) => one?.length === KEY_BYTES)
  const [key, ...more] = found
  if (key && more.length === 0) return { key }
  return { flaw: `holds ${found.length} texts of ${KEY_BYTES} bytes, and must hold one` }
}

function bytesIn(text: string): Buffer | null {
  if (/^([0-9a-fA-F]{2})+$/.test(text)) return Buffer.from(text, 'hex')
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null
}
