import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { DeferredEvent, TicketStore } from '../../core/ports/tickets.ts'
import { isAwaitedEvent } from '../../core/tickets/chat.ts'
import type { Ticket } from '../../core/tickets/ticket.ts'
import { messageIdOf } from '../../core/tickets/written.ts'
import { isStored } from './message-items.ts'
import {
  conditionHolds,
  getAll,
  type Item,
  type Key,
  keys,
  queryAll,
  type TableAccess,
  type Write,
  writeUnlessChanged,
} from './table.ts'

/** X delivers again for 24 hours; what has not come in a week will not come. */
const KEPT_SECONDS = 7 * 24 * 3600

/** Events that came before what they belong to: deferred events, and deletions in the place of their post. */
export function deferralsIn(
  access: TableAccess,
): Pick<TicketStore, 'rememberDeletion' | 'defer' | 'deferred' | 'isStored' | 'removeDeferred'> {
  const { tableName, documents } = access
  return {
    rememberDeletion(channelId, externalId, at) {
      return conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.pointer(channelId, messageIdOf('post', externalId)),
            UpdateExpression: 'SET deletedAt = :at, expiresAt = :expiresAt',
            ConditionExpression: 'attribute_not_exists(ticketId)',
            ExpressionAttributeValues: { ':at': at, ':expiresAt': expiryOf(at) },
          }),
        ),
      )
    },

    defer(channelId, until, { event, recordId, messageId, position }, seen) {
      const expiresAt = expiryOf(event.receivedAt)
      const key = keys.deferred(channelId, until, position, messageId)
      const item = { ...key, body: JSON.stringify(event), recordId, messageId, position, expiresAt }
      return writeUnlessChanged(access, [
        { Put: { TableName: tableName, Item: item } },
        seen && !isAwaitedEvent(until)
          ? awaitStored(tableName, awaitedKey(channelId, until))
          : awaitMissing(tableName, awaitedKey(channelId, until), expiresAt),
        ...(seen ? [unchanged(tableName, seen)] : []),
      ])
    },

    async deferred(channelId, until) {
      const items = await queryAll(access, {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': keys.deferred(channelId, until, '', '').pk },
        ConsistentRead: true,
      })
      return items.map(deferredFrom)
    },

    async isStored(channelId, until, { position, messageId }) {
      // An edit is no message of its own: once what it waited for is there, it was applied or refused.
      if (isAwaitedEvent(until)) return true
      const isPost = messageId.startsWith('post-')
      const key = isPost
        ? keys.pointer(channelId, messageId)
        : keys.message(`${channelId}-${until}-1`, position, messageId)
      const [item] = await getAll(access, [key])
      return isPost ? isStored(item) : item !== undefined
    },

    async removeDeferred(channelId, until, { position, messageId }) {
      await documents.send(
        new DeleteCommand({ TableName: tableName, Key: keys.deferred(channelId, until, position, messageId) }),
      )
    },
  }
}

/** The item of the message or conversation that events wait for. */
function awaitedKey(channelId: string, until: string): Key {
  return until.startsWith('post-') || isAwaitedEvent(until)
    ? keys.pointer(channelId, until)
    : keys.conversationTicket(channelId, until, 1)
}

/** A placeholder in the place of what is not stored. */
function awaitMissing(tableName: string, key: Key, expiresAt: number): Write {
  return {
    Update: {
      TableName: tableName,
      Key: key,
      UpdateExpression: 'SET isAwaited = :true, expiresAt = :expiresAt',
      ConditionExpression: 'attribute_not_exists(ticketId) AND attribute_not_exists(version)',
      ExpressionAttributeValues: { ':true': true, ':expiresAt': expiresAt },
    },
  }
}

function awaitStored(tableName: string, key: Key): Write {
  return {
    Update: {
      TableName: tableName,
      Key: key,
      UpdateExpression: 'SET isAwaited = :true',
      ConditionExpression: 'attribute_exists(ticketId)',
      ExpressionAttributeValues: { ':true': true },
    },
  }
}

function unchanged(tableName: string, { id, version }: Ticket): Write {
  return {
    ConditionCheck: {
      TableName: tableName,
      Key: keys.ticket(id),
      ConditionExpression: 'version = :version',
      ExpressionAttributeValues: { ':version': version },
    },
  }
}

function expiryOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000) + KEPT_SECONDS
}

function deferredFrom({ body, recordId, messageId, position }: Item): DeferredEvent {
  return {
    event: JSON.parse(String(body)),
    recordId: String(recordId),
    messageId: String(messageId),
    position: String(position),
  }
}
