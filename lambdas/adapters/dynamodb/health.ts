import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import {
  type ChannelHealth,
  unknownChannelHealth,
  unknownWebhookHealth,
  type WebhookHealth,
} from '../../core/channels/health.ts'
import { type Outage, replayNote } from '../../core/channels/outage.ts'
import type { HealthStore, MentionsMark } from '../../core/ports/channels.ts'
import { getAll, type Item, type Key, keys, type TableAccess } from './table.ts'

/**
 * The state of `reconcile` between its runs: one item for the webhook and one per channel.
 * @param outageKey the item in which the webhook notes failed deliveries; in its partition are the ends of replays
 */
export function createHealthStore(access: TableAccess, outageKey: Key): HealthStore {
  const { tableName, documents } = access
  const put = async (item: Record<string, unknown>) =>
    void (await documents.send(new PutCommand({ TableName: tableName, Item: item })))

  return {
    async webhook() {
      const [item] = await getAll(access, [keys.webhookHealth])
      return item ? webhookHealthFrom(item) : unknownWebhookHealth
    },

    saveWebhook: (health) => put({ ...keys.webhookHealth, ...health }),

    async channel(channelId) {
      const [item] = await getAll(access, [keys.channelHealth(channelId)])
      if (!item) return unknownChannelHealth
      // Only `saveChannel` writes such items, always complete.
      const { healthyAt, fault, backfill } = item as unknown as ChannelHealth
      return { healthyAt, fault, backfill }
    },

    saveChannel: (channelId, health) => put({ ...keys.channelHealth(channelId), ...health }),

    async mentionsMarks(channelIds) {
      const items = await getAll(access, channelIds.map(keys.mentionsPoll))
      return new Map(items.flatMap((item) => (item ? [[String(item.channelId), markFrom(item)]] : [])))
    },

    saveMentionsMark: (channelId, mark) => put({ ...keys.mentionsPoll(channelId), channelId, ...mark }),

    async eventSourceEndNotified() {
      const [item] = await getAll(access, [keys.eventSourceEnd])
      return item !== undefined
    },

    eventSourceEndWasNotified: (at) => put({ ...keys.eventSourceEnd, notifiedAt: at }),

    async notedOutage() {
      const [item] = await getAll(access, [outageKey])
      return item ? { from: String(item.from), to: String(item.to) } : null
    },

    async replayEnd(jobId) {
      const [item] = await getAll(access, [{ ...outageKey, sk: replayNote(jobId) }])
      return item?.end === 'Complete' || item?.end === 'Incomplete' ? item.end : null
    },

    async forgetOutage({ to }: Outage) {
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
        // More deliveries failed meanwhile: the next run handles them.
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      }
    },
  }
}

function markFrom({ polledTo, sinceId }: Item): MentionsMark {
  return { polledTo: String(polledTo), sinceId: typeof sinceId === 'string' ? sinceId : null }
}

/** The state of the webhook in its item. */
export function webhookHealthFrom(item: Item): WebhookHealth {
  // Only `saveWebhook` writes such items, always complete.
  const { healthyAt, fault, outageForChannels, outageForReplay, repairFailed, replay } =
    item as unknown as WebhookHealth
  return { healthyAt, fault, outageForChannels, outageForReplay, repairFailed: repairFailed === true, replay }
}
