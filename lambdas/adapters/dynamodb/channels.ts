import { PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type Channel, MAX_BLOCKED } from '../../core/channels/channel.ts'
import type { ChannelStore } from '../../core/ports/channels.ts'
import { channelIdOf } from '../../core/x/ids.ts'
import { changing, channelFrom, connecting, setting } from './channel-items.ts'
import { conditionHolds, getAll, type Item, keys, queryAll, type TableAccess, writeUnlessChanged } from './table.ts'

/** How often an account is connected anew because its channel changed meanwhile. */
const MAX_ATTEMPTS = 20

/** Channels in the table: one item each, and a list of their ids. */
export function createChannelStore(access: TableAccess): ChannelStore {
  const { tableName, documents } = access

  async function get(id: string): Promise<Channel | null> {
    const [item] = await getAll(access, [keys.channel(id)])
    return item ? channelFrom(item) : null
  }

  async function several(ids: readonly string[]): Promise<Channel[]> {
    const items = await getAll(access, ids.map(keys.channel))
    return items.flatMap((item) => (item ? [channelFrom(item)] : []))
  }

  /** Sets fields of an existing channel. */
  async function set(channelId: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await documents.send(
      new UpdateCommand({
        TableName: tableName,
        Key: keys.channel(channelId),
        ...setting(fields),
        ConditionExpression: 'attribute_exists(pk)',
      }),
    )
  }

  return {
    get,

    async connect(account) {
      const id = channelIdOf(account.twitterUserId)
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        const isConnected = await writeUnlessChanged(access, [
          { Update: { TableName: tableName, Key: keys.channel(id), ...connecting(await get(id), account) } },
          { Put: { TableName: tableName, Item: keys.channelListed(id) } },
          ...(account.encryptedTokens
            ? [
                {
                  Put: { TableName: tableName, Item: { ...keys.tokens(id), encryptedTokens: account.encryptedTokens } },
                },
              ]
            : []),
        ])
        const channel = isConnected ? await get(id) : null
        if (channel) return channel
      }
      throw new Error(`the status of ${id} changed during each of ${MAX_ATTEMPTS} attempts to connect it`)
    },

    list: async () => several(await channelIds(access)),
    several,

    async encryptedTokens(channelId) {
      const [item] = await getAll(access, [keys.tokens(channelId)])
      return item ? String(item.encryptedTokens) : null
    },

    async encryptedTokensOf(channelIds) {
      const items = await getAll(access, channelIds.map(keys.tokens))
      return new Map(
        channelIds.flatMap((id, index) => {
          const item = items[index]
          return item ? [[id, String(item.encryptedTokens)]] : []
        }),
      )
    },

    async disconnect(channelId) {
      await documents.send(
        new TransactWriteCommand({
          TransactItems: [
            { Delete: { TableName: tableName, Key: keys.tokens(channelId) } },
            { Delete: { TableName: tableName, Key: keys.chatKey(channelId) } },
            {
              Update: {
                TableName: tableName,
                Key: keys.channel(channelId),
                UpdateExpression: 'SET #status = :status REMOVE chat',
                ConditionExpression: 'attribute_exists(pk)',
                ExpressionAttributeNames: { '#status': 'status' },
                ExpressionAttributeValues: { ':status': 'disconnected' },
              },
            },
          ],
        }),
      )
    },

    async extension() {
      const [item] = await getAll(access, [keys.extension])
      return {
        enabled: item?.enabled !== false,
        enabledAt: typeof item?.enabledAt === 'string' ? item.enabledAt : null,
      }
    },

    async blockedCustomers() {
      const [item] = await getAll(access, [keys.extension])
      return blockedIn(item)
    },

    async setBlocked(customerId, isBlocked) {
      const blocked = new Set([customerId])
      if (!isBlocked) {
        await documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.extension,
            UpdateExpression: 'DELETE blocked :blocked',
            ExpressionAttributeValues: { ':blocked': blocked },
          }),
        )
        return true
      }
      return conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.extension,
            UpdateExpression: 'ADD blocked :blocked',
            ConditionExpression:
              'attribute_not_exists(blocked) OR size(blocked) < :most OR contains(blocked, :customer)',
            ExpressionAttributeValues: { ':blocked': blocked, ':customer': customerId, ':most': MAX_BLOCKED },
          }),
        ),
      )
    },

    async setExtension(enabled, at) {
      const { enabled: before, enabledAt } = await this.extension()
      await documents.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keys.extension,
          UpdateExpression: 'SET #enabled = :enabled, enabledAt = :at',
          ExpressionAttributeNames: { '#enabled': 'enabled' },
          ExpressionAttributeValues: { ':enabled': enabled, ':at': enabled && !before ? at : enabledAt },
        }),
      )
    },

    saveSettings: (before, after) =>
      conditionHolds(
        documents.send(
          new UpdateCommand({ TableName: tableName, Key: keys.channel(before.id), ...changing(before, after) }),
        ),
      ),

    async saveBudgetState({ id, dailyBudgetUsd }, { budgetUsedUpOn, budgetNotified }) {
      // A budget that was changed since it was read is judged again by the next run.
      await conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.channel(id),
            UpdateExpression: 'SET budgetUsedUpOn = :usedUp, budgetNotified = :notified',
            ConditionExpression: 'dailyBudgetUsd = :budget',
            ExpressionAttributeValues: {
              ':usedUp': budgetUsedUpOn,
              ':notified': budgetNotified,
              ':budget': dailyBudgetUsd,
            },
          }),
        ),
      )
    },

    inactivityWasNotified: (channelId, since) => set(channelId, { inactivityNotifiedFrom: since }),
    revocationWasNotified: (channelId) => set(channelId, { revocationNotified: true }),

    async chatStateWasNotified(channelId, state) {
      await conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.channel(channelId),
            UpdateExpression: 'SET chat.notified = :true',
            ConditionExpression: 'chat.#state = :state',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':true': true, ':state': state },
          }),
        ),
      )
    },

    async ownWebhook() {
      const [item] = await getAll(access, [keys.ownWebhook])
      if (!item) return null
      // Items of before the first change of address have no former webhooks.
      return { id: String(item.id), url: String(item.url), formerIds: (item.formerIds ?? []) as string[] }
    },

    async saveOwnWebhook(webhook) {
      await documents.send(new PutCommand({ TableName: tableName, Item: { ...keys.ownWebhook, ...webhook } }))
    },

    async saveLastMessageAt(channelId, at) {
      // An older message changes nothing.
      await conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.channel(channelId),
            UpdateExpression: 'SET lastMessageAt = :at',
            ConditionExpression:
              'attribute_exists(pk) AND (lastMessageAt < :at OR attribute_type(lastMessageAt, :none))',
            ExpressionAttributeValues: { ':at': at, ':none': 'NULL' },
          }),
        ),
      )
    },

    async markRevoked({ id, connectedAt }) {
      // A channel that is revoked already keeps whether administrators know.
      await conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.channel(id),
            UpdateExpression: 'SET #status = :revoked, revocationNotified = :no',
            ConditionExpression: '#status = :connected AND connectedAt = :connectedAt',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: {
              ':revoked': 'needs_reconnection',
              ':connected': 'connected',
              ':connectedAt': connectedAt,
              ':no': false,
            },
          }),
        ),
      )
    },
  }
}

/** The customers that are blocked, in the item of the extension, which the routing of every event reads anyway. */
export function blockedIn(extension: Item | undefined): ReadonlySet<string> {
  return extension?.blocked instanceof Set ? extension.blocked : new Set()
}

/** The ids of all channels that were ever connected. */
export async function channelIds(access: TableAccess): Promise<string[]> {
  const items = await queryAll(access, {
    KeyConditionExpression: 'pk = :channels',
    ExpressionAttributeValues: { ':channels': keys.channelListed('').pk },
    ConsistentRead: true,
  })
  return items.map((item) => item.sk)
}
