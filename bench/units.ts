import { ConditionalCheckFailedException, type ConsumedCapacity, type DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** Capacity units of DynamoDB. `inIndexes` are those of the write units that keep indexes up to date. */
export type Units = { readonly write: number; readonly read: number; readonly inIndexes: number }

const reading = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']
const writing = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']

/** What calls that cannot be counted throw. */
export class UncountedError extends Error {}

/**
 * Counts the units that a client consumes, as the database reports them. The embedded database follows AWS's rules but
 * for two things, which `test/bench/units.test.ts` shows: of an answer with a `ProjectionExpression` it counts only what
 * it returns, so such a call is refused here; and like DynamoDB it reports nothing for a write that its condition
 * refused. That one costs what the item's size does; all such items here are under 1 KB, so it counts as 1.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 * @returns a function that does some work, alone, and gives the units that it consumed
 */
export function countUnits(client: DynamoDBClient): (work: () => Promise<unknown>) => Promise<Units> {
  let units: Units = { write: 0, read: 0, inIndexes: 0 }

  client.middlewareStack.add(
    (next, context) => async (args) => {
      const command = String(context.commandName).replace(/Command$/, '')
      // Every command counted here takes and gives these fields.
      const input = args.input as { ProjectionExpression?: string }
      if (!reading.includes(command) && !writing.includes(command)) return next(args)
      if (input.ProjectionExpression) {
        throw new UncountedError(`${command} has a ProjectionExpression, whose units the embedded database understates`)
      }
      try {
        const { output, ...rest } = await next({ ...args, input: { ...input, ReturnConsumedCapacity: 'INDEXES' } })
        const { ConsumedCapacity: consumed } = output as { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] }
        if (!consumed) throw new UncountedError(`${command} does not say what it consumed`)
        units = [consumed].flat().reduce((sum, one) => added(sum, one, writing.includes(command)), units)
        return { output, ...rest }
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) units = { ...units, write: units.write + 1 }
        else if (!(error instanceof UncountedError)) throw new UncountedError(`${command} failed`, { cause: error })
        throw error
      }
    },
    { step: 'initialize' },
  )

  return async (work) => {
    units = { write: 0, read: 0, inIndexes: 0 }
    await work()
    return units
  }
}

function added(sum: Units, { CapacityUnits = 0, GlobalSecondaryIndexes = {} }: ConsumedCapacity, isWrite: boolean) {
  if (!isWrite) return { ...sum, read: sum.read + CapacityUnits }
  const inIndexes = Object.values(GlobalSecondaryIndexes).reduce((total, one) => total + (one.CapacityUnits ?? 0), 0)
  return { write: sum.write + CapacityUnits, read: sum.read, inIndexes: sum.inIndexes + inIndexes }
}
