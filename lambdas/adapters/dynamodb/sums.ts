import { QueryCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Key, TableAccess } from './table.ts'

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** Items over which the numbers of a day are spread: two transactions on one item would hold each other up. */
const SHARDS = 16

/** Where the numbers of a day stand, a part of them. */
type KeyOf = (shard: number, day: string) => Key

/** Adds to numbers of a day, as a part of the transaction that makes what is counted. */
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

/** The numbers of each day from one to another: a query for each part, however much was counted. */
export async function readSums(
  access: TableAccess,
  keyOf: KeyOf,
  from: string,
  to: string,
): Promise<Map<string, Map<string, number>>> {
  const parts = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) => readPart(access, keyOf(shard, '').pk, from, to)),
  )
  const days = new Map<string, Map<string, number>>()
  for (const { pk: _pk, sk, ...numbers } of parts.flat()) {
    const day = days.get(String(sk)) ?? new Map<string, number>()
    days.set(String(sk), day)
    for (const [name, value] of Object.entries(numbers)) day.set(name, (day.get(name) ?? 0) + Number(value))
  }
  return days
}

async function readPart({ tableName, documents }: TableAccess, pk: string, from: string, to: string) {
  const items: Record<string, unknown>[] = []
  let start: Record<string, unknown> | undefined
  do {
    const page = await documents.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
        ExclusiveStartKey: start,
      }),
    )
    items.push(...(page.Items ?? []))
    start = page.LastEvaluatedKey
  } while (start)
  return items
}
