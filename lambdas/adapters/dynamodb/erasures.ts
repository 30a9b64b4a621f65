import { randomUUID } from 'node:crypto'
import { PutCommand, QueryCommand, type QueryCommandOutput, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Cursor, Erased, Erasure, ErasureStore, RunningErasure } from '../../core/ports/erasure.ts'
import { names } from '../../core/tickets/erasure.ts'
import { eraseItem, eraseTicket } from './erasing.ts'
import {
  ERASING,
  getAll,
  type Item,
  keys,
  type ListAccess,
  partitionsOf,
  queryAll,
  writeUnlessChanged,
} from './table.ts'
import { ALL, identityFrom, ticketFrom } from './ticket-items.ts'

/** How long the numbers of an erasure stay. */
const KEPT_SECONDS = 90 * 24 * 3600

/** The number that each kind of find adds to. */
const counterOf: Readonly<Record<Erased, 'tickets' | 'messages' | 'others' | null>> = {
  ticket: 'tickets',
  message: 'messages',
  other: 'others',
  nothing: null,
  busy: null,
}

/** Erasures in the table: one item while it runs, which alone says whom it concerns, and one that stays. */
export function createErasureStore(access: ListAccess): ErasureStore {
  const { tableName, documents } = access

  async function get(id: string): Promise<Erasure | null> {
    const [item] = await getAll(access, [keys.erasure(id)])
    return item ? erasureFrom(item) : null
  }

  return {
    get,

    async request(customerId, requestedAt) {
      for (;;) {
        const [running] = await getAll(access, [keys.erasing(customerId)])
        const known = running && (await get(String(running.id)))
        if (known) return known
        const erasure: Erasure = {
          id: `erasure-${randomUUID()}`,
          status: 'running',
          requestedAt,
          finishedAt: null,
          tickets: 0,
          messages: 0,
          others: 0,
        }
        const job = { ...keys.erasing(customerId), id: erasure.id, requestedAt, ...betweenPasses }
        const isStored = await writeUnlessChanged(access, [
          { Put: { TableName: tableName, Item: job, ConditionExpression: 'attribute_not_exists(pk)' } },
          { Put: { TableName: tableName, Item: { ...keys.erasure(erasure.id), ...erasure } } },
        ])
        if (isStored) return erasure
      }
    },

    async running() {
      const items = await queryAll(access, {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': ERASING },
        ConsistentRead: true,
      })
      return items.map(runningFrom)
    },

    async save({ customerId, ...rest }) {
      await documents.send(new PutCommand({ TableName: tableName, Item: { ...keys.erasing(customerId), ...rest } }))
    },

    async finish({ id, customerId }, at) {
      await writeUnlessChanged(access, [
        {
          Delete: {
            TableName: tableName,
            Key: keys.erasing(customerId),
            ConditionExpression: 'id = :id',
            ExpressionAttributeValues: { ':id': id },
          },
        },
        {
          Update: {
            TableName: tableName,
            Key: keys.erasure(id),
            UpdateExpression: 'SET #status = :finished, finishedAt = :at, expiresAt = :expiresAt',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: {
              ':finished': 'finished',
              ':at': at,
              ':expiresAt': Math.floor(Date.parse(at) / 1000) + KEPT_SECONDS,
            },
          },
        },
      ])
    },

    async find(customerId, cursor) {
      const { Items = [], LastEvaluatedKey = null } = await documents.send(
        new ScanCommand({
          TableName: tableName,
          ConsistentRead: true,
          ...(cursor && { ExclusiveStartKey: cursor }),
        }),
      )
      const finds = (Items as Item[]).filter(({ pk, ...item }) => pk !== ERASING && namesPerson({ pk, ...item }))
      return { finds: finds.map((item) => ({ customerId, item })), next: LastEvaluatedKey }

      function namesPerson(item: object): boolean {
        return names(JSON.stringify(item, withSets), customerId)
      }
    },

    async erase(erasure, { customerId, item }, removeFiles) {
      const erased = await eraseItem(access, customerId, item as Item, removeFiles)
      const counter = counterOf[erased]
      if (counter) {
        await documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.erasure(erasure.id),
            UpdateExpression: 'ADD #counter :one',
            ExpressionAttributeNames: { '#counter': counter },
            ExpressionAttributeValues: { ':one': 1 },
          }),
        )
      }
      return erased
    },

    async quietTickets(before, limit) {
      const latest = [...before.values()].sort().at(-1)
      if (latest === undefined) return []
      const found = await Promise.all(
        partitionsOf(ALL, access.partitions).map((partition) => quietIn(access, partition, before, latest, limit)),
      )
      return found.flat().slice(0, limit)
    },

    async eraseTicket(ticketId, quietSince, removeFiles) {
      const [item] = await getAll(access, [keys.ticket(ticketId)])
      if (item?.version === undefined || ticketFrom(item).updatedAt >= quietSince) return 'nothing'
      return eraseTicket(access, item, removeFiles)
    },
  }
}

/** The tickets of a part of the list of all that are older than their channel keeps them, the oldest first. */
async function quietIn(
  { tableName, documents }: ListAccess,
  partition: string,
  before: ReadonlyMap<string, string>,
  latest: string,
  limit: number,
): Promise<string[]> {
  const found: string[] = []
  let start: Cursor = null
  do {
    const page: QueryCommandOutput = await documents.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'list',
        KeyConditionExpression: 'inList = :partition AND activity < :latest',
        ExpressionAttributeValues: { ':partition': partition, ':latest': latest },
        ...(start && { ExclusiveStartKey: start }),
      }),
    )
    for (const item of (page.Items ?? []) as Item[]) {
      const { id, channelId } = identityFrom(item)
      const until = before.get(channelId)
      if (until !== undefined && String(item.activity) < until) found.push(id)
    }
    start = page.LastEvaluatedKey ?? null
  } while (start && found.length < limit)
  return found
}

/** JSON knows no sets. */
const withSets = (_: string, value: unknown) => (value instanceof Set ? [...value] : value)

const betweenPasses = { passBeganAt: null, hasFound: false, cursor: null }

function runningFrom({ pk: _pk, sk: customerId, ...rest }: Item): RunningErasure {
  // Only `request` and `save` write such items, always complete.
  return { customerId, ...rest } as unknown as RunningErasure
}

function erasureFrom(item: Item): Erasure {
  // Only `request` writes such items, always complete.
  const { id, status, requestedAt, finishedAt, tickets, messages, others } = item as unknown as Erasure
  return { id, status, requestedAt, finishedAt, tickets, messages, others }
}
