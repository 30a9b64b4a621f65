import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { TransactWriteCommand, type TransactWriteCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { tallyOfChange } from '../../core/counts.ts'
import { messageIdOf } from '../../core/message.ts'
import type { CommitResult, TicketChange, TicketStore } from '../../core/ports.ts'
import { tallyWrites } from './counts.ts'
import { dueAs } from './replies.ts'
import { readSituation } from './situation.ts'
import { cancellationCodes, getAll, type Key, keys, type TableAccess } from './table.ts'
import { indexedAs, tagIndexedAs, ticketFrom } from './ticket-items.ts'
import { listMessages, listTickets } from './ticket-lists.ts'

type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]
type Condition = {
  ConditionExpression: string
  ExpressionAttributeNames?: Record<string, string>
  ExpressionAttributeValues?: Record<string, unknown>
}

/** Tickets and messages in the table. Every write is conditional on what was decided on, so each step may be repeated. */
export function createTicketStore(access: TableAccess): TicketStore {
  const { tableName, documents } = access
  return {
    situationOf: (activity) => readSituation(access, activity),

    async commit(change) {
      // The pointer stands first: its condition tells a repeated message from a changed ticket.
      const writes = [
        ...messageWrites(tableName, change),
        ...ticketWrites(tableName, change),
        ...conversationWrites(tableName, change),
        ...tallyWrites(tableName, tallyOfChange(change)),
        ...idempotencyWrites(tableName, change),
      ]
      try {
        await documents.send(new TransactWriteCommand({ TransactItems: writes }))
        return 'done'
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error
        const result = resultOf(await cancellationCodes(error), change)
        if (result === null) throw error
        return result
      }
    },

    async markDeleted(channelId, externalId, at) {
      const [pointer] = await getAll(access, [keys.pointer(channelId, messageIdOf('post', externalId))])
      if (!pointer) throw new Error(`no message of ${channelId} has the id ${externalId}`)
      try {
        await documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { pk: pointer.messagePk, sk: pointer.messageSk },
            UpdateExpression: 'SET deletedAt = :at',
            ConditionExpression: 'attribute_exists(pk) AND attribute_type(deletedAt, :none)',
            ExpressionAttributeValues: { ':at': at, ':none': 'NULL' },
          }),
        )
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      }
    },

    async ticket(id) {
      const [item] = await getAll(access, [keys.ticket(id)])
      return item ? ticketFrom(item) : null
    },

    async currentTicketId({ channelId, conversationId }) {
      const [item] = await getAll(access, [keys.conversation(channelId, conversationId)])
      return item ? String(item.ticketId) : null
    },

    tickets: (filter, page) => listTickets(access, filter, page),
    messages: (ticketId, page) => listMessages(access, ticketId, page),
  }
}

function messageWrites(tableName: string, { message, before, after }: TicketChange): Write[] {
  if (!message) return []
  const key = keys.message(message.ticketId, message.position, message.id)
  const pointer = {
    ...keys.pointer(message.channelId, message.id),
    ticketId: message.ticketId,
    messagePk: key.pk,
    messageSk: key.sk,
    // Rule 2: the first entry of a ticket leads to its conversation.
    ...(before === null && after.kind === 'mention' ? { opens: after.conversationId } : {}),
  }
  return [
    put(tableName, pointer, { ConditionExpression: 'attribute_not_exists(pk)' }),
    put(tableName, { ...key, ...message, ...dueAs(message) }),
  ]
}

function ticketWrites(tableName: string, { before, after }: TicketChange): Write[] {
  const condition = before
    ? { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': before.version } }
    : { ConditionExpression: 'attribute_not_exists(pk)' }
  const gone = before?.tags.filter((tag) => !after.tags.includes(tag)) ?? []
  return [
    put(tableName, { ...keys.ticket(after.id), ...after, ...indexedAs(after) }, condition),
    ...after.tags.map((tag) => put(tableName, { ...keys.ticketTag(after.id, tag), ...tagIndexedAs(after, tag) })),
    ...gone.map((tag) => ({ Delete: { TableName: tableName, Key: keys.ticketTag(after.id, tag) } })),
  ]
}

/** One current ticket a conversation: only an opened ticket moves it, and only from the closed one that it follows. */
function conversationWrites(tableName: string, { before, after, follows }: TicketChange): Write[] {
  const key = keys.conversation(after.channelId, after.conversationId)
  if (before !== null) {
    const reopened = before.status === 'closed' && after.status !== 'closed'
    return reopened ? [check(tableName, key, 'ticketId', after.id)] : []
  }
  const current = { ...key, ticketId: after.id }
  if (!follows) return [put(tableName, current, { ConditionExpression: 'attribute_not_exists(pk)' })]
  return [
    put(tableName, current, {
      ConditionExpression: 'ticketId = :follows',
      ExpressionAttributeValues: { ':follows': follows.id },
    }),
    check(tableName, keys.ticket(follows.id), 'status', 'closed'),
  ]
}

/** The key's item comes last: its condition tells a repeated request from a changed ticket. */
function idempotencyWrites(tableName: string, { idempotency, after }: TicketChange): Write[] {
  if (!idempotency) return []
  const { key, fingerprint, messageId, until } = idempotency
  const item = {
    ...keys.idempotency(after.id, key),
    fingerprint,
    messageId,
    until,
    expiresAt: Math.ceil(Date.parse(until) / 1000),
  }
  return [
    put(tableName, item, {
      ConditionExpression: 'attribute_not_exists(pk) OR #until <= :now',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':now': after.updatedAt },
    }),
  ]
}

function put(tableName: string, item: Record<string, unknown>, condition?: Condition): Write {
  return { Put: { TableName: tableName, Item: item, ...condition } }
}

function check(tableName: string, key: Key, field: string, value: string): Write {
  return {
    ConditionCheck: {
      TableName: tableName,
      Key: key,
      ConditionExpression: '#field = :value',
      ExpressionAttributeNames: { '#field': field },
      ExpressionAttributeValues: { ':value': value },
    },
  }
}

/** Null when the transaction was cancelled neither for a condition nor for another transaction. */
function resultOf(codes: readonly string[], { message, idempotency }: TicketChange): CommitResult | null {
  if (message && codes[0] === 'ConditionalCheckFailed') return 'repeated'
  if (idempotency && codes.at(-1) === 'ConditionalCheckFailed') return 'repeated'
  return codes.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict') ? 'changed' : null
}
