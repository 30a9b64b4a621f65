import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { csvLine } from '../../lambdas/core/csv.ts'

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@sum', "'@sum"],
  [' =1', "' =1"],
  ['\tx', "'\tx"],
  ['\nx', '"\'\nx"'],
  ['\uFF1D1', "'\uFF1D1"],
  ["GET /x;=cmd|'/C calc'!A0;", "GET /x;'=cmd|'/C calc'!A0;"],
  ['a;b', 'a;b'],
  ['2026-03-01', '2026-03-01'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['plain', 'plain'],
  [-5, '-5'],
  [null, ''],
])('%j becomes the cell %s', (value, expected) => expect(csvLine([value])).toBe(`${expected}\r\n`))

test('no text becomes a formula, whatever the spreadsheet takes for the end of a cell', () => {
  const text = fc.string({
    unit: fc.constantFrom('=', '+', '-', '@', ';', ',', '"', ' ', '\t', '\r', '\n', 'a', '\uFF1D'),
  })
  fc.assert(
    fc.property(text, (one) => {
      const [line = ''] = [csvLine([one]).slice(0, -2)]
      expect(line).not.toMatch(/(^|[;\t\r\n])"?\s*[=+\-@\uFF1D]/)
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 300) },
  )
})
