import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { EventFilter, EventRecord } from '../../../lambdas/core/ports/events.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { bob, shop } from '../../support/x-payloads.ts'

let clock = new Date('2026-01-10T00:00:00.000Z')
let stores: TestStores
const channels = [`twitter-${shop.id}`, `twitter-${bob.id}`, null]
const records: EventRecord[] = []

beforeAll(async () => {
  stores = await startStores(() => clock)
  await stores.connect(shop)
  await stores.connect(bob)
  for (let n = 0; n < 30; n++) {
    const record: EventRecord = {
      at: new Date(Date.UTC(2026, 0, 9, 0, 0, Math.floor(n / 4))).toISOString(),
      outcome: n % 5 === 0 ? 'unreadable' : 'ignored',
      reason: 'a repost',
      kind: 'tweet_create_events',
      channelId: channels[n % 3] ?? null,
      externalId: String(1000 + n),
    }
    records.push(record)
    await stores.events.record(`record-${n}`, record, n % 5 === 0 ? '{"text":"kept"}' : null, null)
  }
})
afterAll(() => stores.stop())

async function everything(filter: EventFilter, limit: number): Promise<EventRecord[]> {
  const all: EventRecord[] = []
  let after: string | null = null
  do {
    const page: { items: EventRecord[]; next: string | null } = await stores.events.list(filter, { limit, after })
    all.push(...page.items)
    after = page.next
  } while (after !== null)
  return all
}

describe('records of events without a ticket', () => {
  const filters: EventFilter[] = [
    {},
    { outcome: 'unreadable' },
    { channelId: channels[0] ?? '' },
    { channelId: 'twitter-1' },
  ]
  test.each(filters)('%j come newest first, once, however small the page', async (filter) => {
    const wanted = records.filter(
      (one) =>
        (!filter.outcome || one.outcome === filter.outcome) &&
        (!filter.channelId || one.channelId === filter.channelId),
    )
    for (const limit of [1, 4, 100]) {
      const found = await everything(filter, limit)
      expect(found.map((one) => one.externalId).sort()).toEqual(wanted.map((one) => one.externalId).sort())
      expect(found.map((one) => one.at)).toEqual(
        found
          .map((one) => one.at)
          .sort()
          .reverse(),
      )
    }
  })

  test('the same record again changes nothing', async () => {
    const [first] = records
    if (!first) throw new Error('a record was meant')
    await stores.events.record('record-0', first, null, null)
    expect(await everything({}, 100)).toHaveLength(records.length)
  })

  test('are gone after 7 days, also while the database still has them', async () => {
    clock = new Date('2026-01-16T00:00:03.500Z')
    const left = await everything({}, 100)
    expect(left).toHaveLength(records.filter((one) => one.at > '2026-01-09T00:00:03.500Z').length)
    clock = new Date('2026-01-10T00:00:00.000Z')
  })

  test('a content that is cut in the middle of a character is recorded', async () => {
    const record: EventRecord = {
      at: '2026-01-09T12:00:00.000Z',
      outcome: 'unreadable',
      reason: 'the body is not a JSON object',
      kind: 'body',
      channelId: null,
      externalId: 'cut',
    }
    await stores.events.record('cut', record, `a${'😀'.repeat(60_000)}`, null)
    const found = await everything({ outcome: 'unreadable' }, 100)
    expect(found.filter(({ externalId }) => externalId === 'cut')).toHaveLength(1)
  })
})
