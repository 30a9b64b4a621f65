import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Connecting, ConnectingStore } from '../../core/ports/channels.ts'
import { conditionHolds, getAll, keys, type TableAccess } from './table.ts'

/** How long an expired sign-in stays, so that a late callback learns what happened. */
const KEPT_SECONDS = 24 * 3600

/** Started sign-ins at X in the table, by the hash of their request token. */
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
      // Only `begin` writes such items, always complete.
      const { until, ...rest } = item as unknown as Connecting & { until: string }
      const { encryptedSecret, browser, by, channelId, usedAt } = rest
      return { requestToken, encryptedSecret, browser, by, channelId, expiresAt: until, usedAt }
    },

    async use(requestToken, at) {
      return conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.connecting(requestToken),
            UpdateExpression: 'SET usedAt = :at',
            ConditionExpression: 'attribute_exists(pk) AND attribute_type(usedAt, :none)',
            ExpressionAttributeValues: { ':at': at, ':none': 'NULL' },
          }),
        ),
      )
    },
  }
}
