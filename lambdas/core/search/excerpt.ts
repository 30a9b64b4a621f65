import { RUNS, wordsOfText } from './words.ts'

/** The characters of an excerpt, and how many of them come before the word: in a narrow row it must be seen still. */
const MAX_CHARACTERS = 200
const BEFORE = 16

/**
 * The part of a text, in one line, in which the first word is that begins as one of a search does; null if none does. An
 * ellipsis stands for what is left out.
 * @param words as `wordsOfSearch` gives them
 */
export function excerptOf(text: string, words: readonly string[]): string | null {
  const line = text.toWellFormed().replace(/\s+/gu, ' ').trim()
  const at = placeOf(line, words)
  if (at === null) return null
  const characters = [...line]
  const before = [...line.slice(0, at)].length
  const earliest = Math.max(0, before - BEFORE)
  // No part of a word, where words have spaces between them.
  const space = earliest === 0 ? -1 : characters.slice(earliest - 1, before - 1).indexOf(' ')
  const from = earliest + Math.max(space, 0)
  const shown = characters.slice(from, from + MAX_CHARACTERS).join('')
  const isCut = from + MAX_CHARACTERS < characters.length
  return `${from > 0 ? '…' : ''}${shown.trim()}${isCut ? '…' : ''}`
}

function placeOf(text: string, words: readonly string[]): number | null {
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    const found = wordsOfText(run).find((one) => words.some((word) => one.startsWith(word)))
    // Where words have no spaces between them, a run is a sentence.
    if (found !== undefined) return index + Math.max(0, run.indexOf(found))
  }
  return null
}
