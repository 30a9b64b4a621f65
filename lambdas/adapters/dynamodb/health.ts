import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { type ChannelHealth, unknownChannel, unknownWebhook, type WebhookHealth } from '../../core/channels/health.ts'
import type { Gap } from '../../core/channels/outage.ts'
import type { HealthStore } from '../../core/ports/channels.ts'
import { getAll, type Item, type Key, keys, type TableAccess } from './table.ts'

/** What upkeep remembers, an item for the webhook and one a channel. @param outageKey where the webhook notes trouble */
export function createHealthStore(access: TableAccess, outageKey: Key): HealthStore {
  const { tableName, documents } = access
  const put = async (item: Record<string, unknown>) =>
    void (await documents.send(new PutCommand({ TableName: tableName, Item: item })))

  return {
    async webhook() {
      const [item] = await getAll(access, [keys.webhookHealth])
      return item ? webhookHealthFrom(item) : unknownWebhook
    },

    saveWebhook: (health) => put({ ...keys.webhookHealth, ...health }),

    async channel(channelId) {
      const [item] = await getAll(access, [keys.channelHealth(channelId)])
      if (!item) return unknownChannel
      // Only `saveChannel` writes such items, and writes them whole.
      const { healthyAt, fault, missed, mentionsAskedTo } = item as unknown as ChannelHealth
      return { healthyAt, fault, missed, mentionsAskedTo }
    },

    saveChannel: (channelId, health) => put({ ...keys.channelHealth(channelId), ...health }),

    async trouble() {
      const [item] = await getAll(access, [outageKey])
      return item ? { from: String(item.from), to: String(item.to) } : null
    },

    async forgetOutage({ to }: Gap) {
      try {
        await documents.send(
          new DeleteCommand({
            TableName: tableName,
            Key: outageKey,
            ConditionExpression: '#to = :to',
            ExpressionAttributeNames: { '#to': 'to' },
            ExpressionAttributeValues: { ':to': to },
          }),
        )
      } catch (error) {
        // There was more trouble since: the next run takes care of it.
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      }
    },
  }
}

/** What is known of the webhook out of its item. */
export function webhookHealthFrom(item: Item): WebhookHealth {
  // Only `saveWebhook` writes such items, and writes them whole.
  const { healthyAt, fault, untold, gap, replay } = item as unknown as WebhookHealth
  return { healthyAt, fault, untold, gap, replay }
}
