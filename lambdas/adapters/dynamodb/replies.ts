import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Clock } from '../../core/ports/platform.ts'
import type { DueMessage } from '../../core/ports/queues.ts'
import type { ReplyStore } from '../../core/ports/replies.ts'
import type { Idempotency } from '../../core/ports/tickets.ts'
import type { Quota } from '../../core/replies/quota.ts'
import { isReply, type Reply } from '../../core/replies/reply.ts'
import { tallyOfReply } from '../../core/reports/counts.ts'
import type { Target } from '../../core/tickets/ticket.ts'
import { messageIdOf } from '../../core/tickets/written.ts'
import { tallyWrites } from './counts.ts'
import { dueAs, dueIn, postpone } from './due.ts'
import { readMessage } from './message-items.ts'
import { getAll, type Key, keys, type TableAccess, type Write, writeUnlessChanged } from './table.ts'

const MESSAGES_PER_PAGE = 100

/** Replies of agents in the table: messages with a delivery, listed by the time at which they are due. */
export function createReplyStore({ now, ...access }: TableAccess & { now: Clock }): ReplyStore {
  const { tableName } = access

  return {
    message: (channelId, messageId) => readMessage(access, channelId, messageId),

    async idempotency(ticketId, key, at) {
      const [item] = await getAll(access, [keys.idempotency(ticketId, key)])
      if (!item || String(item.until) <= at) return null
      // Only `commit` writes such items, always complete.
      const { fingerprint, messageId, until } = item as unknown as Idempotency
      return { key, fingerprint, messageId, until }
    },

    async earlierReplyDueAt(reply) {
      for await (const earlier of pendingFrom(access, reply, false)) return earlier.delivery.dueAt ?? ''
      return null
    },

    async laterPendingReplies(reply) {
      const found: DueMessage[] = []
      for await (const { id: messageId, ticketId, channelId, position } of pendingFrom(access, reply, true)) {
        found.push({ messageId, ticketId, channelId, position })
      }
      return found
    },

    async save(before, after) {
      const write = (reply: Reply) =>
        writeUnlessChanged(access, [
          writeReply(tableName, before, reply),
          ...attemptWrites(tableName, reply),
          ...sentWrites(tableName, reply),
          ...tallyWrites(tableName, tallyOfReply(before, reply, now().toISOString())),
        ])
      if (await write(after)) return true
      const deletedAt = await earlierDeletion(access, after)
      return deletedAt !== null && write({ ...after, deletedAt })
    },

    due: (at, limit) => dueIn(access, 'replies', at, limit),
    postpone: (reply, until) => postpone(access, reply, until),

    async quota(channelId, kind) {
      const [item] = await getAll(access, [keys.quota(channelId, kind)])
      if (!item) return null
      // Only `saveQuota` writes such items, always complete.
      const { windows, notBefore, version } = item as unknown as Quota
      return { windows, notBefore, version }
    },

    async saveQuota(channelId, kind, before, after) {
      const condition = before
        ? { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': before.version } }
        : { ConditionExpression: 'attribute_not_exists(pk)' }
      const item = { ...keys.quota(channelId, kind), ...after }
      return writeUnlessChanged(access, [{ Put: { TableName: tableName, Item: item, ...condition } }])
    },
  }
}

/** Replies to a target whose attempt has started and has no stored outcome. */
export async function startedAttempts(access: TableAccess, channelId: string, target: Target): Promise<Reply[]> {
  const { Items = [] } = await access.documents.send(
    new QueryCommand({
      TableName: access.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': keys.attempt(channelId, target, '').pk },
      ConsistentRead: true,
    }),
  )
  const found = await Promise.all(Items.map((item) => readMessage(access, channelId, String(item.sk))))
  return found.filter((one) => one !== null).filter(isReply)
}

/** Pending replies of a ticket after a reply, oldest first, or before it, newest first. */
async function* pendingFrom({ tableName, documents }: TableAccess, reply: Reply, isForward: boolean) {
  const own = keys.message(reply.ticketId, reply.position, reply.id)
  let start: Record<string, unknown> | undefined = own
  while (start) {
    const page: { Items?: Record<string, unknown>[]; LastEvaluatedKey?: Record<string, unknown> } =
      await documents.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :messages)',
          FilterExpression: 'delivery.#status = :pending',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':pk': own.pk, ':messages': 'MESSAGE#', ':pending': 'pending' },
          ScanIndexForward: isForward,
          ConsistentRead: true,
          ExclusiveStartKey: start,
          Limit: MESSAGES_PER_PAGE,
        }),
      )
    // Only `commit` and `save` write such items, always complete.
    yield* (page.Items ?? []) as unknown as Reply[]
    start = page.LastEvaluatedKey
  }
}

function writeReply(tableName: string, before: Reply, after: Reply): Write {
  const sending = { ...after.sending, version: before.sending.version + 1 }
  const next = { ...after, sending }
  return {
    Put: {
      TableName: tableName,
      Item: { ...keys.message(after.ticketId, after.position, after.id), ...next, ...dueAs(next) },
      ConditionExpression: 'sending.version = :version',
      ExpressionAttributeValues: { ':version': before.sending.version },
    },
  }
}

/** Lists a started attempt by its target, so that its echo finds the reply. */
function attemptWrites(tableName: string, { channelId, sending, id }: Reply): Write[] {
  const key = keys.attempt(channelId, sending.target, id)
  return [
    sending.attemptedAt ? { Put: { TableName: tableName, Item: key } } : { Delete: { TableName: tableName, Key: key } },
  ]
}

/**
 * Makes a sent reply known by X's id, so that its echo counts as stored. An echo that was not recognised may have taken
 * the id; the reply must not look unsent because of it. What waits for the id stays.
 */
function sentWrites(tableName: string, reply: Reply): Write[] {
  const key = sentAs(reply)
  if (!key) return []
  const { pk, sk } = keys.message(reply.ticketId, reply.position, reply.id)
  return [
    {
      Update: {
        TableName: tableName,
        Key: key,
        UpdateExpression: 'SET ticketId = :ticketId, messagePk = :pk, messageSk = :sk REMOVE expiresAt',
        ...(reply.deletedAt === null ? { ConditionExpression: 'attribute_not_exists(deletedAt)' } : {}),
        ExpressionAttributeValues: { ':ticketId': reply.ticketId, ':pk': pk, ':sk': sk },
      },
    },
  ]
}

/** The key of the pointer to a reply that X has; null for others. */
function sentAs({ delivery, externalId, sending, channelId }: Reply): Key | null {
  if (delivery.status !== 'sent' || externalId === null) return null
  return keys.pointer(channelId, messageIdOf(sending.target.kind, externalId))
}

/** ISO time of a deletion that came before X's id was stored; null if none did. */
async function earlierDeletion(access: TableAccess, reply: Reply): Promise<string | null> {
  const key = reply.deletedAt === null ? sentAs(reply) : null
  const [pointer] = key ? await getAll(access, [key]) : []
  return typeof pointer?.deletedAt === 'string' ? pointer.deletedAt : null
}
