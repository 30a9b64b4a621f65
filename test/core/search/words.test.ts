import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  MAX_WORDS_OF_SEARCH,
  MAX_WORDS_OF_TEXT,
  stemOf,
  wordsOfSearch,
  wordsOfText,
} from '../../../lambdas/core/search/words.ts'
import { cases } from '../../support/properties.ts'

describe('the words of a text', () => {
  test.each([
    ['Where is my order #4711?', ['where', 'is', 'my', 'order', '4711']],
    ['@Anna_K: order AB-1234/56', ['anna_k', 'order', 'ab', '1234', '56']],
    ['MÜLLER, muller, Müller', ['muller']],
    ['Ёлка и ёж', ['елка', 'еж']],
    ['İstanbul', ['istanbul']],
    ['Größe GRÖSSE', ['grosse']],
    ['Οδός ΟΔΟΣ', ['οδοσ']],
    ['ｆｕｌｌ ﬁne ２２', ['full', 'fine', '22']],
    ["don't", ['don']],
    ['東京都', ['東京', '京都', '都']],
    ['iPhoneを2台', ['iphone', 'を', '台']],
    ['สวัสดี', ['สว', 'วั', 'ัส', 'สด', 'ดี', 'ี']],
    ['अपना ऑर्डर', ['अपना', 'ऑर्डर']],
    ['שלום עולם', ['שלום', 'עולם']],
    ['안녕하세요', ['안녕하세요']],
    ['so angry 😡😡 👍🏽 🇦🇹', ['so', 'angry', '😡', '👍', '🇦🇹']],
    ['a 1 …!?', []],
    ['half \ud83d a pair', ['half', 'pair']],
    ['', []],
  ])('%j are %j', (text, words) => {
    expect(wordsOfText(text)).toEqual(words)
  })

  test('are at most 500, and a long one is cut', () => {
    const many = Array.from({ length: 600 }, (_, n) => `word${n}`)
    expect(wordsOfText(many.join(' '))).toEqual(many.slice(0, MAX_WORDS_OF_TEXT))
    expect(wordsOfText('a'.repeat(10_000))).toEqual(['a'.repeat(40)])
    expect(wordsOfSearch(many.join(' '))).toHaveLength(MAX_WORDS_OF_SEARCH)
  })
})

test('the words of a search are those of a text, but for the last character of a pair', () => {
  expect(wordsOfSearch('Order 東京都 😡')).toEqual(['order', '東京', '京都', '😡'])
  expect(wordsOfSearch('都')).toEqual(['都'])
})

describe('whatever a text is', () => {
  const text = fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), WORDS()) })

  function WORDS() {
    return fc.constantFrom('order', ' ', 'Müller', '東京', 'สวัสดี', '4711', '_', '#', '😡', '\ud83d', '\u0301', 'İ', 'ß')
  }

  test('each of its parts finds it, and a word has nothing that would break a key', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), (whole, from, length) => {
        const words = wordsOfText(whole)
        expect(new Set(words).size).toBe(words.length)
        for (const word of words) {
          expect(word).toMatch(/^[\p{L}\p{N}\p{M}_\p{Extended_Pictographic}\p{Regional_Indicator}]+$/u)
          expect(word.startsWith(stemOf(word))).toBe(true)
          expect(Buffer.byteLength(word)).toBeLessThanOrEqual(160)
        }
        // Some of its words, the last one only begun.
        const some = words.slice(from % (words.length + 1))
        const begun = [...(some.at(-1) ?? '')].slice(0, 1 + (length % 40)).join('')
        const part = [...some.slice(0, -1), begun].join(' ')
        for (const word of wordsOfSearch(part)) {
          expect(words.some((one) => one.startsWith(word) && stemOf(one) === stemOf(word))).toBe(true)
        }
      }),
      { numRuns: cases(1_000) },
    )
  })
})
