import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { EventFilter, EventRecord, EventStore } from '../../core/ports/events.ts'
import type { Clock } from '../../core/ports/platform.ts'
import type { PageRequest } from '../../core/ports/tickets.ts'
import { tallyOfEvent } from '../../core/reports/counts.ts'
import { mergePartitions, type PartitionPage } from '../../core/tickets/pages.ts'
import { channelIds } from './channels.ts'
import { countedAs } from './counts.ts'
import { conditionHolds, type Item, type ListAccess, partitionFor, partitionsOf, type TableAccess } from './table.ts'

/** Rule 9 keeps records for 7 days. */
const KEPT_SECONDS = 7 * 24 * 3600

/** The list of events without a channel of ours. */
const NO_CHANNEL = 'EVENTS#-'

/** DynamoDB allows 400 KB per item. Events of X are a few KB; a longer one is cut. */
const MAX_RAW_CHARACTERS = 100_000

/** Records of events that opened no ticket, in a sharded list per channel. */
export function createEventStore({ now, ...access }: ListAccess & { now: Clock }): EventStore {
  const { tableName, partitions, documents } = access

  async function partitionsFor(channelId: string | undefined): Promise<string[]> {
    if (channelId !== undefined) return partitionsOf(`EVENTS#${channelId}`, partitions)
    const ids = await channelIds(access)
    return [NO_CHANNEL, ...ids.map((id) => `EVENTS#${id}`)].flatMap((list) => partitionsOf(list, partitions))
  }

  return {
    async record(id, record, raw, personId) {
      const sk = `${record.at}#${id}`
      const list = record.channelId === null ? NO_CHANNEL : `EVENTS#${record.channelId}`
      const tally = tallyOfEvent(record)
      const item = {
        pk: partitionFor(sk, list, partitions),
        sk,
        ...record,
        ...(personId !== null && { personId }),
        expiresAt: Math.floor(Date.parse(record.at) / 1000) + KEPT_SECONDS,
        ...(tally && countedAs(tally, { at: now().toISOString(), id }, partitions)),
        ...(raw === null ? {} : { raw: raw.slice(0, MAX_RAW_CHARACTERS).toWellFormed() }),
      }
      // If its condition does not hold, the event is recorded already.
      await conditionHolds(
        documents.send(
          new PutCommand({ TableName: tableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
        ),
      )
    },

    async list(filter, page) {
      const wanted = await partitionsFor(filter.channelId)
      const oldest = new Date(now().getTime() - KEPT_SECONDS * 1000).toISOString()
      const pages = await Promise.all(wanted.map((one) => readPartition(access, one, oldest, filter, page)))
      const { items, next } = mergePartitions(pages, (item) => item.sk, page.limit)
      return { items: items.map(recordFrom), next }
    },
  }
}

/** Reads one partition, newest first. `oldest` hides expired records, which DynamoDB deletes only days later. */
async function readPartition(
  { tableName, documents }: TableAccess,
  partition: string,
  oldest: string,
  { outcome }: EventFilter,
  { after, limit }: PageRequest,
): Promise<PartitionPage<Item>> {
  // The page before was read when its last record had not expired. DynamoDB refuses an empty range.
  if (after !== null && after < oldest) return { items: [], readDownTo: null }
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
  // Only `record` writes such items, always complete.
  const { at, outcome, reason, kind, channelId, externalId } = item as unknown as EventRecord
  return { at, outcome, reason, kind, channelId, externalId }
}
