import { describe, expect, test } from '@jest/globals'
import type { SQSRecord } from 'aws-lambda'
import fc from 'fast-check'
import type { LogEntry } from '../../lambdas/core/log-events.ts'
import type { MessageVisibility } from '../../lambdas/core/ports/queues.ts'
import { batchHandler, type RecordContext } from '../../lambdas/runtime/batch.ts'
import { queues, retrySeconds } from '../../lambdas/runtime/resources.ts'
import { cases } from '../support/properties.ts'
import { recordOf } from '../support/router.ts'

const { maxReceives } = queues.replies
const ampleTime = { getRemainingTimeInMillis: () => 60_000 }

/** A record of the replies queue whose body is its name. */
const named = (name: string, group: string, receives = 1) => recordOf(JSON.stringify(name), group, receives)

/** Runs the handler of the replies queue; resolves to the names of the records that failed. */
async function failuresOf(
  records: readonly SQSRecord[],
  work: (name: string, context: RecordContext) => Promise<void>,
  { log = () => {}, maxRecordMs = 10_000, context = ampleTime, change = async () => {} }: Partial<Options> = {},
): Promise<string[]> {
  const { batchItemFailures } = await batchHandler(
    'replies',
    work,
    { change },
    log,
    maxRecordMs,
  )({ Records: [...records] }, context)
  return batchItemFailures.map(({ itemIdentifier }) => {
    const body = records.find((one) => one.messageId === itemIdentifier)?.body ?? 'null'
    return body.startsWith('"') ? (JSON.parse(body) as string) : body
  })
}

type Options = {
  log: (entry: LogEntry) => void
  maxRecordMs: number
  context: { getRemainingTimeInMillis: () => number }
  change: MessageVisibility['change']
}

const failing =
  (...names: string[]) =>
  async (name: string) => {
    if (names.includes(name)) throw new Error(`${name} fails`)
  }

const forever = new Promise<void>(() => {})

describe('a batch', () => {
  test('processes the records of a group one after the other, in order', async () => {
    const steps: string[] = []
    const records = ['1', '2', '3'].map((name) => named(name, 'a'))
    await failuresOf(records, async (name) => {
      steps.push(`start ${name}`)
      await Promise.resolve()
      steps.push(`end ${name}`)
    })
    expect(steps).toEqual(['start 1', 'end 1', 'start 2', 'end 2', 'start 3', 'end 3'])
  })

  test('processes groups in parallel: each of two groups may wait for the other', async () => {
    const a = Promise.withResolvers<void>()
    const b = Promise.withResolvers<void>()
    const failed = await failuresOf([named('a', 'a'), named('b', 'b')], async (name) => {
      if (name === 'a') a.resolve()
      else b.resolve()
      await (name === 'a' ? b.promise : a.promise)
    })
    expect(failed).toEqual([])
  })

  test('hands the id of the message and the remaining time to the work', async () => {
    const record = named('1', 'a')
    const seen: [string, number][] = []
    await failuresOf([record], async (_, { messageId, remainingMs }) => {
      seen.push([messageId, remainingMs()])
    })
    expect(seen).toEqual([[record.messageId, 60_000]])
  })
})

