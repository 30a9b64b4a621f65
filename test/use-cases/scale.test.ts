import { expect, test } from '@jest/globals'
import { partitionFor, partitionsOf } from '../../lambdas/adapters/dynamodb/table.ts'
import { openStores } from '../../lambdas/runtime/stores.ts'
import { databaseClient, tableName } from '../../local/aws/table.ts'
import { countPartitionUnits, type PartitionUnits } from '../support/partition-units.ts'
import { routerOver } from '../support/router.ts'
import { startStores } from '../support/stores.ts'
import { bob, idAt, type PostOptions, posts, shop } from '../support/x-payloads.ts'

/**
 * 5,000 mentions a second on one channel (docs/scale.md). A sample goes through the router over the embedded DynamoDB;
 * what each partition consumes is scaled up. The partitions of a list share what the list consumes, as the hash of many
 * ids shares it: a sample is too small for that.
 */
const PER_SECOND = 5_000
const CUSTOMERS = 160
const BATCH = 10
/** Every fourth customer answers under the own first entry, so a fifth of the mentions joins a ticket. */
const EVERY = 4
const channelId = `twitter-${shop.id}`
const MENTIONS = CUSTOMERS + CUSTOMERS / EVERY

/** DynamoDB's limits of a partition, in units a second. */
const limits: PartitionUnits = { write: 1_000, read: 3_000 }

const ids = Array.from({ length: 100_000 }, (_, n) => `twitter-1-mention-${idAt('2026-01-01T12:00:00.000Z', n)}-1`)

/** The largest share that one of so many partitions gets of the ids. */
function largestShare(partitions: number): number {
  const found = Map.groupBy(ids, (id) => partitionFor(id, 'list', partitions))
  return Math.max(...partitionsOf('list', partitions).map((one) => (found.get(one)?.length ?? 0) / ids.length))
}

/** A router over an empty table, and the units that its partitions consume. */
async function startRouter(partitions: number) {
  let clock = new Date('2026-01-01T12:00:00.000Z')
  const now = () => clock
  const test = await startStores(now, { tableName, partitions })
  const client = databaseClient(test.endpoint)
  const units = countPartitionUnits(client)
  return {
    test,
    units,
    router: routerOver(openStores({ tableName, partitions }, now, client), now),
    /** The next second. */
    tick: () => (clock = new Date(clock.getTime() + 1_000)),
    async stop() {
      client.destroy()
      await test.stop()
    },
  }
}

type Mention = Pick<PostOptions, 'id' | 'by' | 'answers'>

/** Units a second of the hottest partitions, by the list or key that they belong to. */
async function simulate(partitions: number): Promise<Map<string, PartitionUnits>> {
  const { test, router, units, tick, stop } = await startRouter(partitions)
  try {
    await test.connect()
    const text = '@shop Where is my order 4711? It should have been here on Monday and I have heard nothing since then.'
    const receive = async (mentions: readonly Mention[], outcome: string) => {
      for (let from = 0; from < mentions.length; from += BATCH) {
        const at = tick().toISOString()
        const batch = mentions
          .slice(from, from + BATCH)
          .map((one) => posts(shop, { ...one, text, mentions: [shop], at }))
        for (const routed of await router.deliver(...batch)) expect(routed.outcome).toBe(outcome)
      }
    }
    const first = Array.from({ length: CUSTOMERS }, (_, n) => ({
      id: idAt('2026-01-01T12:00:00.000Z', n),
      by: { id: String(1_000_000 + n), username: `customer${n}` },
    }))
    const answers = first
      .filter((_, n) => n % EVERY === 0)
      .map((own, n) => ({ id: idAt('2026-01-01T12:01:00.000Z', n), by: own.by, answers: own }))
    await receive(first, 'opened')
    await receive(answers, 'joined')
    return perSecond(units, partitions)
  } finally {
    await stop()
  }
}

/** The name of a partition without its number: that of its list. */
const listOf = (name: string) => name.replace(/#\d{1,2}$/, '')

function perSecond(units: Map<string, PartitionUnits>, partitions: number): Map<string, PartitionUnits> {
  const share = largestShare(partitions)
  const byList = Map.groupBy(units, ([name]) => listOf(name))
  return new Map(
    [...byList].map(([list, found]) => {
      const isShared = found.some(([name]) => name !== list)
      const rate = (kind: keyof PartitionUnits) => {
        const used = found.reduce((sum, [, one]) => sum + one[kind], 0)
        return Math.round((used / MENTIONS) * PER_SECOND * (isShared ? share : 1))
      }
      return [list, { write: rate('write'), read: rate('read') }] as const
    }),
  )
}

const above = (rates: Map<string, PartitionUnits>) =>
  [...rates].filter(([, { write, read }]) => write > limits.write || read > limits.read).map(([name]) => name)

test('the hash gives no partition more than a tenth above its share', () => {
  for (const partitions of [4, 8, 16, 64]) expect(largestShare(partitions) * partitions).toBeLessThan(1.1)
})

test('with 8 partitions, 5,000 mentions a second on one channel keep every partition below its limit', async () => {
  const rates = await simulate(8)
  expect(above(rates)).toEqual([])
  expect(rates.get('list ALL')?.write).toBeGreaterThan(700)
  // Read for every message, and by all of them.
  expect(rates.get('table EXTENSION#twitter')).toEqual({ write: 0, read: 2_500 })
})

test('with 4 partitions the lists are above it', async () => {
  expect(above(await simulate(4)).sort()).toEqual([
    `channel ${channelId}`,
    `counts ${channelId}`,
    'list ALL',
    'status new',
    'table TAG#Twitter: Mention',
  ])
})

test('what a customer writes to two accounts has no partition in common but the lists of all channels', async () => {
  const { test, router, units, stop } = await startRouter(8)
  try {
    const written: string[][] = []
    for (const account of [shop, { id: '77', username: 'store' }]) {
      await test.connect(account)
      units.clear()
      const text = `@${account.username} hello`
      await router.deliver(posts(account, { id: idAt('2026-01-01T12:00:00.000Z'), by: bob, text, mentions: [account] }))
      written.push([...units].filter(([, { write }]) => write > 0).map(([name]) => listOf(name)))
    }
    const [first = [], second = []] = written
    expect(first.filter((name) => second.includes(name)).sort()).toEqual([
      `customer ${bob.id}`,
      'list ALL',
      'status new',
      'table TAG#Twitter: Mention',
    ])
  } finally {
    await stop()
  }
})
