import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { htmlOf, textOfHtml } from '../../../lambdas/core/usedesk/html.ts'

describe('the text of a comment', () => {
  test.each([
    ['<p>Hello,</p><p>it is on its way.<br>Bye</p>', 'Hello,\n\nit is on its way.\nBye'],
    ['Tom &amp; Jerry &lt;3&nbsp;cheese', 'Tom & Jerry <3 cheese'],
    ['<ul><li>one</li><li>two</li></ul>', 'one\ntwo'],
    ['<div>one</div><div>two</div>', 'one\ntwo'],
    ['See <a href="https://example.com/a">our page</a>.', 'See our page (https://example.com/a).'],
    ['<a href="https://example.com/a">https://example.com/a</a>', 'https://example.com/a'],
    ['<style>p { color: red }</style><!-- no --><b>Yes</b><script>alert(1)</script>', 'Yes'],
    ['1 < 2 and <unclosed', '1 < 2 and <unclosed'],
    ['<!-- never closed', ''],
  ])('%j is %j', (html, text) => expect(textOfHtml(html)).toBe(text))

  test('is what we made HTML of, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const words = (one: string) => one.replace(/\s+/gu, ' ').trim()
        expect(words(textOfHtml(htmlOf(text)))).toBe(words(text))
      }),
    )
  })

  test('takes no longer for hostile HTML than for other', () => {
    const hostile = ['<!--'.repeat(20_000), '<a '.repeat(30_000), '<'.repeat(100_000), '<style>'.repeat(10_000)]
    for (const html of hostile) expect(textOfHtml(html).length).toBeLessThanOrEqual(html.length)
  })
})
