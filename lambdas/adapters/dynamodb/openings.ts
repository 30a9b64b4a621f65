import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Opening } from '../../core/channels/dry-run.ts'
import { mergeLazily, type Source } from '../../core/tickets/pages.ts'
import { getAll, type Item, keys, type ListAccess, MESSAGE, partitionsOf, type TableAccess } from './table.ts'
import { identityFrom, messageFrom, ticketFrom } from './ticket-items.ts'

/**
 * The tickets that were opened in a channel since a time, the newest first, each with its customer's first message. At
 * most `most`; `isWhole` is false if there are more.
 * @param since ISO time
 */
export async function openingsSince(
  access: ListAccess,
  channelId: string,
  since: string,
  most: number,
): Promise<{ openings: Opening[]; isWhole: boolean }> {
  const sources = partitionsOf(channelId, access.partitions).map((partition) =>
    newestFirst(access, partition, since, most + 1),
  )
  const { items, next } = await mergeLazily(sources, ({ openedAt, pk }) => `${openedAt}#${pk}`, most)
  const tickets = (
    await getAll(
      access,
      items.map((item) => keys.ticket(identityFrom(item).id)),
      false,
    )
  )
    .filter((item) => item !== undefined)
    .map(ticketFrom)
  const openings = await inBatches(tickets, async (ticket) => ({ ticket, message: await firstMessage(access, ticket) }))
  return { openings, isWhole: next === null }
}

/** A partition of a channel's tickets. It is read to its end if need be: erased tickets may fill any number of pages. */
function newestFirst(
  { tableName, documents }: TableAccess,
  partition: string,
  since: string,
  pageSize: number,
): Source<Item> {
  return async (start) => {
    const { Items = [], LastEvaluatedKey } = await documents.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'channel',
        KeyConditionExpression: 'inChannel = :partition AND openedAt >= :since',
        ExpressionAttributeValues: { ':partition': partition, ':since': since },
        ScanIndexForward: false,
        Limit: pageSize,
        ...(start === null ? {} : { ExclusiveStartKey: start as Record<string, unknown> }),
      }),
    )
    // What an erased ticket left for reports is no ticket.
    const items = (Items as Item[]).filter(({ pk }) => !pk.startsWith('ERASED#'))
    return {
      items,
      readDownTo: LastEvaluatedKey ? String(LastEvaluatedKey.openedAt) : null,
      next: LastEvaluatedKey ?? null,
    }
  }
}

async function firstMessage(
  { tableName, documents }: TableAccess,
  { id, firstPosition }: Opening['ticket'],
): Promise<Opening['message']> {
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :first)',
      ExpressionAttributeValues: { ':pk': keys.ticket(id).pk, ':first': `${MESSAGE}${firstPosition}#` },
      Limit: 1,
    }),
  )
  return Items[0] ? messageFrom(Items[0] as Item) : null
}

const AT_ONCE = 25

async function inBatches<One, Result>(all: readonly One[], work: (one: One) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (let from = 0; from < all.length; from += AT_ONCE) {
    results.push(...(await Promise.all(all.slice(from, from + AT_ONCE).map(work))))
  }
  return results
}
