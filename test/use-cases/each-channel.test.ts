import { expect, test } from '@jest/globals'
import { newChannel } from '../../lambdas/core/channels/channel.ts'
import { firstTurn, type Turn } from '../../lambdas/core/channels/turn.ts'
import type { LogEntry } from '../../lambdas/core/log-events.ts'
import { XError } from '../../lambdas/core/ports/x.ts'
import { type Attended, eachChannel, type RoundOptions } from '../../lambdas/use-cases/each-channel.ts'

const now = new Date('2026-01-01T00:00:00.000Z')
const channels = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const id = String(n).padStart(4, '0')
    return newChannel({ id, twitterUserId: id, username: id, at: now.toISOString() })
  })

function schedule(over: Partial<RoundOptions<string>> = {}) {
  const saved: Turn[] = []
  const logged: LogEntry[] = []
  const options: RoundOptions<string> = {
    schedule: 'mentions',
    parallel: 3,
    maxChannelMs: 1_000,
    reserveMs: 0,
    remainingMs: () => 60_000,
    now,
    health: { turn: async () => saved.at(-1) ?? firstTurn, saveTurn: async (_, turn) => void saved.push(turn) },
    read: async (some) => new Map(some.map(({ id }) => [id, `stored ${id}`])),
    log: (entry) => logged.push(entry),
    ...over,
  }
  const begun: string[] = []
  const run = (count: number, work: (id: string) => Promise<Attended> = async () => 'answered') =>
    eachChannel(channels(count), options, (channel, state) => {
      expect(state).toBe(`stored ${channel.id}`)
      begun.push(channel.id)
      return work(channel.id)
    })
  return { run, begun, saved, logged }
}

test('a run without time begins nothing, and the next one begins where it stopped', async () => {
  let remaining = 1_004
  const { run, begun, saved } = schedule({ parallel: 1, remainingMs: () => remaining-- })
  expect(await run(10)).toEqual({ channels: 10, attended: 4, failed: 0, left: 6 })
  expect(await run(10)).toEqual({ channels: 10, attended: 0, failed: 0, left: 10 })
  remaining = 60_000
  expect(await run(10)).toEqual({ channels: 10, attended: 10, failed: 0, left: 0 })
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3].map((n) => `000${n}`))
  expect(saved).toEqual([{ after: '0003', refusedSince: null }])
})

test('a run that is killed among hundreds of channels does not begin there again', async () => {
  const { run, begun } = schedule({ parallel: 1 })
  void run(250, (id) => (id === '0120' ? new Promise(() => {}) : Promise.resolve('answered')))
  while (!begun.includes('0120')) await new Promise<void>((resolve) => setImmediate(resolve))
  begun.length = 0
  await run(250)
  expect(begun[0]).toBe('0200')
  expect(new Set(begun).size).toBe(250)
})

test('what X refuses for a while is no failure; what only a person can mend is one', async () => {
  const refusals = new Map([
    ['0000', new XError(503, 'over capacity')],
    ['0001', new XError(null, 'no answer')],
    ['0002', new XError(402, 'credits depleted')],
  ])
  const { run, logged } = schedule()
  const end = await run(5, async (id) => {
    const refusal = refusals.get(id)
    if (refusal) throw refusal
    return 'answered'
  })
  expect(end).toEqual({ channels: 5, attended: 5, failed: 1, left: 0 })
  expect(logged.map(({ event, channelId }) => `${event} ${channelId}`).sort()).toEqual([
    'failed 0002',
    'x_call_failed 0000',
    'x_call_failed 0001',
  ])
})

test('while X refuses everything, few channels ask in vain', async () => {
  const { run, begun } = schedule({ parallel: 50, maxRefused: 5 })
  const end = await run(100, async () => {
    throw new XError(429, 'Too Many Requests')
  })
  // Five at a time.
  expect(begun.length).toBeLessThan(10)
  expect(end).toEqual({ channels: 100, attended: 0, failed: 0, left: 100 })
})
