import { PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type Channel, newChannel, withSettings } from '../../core/channels/channel.ts'
import type { ChannelStore } from '../../core/ports/channels.ts'
import { channelIdOf } from '../../core/x/ids.ts'
import { conditionHolds, getAll, type Item, keys, queryAll, type TableAccess } from './table.ts'

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
    const names = Object.keys(fields)
    await documents.send(
      new UpdateCommand({
        TableName: tableName,
        Key: keys.channel(channelId),
        UpdateExpression: `SET ${names.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
        ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [`:v${index}`, fields[name]])),
      }),
    )
  }

  return {
    get,

    async connect({ twitterUserId, username, name, at, encryptedTokens }) {
      const id = channelIdOf(twitterUserId)
      const known = await get(id)
      const channel: Channel = known
        ? {
            ...known,
            username,
            status: 'connected',
            connectedAt: at,
            countsFrom: known.status === 'disconnected' ? at : known.countsFrom,
            revocationNotified: false,
            ...(name === undefined ? {} : { name }),
          }
        : newChannel({ id, twitterUserId, username, name, at })
      await documents.send(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName: tableName, Item: { ...keys.channel(id), ...channel } } },
            { Put: { TableName: tableName, Item: keys.channelListed(id) } },
            ...(encryptedTokens
              ? [{ Put: { TableName: tableName, Item: { ...keys.tokens(id), encryptedTokens } } }]
              : []),
          ],
        }),
      )
      return channel
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

    async setExtension(enabled, at) {
      const { enabled: before, enabledAt } = await this.extension()
      const item = { ...keys.extension, enabled, enabledAt: enabled && !before ? at : enabledAt }
      await documents.send(new PutCommand({ TableName: tableName, Item: item }))
    },

    async change(channelId, settings, at) {
      const known = await get(channelId)
      if (!known) return null
      const after = withSettings(known, settings, at)
      const names = [
        ...Object.keys(settings),
        'noMessagesChangedAt',
        'directMessagesEnabledAt',
        'mentionsEnabledAt',
      ] as (keyof Channel)[]
      await set(channelId, Object.fromEntries(names.map((name) => [name, after[name]])))
      return after
    },

    inactivityWasNotified: (channelId, since) => set(channelId, { inactivityNotifiedFrom: since }),
    revocationWasNotified: (channelId) => set(channelId, { revocationNotified: true }),

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

/** The ids of all channels that were ever connected. */
export async function channelIds(access: TableAccess): Promise<string[]> {
  const items = await queryAll(access, {
    KeyConditionExpression: 'pk = :channels',
    ExpressionAttributeValues: { ':channels': keys.channelListed('').pk },
    ConsistentRead: true,
  })
  return items.map((item) => item.sk)
}

/** The channel in its item. */
export function channelFrom({ pk: _pk, sk: _sk, ...channel }: Item): Channel {
  // `connect` writes whole channels; every other write sets fields of the same types.
  const stored = channel as unknown as Channel
  return { ...stored, countsFrom: stored.countsFrom ?? stored.connectedAt }
}
