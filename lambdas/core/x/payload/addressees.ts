import type { Addressee } from '../activity.ts'
import type { Mentioned } from './marks.ts'

/** What tells the handles that X put before an answer from those that a person typed. */
export type Answering = {
  /** Code points before the words, as X says in `display_text_range`; null where it says nothing. */
  readonly displayFrom: number | null
  readonly authorId: string
  /** Whose post it answers; null where X does not say. */
  readonly repliedToId: string | null
}

/** One handle at the beginning of a text; what a person typed may go on behind it («@shop's»). */
const HANDLE = /\s*@(\w{1,15})(?:\s+|$)/uy

/**
 * The handles that X put before the words of an answer, and the offset (UTF-16 units) at which the words begin.
 * X names them by `display_text_range`. Where that is missing, they are the run of mentions at the beginning, if whom it
 * answers is one of them, as X has it in every answer but those to oneself.
 * Source: X's docs, "Tweet updates": replies hide their leading mentions.
 * @param raw the text as X sent it, @param mentions whom X marks as mentioned
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
    // The range may name somebody whom X no longer marks: an account that was suspended.
    const isHidden = displayFrom === null ? known !== undefined : [...raw.slice(0, from)].length < displayFrom
    if (!isHidden) break
    addressees.push({ username, userId: known?.id ?? null })
    from = HANDLE.lastIndex
  }
  const isPutThere =
    displayFrom !== null ||
    repliedToId === authorId ||
    addressees.some((one) => one.userId !== null && one.userId === repliedToId)
  return isPutThere ? { addressees, from } : { addressees: [], from: 0 }
}
