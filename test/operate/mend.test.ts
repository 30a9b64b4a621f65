import { describe, expect, test } from '@jest/globals'
import { mended } from '../../operate/mend.ts'

const id = 'a-1'
const body = JSON.stringify({ kind: 'post', item: { text: 'secret', tags: ['one', 'two'] } })

describe('a mended body', () => {
  test('has the fields replaced, in objects and lists, or is another one', () => {
    const mends = [
      { id, path: ['item', 'text'], value: 'mended' },
      { id, path: ['item', 'tags', '1'], value: 2 },
      { id, path: ['reason'], value: null },
    ]
    expect(JSON.parse(mended(body, mends))).toEqual({
      kind: 'post',
      item: { text: 'mended', tags: ['one', 2] },
      reason: null,
    })
    expect(mended('no JSON', [{ id, path: [], value: { kind: 'post' } }])).toBe('{"kind":"post"}')
    expect(mended(body, [])).toBe(body)
  })

  test.each([
    [body, ['itme', 'text'], 'a-1 has no field «itme» to set «text» in.'],
    [body, ['kind', 'text'], 'a-1 has no field «kind» to set «text» in.'],
    [body, ['__proto__', 'text'], 'a-1 has no field «__proto__» to set «text» in.'],
    [body, ['item', '__proto__'], 'a-1 has no field «item» to set «__proto__» in.'],
    ['null', ['kind'], 'a-1 has no field «» to set «kind» in.'],
    ['no JSON', ['kind'], 'a-1 is not JSON'],
  ])('of %s cannot have %j set', (text, path, sentence) => {
    expect(() => mended(text, [{ id, path, value: 1 }])).toThrow(sentence)
  })
})
