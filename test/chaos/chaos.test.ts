import { expect, test } from '@jest/globals'
import { chaos } from './chaos.ts'
import { isCaught, shapeFor } from './mutants.ts'
import { planFrom } from './plan.ts'

test('a seed always gives the same plan, and another seed another one', () => {
  expect(planFrom(5, 200)).toEqual(planFrom(5, 200))
  expect(planFrom(6, 200).steps).not.toEqual(planFrom(5, 200).steps)
})

test('under fire nothing is lost, doubled or stuck, and all counts are right', async () => {
  const outcome = await chaos({ seed: 13, deliveries: 120 })
  expect(outcome.violations).toEqual([])
  expect(outcome.messages).toBeGreaterThan(120)
  expect(outcome.faults.size).toBeGreaterThan(2)
})

test('a batch that reports no failures is caught', async () => {
  const shape = shapeFor.batch
  const { violations } = await chaos({ seed: 7, deliveries: 40, shape, mutant: 'batch', patienceSeconds: 60 })
  expect(isCaught('batch', violations) ? [] : violations).toEqual([])
})
