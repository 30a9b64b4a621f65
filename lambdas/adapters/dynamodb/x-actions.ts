import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { XActionStore } from '../../core/ports/x-actions.ts'
import { countedAs } from './counts.ts'
import { conditionHolds, keys, type ListAccess } from './table.ts'

/** What stays of actions on X in the table: an entry of the counts for each, and a mark on a hidden message. */
export function createXActionStore({ tableName, documents, partitions }: ListAccess): XActionStore {
  return {
    async count(channelId, name, at, id) {
      const counted = countedAs({ channelId, names: [name] }, { at, id }, partitions)
      const Item = { ...keys.xAction(channelId, id), ...counted }
      await documents.send(new PutCommand({ TableName: tableName, Item }))
    },

    async noteHidden({ ticketId, position, id }, hiddenAt) {
      await conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.message(ticketId, position, id),
            UpdateExpression: hiddenAt === null ? 'REMOVE hiddenAt' : 'SET hiddenAt = :at',
            ConditionExpression: 'attribute_exists(pk)',
            ...(hiddenAt !== null && { ExpressionAttributeValues: { ':at': hiddenAt } }),
          }),
        ),
      )
    },
  }
}
