import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { partitionFor } from '../../../lambdas/adapters/dynamodb/table.ts'
import type { Stores } from '../../../lambdas/core/ports/stores.ts'
import type { TicketFilter } from '../../../lambdas/core/ports/tickets.ts'
import { openStores } from '../../../lambdas/runtime/stores.ts'
import { databaseClient, tableName } from '../../../local/aws/table.ts'
import { apiOver } from '../../support/api.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { idAt, posts, shop, type User } from '../../support/x-payloads.ts'

/**
 * The setting `tablePartitions` is raised from 4 to 8: half of the mentions, and some of what agents did, is stored with
 * 4 partitions, the other half with 8.
 */
const PER_HALF = 24
const LATER = '2026-01-01T20:00:00.000Z'
const regular: User = { id: '999', username: 'regular' }

let clock = new Date('2026-01-01T12:00:00.000Z')
const now = () => clock
let few: TestStores
let many: Stores
let channelId: string
let client: ReturnType<typeof databaseClient>
let newestFirst: string[]
/** Those with the tag `refund`, so few that they are found by its entries. */
let refunds: string[]

const claims = { sub: 'kim-id', username: 'kim', 'cognito:groups': '[agents]' }

/** A photo that is to be fetched makes each message due. */
const photo = {
  extended_entities: { media: [{ id_str: '1', type: 'photo', media_url_https: 'https://pbs.twimg.com/a' }] },
}

/** Mentions by different customers, but for every sixth. @returns the ids of their tickets */
async function receive(stores: Stores, from: number): Promise<string[]> {
  const router = routerOver(stores, now)
  const opened: string[] = []
  for (let n = from; n < from + PER_HALF; n++) {
    clock = new Date(clock.getTime() + 1_000)
    const by = n % 6 === 0 ? regular : { id: String(1_000 + n), username: `customer${n}` }
    const mention = { id: idAt(clock), by, text: '@shop look', mentions: [shop], at: clock.toISOString(), more: photo }
    // The account's own post is ignored.
    const own = { id: idAt(clock, 1), by: shop, text: 'News', at: clock.toISOString() }
    const routed = await router.deliver(posts(shop, mention), posts(shop, own))
    opened.push(...routed.flatMap(({ ticketId }) => ticketId ?? []))
  }
  return opened
}

async function setTags(stores: Stores, ids: readonly string[], tags: readonly string[]): Promise<void> {
  for (const id of ids) {
    clock = new Date(clock.getTime() + 1_000)
    const answer = await apiOver(stores, now)('PATCH', `/api/tickets/${id}`, { body: JSON.stringify({ tags }), claims })
    expect(answer.statusCode).toBe(200)
  }
}

beforeAll(async () => {
  few = await startStores(now)
  client = databaseClient(few.endpoint)
  many = openStores({ tableName, partitions: 8 }, now, client)
  channelId = (await few.connect()).id
  const early = await receive(few, 0)
  await setTags(few, early, ['Twitter: Mention', 'refund'])
  const late = await receive(many, PER_HALF)
  // The entries of early tickets under this tag are in two partitions, where the numbers differ.
  await setTags(many, early, ['Twitter: Mention'])
  await setTags(many, early, ['Twitter: Mention', 'refund'])
  // The early ones were changed last.
  newestFirst = [...late, ...early].reverse()
  refunds = newestFirst.slice(0, PER_HALF)
})
afterAll(async () => {
  client.destroy()
  await few.stop()
})

/** All tickets of a filter, over all pages. */
async function listed(stores: Stores, filter: TicketFilter): Promise<string[]> {
  const ids: string[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<Stores['tickets']['tickets']>> = await stores.tickets.tickets(filter, {
      limit: 10,
      after,
    })
    ids.push(...page.items.map(({ id }) => id))
    after = page.next
  } while (after !== null)
  return ids
}

test('with more partitions some tickets have entries of a tag in two', async () => {
  const moved = refunds.filter((id) => partitionFor(id, 'TAG#refund', 4) !== partitionFor(id, 'TAG#refund', 8))
  expect(moved.length).toBeGreaterThan(0)
  const entries = await Promise.all(Array.from({ length: 8 }, (_, number) => few.itemsOf(`TAG#refund#${number}`)))
  expect(entries.flat().length).toBeGreaterThan(refunds.length)
})

test('every list has each ticket once, in order', async () => {
  expect(newestFirst).toHaveLength(2 * PER_HALF)
  for (const filter of [{}, { tag: 'Twitter: Mention' }, { channelId }]) {
    expect(await listed(many, filter)).toEqual(newestFirst)
  }
  // A change of tags takes a ticket up.
  for (const filter of [{ tag: 'refund' }, { status: 'open' }] as const) {
    expect(await listed(many, filter)).toEqual(refunds)
  }
  expect(await listed(many, { status: 'new' })).toEqual(newestFirst.slice(PER_HALF))
  expect(await listed(many, { customerId: regular.id })).toHaveLength(PER_HALF / 3)
})

test('every change is noticed, every ignored event listed', async () => {
  expect(await many.tickets.changedSince('2026-01-01T12:00:00.000Z')).toBe(true)
  const { items } = await many.events.list({ channelId }, { limit: 100, after: null })
  expect(items).toHaveLength(2 * PER_HALF)
})

test('counts and reports are complete', async () => {
  const [day] = await many.counts.activity(channelId, '2026-01-01', '2026-01-01')
  const ignored = { 'a post of the account that belongs to no ticket': 2 * PER_HALF }
  expect(day).toMatchObject({ received: 4 * PER_HALF, opened: 2 * PER_HALF, ignored })
  expect(await many.counts.opened(channelId, '2026-01-01', '2026-01-02')).toHaveLength(2 * PER_HALF)
})

test('every message that is due is found, and can be done later', async () => {
  const due = await many.media.due(LATER, 100)
  expect(due).toHaveLength(2 * PER_HALF)
  for (const one of due.slice(0, 3)) await many.media.postpone(one, '2026-01-02T00:00:00.000Z')
  expect(await many.media.due(LATER, 100)).toHaveLength(2 * PER_HALF - 3)
})
