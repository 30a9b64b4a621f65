import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { ScheduledEvent } from 'aws-lambda'
import { schedules } from '../../../lambdas/runtime/resources.ts'
import { type Schedules, startSchedules } from '../../../local/lambda/schedules.ts'

type Run = { event: ScheduledEvent; done: PromiseWithResolvers<unknown> }

let runs: Run[] = []
let running: Schedules

const requeue = {
  invoke(event: unknown) {
    const done = Promise.withResolvers<unknown>()
    runs.push({ event: event as ScheduledEvent, done })
    return done.promise
  },
}
/** The intervals of the other schedules are longer than these tests. */
const later = { invoke: () => Promise.resolve(null) }
const run = (index: number): Run => {
  const found = runs[index]
  if (!found) throw new Error(`there was no run ${index}`)
  return found
}
const interval = schedules.requeue.everyMinutes * 60_000
const noon = new Date('2026-03-12T12:00:00Z')

beforeEach(() => {
  jest.useFakeTimers({ now: new Date('2026-03-12T19:03:58.250Z') })
  runs = []
  running = startSchedules({ requeue, inactivity: later, mentions: later, reconcile: later, erase: later })
})
afterEach(() => {
  running.stop()
  jest.useRealTimers()
})

test('the interval of a setting counts instead of that of the manifest', async () => {
  running.stop()
  running = startSchedules(
    { requeue: later, inactivity: later, mentions: requeue, reconcile: later, erase: later },
    { mentions: 7 },
  )
  await jest.advanceTimersByTimeAsync(7 * 60_000 - 1)
  expect(runs).toEqual([])
  await jest.advanceTimersByTimeAsync(1)
  expect(runs).toHaveLength(1)
})

describe('a schedule', () => {
  test('runs at its interval, with the event that EventBridge sends', async () => {
    await jest.advanceTimersByTimeAsync(interval - 1)
    expect(runs).toEqual([])
    await jest.advanceTimersByTimeAsync(1)
    expect(run(0).event).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: '000000000000',
      time: new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace('.000Z', 'Z'),
      region: 'us-east-1',
      resources: ['arn:aws:events:us-east-1:000000000000:rule/requeue'],
      detail: {},
    })
    run(0).done.resolve({})
    await jest.advanceTimersByTimeAsync(interval)
    expect(runs).toHaveLength(2)
    expect(run(1).event.id).not.toBe(run(0).event.id)
  })

  test('runs at once on request, with the given time', async () => {
    const asked = running.run('requeue', noon)
    expect(run(0).event.time).toBe('2026-03-12T12:00:00Z')
    run(0).done.resolve(null)
    expect(await asked).toBeUndefined()
  })

  test('never runs concurrently: the second run waits for the first, also if that fails', async () => {
    const first = running.run('requeue', noon)
    const second = running.run('requeue', noon)
    await jest.advanceTimersByTimeAsync(interval)
    expect(runs).toHaveLength(1)
    run(0).done.reject(new Error('away'))
    await expect(first).rejects.toThrow('away')
    await jest.advanceTimersByTimeAsync(0)
    expect(runs).toHaveLength(2)
    run(1).done.resolve(null)
    await second
    await jest.advanceTimersByTimeAsync(0)
    // The timer's run, which started while both were waiting.
    expect(runs).toHaveLength(3)
  })

  test('runs again after a failed run', async () => {
    await jest.advanceTimersByTimeAsync(interval)
    run(0).done.reject(new Error('away'))
    await jest.advanceTimersByTimeAsync(interval)
    expect(runs).toHaveLength(2)
  })

  test('does not run after it is stopped', async () => {
    running.stop()
    await jest.advanceTimersByTimeAsync(3 * interval)
    expect(runs).toEqual([])
  })
})
