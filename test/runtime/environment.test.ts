import { expect, test } from '@jest/globals'
import { tableIn } from '../../lambdas/runtime/environment.ts'

test('the table has as many partitions as the variable says', () => {
  expect(tableIn({ TABLE_NAME: 'tickets', TABLE_PARTITIONS: '8' })).toEqual({ tableName: 'tickets', partitions: 8 })
})

test.each(['3', '65', '4.5', 'many'])('%s partitions are refused by name', (wrong) => {
  expect(() => tableIn({ TABLE_NAME: 'tickets', TABLE_PARTITIONS: wrong })).toThrow(
    `TABLE_PARTITIONS must be a whole number from 4 to 64, and may only be raised, not ${wrong}`,
  )
})