describe('a failed record', () => {
  test('fails its followers in the group, which are not processed, and no other group', async () => {
    const processed: string[] = []
    const records = [named('a1', 'a'), named('b1', 'b'), named('a2', 'a'), named('b2', 'b'), named('a3', 'a')]
    const failed = await failuresOf(records, async (name) => {
      processed.push(name)
      await failing('a2')(name)
    })
    expect(failed).toEqual(['a2', 'a3'])
    expect(processed.sort()).toEqual(['a1', 'a2', 'b1', 'b2'])
  })

  test('fails alone on its last receive, so that its followers do not go to the dead-letter queue', async () => {
    const records = [named('1', 'a', maxReceives), named('2', 'a'), named('3', 'a')]
    expect(await failuresOf(records, failing('1'))).toEqual(['1'])
    const beforeLast = [named('1', 'a', maxReceives - 1), named('2', 'a')]
    expect(await failuresOf(beforeLast, failing('1'))).toEqual(['1', '2'])
  })

  test('is logged with its id, its receives and the error', async () => {
    const lines: LogEntry[] = []
    const record = named('1', 'a', 2)
    await failuresOf([record], failing('1'), { log: (entry) => lines.push(entry) })
    expect(lines).toEqual([
      {
        event: 'failed',
        messageId: record.messageId,
        receives: 2,
        error: 'Error: 1 fails',
        stack: expect.any(String),
      },
    ])
  })

  test('without JSON does not reach the work, and the log does not quote it', async () => {
    const lines: LogEntry[] = []
    const processed: string[] = []
    const record = recordOf('secret words, no JSON', 'a')
    const failed = await failuresOf(
      [record],
      async (name) => {
        processed.push(name)
      },
      { log: (entry) => lines.push(entry) },
    )
    expect([failed, processed]).toEqual([['secret words, no JSON'], []])
    expect(lines).toMatchObject([{ error: expect.stringContaining('is not JSON') }])
    expect(JSON.stringify(lines)).not.toMatch(/secret|words/)
  })
})

describe('what failed comes again', () => {
  /** Runs the handler; resolves to the seconds after which each record comes again, by name. */
  async function delaysOf(records: readonly SQSRecord[], work: (name: string) => Promise<void>) {
    const delays: Record<string, number> = {}
    await failuresOf(records, work, {
      change: async (_, messages) => {
        for (const { receiptHandle, seconds } of messages) {
          const { body } = records.find((one) => one.receiptHandle === receiptHandle) ?? { body: 'null' }
          delays[JSON.parse(body)] = seconds
        }
      },
    })
    return delays
  }

  test('after a delay that grows with its receives', async () => {
    for (const [receives, seconds] of [
      [1, 1],
      [2, 2],
      [5, 15],
      [8, 120],
      [11, 480],
    ] as const) {
      expect(await delaysOf([named('1', 'a', receives)], failing('1'))).toEqual({ '1': seconds })
    }
  })

  test('with those behind it in its group, at the same time; other groups at their own', async () => {
    const records = [named('a1', 'a', 3), named('a2', 'a', 9), named('b1', 'b', 1), named('a3', 'a'), named('c1', 'c')]
    expect(await delaysOf(records, failing('a1', 'b1'))).toEqual({ a1: 5, a2: 5, a3: 5, b1: 1 })
  })

  test('at once after its last receive, to move to the dead-letter queue, for which its group waits', async () => {
    const records = [named('1', 'a', maxReceives), named('2', 'a', 4), named('3', 'a')]
    expect(await delaysOf(records, failing('1'))).toEqual({ '1': 1 })
    expect(await delaysOf(records, failing('1', '2'))).toEqual({ '1': 1, '2': 10, '3': 10 })
  })

  test('by one call for the whole batch, to the queue that it came from; by none when nothing failed', async () => {
    const queuesAsked: string[] = []
    const change = async (arn: string) => void queuesAsked.push(arn)
    await failuresOf([named('1', 'a'), named('2', 'b')], failing('1', '2'), { change })
    expect(queuesAsked).toEqual(['arn:aws:sqs:us-east-1:000000000000:events.fifo'])
    await failuresOf([named('1', 'a')], failing(), { change })
    expect(queuesAsked).toHaveLength(1)
  })

  test.each([
    ['refuses', async () => Promise.reject(new Error('SQS is away')), 'Error: SQS is away'],
    ['hangs', () => forever, 'Error: not done within 20 ms'],
  ])(
    'after the visibility time-out when SQS %s: the batch reports the same, in time, and logs it',
    async (_, change, error) => {
      const lines: LogEntry[] = []
      const records = [named('1', 'a'), named('2', 'b'), named('3', 'a')]
      const context = { getRemainingTimeInMillis: () => 520 }
      // With so little time left, only work that ends at once gets through.
      const failed = await failuresOf(records, failing('1'), { change, context, log: (entry) => lines.push(entry) })
      expect(failed).toEqual(['1', '3'])
      expect(lines).toMatchObject([{ event: 'failed' }, { event: 'retry_late', messages: 2, error }])
    },
  )
})

