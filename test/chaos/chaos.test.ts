import { expect, test } from '@jest/globals'
import { chaos } from './chaos.ts'
import { isCaught, shapeFor } from './mutants.ts'
import { planFrom, wholeShape } from './plan.ts'

/** A run waits until everything is worked off, which takes minutes where the machine has other things to do. */
const TIMEOUT_MS = 900_000

test('a seed always gives the same plan, and another seed another one', () => {
  expect(planFrom(5, 200)).toEqual(planFrom(5, 200))
  expect(planFrom(6, 200).steps).not.toEqual(planFrom(5, 200).steps)
})

test(
  'under fire nothing is lost, doubled or stuck, and all counts are right',
  async () => {
    const shape = { ...wholeShape(80), faultsEvery: 20, xAnswersEvery: 8 }
    const { violations, keptIn, messages, faults } = await chaos({ seed: 138, deliveries: 80, shape })
    expect({ violations, keptIn }).toEqual({ violations: [], keptIn: null })
    expect(messages).toBeGreaterThan(80)
    expect(faults.size).toBeGreaterThan(2)
  },
  TIMEOUT_MS,
)

test(
  'a batch that reports no failures is caught',
  async () => {
    const shape = shapeFor.batch
    const { violations } = await chaos({ seed: 7, deliveries: 40, shape, mutant: 'batch', patienceSeconds: 60 })
    expect(isCaught('batch', violations) ? [] : violations).toEqual([])
  },
  TIMEOUT_MS,
)
