import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type ChannelHealth, unknownWebhookHealth, type WebhookHealth } from '../../core/channels/health.ts'
import { type Outage, PREVIOUS_SECRET_NOTE, replayNote } from '../../core/channels/outage.ts'
import { firstTurn, type Turn } from '../../core/channels/turn.ts'
import type { HealthStore, MentionsMark } from '../../core/ports/channels.ts'
import { getAll, type Item, type Key, keys, type TableAccess } from './table.ts'

/**
 * The state of the schedules between their runs: one item for the webhook, one for each schedule, and two per channel.
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

    async channelHealths(channelIds) {
      const items = await getAll(access, channelIds.map(keys.channelHealth))
      return new Map(
        channelIds.flatMap((id, index) => {
          const item = items[index]
          return item ? [[id, channelHealthFrom(item)]] : []
        }),
      )
    },

    saveChannel: (channelId, health) => put({ ...keys.channelHealth(channelId), ...health }),

    async mentionsMarks(channelIds) {
      const items = await getAll(access, channelIds.map(keys.mentionsPoll))
      return new Map(items.flatMap((item) => (item ? [[String(item.channelId), markFrom(item)]] : [])))
    },

    saveMentionsMark: (channelId, mark) => put({ ...keys.mentionsPoll(channelId), channelId, ...mark }),

    async turn(schedule) {
      const [item] = await getAll(access, [keys.turn(schedule)])
      return item ? turnFrom(item) : firstTurn
    },

    saveTurn: (schedule, turn) => put({ ...keys.turn(schedule), ...turn }),

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

    async previousSecretNeededAt() {
      const [item] = await getAll(access, [{ ...outageKey, sk: PREVIOUS_SECRET_NOTE }])
      return typeof item?.neededAt === 'string' ? item.neededAt : null
    },

    async noteOutage({ from, to }: Outage) {
      await documents.send(
        new UpdateCommand({
          TableName: tableName,
          Key: outageKey,
          UpdateExpression: 'SET #from = if_not_exists(#from, :from), #to = :to',
          ExpressionAttributeNames: { '#from': 'from', '#to': 'to' },
          ExpressionAttributeValues: { ':from': from, ':to': to },
        }),
      )
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

function channelHealthFrom(item: Item): ChannelHealth {
  // Only `saveChannel` writes such items, always complete.
  const { healthyAt, fault, backfill } = item as unknown as ChannelHealth
  return { healthyAt, fault, backfill }
}

function turnFrom(item: Item): Turn {
  // Only `saveTurn` writes such items, always complete.
  const { after, refusedSince } = item as unknown as Turn
  return { after, refusedSince }
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
