import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { MediaStore } from '../../core/ports/media.ts'
import { dueAs, dueIn, postpone } from './due.ts'
import { readMessage } from './message-items.ts'
import { conditionHolds, keys, type ListAccess } from './table.ts'

/** `dueAt` depends on all media and on what is missing, so no other worker may have changed either. */
const UNCHANGED = 'media = :before AND #missing = :missing'
/** The embedded DynamoDB misreads a plain `missing` in a condition. */
const NAMES = { '#missing': 'missing' }

/** Media in the table, as parts of their message. The message is due when the first of its media is. */
export function createMediaStore(access: ListAccess): MediaStore {
  const { tableName, partitions, documents } = access
  return {
    message: (address) => readMessage(access, address),

    async save(message, index, after) {
      const { ticketId, position, id, media, missing } = message
      const { inDue, dueAt } = dueAs({ ...message, media: media.with(index, after) }, partitions)
      const name = `media[${index}]`
      return conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.message(ticketId, position, id),
            UpdateExpression: inDue
              ? `SET ${name} = :after, inDue = :due, dueAt = :at`
              : `SET ${name} = :after REMOVE inDue, dueAt`,
            ConditionExpression: UNCHANGED,
            ExpressionAttributeNames: NAMES,
            ExpressionAttributeValues: {
              ':after': after,
              ':before': media,
              ':missing': missing,
              ...(inDue ? { ':due': inDue, ':at': dueAt } : {}),
            },
          }),
        ),
      )
    },

    async removeFromDue({ ticketId, position, id, media, missing }) {
      await conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.message(ticketId, position, id),
            UpdateExpression: 'REMOVE inDue, dueAt',
            ConditionExpression: `attribute_exists(inDue) AND ${UNCHANGED}`,
            ExpressionAttributeNames: NAMES,
            ExpressionAttributeValues: { ':before': media, ':missing': missing },
          }),
        ),
      )
    },

    due: (at, limit) => dueIn(access, 'media', at, limit),
    postpone: (media, until) => postpone(access, keys.message(media.ticketId, media.position, media.messageId), until),
  }
}
