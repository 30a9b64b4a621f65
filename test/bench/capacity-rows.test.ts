import { describe, expect, test } from '@jest/globals'
import { sectionOf } from '../../bench/capacity.ts'
import { type Figures, operations } from '../../bench/operations.ts'

/** Figures in which everything takes the same, but for some. */
function figuresWith(some: Partial<Figures>): Figures {
  const all = operations.map((operation) => [operation, { write: 0, read: 2, inIndexes: 0 }] as const)
  return { ...Object.fromEntries(all), ...some } as Figures
}
const units = (write: number, read: number, inIndexes = 0) => ({ write, read, inIndexes })

describe('a row of capacity', () => {
  const few = { stored: '100 tickets', figures: figuresWith({}) }
  const rowIn = (runs: Parameters<typeof sectionOf>[0], wanted: string) =>
    sectionOf(runs).rows.find(({ name }) => name === wanted)

  test('says that a goal is met only if every run meets it, and from where on the figure is another', () => {
    const many = { stored: '5,000 tickets', figures: figuresWith({ 'a page of 50 tickets': units(0, 11) }) }
    const more = { ...many, stored: '50,000 tickets' }
    expect(rowIn([few, many, more], 'a page of 50 tickets')).toEqual({
      name: 'a page of 50 tickets',
      figure: '2 read',
      goal: '10 read',
      isMet: false,
      remark: 'From 5,000 tickets on: 11 read.',
    })
    expect(rowIn([few, many], 'an event is ignored')).toMatchObject({ isMet: true, remark: '' })
    expect(rowIn([few, many], 'its echo')).toMatchObject({ goal: '', isMet: null })
  })

  test('of a long ticket has what the short one takes in the same run as its goal', () => {
    const figures = figuresWith({
      'a reply in a ticket of 10 messages': units(44, 8, 14),
      'a reply in a long ticket': units(44, 9, 14),
    })
    expect(rowIn([{ stored: '100 tickets', figures }], 'a reply in a long ticket')).toMatchObject({
      figure: '44 write (14 in indexes), 9 read',
      goal: '44 write, 8 read',
      isMet: false,
    })
  })
})
