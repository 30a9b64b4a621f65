import { expect, test } from '@jest/globals'
import { fuzz } from './fuzz.ts'

test.each(['webhook', 'api', 'x'])('rotten input breaks no promise: %s', async (target) => {
  const seed = Number(process.env.FC_SEED ?? 1)
  expect(await fuzz({ cases: 400, seed, target })).toEqual([])
})
