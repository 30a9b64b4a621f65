import { QueryCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import { dayCounts, daysBetween, type Tally } from '../../core/counts.ts'
import type { CountStore } from '../../core/ports.ts'
import { keys, type TableAccess } from './table.ts'

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** Items over which the counts of a day are spread: two transactions on one item would hold each other up. */
const SHARDS = 16

/** Counts, as a part of the transaction that makes what is counted: each thing counts once, whatever comes again. */
export function tallyWrites(tableName: string, tally: Tally | null): Write[] {
  if (!tally) return []
  const shard = Math.floor(Math.random() * SHARDS)
  const names = tally.names.map((name, index) => [`#n${index}`, name] as const)
  return [
    {
      Update: {
        TableName: tableName,
        Key: keys.counts(tally.channelId, shard, tally.day),
        UpdateExpression: `ADD ${names.map(([place]) => `${place} :one`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(names),
        ExpressionAttributeValues: { ':one': 1 },
      },
    },
  ]
}

/** Counts per channel and day: read in as many queries as there are shards, however many tickets there are. */
export function createCountStore({ tableName, documents }: TableAccess): CountStore {
  async function readShard(channelId: string, shard: number, from: string, to: string) {
    const items: Record<string, unknown>[] = []
    let start: Record<string, unknown> | undefined
    do {
      const page = await documents.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': keys.counts(channelId, shard, '').pk, ':from': from, ':to': to },
          ExclusiveStartKey: start,
        }),
      )
      items.push(...(page.Items ?? []))
      start = page.LastEvaluatedKey
    } while (start)
    return items
  }

  return {
    async activity(channelId, from, to) {
      const shards = await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) => readShard(channelId, shard, from, to)),
      )
      const byDay = Map.groupBy(shards.flat(), (item) => String(item.sk))
      return daysBetween(from, to).map((day) => dayCounts(day, sumOf(byDay.get(day) ?? [])))
    },
  }
}

function sumOf(items: readonly Record<string, unknown>[]): Map<string, number> {
  const sum = new Map<string, number>()
  for (const { pk: _pk, sk: _sk, ...counts } of items) {
    for (const [name, value] of Object.entries(counts)) sum.set(name, (sum.get(name) ?? 0) + Number(value))
  }
  return sum
}
