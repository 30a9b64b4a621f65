import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { DeletionStore } from '../../core/ports/deletions.ts'
import type { Message } from '../../core/tickets/ticket.ts'
import { dueIn, postpone } from './due.ts'
import { conditionHolds, getAll, keys, type ListAccess, partitionFor } from './table.ts'

/**
 * Deletions on X in the table: each is an item of its own beside its message, because the message may be due for something
 * else. It is listed by the time of the deletion, so that the hold may be changed later.
 */
export function createDeletionStore(access: ListAccess): DeletionStore {
  const { tableName, documents } = access
  return {
    async deletedAt({ ticketId, position, messageId }) {
      const [item] = await getAll(access, [keys.deletion(ticketId, position, messageId)])
      return item ? String(item.deletedAt) : null
    },

    async isHeld(ticketId, position) {
      const { pk, sk } = keys.deletion(ticketId, position, '')
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
          ExpressionAttributeValues: { ':pk': pk, ':sk': sk },
          ConsistentRead: true,
          Limit: 1,
        }),
      )
      return Items.length > 0
    },

    erase({ ticketId, position, id, media, sending: before }, { erasedAt, deletedAt, sending }) {
      return conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.message(ticketId, position, id),
            UpdateExpression:
              'SET #text = :nothing, media = :none, versions = :none, #missing = :none, erasedAt = :at, deletedAt = :deletedAt' +
              `${sending ? ', sending = :sending' : ''} REMOVE entities, quoted, facts, inDue, dueAt`,
            ConditionExpression: `media = :media AND attribute_not_exists(erasedAt)${sending ? ' AND sending.version = :before' : ''}`,
            ExpressionAttributeNames: { '#text': 'text', '#missing': 'missing' },
            ExpressionAttributeValues: {
              ':nothing': '',
              ':none': [],
              ':at': erasedAt,
              ':deletedAt': deletedAt,
              ':media': media,
              ...(sending && { ':sending': sending, ':before': before?.version }),
            },
          }),
        ),
      )
    },

    async done({ ticketId, position, messageId }) {
      await documents.send(
        new DeleteCommand({ TableName: tableName, Key: keys.deletion(ticketId, position, messageId) }),
      )
    },

    due: (at, limit) => dueIn(access, 'deletions', at, limit),
    postpone: (one, until) => postpone(access, keys.deletion(one.ticketId, one.position, one.messageId), until),
  }
}

/**
 * Remembers that the content of a message goes, before the message says that it was deleted: a crash in between leaves it
 * to be done. One that is remembered already keeps its time.
 * @param at ISO time
 */
export async function holdDeletion(
  { tableName, partitions, documents }: ListAccess,
  { ticketId, channelId, position, id }: Pick<Message, 'ticketId' | 'channelId' | 'position' | 'id'>,
  at: string,
): Promise<void> {
  await conditionHolds(
    documents.send(
      new PutCommand({
        TableName: tableName,
        Item: {
          ...keys.deletion(ticketId, position, id),
          ticketId,
          channelId,
          deletedAt: at,
          inDue: partitionFor(id, 'deletions', partitions),
          dueAt: at,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    ),
  )
}
