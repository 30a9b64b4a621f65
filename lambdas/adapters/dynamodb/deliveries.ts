import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Delivery, Payload, Waiting, Work } from '../../core/outgoing/delivery.ts'
import type { DeliveryStore } from '../../core/ports/outgoing.ts'
import type { Clock } from '../../core/ports/platform.ts'
import { mergePartitions, type PartitionPage } from '../../core/tickets/pages.ts'
import { dueKeys } from './due.ts'
import {
  conditionHolds,
  getAll,
  type Item,
  keys,
  type ListAccess,
  partitionFor,
  partitionsOf,
  WAITING,
} from './table.ts'

/** What an endpoint did not take in 24 hours is given up; two days more are for an administrator who enables it again. */
const WAITING_KEPT_SECONDS = 3 * 24 * 3600
const RECORDED_KEPT_SECONDS = 7 * 24 * 3600

/** The list of groups that are due. */
const DUE = 'deliveries'

/**
 * Events on their way to endpoints. Each group (an endpoint and a ticket) is a partition, in order; its first event may be
 * in the `due` index. Attempts are in a sharded list for each endpoint.
 */
export function createDeliveryStore({ now, ...access }: ListAccess & { now: Clock }): DeliveryStore {
  const { tableName, partitions, documents } = access
  const expiresIn = (seconds: number) => Math.floor(now().getTime() / 1000) + seconds
  const listOf = (endpointId: string) => `DELIVERIES#${endpointId}`

  return {
    async add({ endpointId, group, position, ...event }) {
      await conditionHolds(
        documents.send(
          new PutCommand({
            TableName: tableName,
            Item: {
              ...keys.waiting({ endpointId, group }, position),
              ...event,
              expiresAt: expiresIn(WAITING_KEPT_SECONDS),
            },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      )
    },

    async waiting<Content = Payload>(work: Work, limit: number) {
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': keys.waiting(work, '').pk },
          ConsistentRead: true,
          Limit: limit,
        }),
      )
      return (Items as Item[]).map((item) => waitingFrom<Content>(item))
    },

    async postpone({ position, attempts, failingSince, triedAt, ...work }, until) {
      const { pk, sk } = keys.waiting(work, position)
      await conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { pk, sk },
            UpdateExpression:
              'SET inDue = :due, dueAt = :until, attempts = :attempts, failingSince = :since, triedAt = :tried',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: {
              ':due': partitionFor(pk, DUE, partitions),
              ':until': until,
              ':attempts': attempts,
              ':since': failingSince,
              ':tried': triedAt,
            },
          }),
        ),
      )
    },

    async remove({ position, ...work }) {
      await documents.send(new DeleteCommand({ TableName: tableName, Key: keys.waiting(work, position) }))
    },

    async due(at, limit) {
      const longest = await dueKeys(access, DUE, at, limit)
      // The index has only keys.
      return (await getAll(access, longest)).flatMap((item) => (item ? [waitingFrom<Payload>(item)] : []))
    },

    async record(endpointId, { id, ...delivery }) {
      const item = {
        pk: partitionFor(id, listOf(endpointId), partitions),
        sk: id,
        ...delivery,
        expiresAt: expiresIn(RECORDED_KEPT_SECONDS),
      }
      await documents.send(new PutCommand({ TableName: tableName, Item: item }))
    },

    async recorded(endpointId, { after, limit }) {
      const read = async (partition: string): Promise<PartitionPage<Item>> => {
        const answer = await documents.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: 'pk = :pk AND sk <= :to',
            ExpressionAttributeValues: { ':pk': partition, ':to': after ?? '~' },
            ScanIndexForward: false,
            Limit: limit + 2,
          }),
        )
        const items = ((answer.Items ?? []) as Item[]).filter((item) => item.sk !== after)
        return { items, readDownTo: answer.LastEvaluatedKey ? String(answer.LastEvaluatedKey.sk) : null }
      }
      const pages = await Promise.all(partitionsOf(listOf(endpointId), partitions).map(read))
      const { items, next } = mergePartitions(pages, (item) => item.sk, limit)
      return { items: items.map(deliveryFrom), next }
    },

    async one(endpointId, id) {
      const [item] = await getAll(access, [{ pk: partitionFor(id, listOf(endpointId), partitions), sk: id }])
      return item ? deliveryFrom(item) : null
    },
  }
}

function waitingFrom<Content>({ pk, sk, ...item }: Item): Waiting<Content> {
  const { inDue: _inDue, dueAt: _dueAt, expiresAt: _expiresAt, ...event } = item
  const [endpointId = '', group = ''] = pk.slice(WAITING.length).split('#')
  const work: Work = { endpointId, group }
  // Only this store writes such items, always complete.
  return { ...work, position: sk, ...event } as unknown as Waiting<Content>
}

function deliveryFrom({ pk: _pk, sk, expiresAt: _expiresAt, ...delivery }: Item): Delivery {
  // Only `record` writes such items, always complete.
  return { ...delivery, id: sk } as unknown as Delivery
}
