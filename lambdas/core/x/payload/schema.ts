import * as z from 'zod/mini'
import { wrongValue } from '../../wrong-values.ts'
import { isXId } from '../ids.ts'

// zod/mini has no texts of its own, and the reason of an unreadable event is one.
z.config({ localeError: wrongValue })

/** What an item is read with: X's id of the account, when we received it (ISO time), and the objects it refers to. */
export type Envelope = { readonly channelUserId: string; readonly receivedAt: string; readonly includes: unknown }

/** An id of X: a string of digits. A number is refused: parsing JSON may have rounded it. */
export const xId = z
  .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'is not an id of X') })
  .check(z.refine(isXId, 'is not an id of X'))

/**
 * The ISO form of a time of X: milliseconds (string or number), «Mon Dec 23 13:03:29 +0000 2019», or ISO; null for
 * anything else.
 */
export function isoTime(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const time = new Date(/^\d+$/.test(String(value)) ? Number(value) : value)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
