/** Of a text so many different words are in the index; what comes after is not found. */
export const MAX_WORDS_OF_TEXT = 500

/** Of a search so many words are looked for; more make no difference to what people look for. */
export const MAX_WORDS_OF_SEARCH = 10

/** A longer word is cut, in texts and in searches alike. */
const MAX_WORD_CHARACTERS = 40

/** Runs of letters, digits and what belongs to them, and emoji. An underscore is a letter of handles. */
export const RUNS = /[\p{L}\p{N}\p{M}_]+|\p{Extended_Pictographic}|\p{Regional_Indicator}{2}/gu

/** Scripts that put no spaces between words: their words are pairs of characters. */
const WITHOUT_SPACES =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]+/gu

/** Letters that are written with and without a mark, in scripts where people leave it out: `ü`, `é`, `ё`. */
const MARKS = /[\u0300-\u036f]/gu

/**
 * The words of a text for the index, each once, in their order, at most 500: in small letters, without accents. The words
 * of Chinese, Japanese, Thai, Lao, Khmer and Burmese are pairs of characters. A single letter or digit is none.
 */
export function wordsOfText(text: string): string[] {
  return distinct(MAX_WORDS_OF_TEXT, runsOf(text), (run) =>
    // The last character alone begins no pair, and must be found too.
    run.hasSpaces ? [run.text] : [...run.text].map((character, at, all) => character + (all[at + 1] ?? '')),
  )
}

/** The words that somebody looks for, at most 10: each finds the words of texts that begin with it. */
export function wordsOfSearch(search: string): string[] {
  return distinct(MAX_WORDS_OF_SEARCH, runsOf(search), (run) => {
    const characters = [...run.text]
    if (run.hasSpaces || characters.length === 1) return [run.text]
    return characters.slice(0, -1).map((character, at) => `${character}${characters[at + 1]}`)
  })
}

/**
 * The beginning of a word by which it is filed, so that one look finds all words that begin alike: two characters, one
 * for a pair of characters.
 */
export function stemOf(word: string): string {
  return [...word].slice(0, isWithoutSpaces(word) ? 1 : 2).join('')
}

type Run = { readonly text: string; readonly hasSpaces: boolean }

function* runsOf(text: string): Generator<Run> {
  for (const [run] of plain(text).matchAll(RUNS)) {
    let from = 0
    for (const { 0: found, index } of run.matchAll(WITHOUT_SPACES)) {
      if (index > from) yield { text: run.slice(from, index), hasSpaces: true }
      yield { text: found, hasSpaces: false }
      from = index + found.length
    }
    if (from < run.length) yield { text: run.slice(from), hasSpaces: true }
  }
}

/**
 * Half a character is none. By way of capital letters, because those of «ß» are «SS»; a sigma at the end of a word is a
 * sigma.
 */
function plain(text: string): string {
  const small = text.toWellFormed().normalize('NFKD').toUpperCase().toLowerCase().replaceAll('ς', 'σ')
  return small.normalize('NFKD').replace(MARKS, '').normalize('NFC')
}

function distinct(most: number, runs: Iterable<Run>, wordsOf: (run: Run) => string[]): string[] {
  const words = new Set<string>()
  for (const run of runs) {
    for (const word of wordsOf(run)) {
      if (words.size === most) return [...words]
      if (run.hasSpaces && isTooShort(word)) continue
      words.add([...word].slice(0, MAX_WORD_CHARACTERS).join(''))
    }
  }
  return [...words]
}

/** A single letter or digit says nothing; a single emoji does. */
function isTooShort(word: string): boolean {
  return [...word].length < 2 && /[\p{L}\p{N}\p{M}_]/u.test(word)
}

function isWithoutSpaces(word: string): boolean {
  return word.search(WITHOUT_SPACES) === 0
}
