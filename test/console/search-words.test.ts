import { expect, test } from '@jest/globals'
import { hasWord, partsOf } from '../../console/src/search-words.ts'

test.each([
  ['Where is my order #4711?', 'order 47', ['Where is my ', 'order', ' #', '47', '11?']],
  ['Müller und Mueller', 'mull', ['', 'Müll', 'er und Mueller']],
  ['disorder', 'order', ['disorder']],
  ['die Größe', 'GROSSE', ['die ', 'Größe', '']],
  ['東京都に送る', '京都', ['東', '京都', 'に送る']],
  ['so angry 😡', '😡', ['so angry ', '😡', '']],
  ['a b', 'a', ['a b']],
  ['', 'order', ['']],
  ['<b>order</b>', 'b> order', ['<b>', 'order', '</b>']],
])('in %j the search %j marks every other part', (text, search, parts) => {
  expect(partsOf(text, search)).toEqual(parts)
})

test.each([
  ['a', false],
  ['ab', true],
  ['a b', false],
  ['京', true],
  ['!', false],
])('%j has a word to look for: %j', (search, has) => {
  expect(hasWord(search)).toBe(has)
})
