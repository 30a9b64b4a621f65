import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Connecting, ConnectingStore } from '../../core/ports/channels.ts'
import { getAll, keys, type TableAccess } from './table.ts'

/** Used and expired ones stay a day, so that a callback that comes late is told what happened. Seconds. */
const KEPT_SECONDS = 24 * 3600

/** Begun connectings in the table, by the request token's hash. */
export function createConnectingStore(access: TableAccess): ConnectingStore {
  const { tableName, documents } = access
  return {
    async begin(connecting) {
      const expiresAt = Math.ceil(Date.parse(connecting.expiresAt) / 1000) + KEPT_SECONDS
      const { requestToken, expiresAt: until, ...rest } = connecting
      const item = { ...keys.connecting(requestToken), ...rest, until, expiresAt }
      await documents.send(new PutCommand({ TableName: tableName, Item: item }))
    },

    async get(requestToken) {
      const [item] = await getAll(access, [keys.connecting(requestToken)])
      if (!item) return null
      // Only `begin` writes such items, and writes them whole.
      const { encryptedSecret, browser, until, usedAt } = item as unknown as Connecting & { until: string }
      return { requestToken, encryptedSecret, browser, expiresAt: until, usedAt }
    },

    async use(requestToken, at) {
      try {
        await documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.connecting(requestToken),
            UpdateExpression: 'SET usedAt = :at',
            ConditionExpression: 'attribute_exists(pk) AND attribute_type(usedAt, :none)',
            ExpressionAttributeValues: { ':at': at, ':none': 'NULL' },
          }),
        )
        return true
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false
        throw error
      }
    },
  }
}
