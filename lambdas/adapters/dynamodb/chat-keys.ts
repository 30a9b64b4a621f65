import { PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { ChatState } from '../../core/channels/chat-state.ts'
import type { ChatKeyStore, StoredAccountKey, StoredConversationKeys } from '../../core/ports/chat.ts'
import { directConversation } from '../../core/tickets/routing.ts'
import { conditionHolds, getAll, type Item, keys, type TableAccess } from './table.ts'

/** Keys of encrypted messages in the table: one item a channel, and one a conversation. The state is in the channel. */
export function createChatKeyStore(access: TableAccess): ChatKeyStore {
  const { tableName, documents } = access

  /** The change of the channel's item. @param state null removes it */
  function stateChange(channelId: string, state: ChatState | null) {
    return {
      TableName: tableName,
      Key: keys.channel(channelId),
      UpdateExpression: state ? 'SET chat = :chat' : 'REMOVE chat',
      ConditionExpression: 'attribute_exists(pk)',
      ...(state && { ExpressionAttributeValues: { ':chat': state } }),
    }
  }

  return {
    async accountKey(channelId) {
      const [item] = await getAll(access, [keys.chatKey(channelId)])
      // Only `saveAccountKey` writes such items, always complete.
      return item ? (withoutKeys(item) as unknown as StoredAccountKey) : null
    },

    async saveAccountKey(channelId, key, state) {
      const item = { ...keys.chatKey(channelId), ...key }
      await documents.send(
        new TransactWriteCommand({
          TransactItems: [{ Put: { TableName: tableName, Item: item } }, { Update: stateChange(channelId, state) }],
        }),
      )
    },

    async forgetAccountKey(channelId) {
      await documents.send(
        new TransactWriteCommand({
          TransactItems: [
            { Delete: { TableName: tableName, Key: keys.chatKey(channelId) } },
            { Update: stateChange(channelId, null) },
          ],
        }),
      )
    },

    async saveState(channelId, state) {
      await conditionHolds(documents.send(new UpdateCommand(stateChange(channelId, state))))
    },

    async savePinAttempts(channelId, before, attempts) {
      return conditionHolds(
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keys.channel(channelId),
            UpdateExpression: 'SET pinAttempts = :attempts',
            ConditionExpression: `attribute_exists(pk) AND ${before ? 'pinAttempts = :before' : 'attribute_not_exists(pinAttempts)'}`,
            ExpressionAttributeValues: { ':attempts': attempts, ...(before && { ':before': before }) },
          }),
        ),
      )
    },

    async conversation(channelId, customerId) {
      const [item] = await getAll(access, [keys.chatConversation(channelId, directConversation(customerId))])
      // Only `saveConversation` writes such items, always complete.
      return item ? (withoutKeys(item) as unknown as StoredConversationKeys) : null
    },

    async saveConversation(channelId, customerId, stored) {
      const item = { ...keys.chatConversation(channelId, directConversation(customerId)), ...stored }
      await documents.send(new PutCommand({ TableName: tableName, Item: item }))
    },
  }
}

function withoutKeys({ pk: _pk, sk: _sk, ...fields }: Item) {
  return fields
}
