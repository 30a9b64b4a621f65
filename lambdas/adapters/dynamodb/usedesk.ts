import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { UsedeskStore } from '../../core/ports/usedesk.ts'
import type { Told, UsedeskLink } from '../../core/usedesk/usedesk.ts'
import { getAll, type Item, type Key, keys, queryAll, type TableAccess, TOLD } from './table.ts'

/** What leads from our tickets and messages to Usedesk's, and back. Each item names its customer, for an erasure. */
export function createUsedeskStore(access: TableAccess): UsedeskStore {
  const { tableName, documents } = access

  async function get(key: Key): Promise<Item | undefined> {
    const [item] = await getAll(access, [key])
    return item
  }
  const put = (key: Key, fields: object) =>
    documents.send(new PutCommand({ TableName: tableName, Item: { ...key, ...fields } }))

  const allOf = (ticketId: string, beginning: string) =>
    queryAll(access, {
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :beginning)',
      ExpressionAttributeValues: { ':pk': keys.usedeskLink(ticketId).pk, ':beginning': beginning },
      ConsistentRead: true,
    })

  return {
    async link(ticketId) {
      const item = await get(keys.usedeskLink(ticketId))
      return item ? linkFrom(item) : null
    },

    async ticketOf(usedeskTicketId) {
      const item = await get(keys.usedeskTicket(usedeskTicketId))
      return item ? String(item.ticketId) : null
    },

    async saveLink(link) {
      const { ticketId, customerId, usedeskTicketId } = link
      if (usedeskTicketId !== null) {
        // First what leads back: a webhook of the ticket may come at once.
        await put(keys.usedeskTicket(usedeskTicketId), { ticketId, customerId })
        await put(keys.usedeskClient(customerId), { usedeskTicketId })
      }
      await put(keys.usedeskLink(ticketId), link)
    },

    async told(ticketId, messageId) {
      const item = await get(keys.usedeskTold(ticketId, messageId))
      return item ? toldFrom(item) : null
    },

    async allTold(ticketId) {
      return (await allOf(ticketId, TOLD)).map(toldFrom)
    },

    async saveTold(told) {
      await put(keys.usedeskTold(told.ticketId, told.messageId), told)
    },

    async lastTicketOf(customerId) {
      const item = await get(keys.usedeskClient(customerId))
      return item ? String(item.usedeskTicketId) : null
    },

    async isAnswered(ticketId, commentId) {
      return (await get(keys.usedeskAnswer(ticketId, commentId))) !== undefined
    },

    async markAnswered({ ticketId, customerId }, commentId) {
      await put(keys.usedeskAnswer(ticketId, commentId), { customerId })
    },

    async forget(ticketId) {
      for (const { pk, sk, usedeskTicketId } of await allOf(ticketId, '')) {
        const leadsBack = typeof usedeskTicketId === 'string' ? [keys.usedeskTicket(usedeskTicketId)] : []
        for (const Key of [...leadsBack, { pk, sk }]) {
          await documents.send(new DeleteCommand({ TableName: tableName, Key }))
        }
      }
    },
  }
}

// Only this store writes such items, always complete.
const linkFrom = ({ pk: _pk, sk: _sk, ...link }: Item) => link as unknown as UsedeskLink
const toldFrom = ({ pk: _pk, sk: _sk, ...told }: Item) => told as unknown as Told
