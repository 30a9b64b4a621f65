import { expect, test } from '@jest/globals'
import { customerLimitsIn, tableIn } from '../../lambdas/runtime/environment.ts'

test('the table has as many partitions as the variable says', () => {
  expect(tableIn({ TABLE_NAME: 'tickets', TABLE_PARTITIONS: '8' })).toEqual({ tableName: 'tickets', partitions: 8 })
})

test.each(['3', '65', '4.5', 'many'])('%s partitions are refused by name', (wrong) => {
  expect(() => tableIn({ TABLE_NAME: 'tickets', TABLE_PARTITIONS: wrong })).toThrow(
    `TABLE_PARTITIONS must be a whole number from 4 to 64, and may only be raised, not ${wrong}`,
  )
})

test('what one customer may cause is read, 0 too, and anything else is refused by name', () => {
  const given = { LOOKUPS_PER_CUSTOMER: '0', MEGABYTES_PER_CUSTOMER: '1024' }
  expect(customerLimitsIn(given)).toEqual({ lookups: 0, megabytes: 1024 })
  for (const wrong of ['', '-1', '1.5', '1000001', 'many']) {
    expect(() => customerLimitsIn({ ...given, LOOKUPS_PER_CUSTOMER: wrong })).toThrow(
      `LOOKUPS_PER_CUSTOMER must be a whole number from 0 to 1000000, not ${wrong}`,
    )
  }
})
