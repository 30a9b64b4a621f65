import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Clock } from '../../core/ports/platform.ts'
import type { DueMessage } from '../../core/ports/queues.ts'
import type { ReplyStore } from '../../core/ports/replies.ts'
import type { Idempotency } from '../../core/ports/tickets.ts'
import { isReply, type Reply } from '../../core/replies/reply.ts'
import { tallyOfReply } from '../../core/reports/counts.ts'
import type { Message, Target } from '../../core/tickets/ticket.ts'
import { messageIdOf } from '../../core/tickets/written.ts'
import { tallyWrites } from './counts.ts'
import { dueAs, dueIn, postpone } from './due.ts'
import { readMessage } from './message-items.ts'
import {
  getAll,
  type Item,
  type Key,
  keys,
  queryAll,
  type TableAccess,
  type Write,
  writeUnlessChanged,
} from './table.ts'

/** The beginning of the sort keys of pending replies. */
const PENDING = 'PENDING#'

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
      // The item before this one in the ticket's partition. If that is no pending reply, there is none.
      const { pk, sk } = pendingKey(reply)
      const { Items: [before] = [] } = await access.documents.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND sk < :own',
          ExpressionAttributeValues: { ':pk': pk, ':own': sk },
          ConsistentRead: true,
          ScanIndexForward: false,
          Limit: 1,
        }),
      )
      if (!String(before?.sk).startsWith(PENDING)) return null
      const earlier = await readMessage(access, reply.channelId, String(before?.messageId))
      return earlier?.delivery?.dueAt ?? ''
    },

    async laterPendingReplies(reply) {
      const { pk, sk } = pendingKey(reply)
      const items = await queryAll(access, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        // `~` sorts after every id and position.
        ExpressionAttributeValues: { ':pk': pk, ':from': `${sk}~`, ':to': `${PENDING}~` },
        ConsistentRead: true,
      })
      return items.map(dueMessageFrom)
    },

    async save(before, after) {
      const write = (reply: Reply) =>
        writeUnlessChanged(access, [
          writeReply(tableName, before, reply),
          ...pendingWrites(tableName, before, reply),
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

function dueMessageFrom({ messageId, ticketId, channelId, position }: Item): DueMessage {
  return {
    messageId: String(messageId),
    ticketId: String(ticketId),
    channelId: String(channelId),
    position: String(position),
  }
}

/** Lists a reply among the pending ones of its ticket, or removes it. */
function pendingWrites(tableName: string, before: Reply, after: Reply): Write[] {
  const [was, is] = [before, after].map(({ delivery }) => delivery.status === 'pending')
  if (was === is) return []
  return is ? [pendingWrite(tableName, after)] : [{ Delete: { TableName: tableName, Key: pendingKey(after) } }]
}

const pendingKey = ({ ticketId, position, id }: Message) => keys.pending(ticketId, position, id)

/** Lists a pending reply in its ticket. */
export function pendingWrite(tableName: string, reply: Message): Write {
  const { id: messageId, ticketId, channelId, position } = reply
  return { Put: { TableName: tableName, Item: { ...pendingKey(reply), messageId, ticketId, channelId, position } } }
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
