import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Entity } from '../../../../lambdas/core/x/activity.ts'
import { displayText, type Mark } from '../../../../lambdas/core/x/payload/text.ts'
import { cases } from '../../../support/properties.ts'

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

  test('wide signs, as Japanese keyboards write them, begin a hashtag and a mention too', () => {
    const { text, entities } = displayText('東京＃地震 ＠Ann', [
      { type: 'hashtag', literal: '#地震', at: 2 },
      { type: 'mention', literal: '@ann', at: 6, userId: '1' },
    ])
    expect(entities.map(({ start, end }) => text.slice(start, end))).toEqual(['＃地震', '＠Ann'])
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

describe('the places of marks', () => {
  const handle = fc.stringMatching(/^[A-Za-z0-9_]{1,15}$/)
  const tag = fc.constantFrom('café', 'Straße', '日本', 'עברית', 'مرحبا', 'İzmir', 'नमस्ते', 'e\u0301te', 'win')
  const words = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .map((text) => text.replace(/[@#$]|https?/g, ''))
    .map((text) => `${text} `)
  const special = fc.constantFrom('😀 ', '👩‍👩‍👧 ', 'İİ ', '\u202eעברית\u202c ', 'e\u0301 ', '<3 & ', 'ẞ ', 'שלום ')
  const piece = fc.oneof(
    fc.record({ type: fc.constant('words' as const), text: fc.oneof(words, special) }),
    fc.record({ type: fc.constant('mention' as const), text: handle }),
    fc.record({ type: fc.constant('hashtag' as const), text: tag }),
    fc.record({ type: fc.constant('cashtag' as const), text: fc.constantFrom('BTC', 'X') }),
    fc.record({ type: fc.constant('link' as const), text: fc.nat(9_999).map(String) }),
  )
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

  /** What stands where an entity is. */
  function saidBy(entity: Entity): string {
    if (entity.type === 'link') return entity.url
    if (entity.type === 'mention') return `@${entity.username}`
    return `${entity.type === 'hashtag' ? '#' : '$'}${entity.text}`
  }

  /** A text as X sends it, and as it is to be shown. */
  function composed(pieces: readonly { type: 'words' | 'mention' | 'hashtag' | 'cashtag' | 'link'; text: string }[]) {
    let raw = ''
    let shown = ''
    const marks: Mark[] = []
    const expected: string[] = []
    for (const { type, text } of pieces) {
      const at = [...raw].length
      if (type === 'words') {
        raw += escaped(text)
        shown += text
        continue
      }
      const sign = { mention: '@', hashtag: '#', cashtag: '$', link: 'https://t.co/' }[type]
      const literal = `${sign}${text}`
      const url = `https://example.com/a?b=${text}&c=😀`
      if (type === 'link') marks.push({ type, literal, at, url, displayUrl: 'example.com' })
      else if (type === 'mention') marks.push({ type, literal: literal.toUpperCase(), at, userId: text })
      else marks.push({ type, literal, at })
      raw += `${literal} `
      shown += `${type === 'link' ? url : literal} `
      expected.push(type === 'link' ? url : literal)
    }
    return { raw, shown, marks, expected }
  }

  test('always point at what they say, whatever stands around them', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { raw, shown, marks, expected } = composed(pieces)
        const { text, entities } = displayText(raw, marks)
        expect(text).toBe(shown)
        expect(entities.map((one) => text.slice(one.start, one.end))).toEqual(expected)
        expect(entities.map((one) => text.slice(one.start, one.end))).toEqual(entities.map(saidBy))
      }),
      { numRuns: cases(500) },
    )
  })

  test('with wrong or missing hints still point at what they say, and harm no character', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.option(fc.nat(300)), { minLength: 12, maxLength: 12 }),
        (pieces, hints) => {
          const { raw, shown, marks } = composed(pieces)
          const { text, entities } = displayText(
            raw,
            marks.map((mark, index) => ({ ...mark, at: hints[index] ?? null })),
          )
          expect(text.isWellFormed()).toBe(true)
          if (!marks.some((mark) => mark.type === 'link')) expect(text).toBe(shown)
          expect(entities.map((one) => text.slice(one.start, one.end))).toEqual(entities.map(saidBy))
        },
      ),
      { numRuns: cases(500) },
    )
  })

  test('stand in order and do not overlap', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { raw, marks } = composed(pieces)
        const { entities } = displayText(raw, marks)
        expect(entities.every((one, index) => one.start >= (entities[index - 1]?.end ?? 0))).toBe(true)
      }),
    )
  })
})
