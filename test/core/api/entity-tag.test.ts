import { describe, expect, test } from '@jest/globals'
import { entityTag, knownTag, mayChange, TAG_MAX_AGE_MS, weakEntityTag } from '../../../lambdas/core/api/entity-tag.ts'

const readAt = new Date('2026-01-01T12:00:00.000Z')
const tag = entityTag('7', readAt)
const after = (ms: number) => new Date(readAt.getTime() + ms)

describe('an entity tag', () => {
  test('is known again with the time at which its state was read, alone or among others', () => {
    expect(tag).toMatch(/^"[!#-~]+"$/)
    for (const header of [tag, `"other", ${tag}`, `${entityTag('6', after(1))},${tag} , W/""`]) {
      expect(knownTag(header, '7', after(2))).toEqual({ tag, readAt })
    }
    const weak = weakEntityTag('7', readAt)
    expect(knownTag(weak, '7', after(2))).toEqual({ tag: weak, readAt })
  })

  test('matches no other state', () => {
    expect(knownTag(tag, '8', after(1))).toBeNull()
    expect(knownTag(tag, '77', after(1))).toBeNull()
    expect(knownTag(entityTag('77', readAt), '7', after(1))).toBeNull()
  })

  test('is good for minutes only, and not before it was given', () => {
    expect(knownTag(tag, '7', after(TAG_MAX_AGE_MS - 1))).not.toBeNull()
    expect(knownTag(tag, '7', after(TAG_MAX_AGE_MS))).toBeNull()
    expect(knownTag(tag, '7', after(-1))).toBeNull()
  })

  test.each([
    undefined,
    '',
    '*',
    '7',
    '"7"',
    'W/"7"',
    'W/"7-"',
    'W/"7-x"',
    `W/"7-${'9'.repeat(15)}"`,
    'W/"7-1',
    '\ud800',
  ])('is not in the header %j', (header) => {
    expect(knownTag(header, '7', after(1))).toBeNull()
  })

  test.each([undefined, '*', tag, `"other", ${tag}`, entityTag('7', new Date(0))])(
    'lets %s change its state',
    (header) => {
      expect(mayChange(header, 7)).toBe(true)
    },
  )

  test.each(['', '7', '"7"', weakEntityTag('7', readAt), entityTag('77', readAt), '\ud800'])(
    'does not let %j change its state',
    (header) => {
      expect(mayChange(header, 7)).toBe(false)
    },
  )
})
