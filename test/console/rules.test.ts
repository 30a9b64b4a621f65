import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cell } from '../../console/src/pages/reports/csv.ts'
import { steadyLinks } from '../../console/src/pages/ticket/steady-links.ts'
import { weigh } from '../../console/src/pages/ticket/weight.ts'
import { sayError, words } from '../../console/src/words.ts'
import { lengthOf } from '../../lambdas/core/replies/reply.ts'

describe('the count while typing', () => {
  test.each([
    '',
    'hello',
    'ä é ß œ',
    '日本語のテキスト',
    '😀👩‍👩‍👧‍👦🇩🇪👍🏽',
    'see https://example.com/a/very/long/address?with=query and http://example.com',
    '@demo_shop #tag $TAG – “quoted” … ‘x’',
  ])('is the one of X for «%s»', (text) => {
    expect(weigh(text)).toBe(lengthOf('mention', text).weightedLength)
  })
})

test('a link to a picture stays for ten minutes, and changes when the picture does', () => {
  const steady = steadyLinks()
  const shown = (signature: string, now: number, status = 'stored') => {
    const one = { id: 'a', url: `https://s3/${signature}`, previewUrl: null, status }
    const [message] = steady([{ id: 'm', attachments: [one] } as never], now)
    return message?.attachments[0]?.url
  }
  expect(shown('x', 0, 'pending')).toBe('https://s3/x')
  expect(shown('1', 1)).toBe('https://s3/1')
  expect(shown('2', 599_000)).toBe('https://s3/1')
  expect(shown('3', 601_000)).toBe('https://s3/3')
})

describe('a cell of the file', () => {
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
  ])('%j is %s', (value, expected) => expect(cell(value)).toBe(expected))

  test('never begins a formula, whatever the words', () => {
    fc.assert(fc.property(fc.string(), (text) => !/^"?[=+\-@\t\r]/.test(cell(text))))
  })
})

test('every way in which connecting can fail has its sentence and the next step', () => {
  for (const code of [
    'cancelled',
    'stale',
    'repeated',
    'foreign',
    'missing_cookie',
    'extension_disabled',
    'refused_by_x',
    'x_unreachable',
    'webhook_limit',
    'webhook_unreachable',
    'subscription_limit',
    'app_permissions',
  ]) {
    expect(words.connecting[code]).toMatch(/[A-Z].{20,}\.$/)
  }
})

test.each([-1, 0, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503])('the status %s is said in words', (status) => {
  const { title, text } = sayError({ status, detail: 'the reason' })
  expect(title.length).toBeGreaterThan(5)
  expect(text.length).toBeGreaterThan(10)
  expect(title).not.toContain(String(status))
})
