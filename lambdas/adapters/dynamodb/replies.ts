import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { QueryCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Clock } from '../../core/ports/platform.ts'
import type { DueMessage } from '../../core/ports/queues.ts'
import type { ReplyStore } from '../../core/ports/replies.ts'
import type { Idempotency } from '../../core/ports/tickets.ts'
import type { Quota } from '../../core/replies/quota.ts'
import { isReply, type Reply } from '../../core/replies/reply.ts'
import { tallyOfReply } from '../../core/reports/counts.ts'
import { messageIdOf } from '../../core/tickets/message.ts'
import type { Target } from '../../core/tickets/ticket.ts'
import { tallyWrites } from './counts.ts'
import { dueAs, dueIn, postpone } from './due.ts'
import { readMessage } from './message-items.ts'
import { cancellationCodes, getAll, keys, type TableAccess } from './table.ts'

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** Messages read at once while looking for other replies of a ticket. */
const LOOK_BACK = 100

/** Agents' replies in the table: messages with a delivery, found by the time at which they are due. */
export function createReplyStore({ now, ...access }: TableAccess & { now: Clock }): ReplyStore {
  const { tableName, documents } = access

  return {
    message: (channelId, messageId) => readMessage(access, channelId, messageId),

    async idempotency(ticketId, key, at) {
      const [item] = await getAll(access, [keys.idempotency(ticketId, key)])
      if (!item || String(item.until) <= at) return null
      // Only `commit` writes such items, and writes them whole.
      const { fingerprint, messageId, until } = item as unknown as Idempotency
      return { key, fingerprint, messageId, until }
    },

    async ahead(reply) {
      for await (const earlier of pendingFrom(access, reply, false)) return earlier.delivery.dueAt ?? ''
      return null
    },

    async behind(reply) {
      const found: DueMessage[] = []
      for await (const { id: messageId, ticketId, channelId, position } of pendingFrom(access, reply, true)) {
        found.push({ messageId, ticketId, channelId, position })
      }
      return found
    },

    started: (channelId, target) => startedAttempts(access, channelId, target),

    async save(before, after) {
      const writes = [
        writeReply(tableName, before, after),
        ...attemptWrites(tableName, after),
        ...sentWrites(tableName, after),
        ...tallyWrites(tableName, tallyOfReply(before, after, now().toISOString())),
      ]
      try {
        await documents.send(new TransactWriteCommand({ TransactItems: writes }))
        return true
      } catch (error) {
        if (error instanceof TransactionCanceledException && (await isAboutConditions(error))) return false
        throw error
      }
    },

    due: (at, limit) => dueIn(access, 'due', at, limit),
    postpone: (reply, until) => postpone(access, reply, until),

    async quota(channelId, kind) {
      const [item] = await getAll(access, [keys.quota(channelId, kind)])
      if (!item) return null
      // Only `saveQuota` writes such items, and writes them whole.
      const { windows, notBefore, version } = item as unknown as Quota
      return { windows, notBefore, version }
    },

    async saveQuota(channelId, kind, before, after) {
      const condition = before
        ? { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': before.version } }
        : { ConditionExpression: 'attribute_not_exists(pk)' }
      const item = { ...keys.quota(channelId, kind), ...after }
      try {
        await documents.send(
          new TransactWriteCommand({ TransactItems: [{ Put: { TableName: tableName, Item: item, ...condition } }] }),
        )
        return true
      } catch (error) {
        if (error instanceof TransactionCanceledException && (await isAboutConditions(error))) return false
        throw error
      }
    },
  }
}

/** Attempts to reach a target that have started and of which no outcome is stored. */
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

/** Pending replies of a ticket from one on, without it: later ones, or earlier ones from the latest on. */
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
          Limit: LOOK_BACK,
        }),
      )
    // Only `commit` and `save` write such items, and write them whole.
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

/** A started attempt is known by its target, so that its echo finds it. */
function attemptWrites(tableName: string, { channelId, sending, id }: Reply): Write[] {
  const key = keys.attempt(channelId, sending.target, id)
  return [
    sending.attemptedAt ? { Put: { TableName: tableName, Item: key } } : { Delete: { TableName: tableName, Key: key } },
  ]
}

/**
 * What X has is known by X's id from then on, so that its echo is one that is stored. Not on condition that the id is
 * new: an echo that was not recognised may stand under it, and the reply must not look unsent for that.
 */
function sentWrites(tableName: string, reply: Reply): Write[] {
  if (reply.delivery.status !== 'sent' || reply.externalId === null) return []
  const { pk: messagePk, sk: messageSk } = keys.message(reply.ticketId, reply.position, reply.id)
  const kind = reply.sending.target.kind
  const pointer = {
    ...keys.pointer(reply.channelId, messageIdOf(kind, reply.externalId)),
    ticketId: reply.ticketId,
    messagePk,
    messageSk,
  }
  return [{ Put: { TableName: tableName, Item: pointer } }]
}

async function isAboutConditions(error: TransactionCanceledException): Promise<boolean> {
  const codes = await cancellationCodes(error)
  return codes.includes('ConditionalCheckFailed') || codes.includes('TransactionConflict')
}
