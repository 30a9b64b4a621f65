import { expect, test } from '@jest/globals'
import { excerptOf } from '../../../lambdas/core/search/excerpt.ts'
import { wordsOfSearch } from '../../../lambdas/core/search/words.ts'

const far = 'lorem ipsum '.repeat(100)

test.each([
  ['Where is my order?', 'order', 'Where is my order?'],
  ['Where is\n\n my   order?', 'ORD', 'Where is my order?'],
  ['Grüße an Frau Müller', 'muller', 'Grüße an Frau Müller'],
  ['disorder', 'order', null],
  ['', 'order', null],
  ['<b>order</b>', 'order', '<b>order</b>'],
  [`${far}order 4711`, 'order', '…lorem ipsum order 4711'],
  ['東京都に送って', '京都', '東京都に送って'],
])('of %j the excerpt for «%s» is %j', (text, search, excerpt) => {
  expect(excerptOf(text, wordsOfSearch(search))).toBe(excerpt)
})

test('an excerpt is short, begins shortly before the word, and holds no half of a character', () => {
  for (const before of ['x ', '😀 ', '東京']) {
    for (const count of [0, 1, 11, 12, 13, 500]) {
      const excerpt = excerptOf(`${before.repeat(count)}order ${'😀'.repeat(500)}`, ['order']) ?? ''
      expect(excerpt.isWellFormed()).toBe(true)
      expect([...excerpt].length).toBeLessThanOrEqual(202)
      expect([...excerpt.slice(0, excerpt.indexOf('order'))].length).toBeLessThanOrEqual(17)
      expect(excerpt.endsWith('…')).toBe(true)
    }
  }
})

test('the word may be far into a text without spaces', () => {
  expect(excerptOf(`${'あ'.repeat(400)}京都${'い'.repeat(400)}`, wordsOfSearch('京都'))).toMatch(/^…あ{16}京都い+…$/)
})
