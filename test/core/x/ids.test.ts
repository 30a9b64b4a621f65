import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isXId, positionOfId, positionOfTime } from '../../../lambdas/core/x/ids.ts'

describe('ids of X', () => {
  test('strings of digits are ids, numbers never are', () => {
    expect(isXId('1206724334791753732')).toBe(true)
    expect(isXId('0')).toBe(true)
    for (const odd of [1206724334791753, '', '12a', '-1', '1.5', '007', ' 1', null, undefined, {}]) {
      expect(isXId(odd)).toBe(false)
    }
  })

  test('positions sort as the numbers do, whatever their length', () => {
    const id = fc
      .integer({ min: 0, max: 39 })
      .chain((size) => fc.bigInt({ min: 0n, max: 10n ** BigInt(size) }).map(String))
    fc.assert(
      fc.property(id, id, (a, b) => {
        const bySize = BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0
        const byPosition = positionOfId(a) < positionOfId(b) ? -1 : positionOfId(a) > positionOfId(b) ? 1 : 0
        expect(byPosition).toBe(bySize)
      }),
    )
  })

  test('a time stands where an id made then would stand', () => {
    // Recorded together on X: this id was made at this millisecond.
    const id = '1206724334791753732'
    const at = 1576540475925
    expect(positionOfTime(at) <= positionOfId(id)).toBe(true)
    expect(positionOfTime(at + 1) > positionOfId(id)).toBe(true)
  })
})
