import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { csvCell, toCsv } from '../../../../console/src/pages/reports/csv.ts'

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@sum', "'@sum"],
  ['\tx', "'\tx"],
  ['a;=1+1;b', "a;'=1+1;b"],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['plain', 'plain'],
  [-5, '-5'],
])('%j becomes the cell %s', (value, expected) => expect(csvCell(value)).toBe(expected))

test('no text becomes a formula', () => {
  fc.assert(fc.property(fc.string(), (text) => !/(^"?|;)\s*[=+\-@]|^"?[\t\r]/.test(csvCell(text))))
})

test('the median is in whole seconds', () => {
  const numbers = { opened: 1, closed: 0, messagesIn: 1, messagesOut: 1 }
  const total = { ...numbers, firstResponse: { count: 1, medianSeconds: 12.345678901, histogram: [] } }
  expect(toCsv({ from: '2026-01-01', to: '2026-01-01', by: 'tag', rows: [], total }, 'tag')).toMatch(/,1,12\r\n$/)
})
