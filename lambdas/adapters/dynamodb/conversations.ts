import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Conversation } from '../../core/tickets/decision.ts'
import { isCounted, isOpenedBy } from '../../core/tickets/ticket.ts'
import { getAll, type Item, keys, type TableAccess, TICKET } from './table.ts'
import { identityFrom, ticketFrom } from './ticket-items.ts'

/** A conversation, and whether deferred events wait for its first ticket. */
export type StoredConversation = Conversation & { readonly isAwaited: boolean }

/** The same, and the item of its newest ticket, or of where it goes on. */
export type NewestTicket = StoredConversation & { readonly item: Item | undefined }

/** A conversation with its newest ticket, strongly consistent: one read. */
export async function newestTicket(
  access: TableAccess,
  channelId: string,
  conversationId: string,
): Promise<NewestTicket> {
  const { Items: [item] = [] } = await access.documents.send(
    new QueryCommand({
      TableName: access.tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :tickets)',
      ExpressionAttributeValues: {
        ':pk': keys.conversationTicket(channelId, conversationId, 1).pk,
        ':tickets': TICKET,
      },
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: 1,
    }),
  )
  return {
    ...(await conversationFrom(access, conversationId, item as Item | undefined)),
    item: item as Item | undefined,
  }
}

/**
 * A conversation as it was before a message was counted in it. A message that is counted but not stored is tried again:
 * it must be decided on as at the first try, whatever has happened since.
 * @param newest the conversation as it is
 */
export async function conversationBefore(
  access: TableAccess,
  channelId: string,
  newest: NewestTicket,
  messageId: string,
): Promise<StoredConversation> {
  const { id, ticket, length, item } = newest
  const isIn = ticket !== null && isCounted(ticket, messageId)
  const isOpenedByIt = isIn && ticket.conversationId === id && isOpenedBy(ticket, messageId)
  if (item?.by === messageId || isOpenedByIt) {
    const [before] = length > 1 ? await getAll(access, [keys.conversationTicket(channelId, id, length - 1)]) : []
    return conversationFrom(access, id, before)
  }
  if (!isIn || ticket.status !== 'closed') return newest
  return { ...newest, ticket: { ...ticket, status: 'open' } }
}

async function conversationFrom(access: TableAccess, id: string, item: Item | undefined): Promise<StoredConversation> {
  if (!item) return { id, ticket: null, length: 0, isAwaited: false }
  if (item.version !== undefined) {
    const ticket = ticketFrom(item)
    return { id, ticket, length: ticket.number, isAwaited: ticket.isAwaited }
  }
  if (item.continuedIn === undefined) return { id, ticket: null, length: 0, isAwaited: item.isAwaited === true }
  const [other] = await getAll(access, [keys.ticket(String(item.continuedIn))])
  return { id, ticket: other ? ticketFrom(other) : null, length: identityFrom(item).number, isAwaited: false }
}
