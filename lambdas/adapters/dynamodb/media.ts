import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { MediaStore } from '../../core/ports/media.ts'
import { dueAs, dueIn, postpone } from './due.ts'
import { readMessage } from './message-items.ts'
import { keys, type TableAccess } from './table.ts'

/** Media of messages in the table: each stands in its message, which is in the list of due ones by the first of them. */
export function createMediaStore(access: TableAccess): MediaStore {
  const { tableName, documents } = access
  return {
    message: (channelId, messageId) => readMessage(access, channelId, messageId),

    async save(message, index, after) {
      const { ticketId, position, id, media } = message
      const { inDue, dueAt } = dueAs({ ...message, media: media.with(index, after) })
      const name = `media[${index}]`
      try {
        await documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.message(ticketId, position, id),
            UpdateExpression: inDue
              ? `SET ${name} = :after, inDue = :due, dueAt = :at`
              : `SET ${name} = :after REMOVE inDue, dueAt`,
            // Media as they were read: another worker on the same message would otherwise lose its part of the due time.
            ConditionExpression: 'media = :before',
            ExpressionAttributeValues: {
              ':after': after,
              ':before': media,
              ...(inDue ? { ':due': inDue, ':at': dueAt } : {}),
            },
          }),
        )
        return true
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false
        throw error
      }
    },

    due: (at, limit) => dueIn(access, 'media', at, limit),
    postpone: (media, until) => postpone(access, media, until),
  }
}
