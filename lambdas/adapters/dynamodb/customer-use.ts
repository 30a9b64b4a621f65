import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { CustomerUseStore } from '../../core/ports/customer-use.ts'
import { conditionHolds, keys, type TableAccess } from './table.ts'

/** Numbers of a day are of no use after it. DynamoDB deletes them some time later. */
const KEPT_MS = 2 * 24 * 3600_000

/** What was fetched because of customers, in the table: one item for each customer and day, added to beside the fetch. */
export function createCustomerUseStore({ tableName, documents }: TableAccess): CustomerUseStore {
  async function take(name: 'lookups' | 'bytes', customerId: string, day: string, amount: number, most: number) {
    if (amount > most) return false
    return conditionHolds(
      documents.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keys.customerUse(customerId, day),
          UpdateExpression: 'SET expiresAt = :expiresAt ADD #name :amount',
          ConditionExpression: 'attribute_not_exists(#name) OR #name <= :room',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: {
            ':amount': amount,
            ':room': most - amount,
            ':expiresAt': Math.floor((Date.parse(day) + KEPT_MS) / 1000),
          },
        }),
      ),
    )
  }

  /** An item that an erasure has deleted meanwhile must not come back. */
  async function giveBack(name: 'lookups' | 'bytes', customerId: string, day: string, amount: number) {
    await conditionHolds(
      documents.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keys.customerUse(customerId, day),
          UpdateExpression: 'ADD #name :back',
          ConditionExpression: '#name >= :amount',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':back': -amount, ':amount': amount },
        }),
      ),
    )
  }

  return {
    takeLookup: (customerId, day, most) => take('lookups', customerId, day, 1, most),
    giveBackLookup: (customerId, day) => giveBack('lookups', customerId, day, 1),
    takeBytes: (customerId, day, bytes, most) => take('bytes', customerId, day, bytes, most),
    giveBackBytes: (customerId, day, bytes) => giveBack('bytes', customerId, day, bytes),
  }
}
