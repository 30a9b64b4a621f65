import { decode } from 'html-entities'
import type { Entity } from '../activity.ts'

/** A marked part of a raw text: the literal text, and the code point at which X says it begins (null if X does not). */
export type Mark =
  | { readonly type: 'hashtag' | 'cashtag'; readonly literal: string; readonly at: number | null }
  | { readonly type: 'mention'; readonly literal: string; readonly at: number | null; readonly userId: string | null }
  | {
      readonly type: 'link'
      readonly literal: string
      readonly at: number | null
      readonly url: string
      readonly displayUrl: string
    }
  /** The link to the message's own media. */
  | { readonly type: 'own_media'; readonly literal: string; readonly at: number | null }

type Placed = { readonly mark: Mark; readonly start: number; readonly end: number }

/**
 * Turns a raw text into the displayed text: unescapes HTML, expands t.co links, removes the link to the message's own
 * media, and returns the entities with their offsets in the result.
 * If a mark is not where X says, its first free occurrence counts; a mark that does not occur is left out.
 * @param begin offset in the raw text (UTF-16 units) at which the displayed text begins
 */
export function displayText(raw: string, marks: readonly Mark[], begin = 0): { text: string; entities: Entity[] } {
  const entities: Entity[] = []
  let text = ''
  let from = begin
  for (const { mark, start, end } of place(raw, marks)) {
    if (start < begin) continue
    text += unescapeHtml(raw.slice(from, start))
    from = end
    if (mark.type === 'own_media') text = text.trimEnd()
    else {
      const shown = mark.type === 'link' ? mark.url : unescapeHtml(raw.slice(start, end))
      entities.push(entityOf(mark, shown, text.length))
      text += shown
    }
  }
  text += unescapeHtml(raw.slice(from))
  return { text: marks.some((mark) => mark.type === 'own_media') ? text.trimEnd() : text, entities }
}

function entityOf(mark: Exclude<Mark, { type: 'own_media' }>, shown: string, start: number): Entity {
  const place = { start, end: start + shown.length }
  if (mark.type === 'link') return { type: 'link', ...place, url: mark.url, displayUrl: mark.displayUrl }
  if (mark.type === 'mention') return { type: 'mention', ...place, username: shown.slice(1), userId: mark.userId }
  return { type: mark.type, ...place, text: shown.slice(1) }
}

/** More than a text of X can have; the search for the place of each takes as long as there are others. */
const MAX_MARKS = 300

function place(raw: string, marks: readonly Mark[]): Placed[] {
  const offsets = codePointOffsets(raw)
  const plain = comparable(raw)
  const taken: Placed[] = []
  for (const mark of marks.slice(0, MAX_MARKS)) {
    const literal = comparable(mark.literal)
    if (literal.length === 0) continue
    const free = (start: number) => !taken.some((other) => start < other.end && other.start < start + literal.length)
    const hinted = mark.at === null ? undefined : offsets[mark.at]
    let start = hinted !== undefined && plain.startsWith(literal, hinted) ? hinted : plain.indexOf(literal)
    while (start >= 0 && !free(start)) start = plain.indexOf(literal, start + 1)
    if (start >= 0) taken.push({ mark, start, end: start + literal.length })
  }
  return taken.sort((a, b) => a.start - b.start)
}

/**
 * Ignores case and full-width signs (as Japanese keyboards type them). Only ASCII letters change: other letters may
 * change their length in lower case, which would shift all later offsets.
 */
function comparable(text: string): string {
  return text
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    .replaceAll('＃', '#')
    .replaceAll('＠', '@')
    .replaceAll('＄', '$')
}

/** The UTF-16 offset of each code point: X counts code points, JavaScript UTF-16 units. */
function codePointOffsets(text: string): number[] {
  const offsets: number[] = []
  let offset = 0
  for (const character of text) {
    offsets.push(offset)
    offset += character.length
  }
  return offsets
}

/** X escapes `&`, `<` and `>` once, so one pass restores what was typed, even a typed «&amp;amp;». */
function unescapeHtml(text: string): string {
  return text.includes('&') ? decode(text, { level: 'xml', scope: 'strict' }) : text
}
