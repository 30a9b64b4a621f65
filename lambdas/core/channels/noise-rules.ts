import type { TicketKind } from '../tickets/ticket.ts'
import type { Facts } from '../x/activity.ts'

/**
 * A rule against noise: what happens to a message that would begin a conversation and meets all of its conditions. A
 * condition that is left out does not matter. (docs/rules.md, rule 13)
 */
export type NoiseRule = {
  /** What people read as the reason; unique within the channel. */
  readonly name: string
  readonly kinds: readonly TicketKind[]
  readonly outcome: 'ignore' | 'tag'
  /** The tag of the outcome `tag`. */
  readonly tag?: string | undefined
  /** One of these words or phrases is in the text. */
  readonly words?: readonly string[] | undefined
  /** It is in one of these languages, or in none of those. */
  readonly languages?: readonly string[] | undefined
  readonly otherLanguagesThan?: readonly string[] | undefined
  /** The author has fewer followers. */
  readonly followersBelow?: number | undefined
  /** The author is verified, or is not. */
  readonly verified?: boolean | undefined
  /** The author's account was younger when it was written. */
  readonly accountDaysBelow?: number | undefined
  /** True: it answers a post. */
  readonly answersOnly?: boolean | undefined
}

/** The rules of a channel, at most. Every event reads all of them with its channel. */
export const MAX_RULES = 20
export const MAX_RULES_BYTES = 4_000

/** The beginning of the reason of what a rule has ignored. */
export const IGNORED_BY_RULE = 'the rule «'

/** What the rules look at of a message. */
export type Judged = {
  readonly kind: TicketKind
  /** Null if it cannot be read, or is not kept any more. */
  readonly text: string | null
  readonly isAnswer: boolean
  readonly facts: Facts
  /** ISO time at which it was written. */
  readonly createdAt: string
}

/** `unknown`: no condition fails, but whether one is met cannot be told. Such a rule does not match. */
export type Verdict = 'matches' | 'differs' | 'unknown'

/** Judges a message by each of some rules; the first that matches decides. */
export function judge(rules: readonly NoiseRule[], judged: Judged): Verdict[] {
  let text: string | null | undefined
  const foldedText = () => {
    if (text === undefined) text = judged.text === null ? null : folded(judged.text)
    return text
  }
  return rules.map((rule) => {
    const conditions = conditionsOf(rule, judged, foldedText)
    if (conditions.includes(false)) return 'differs'
    return conditions.includes(null) ? 'unknown' : 'matches'
  })
}

/** The first rule that matches a message; null if none does. */
export function firstMatch(rules: readonly NoiseRule[], judged: Judged): NoiseRule | null {
  if (rules.length === 0) return null
  return rules[judge(rules, judged).indexOf('matches')] ?? null
}

/** Whether each condition is met; null if that is unknown. */
function conditionsOf(rule: NoiseRule, judged: Judged, foldedText: () => string | null): (boolean | null)[] {
  const { kinds, words, languages, otherLanguagesThan, followersBelow, verified, accountDaysBelow, answersOnly } = rule
  if (!kinds.includes(judged.kind)) return [false]
  const { language, followers, verified: isVerified, accountSince } = judged.facts
  return [
    answersOnly !== true || judged.isAnswer,
    languages === undefined || known(language, (code) => languages.includes(code)),
    otherLanguagesThan === undefined || known(language, (code) => !otherLanguagesThan.includes(code)),
    followersBelow === undefined || known(followers, (number) => number < followersBelow),
    verified === undefined || known(isVerified, (one) => one === verified),
    accountDaysBelow === undefined || known(accountSince, (day) => daysFrom(day, judged.createdAt) < accountDaysBelow),
    words === undefined || known(foldedText() ?? undefined, (text) => hasOneOf(text, words)),
  ]
}

function known<T>(fact: T | undefined, meets: (fact: T) => boolean): boolean | null {
  return fact === undefined ? null : meets(fact)
}

const DAY_MS = 24 * 3600_000

/** Whole days from a UTC day to a moment. */
function daysFrom(day: string, moment: string): number {
  return Math.floor((Date.parse(moment) - Date.parse(day)) / DAY_MS)
}

/** True if one of some words or phrases is in a text, whole and whatever the case. */
export function hasWord(text: string, words: readonly string[]): boolean {
  return hasOneOf(folded(text), words)
}

/** Words have no control character, so all of them are folded in one pass. */
const SEPARATOR = '\0'

function hasOneOf(text: string, words: readonly string[]): boolean {
  return folded(words.join(SEPARATOR))
    .split(SEPARATOR)
    .some((word) => word !== '' && isIn(text, word))
}

function isIn(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length
    if (!isWithinWord(text, at) && !isWithinWord(text, end)) return true
  }
  return false
}

/**
 * True if a place in a text is between two characters of the same word. Scripts that are written without spaces, or that
 * attach particles to words, as Korean does, have no such places: there a word is found wherever it is written.
 */
function isWithinWord(text: string, at: number): boolean {
  if (at === 0 || at === text.length) return false
  return isInWord.test(characterBefore(text, at)) && isInWord.test(String.fromCodePoint(text.codePointAt(at) ?? 0))
}

const isInWord =
  /^(?![\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}])[\p{L}\p{N}\p{M}_]$/u

function characterBefore(text: string, at: number): string {
  const pair = text.slice(Math.max(0, at - 2), at)
  return pair.length === 2 && (pair.codePointAt(0) ?? 0) > 0xffff ? pair : pair.slice(-1)
}

/**
 * A text for comparing: without case, without forms that only look different (full width, mathematical letters), without
 * invisible characters, with single spaces. Upper case comes last, because it has one form of sigma and of sharp s.
 */
export function folded(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase()
    .replaceAll('i\u0307', 'i')
    .toUpperCase()
    .replace(/\s+/gu, ' ')
    .trim()
}
