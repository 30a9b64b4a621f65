import { describe, expect, test } from '@jest/globals'
import { ConflictError, conflict, MAX_ATTEMPTS, retryOnConflict } from '../../lambdas/use-cases/retry-on-conflict.ts'

/** An attempt that meets so many conflicts before it succeeds. */
function attemptAfter(conflicts: number) {
  let runs = 0
  return { attempt: async () => (runs++ < conflicts ? conflict : 'done'), runs: () => runs }
}

describe('an attempt', () => {
  test.each([0, 1, MAX_ATTEMPTS - 1])('runs again after each of %i conflicts, and once without one', async (count) => {
    const { attempt, runs } = attemptAfter(count)
    expect(await retryOnConflict('ticket 7', attempt)).toBe('done')
    expect(runs()).toBe(count + 1)
  })

  test('that always meets a conflict ends with an error that names the subject', async () => {
    const { attempt, runs } = attemptAfter(MAX_ATTEMPTS)
    const error = await retryOnConflict('ticket 7', attempt).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConflictError)
    expect(error).toMatchObject({ message: `ticket 7 changed during each of ${MAX_ATTEMPTS} attempts` })
    expect(runs()).toBe(MAX_ATTEMPTS)
  })

  test('that fails is not run again', async () => {
    let runs = 0
    const attempt = async () => {
      runs++
      throw new Error('the table is away')
    }
    await expect(retryOnConflict('ticket 7', attempt)).rejects.toThrow('the table is away')
    expect(runs).toBe(1)
  })

  test.each([null, undefined, false])('may resolve to %p: only `conflict` is one', async (result) => {
    expect(await retryOnConflict('ticket 7', async () => result)).toBe(result)
  })
})
