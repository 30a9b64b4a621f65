/** Runs of letters and digits, and emoji: what the API looks for. */
const RUN = /[\p{L}\p{N}\p{M}_]+|\p{Extended_Pictographic}/gu

/** In these scripts a word may begin anywhere. */
const WITHOUT_SPACES = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]/u

/** True for what the API can look for: not a single letter. */
export function hasWord(search: string): boolean {
  return /[\p{L}\p{N}\p{M}_]{2}|\p{Extended_Pictographic}/u.test(search) || WITHOUT_SPACES.test(search)
}

/** A text in parts: every other one begins as a word of the search does. */
export function partsOf(text: string, search: string): string[] {
  const words = [...search.matchAll(RUN)].map(([word]) => plain(word)).filter((word) => hasWord(word))
  const parts = ['']
  const add = (part: string, isMarked: boolean) => {
    if (isMarked) parts.push(part, '')
    else parts[parts.length - 1] += part
  }
  let done = 0
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const [from, to] = placeOf(run, words)
    add(text.slice(done, index + from), false)
    if (to > from) add(run.slice(from, to), true)
    done = index + to
  }
  add(text.slice(done), false)
  return parts
}

/** Where a run has a word, the longest; nowhere is `[0, 0]`. */
function placeOf(run: string, words: readonly string[]): [number, number] {
  const places = words.flatMap((word): [number, number][] => {
    const at = plain(run).indexOf(word)
    if (at < 0 || (at > 0 && !WITHOUT_SPACES.test(word))) return []
    return [[lengthUntil(run, at), lengthUntil(run, at + word.length)]]
  })
  return places.sort(([a, b], [c, d]) => d - c - (b - a))[0] ?? [0, 0]
}

/** How much of a run is so long when it is plain. */
function lengthUntil(run: string, plainLength: number): number {
  let [length, rest] = [0, plainLength]
  for (const { segment } of new Intl.Segmenter().segment(run)) {
    if (rest <= 0) break
    length += segment.length
    rest -= plain(segment).length
  }
  return length
}

/** As the index has it (lambdas/core/search/words.ts): in small letters, without accents. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replace(/[\u0300-\u036f]/gu, '')
    .normalize('NFC')
}
