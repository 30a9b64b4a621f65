import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { DueMessage } from '../../core/ports/queues.ts'
import { dueTimeOf } from '../../core/tickets/completion.ts'
import type { Message } from '../../core/tickets/ticket.ts'
import { type Item, keys, shardOf, shardsOf, type TableAccess } from './table.ts'

/** The lists of messages to look at again: replies that are not sent yet, messages of which something is not fetched yet. */
export type DueList = 'due' | 'media'

/** The attributes that put a message into the list of those to look at again, and keep every other out of it. */
export function dueAs(message: Message): { inDue?: string; dueAt?: string } {
  const { delivery, id } = message
  if (delivery) return delivery.status === 'pending' && delivery.dueAt ? listed('due', id, delivery.dueAt) : {}
  const dueAt = dueTimeOf(message)
  return dueAt === null ? {} : listed('media', id, dueAt)
}

const listed = (list: DueList, id: string, dueAt: string) => ({ inDue: `${list}#${shardOf(id)}`, dueAt })

/** Messages of a list that are due at an ISO time; those of one ticket in the order in which they were written. */
export async function dueIn(
  { tableName, documents }: TableAccess,
  list: DueList,
  at: string,
  limit: number,
): Promise<DueMessage[]> {
  const pages = await Promise.all(
    shardsOf(list).map((partition) =>
      documents.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'due',
          KeyConditionExpression: 'inDue = :due AND dueAt <= :at',
          ExpressionAttributeValues: { ':due': partition, ':at': at },
          Limit: limit,
        }),
      ),
    ),
  )
  const items = pages.flatMap((page) => (page.Items ?? []) as Item[])
  const order = (item: Item) => item.sk
  return items
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
    .slice(0, limit)
    .map(dueFrom)
}

/** Leaves a message out of the due ones until an ISO time. */
export async function postpone(
  { tableName, documents }: TableAccess,
  { ticketId, position, messageId }: DueMessage,
  until: string,
): Promise<void> {
  try {
    await documents.send(
      new UpdateCommand({
        TableName: tableName,
        Key: keys.message(ticketId, position, messageId),
        UpdateExpression: 'SET dueAt = :until',
        ConditionExpression: 'attribute_exists(inDue)',
        ExpressionAttributeValues: { ':until': until },
      }),
    )
  } catch (error) {
    // Settled in the meantime: it is no longer among the due ones.
    if (!(error instanceof ConditionalCheckFailedException)) throw error
  }
}

function dueFrom({ ticketId, channelId, sk }: Item): DueMessage {
  const [, position = '', messageId = ''] = sk.split('#')
  return { ticketId: String(ticketId), channelId: String(channelId), messageId, position }
}
