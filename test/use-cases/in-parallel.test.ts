import { expect, test } from '@jest/globals'
import { inParallel } from '../../lambdas/use-cases/in-parallel.ts'

test('works on no more items at a time than it may, and gives the results in the order of the items', async () => {
  let atOnce = 0
  let most = 0
  const work = async (item: number) => {
    most = Math.max(most, ++atOnce)
    await new Promise<void>((resolve) => setImmediate(resolve))
    atOnce--
    return item * 2
  }
  const items = Array.from({ length: 1_000 }, (_, n) => n)
  expect(await inParallel(items, 8, work)).toEqual(items.map((item) => item * 2))
  expect(most).toBe(8)
  expect(await inParallel([], 8, work)).toEqual([])
})

test('throws the first error and begins nothing after it', async () => {
  const begun: number[] = []
  const work = async (item: number) => {
    begun.push(item)
    if (item === 3) throw new Error('the table is away')
  }
  await expect(inParallel([1, 2, 3, 4, 5, 6], 1, work)).rejects.toThrow('the table is away')
  expect(begun).toEqual([1, 2, 3])
})
