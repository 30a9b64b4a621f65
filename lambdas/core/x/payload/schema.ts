import * as z from 'zod'
import { isXId } from '../ids.ts'

/** What an item is read with: the account it came for, when it came, and what X sent beside it. */
export type Envelope = { readonly channelUserId: string; readonly receivedAt: string; readonly includes: unknown }

/** An id of X: a string of digits. A JSON number is refused, it may have been rounded. */
export const xId = z.string().refine(isXId, 'is not an id of X')

/** The ISO form of a time of X: milliseconds as a string or number, «Mon Dec 23 13:03:29 +0000 2019», or ISO. */
export function isoTime(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const time = new Date(/^\d+$/.test(String(value)) ? Number(value) : value)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