describe('the delays between the tries', () => {
  /** When the tries come, in seconds after the first. */
  const tries = [0, ...retrySeconds].map((_, index) =>
    retrySeconds.slice(0, index).reduce((sum, seconds) => sum + seconds, 0),
  )

  test('are as many as the manifest allows each queue', () => {
    for (const { maxReceives } of Object.values(queues)) expect(tries).toHaveLength(maxReceives)
  })

  test.each([10, 60, 5 * 60, 20 * 60])('outlast a fault of %d seconds, and waste at most as long again', (seconds) => {
    const next = tries.find((time) => time >= seconds) ?? Number.POSITIVE_INFINITY
    expect(next - seconds).toBeLessThanOrEqual(seconds)
  })
})

describe('a record that hangs', () => {
  test('fails after the longest time that a record may take', async () => {
    const lines: LogEntry[] = []
    const failed = await failuresOf([named('1', 'a')], () => forever, {
      log: (entry) => lines.push(entry),
      maxRecordMs: 5,
    })
    expect(failed).toEqual(['1'])
    expect(lines).toMatchObject([{ error: 'Error: not done within 5 ms' }])
  })

  test('fails after its share of the remaining time, less 2 seconds to answer', async () => {
    const lines: LogEntry[] = []
    const records = [named('1', 'a', maxReceives), named('2', 'a', maxReceives), named('3', 'b', maxReceives)]
    const failed = await failuresOf(records, () => forever, {
      log: (entry) => lines.push(entry),
      context: { getRemainingTimeInMillis: () => 2_020 },
    })
    expect(failed.sort()).toEqual(['1', '2', '3'])
    expect(lines.map(({ error }) => error).sort()).toEqual([
      'Error: not done within 10 ms',
      'Error: not done within 20 ms',
      'Error: not done within 20 ms',
    ])
  })

  test('fails at once when no time remains', async () => {
    const failed = await failuresOf([named('1', 'a')], () => forever, {
      context: { getRemainingTimeInMillis: () => 0 },
    })
    expect(failed).toEqual(['1'])
  })

  test('does not stop another group', async () => {
    const records = [named('slow', 'a'), named('quick', 'b')]
    const done: string[] = []
    const failed = await failuresOf(
      records,
      async (name) => {
        if (name === 'slow') await forever
        done.push(name)
      },
      { maxRecordMs: 5 },
    )
    expect([failed, done]).toEqual([['slow'], ['quick']])
  })
})

describe('any batch', () => {
  const randomRecord = fc.record({
    group: fc.constantFrom('a', 'b', 'c'),
    receives: fc.integer({ min: 1, max: maxReceives }),
    fails: fc.boolean(),
  })

  type Planned = { group: string; receives: number; fails: boolean; name: string }

  /** The model, record by record: a group is blocked from its first failure before the last receive on. */
  function expected(plan: readonly Planned[]) {
    const blocked = new Set<string>()
    const processed: string[] = []
    const failed: string[] = []
    for (const { group, receives, fails, name } of plan) {
      if (!blocked.has(group)) processed.push(name)
      if (blocked.has(group) || fails) failed.push(name)
      if (fails && receives < maxReceives) blocked.add(group)
    }
    return { processed, failed }
  }

  test('fails and processes what the model says, each group in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(randomRecord, { maxLength: 10 }), async (random) => {
        const plan = random.map((one, index) => ({ ...one, name: String(index) }))
        const processed: string[] = []
        const failed = await failuresOf(
          plan.map(({ name, group, receives }) => named(name, group, receives)),
          async (name) => {
            processed.push(name)
            await Promise.resolve()
            if (plan[Number(name)]?.fails) throw new Error(`${name} fails`)
          },
        )
        const model = expected(plan)
        const inGroup = (group: string) => (name: string) => plan[Number(name)]?.group === group
        for (const group of ['a', 'b', 'c']) {
          expect(processed.filter(inGroup(group))).toEqual(model.processed.filter(inGroup(group)))
        }
        expect(failed.sort()).toEqual(model.failed.sort())
      }),
      { numRuns: cases(100) },
    )
  }, 60_000)
})
