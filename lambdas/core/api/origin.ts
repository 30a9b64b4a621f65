import { timingSafeEqual } from 'node:crypto'

/** The header in which the front door tells that a request came through it. Nobody else knows its value. */
export const originHeader = 'x-origin-secret'

/**
 * True if a request came through the front door, or none is asked for. Compares in constant time, so that the value
 * cannot be guessed character by character.
 * @param headers with lower-case names
 * @param secrets the values that count; two while the secret is being changed, none on one machine
 */
export function isFromFrontDoor(
  headers: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
): boolean {
  if (secrets.length === 0) return true
  const given = Buffer.from(headers[originHeader] ?? '')
  return secrets.some((secret) => {
    const expected = Buffer.from(secret)
    return expected.length === given.length && timingSafeEqual(expected, given)
  })
}
