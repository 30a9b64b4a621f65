import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Ticket } from '../../core/tickets/ticket.ts'
import { conditionHolds, getAll, keys, type ListAccess } from './table.ts'
import { ticketFrom, ticketItem } from './ticket-items.ts'

/** Of many replies of one ticket that change at once, each may lose to all others. */
const MAX_TRIES = 100

/**
 * Changes a stored ticket, again from its newest state if others change it meanwhile. Nothing is written if `change`
 * returns the ticket as it is, or if there is none.
 * @throws Error if others change it in every try
 */
export async function changeTicket(access: ListAccess, id: string, change: (ticket: Ticket) => Ticket): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [item] = await getAll(access, [keys.ticket(id)])
    if (item?.version === undefined) return
    const before = ticketFrom(item)
    const after = change(before)
    if (after === before) return
    const put = new PutCommand({
      TableName: access.tableName,
      Item: ticketItem({ ...after, version: before.version + 1 }, access.partitions),
      ConditionExpression: 'version = :version',
      ExpressionAttributeValues: { ':version': before.version },
    })
    if (await conditionHolds(access.documents.send(put))) return
  }
  throw new Error(`others change ticket ${id} all the time`)
}
