import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { newChannel } from '../../lambdas/core/channels/channel.ts'
import { notRead } from '../../lambdas/core/channels/outage.ts'
import { XError, type XReading } from '../../lambdas/core/ports/x.ts'
import { createListReader } from '../../lambdas/use-cases/read-lists.ts'
import { cases } from '../support/properties.ts'
import { untouched } from '../support/untouched.ts'
import { ann, idAt, shop } from '../support/x-payloads.ts'

const begin = Date.UTC(2026, 0, 10, 10)
const now = new Date(begin + 3_600_000)
const iso = (ms: number) => new Date(ms).toISOString()
const channel = newChannel({ id: `twitter-${shop.id}`, twitterUserId: shop.id, username: shop.username, at: iso(0) })
const tokens = { token: 'token', secret: 'secret' }

/** What X does at a call: answers, refuses, forgets all pages that it gave out, leads back to the page, answers half. */
type Turn = 'answers' | 'refuses' | 'is silent' | 'forgets' | 'loops' | 'has no meta'
const turn = fc.constantFrom<Turn>('answers', 'answers', 'refuses', 'is silent', 'forgets', 'loops', 'has no meta')

/** X's list of so many messages, one a second, by pages; it takes its turns and answers when they are used up. */
function listOf(count: number, pageSize: number, turns: readonly Turn[]) {
  const item = (n: number) => ({
    id: idAt(begin + n * 1_000),
    event_type: 'MessageCreate',
    sender_id: ann.id,
    dm_conversation_id: `${ann.id}-${shop.id}`,
    text: `number ${n}`,
    created_at: iso(begin + n * 1_000),
  })
  const newestFirst = Array.from({ length: count }, (_, n) => item(count - 1 - n))
  const remaining = [...turns]
  let generation = 0
  let calls = 0
  const reading = untouched<XReading>('reading', {
    directMessages: async (_tokens, next) => {
      calls++
      const taken = remaining.shift() ?? 'answers'
      if (taken === 'refuses') throw new XError(429, 'Too Many Requests')
      if (taken === 'is silent') throw new XError(null, 'timeout')
      if (taken === 'forgets') generation++
      const [of, at] = next === null ? [generation, 0] : next.split('.').map(Number)
      if (of !== generation) throw new XError(400, 'The `pagination_token` query parameter value is not valid')
      const from = at ?? 0
      const items = newestFirst.slice(from, from + pageSize)
      const more = from + pageSize < count ? `${generation}.${from + pageSize}` : null
      if (taken === 'loops') return { items, includes: {}, next: next ?? `${generation}.0`, flaw: null }
      if (taken === 'has no meta') return { items, includes: {}, next: null, flaw: 'the answer has no meta' }
      return { items, includes: {}, next: more, flaw: null }
    },
  })
  return { reading, ids: newestFirst.map(({ id }) => id).reverse(), calls: () => calls }
}

test('whatever X does meanwhile, every item is queued in the end, in order within a run, and no run asks for ever', async () => {
  const lists = fc.record({
    count: fc.nat(150),
    pageSize: fc.integer({ min: 5, max: 50 }),
    turns: fc.array(turn, { maxLength: 30 }),
  })
  await fc.assert(
    fc.asyncProperty(lists, async ({ count, pageSize, turns }) => {
      const x = listOf(count, pageSize, turns)
      const queued = new Set<string>()
      const events = {
        async send(list: readonly { externalId: string | null }[]) {
          const ids = list.map(({ externalId }) => BigInt(externalId ?? 0))
          expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
          for (const id of ids) queued.add(String(id))
        },
      }
      const { readMessages } = createListReader({ events, reading: x.reading, log: () => {} })
      const period = { from: iso(begin), to: iso(begin + count * 1_000), notBefore: iso(begin) }
      let progress = notRead
      let runs = 0
      for (; !progress.done; runs++) {
        expect(runs).toBeLessThan(turns.length + 5)
        const before = x.calls()
        progress = (await readMessages(channel, tokens, period, progress, now)).progress
        expect(x.calls() - before).toBeLessThanOrEqual(10)
      }
      expect(queued).toEqual(new Set(x.ids))
    }),
    { numRuns: cases(300) },
  )
})
