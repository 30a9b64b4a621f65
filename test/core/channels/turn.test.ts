import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { firstTurn, inTurn, type Turn, turnAfter } from '../../../lambdas/core/channels/turn.ts'
import { cases } from '../../support/properties.ts'

const ids = (text: string) => text.split('').map((id) => ({ id }))
const text = (channels: readonly { id: string }[]) => channels.map(({ id }) => id).join('')
const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes))
const after = (id: string): Turn => ({ after: id, refusedSince: null })

describe('the channels of a run', () => {
  test.each([
    ['from the first on', firstTurn, 'abcd'],
    ['behind the one at which the last run stopped', after('b'), 'cdab'],
    ['behind the place of one that is no channel any more', after('bb'), 'cdab'],
    ['from the first on behind the last', after('d'), 'abcd'],
  ])('come in the order of their ids, %s', (_how, turn, order) => {
    expect(text(inTurn(ids('dbca'), turn))).toBe(order)
  })
})

describe('the next run', () => {
  const order = ids('abcd')

  test('begins behind the last channel that was begun; after a whole round where this one began', () => {
    expect(turnAfter(firstTurn, order, { begun: 3, refusedFrom: null }, at(0))).toEqual(after('c'))
    expect(turnAfter(after('d'), order, { begun: 4, refusedFrom: null }, at(0))).toEqual(after('d'))
    expect(turnAfter(after('d'), order, { begun: 0, refusedFrom: null }, at(0))).toEqual(after('d'))
  })

  test('begins with the first that X refused because of a limit', () => {
    expect(turnAfter(firstTurn, order, { begun: 4, refusedFrom: 2 }, at(0))).toEqual(after('b'))
  })

  test('keeps to the first as long as the limit of the app may be the reason, and then passes it over', () => {
    let turn = after('d')
    for (const minutes of [0, 15, 29]) {
      turn = turnAfter(turn, order, { begun: 1, refusedFrom: 0 }, at(minutes))
      expect(turn).toEqual({ after: 'd', refusedSince: at(0).toISOString() })
    }
    expect(turnAfter(turn, order, { begun: 1, refusedFrom: 0 }, at(30))).toEqual(after('a'))
  })

  test('leaves no channel behind for ever, whatever X gives to each run and whichever it always refuses', () => {
    const world = fc.record({
      count: fc.integer({ min: 1, max: 30 }),
      /** How many channels each run attends before time or X ends it. X's windows let every second run attend some. */
      capacities: fc
        .array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 5 })
        .filter((all) => all.every((one, index) => one > 0 || Number(all[(index + 1) % all.length]) > 0)),
      endsBy: fc.constantFrom('time', 'limit'),
      alwaysRefused: fc.option(fc.nat(29), { nil: null }),
    })
    fc.assert(
      fc.property(world, ({ count, capacities, endsBy, alwaysRefused }) => {
        const all = Array.from({ length: count }, (_, n) => ({ id: String(n).padStart(2, '0') }))
        const refused = alwaysRefused === null || count === 1 ? null : all[alwaysRefused % count]?.id
        const attended = new Set(refused ? [refused] : [])
        let turn: Turn = firstTurn
        for (let run = 0; run < 16 * count * capacities.length; run++) {
          const capacity = capacities[run % capacities.length] ?? 0
          const list = inTurn(all, turn)
          // As `reconcile`: the first refusal ends what X limits.
          const stop = list.findIndex(({ id }, index) => index >= capacity || id === refused)
          const end = stop < 0 ? list.length : stop
          for (const { id } of list.slice(0, end)) attended.add(id)
          const isRefused = end < list.length && (endsBy === 'limit' || list[end]?.id === refused)
          turn = turnAfter(turn, list, { begun: end, refusedFrom: isRefused ? end : null }, at(run * 15))
        }
        expect(attended.size).toBe(count)
      }),
      { numRuns: cases(200) },
    )
  })
})
