import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { type IndexName, table } from '../../lambdas/runtime/resources.ts'

type Attributes = Readonly<Record<string, unknown>>

/** The fields of the calls that are counted. */
type Input = {
  readonly Item?: Attributes
  readonly Key?: Attributes
  readonly IndexName?: string
  readonly KeyConditionExpression?: string
  readonly ExpressionAttributeValues?: Attributes
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly Attributes[] }>>
}

type Output = { readonly Attributes?: Attributes; readonly ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] }

/** What a partition consumed. */
export type PartitionUnits = { readonly write: number; readonly read: number }

/**
 * Counts the capacity units that each partition of the table and of its indexes consumes, as the database reports them.
 * What the old and the new entry of an index consumed together is shared between their partitions.
 * @returns the units by the name of the partition: `table` or the name of the index, a space, the value of its key
 */
export function countPartitionUnits(client: DynamoDBClient): Map<string, PartitionUnits> {
  const units = new Map<string, PartitionUnits>()
  const add = (of: string, keys: readonly unknown[], kind: keyof PartitionUnits, amount: number) => {
    for (const key of keys) {
      const name = `${of} ${textOf(key)}`
      const before = units.get(name) ?? { write: 0, read: 0 }
      units.set(name, { ...before, [kind]: before[kind] + amount / keys.length })
    }
  }

  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = args.input as Input
      const isWrite = input.Item !== undefined || input.Key !== undefined
      const { output, ...rest } = await next({
        ...args,
        input: { ...input, ReturnConsumedCapacity: 'INDEXES', ...(isWrite && { ReturnValues: 'ALL_OLD' }) },
      })
      const { Attributes: old = {}, ConsumedCapacity: consumed } = output as Output
      for (const { CapacityUnits = 0, GlobalSecondaryIndexes = {} } of [consumed ?? []].flat()) {
        if (input.RequestItems) {
          const keys = Object.values(input.RequestItems).flatMap(({ Keys = [] }) => Keys)
          add('table', keys.map(partitionKeyOf), 'read', CapacityUnits)
        } else if (input.KeyConditionExpression) {
          add(input.IndexName ?? 'table', [queriedKey(input)], 'read', CapacityUnits)
        } else if (isWrite) {
          const inIndexes = Object.entries(GlobalSecondaryIndexes).map(([index, one]) => {
            const attribute = table.indexes[index as IndexName].partitionKey
            const keys = [old[attribute], input.Item?.[attribute]].filter((key) => key !== undefined)
            add(index, keys, 'write', one.CapacityUnits ?? 0)
            return one.CapacityUnits ?? 0
          })
          const ofTable = CapacityUnits - inIndexes.reduce((sum, one) => sum + one, 0)
          add('table', [partitionKeyOf(input.Item ?? input.Key ?? {})], 'write', ofTable)
        } else {
          throw new Error(`${context.commandName} is not counted`)
        }
      }
      return { output, ...rest }
    },
    { step: 'initialize' },
  )
  return units
}

const partitionKeyOf = (item: Attributes) => item[table.partitionKey]

function queriedKey({ KeyConditionExpression, ExpressionAttributeValues }: Input): unknown {
  const [, name = ''] = /^\S+ = (:\w+)/.exec(KeyConditionExpression ?? '') ?? []
  return ExpressionAttributeValues?.[name]
}

/** Whether it comes as text or as DynamoDB's type. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : String((value as { S?: string } | undefined)?.S)
}
