import { expect, test } from '@jest/globals'
import { fuzz } from './fuzz.ts'

test.each([
  ['webhook', 400],
  ['api', 1_500],
  ['x', 300],
])('rotten input breaks no promise: %s', async (target, cases) => {
  expect(await fuzz({ cases, seed: Number(process.env.FC_SEED ?? 1), target })).toEqual([])
})
