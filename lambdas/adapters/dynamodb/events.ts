import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import type { EventFilter, EventRecord, EventStore } from '../../core/ports/events.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { PageRequest } from '../../core/ports/tickets.ts'
import { tallyOfEvent } from '../../core/reports/counts.ts'
import { mergePartitions, type PartitionPage } from '../../core/tickets/pages.ts'
import { tallyWrites } from './counts.ts'
import { cancellationCodes, type Item, keys, shardOf, shardsOf, type TableAccess } from './table.ts'

/** Rule 9: records stay for 7 days. */
const KEPT_SECONDS = 7 * 24 * 3600

/** Recording again after meeting another record of the same day. */
const TRIES = 10

/** The list of what belongs to no channel of ours. */
const NO_CHANNEL = 'EVENTS#-'

/** An item takes 400 KB at the most; what is longer is cut, and a delivery of X is a few KB. */
const RAW_LENGTH = 100_000

/** Records of events that made no ticket, a sharded list per channel. */
export function createEventStore({ now, ...access }: TableAccess & { now: Clock }): EventStore {
  const { tableName, documents } = access

  async function partitionsFor(channelId: string | undefined): Promise<string[]> {
    if (channelId !== undefined) return shardsOf(`EVENTS#${channelId}`)
    const lists = [NO_CHANNEL]
    let start: Record<string, unknown> | undefined
    do {
      const channels = await documents.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :channels',
          ExpressionAttributeValues: { ':channels': keys.channelListed('').pk },
          ExclusiveStartKey: start,
        }),
      )
      lists.push(...(channels.Items ?? []).map((item) => `EVENTS#${item.sk}`))
      start = channels.LastEvaluatedKey
    } while (start)
    return lists.flatMap(shardsOf)
  }

  return {
    async record(id, record, raw) {
      const sk = `${record.at}#${id}`
      const list = record.channelId === null ? NO_CHANNEL : `EVENTS#${record.channelId}`
      const item = {
        pk: `${list}#${shardOf(sk)}`,
        sk,
        ...record,
        expiresAt: Math.floor(Date.parse(record.at) / 1000) + KEPT_SECONDS,
        ...(raw === null ? {} : { raw: raw.slice(0, RAW_LENGTH) }),
      }
      const put = { Put: { TableName: tableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' } }
      const writes = [put, ...tallyWrites(tableName, tallyOfEvent(record))]
      for (let tries = 1; ; tries++) {
        try {
          await documents.send(new TransactWriteCommand({ TransactItems: writes }))
          return
        } catch (error) {
          if (!(error instanceof TransactionCanceledException)) throw error
          const codes = await cancellationCodes(error)
          // It is recorded already, and counted.
          if (codes[0] === 'ConditionalCheckFailed') return
          if (tries === TRIES || !codes.includes('TransactionConflict')) throw error
        }
      }
    },

    async list(filter, page) {
      const partitions = await partitionsFor(filter.channelId)
      const oldest = new Date(now().getTime() - KEPT_SECONDS * 1000).toISOString()
      const pages = await Promise.all(partitions.map((one) => readPartition(access, one, oldest, filter, page)))
      const { items, next } = mergePartitions(pages, (item) => item.sk, page.limit)
      return { items: items.map(recordFrom), next }
    },
  }
}

/** One partition, newest first. DynamoDB removes what has expired within days, not at once: `oldest` hides it. */
async function readPartition(
  { tableName, documents }: TableAccess,
  partition: string,
  oldest: string,
  { outcome }: EventFilter,
  { after, limit }: PageRequest,
): Promise<PartitionPage<Item>> {
  const answer = await documents.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :oldest AND :to',
      ...(outcome ? { FilterExpression: 'outcome = :outcome' } : {}),
      ProjectionExpression: 'pk, sk, #at, outcome, reason, kind, channelId, externalId',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: {
        ':pk': partition,
        ':oldest': oldest,
        ':to': after ?? '~',
        ...(outcome ? { ':outcome': outcome } : {}),
      },
      ScanIndexForward: false,
      Limit: limit + 2,
    }),
  )
  const items = ((answer.Items ?? []) as Item[]).filter((item) => item.sk !== after)
  return { items, readDownTo: answer.LastEvaluatedKey ? String(answer.LastEvaluatedKey.sk) : null }
}

function recordFrom(item: Item): EventRecord {
  // Only `record` writes such items, and writes them whole.
  const { at, outcome, reason, kind, channelId, externalId } = item as unknown as EventRecord
  return { at, outcome, reason, kind, channelId, externalId }
}
