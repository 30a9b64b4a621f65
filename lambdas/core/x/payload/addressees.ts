import type { Addressee } from '../activity.ts'
import type { Mentioned } from './marks.ts'

/** What separates the handles that X puts before an answer from those that a person typed. */
export type Answering = {
  /** Code points before the displayed text, from X's `display_text_range`; null if X left it out. */
  readonly displayFrom: number | null
  readonly authorId: string
  /** The author of the answered post; null if X left it out. */
  readonly repliedToId: string | null
}

/** A handle at the beginning of a text, followed by white space or the end; «@shop's» does not match. */
const HANDLE = /\s*@(\w{1,15})(?:\s+|$)/uy

/**
 * The handles that X put before the text of an answer, and the offset (UTF-16 units) at which the displayed text
 * begins. `display_text_range` tells where. Without it, they are the mentions at the beginning, provided that they
 * include the person who is answered; X includes that person in every answer except one to oneself. Source: X's
 * documentation, "Tweet updates": replies hide their leading mentions.
 * @param raw the text as X sent it
 * @param mentions the mentions that X marks
 */
export function leadingMentions(
  raw: string,
  mentions: readonly Mentioned[],
  { displayFrom, authorId, repliedToId }: Answering,
): { addressees: Addressee[]; from: number } {
  const addressees: Addressee[] = []
  let from = 0
  HANDLE.lastIndex = 0
  for (let found = HANDLE.exec(raw); found; found = HANDLE.exec(raw)) {
    const [, username = ''] = found
    const known = mentions.find((one) => one.username.toLowerCase() === username.toLowerCase())
    // The range may cover a handle that X no longer marks, such as that of a suspended account.
    const isHidden = displayFrom === null ? known !== undefined : [...raw.slice(0, from)].length < displayFrom
    if (!isHidden) break
    addressees.push({ username, userId: known?.id ?? null })
    from = HANDLE.lastIndex
  }
  const isFromX =
    displayFrom !== null ||
    repliedToId === authorId ||
    addressees.some((one) => one.userId !== null && one.userId === repliedToId)
  return isFromX ? { addressees, from } : { addressees: [], from: 0 }
}
