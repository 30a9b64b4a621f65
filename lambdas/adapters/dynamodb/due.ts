import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { DueMessage } from '../../core/ports/queues.ts'
import { dueTimeOf } from '../../core/tickets/completion.ts'
import type { Message } from '../../core/tickets/ticket.ts'
import {
  conditionHolds,
  type Item,
  type Key,
  type ListAccess,
  partitionFor,
  partitionsOf,
  type TableAccess,
} from './table.ts'

/** The lists of due messages: replies to send, messages with something to fetch from X, and deletions to follow. */
export type DueList = 'replies' | 'media' | 'deletions'

/** The attributes that put a message into its list of due messages; none if it is never due. */
export function dueAs(message: Message, partitions: number): { inDue?: string; dueAt?: string } {
  const { delivery, id } = message
  const listed = (list: DueList, dueAt: string) => ({ inDue: partitionFor(id, list, partitions), dueAt })
  if (delivery) return delivery.status === 'pending' && delivery.dueAt ? listed('replies', delivery.dueAt) : {}
  const dueAt = dueTimeOf(message)
  return dueAt === null ? {} : listed('media', dueAt)
}

/**
 * The keys of what is due at an ISO time in a sharded list, the longest due first: nothing can be overtaken for ever.
 */
export async function dueKeys(
  { tableName, partitions, documents }: ListAccess,
  list: string,
  at: string,
  limit: number,
): Promise<Item[]> {
  const pages = await Promise.all(
    partitionsOf(list, partitions).map((partition) =>
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
  const found = pages.flatMap((page) => (page.Items ?? []) as Item[])
  return found.sort((a, b) => (String(a.dueAt) < String(b.dueAt) ? -1 : 1)).slice(0, limit)
}

/** The messages of a list that are due. Those of one ticket are in the order in which they were written. */
export async function dueIn(access: ListAccess, list: DueList, at: string, limit: number): Promise<DueMessage[]> {
  const items = await dueKeys(access, list, at, limit)
  return items.sort((a, b) => (a.sk < b.sk ? -1 : 1)).map(dueFrom)
}

/** Makes an item due again only at an ISO time, unless it left the list meanwhile. */
export async function postpone({ tableName, documents }: TableAccess, key: Key, until: string): Promise<void> {
  await conditionHolds(
    documents.send(
      new UpdateCommand({
        TableName: tableName,
        Key: key,
        UpdateExpression: 'SET dueAt = :until',
        ConditionExpression: 'attribute_exists(inDue)',
        ExpressionAttributeValues: { ':until': until },
      }),
    ),
  )
}

function dueFrom({ ticketId, channelId, sk }: Item): DueMessage {
  const [, position = '', messageId = ''] = sk.split('#')
  return { ticketId: String(ticketId), channelId: String(channelId), messageId, position }
}
