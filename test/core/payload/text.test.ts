import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { displayText, type Mark } from '../../../lambdas/core/payload/text.ts'

const link = (literal: string, url: string, at: number | null = null): Mark => ({
  type: 'link',
  literal,
  at,
  url,
  displayUrl: url.replace('https://', ''),
})
const own = (literal: string): Mark => ({ type: 'own_media', literal, at: null })

describe('the text for display', () => {
  test('is unescaped once: what was typed as an entity stays what was typed', () => {
    expect(displayText('Fish &amp; chips &lt;3 &amp;amp;', []).text).toBe('Fish & chips <3 &amp;')
  })

  test('any text comes back as it was typed', () => {
    const escaped = (typed: string) => typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        expect(displayText(escaped(typed), []).text).toBe(typed)
      }),
    )
  })

  test('has the address behind each t.co link, and tells where it stands', () => {
    const { text, entities } = displayText('See https://t.co/a, or https://t.co/b', [
      link('https://t.co/a', 'https://example.com/1?x=1&y=2', 4),
      link('https://t.co/b', 'https://example.com/2', 23),
    ])
    expect(text).toBe('See https://example.com/1?x=1&y=2, or https://example.com/2')
    expect(entities.map((entity) => text.slice(entity.start, entity.end))).toEqual([
      'https://example.com/1?x=1&y=2',
      'https://example.com/2',
    ])
  })

  test("has not the media's own link, and no blank before it", () => {
    expect(displayText(' https://t.co/a', [own('https://t.co/a')]).text).toBe('')
    expect(displayText('Look\n\nhere https://t.co/a', [own('https://t.co/a')]).text).toBe('Look\n\nhere')
  })

  test('keeps the blanks of a message without media', () => {
    expect(displayText('  indented\n', []).text).toBe('  indented\n')
  })

  test('places count code points on X and UTF-16 units here: an emoji before does not shift them', () => {
    const { text, entities } = displayText('😀😀 #café &amp; @Ann $BTC', [
      { type: 'hashtag', literal: '#café', at: 3 },
      { type: 'mention', literal: '@ann', at: 17, userId: '1' },
      { type: 'cashtag', literal: '$BTC', at: 21 },
    ])
    expect(text).toBe('😀😀 #café & @Ann $BTC')
    expect(entities.map(({ type, start, end }) => [type, text.slice(start, end)])).toEqual([
      ['hashtag', '#café'],
      ['mention', '@Ann'],
      ['cashtag', '$BTC'],
    ])
  })

  test('a mark with a wrong place is found by its text, the second of two alike is the second', () => {
    const { text, entities } = displayText('#a and #a', [
      { type: 'hashtag', literal: '#a', at: 900 },
      { type: 'hashtag', literal: '#a', at: 900 },
    ])
    expect(entities.map(({ start }) => start)).toEqual([0, 7])
    expect(text).toBe('#a and #a')
  })

  test('of two alike, the marked one is the one at the place that X says, counted in code points', () => {
    const raw = '😀😀 #a not, but #a'
    const { text, entities } = displayText(raw, [{ type: 'hashtag', literal: '#a', at: [...raw].lastIndexOf('#') }])
    expect(entities).toMatchObject([{ start: text.lastIndexOf('#a') }])
  })

  test('a mark that is nowhere is left out and harms nothing', () => {
    expect(displayText('Hello', [link('https://t.co/x', 'https://example.com')])).toEqual({
      text: 'Hello',
      entities: [],
    })
  })
})
