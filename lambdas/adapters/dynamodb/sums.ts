import { type Key, queryAll, type TableAccess, type Write } from './table.ts'

/** Items that share the sums of a day, because transactions on the same item conflict. */
const SHARDS = 16

/** The key of one shard of a day's sums. */
type KeyOf = (shard: number, day: string) => Key

/** Adds to the sums of a day, within the transaction that does what is counted. */
export function addWrites(tableName: string, keyOf: KeyOf, day: string, changes: ReadonlyMap<string, number>): Write[] {
  if (changes.size === 0) return []
  const all = [...changes].map(([name, value], index) => ({ name, value, at: index }))
  return [
    {
      Update: {
        TableName: tableName,
        Key: keyOf(Math.floor(Math.random() * SHARDS), day),
        UpdateExpression: `ADD ${all.map(({ at }) => `#n${at} :v${at}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(all.map(({ name, at }) => [`#n${at}`, name])),
        ExpressionAttributeValues: Object.fromEntries(all.map(({ value, at }) => [`:v${at}`, value])),
      },
    },
  ]
}

/** The sums of each day from one to another, both included: one query per shard. */
export async function readSums(
  access: TableAccess,
  keyOf: KeyOf,
  from: string,
  to: string,
): Promise<Map<string, Map<string, number>>> {
  const shards = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) =>
      queryAll(access, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': keyOf(shard, '').pk, ':from': from, ':to': to },
      }),
    ),
  )
  const days = new Map<string, Map<string, number>>()
  for (const { pk: _pk, sk, ...numbers } of shards.flat()) {
    const day = days.get(String(sk)) ?? new Map<string, number>()
    days.set(String(sk), day)
    for (const [name, value] of Object.entries(numbers)) day.set(name, (day.get(name) ?? 0) + Number(value))
  }
  return days
}
