import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Page, PageRequest } from '../../core/ports/tickets.ts'
import type { MessageOrder } from '../../core/tickets/pages.ts'
import type { Message, Ticket } from '../../core/tickets/ticket.ts'
import { type Item, keys, MESSAGE, type TableAccess } from './table.ts'
import { messageFrom } from './ticket-items.ts'

/** `~` sorts after every position. */
const END = '~'

/**
 * Messages of a ticket. `after` and `next` are sort keys. They lie among those of the conversation's other tickets, in a
 * range of positions that few of these share.
 */
export async function listMessages(
  access: TableAccess,
  { id: ticketId, lowestPosition }: Pick<Ticket, 'id' | 'lowestPosition'>,
  { limit, after }: PageRequest,
  order: MessageOrder,
): Promise<Page<Message>> {
  const { pk } = keys.message(ticketId, '', '')
  const query: QueryCommandInput = {
    TableName: access.tableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    FilterExpression: 'ticketId = :ticketId',
    ExpressionAttributeValues: {
      ':pk': pk,
      ':from': `${MESSAGE}${lowestPosition}`,
      ':to': `${MESSAGE}${END}`,
      ':ticketId': ticketId,
    },
    ConsistentRead: true,
    ScanIndexForward: order === 'oldest',
    Limit: limit,
  }
  // A cursor of another ticket: DynamoDB refuses to begin outside the range.
  if (after !== null && after < `${MESSAGE}${lowestPosition}`) return { items: [], next: null }
  const items: Item[] = []
  let start = after === null ? null : { pk, sk: after }
  do {
    const answer = await access.documents.send(
      new QueryCommand({ ...query, Limit: limit - items.length, ...(start ? { ExclusiveStartKey: start } : {}) }),
    )
    items.push(...((answer.Items ?? []) as Item[]))
    start = (answer.LastEvaluatedKey as typeof start | undefined) ?? null
  } while (start && items.length < limit)
  return { items: items.map(messageFrom), next: start?.sk ?? null }
}
