import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { csvCell } from '../../../../console/src/pages/reports/csv.ts'

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@sum', "'@sum"],
  ['\tx', "'\tx"],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['plain', 'plain'],
  [-5, '-5'],
])('%j becomes the cell %s', (value, expected) => expect(csvCell(value)).toBe(expected))

test('no text becomes a formula', () => {
  fc.assert(fc.property(fc.string(), (text) => !/^"?[=+\-@\t\r]/.test(csvCell(text))))
})
