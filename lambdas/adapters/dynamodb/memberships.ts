import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { TicketFilter } from '../../core/ports/tickets.ts'
import type { Status } from '../../core/tickets/ticket.ts'
import { waitingStatuses } from '../../core/tickets/turn.ts'
import { type Item, partitionsOf, type TableAccess } from './table.ts'
import { identityFrom, UNSETTLED } from './ticket-items.ts'

/** A list that does not say when its tickets changed: those of a tag, a status, a channel or a customer. */
export type Membership = {
  readonly index: string | null
  readonly attribute: string
  readonly partitions: readonly string[]
}

/** The tickets of all its memberships. */
export type Union = readonly Membership[]

/** The lists that each hold all tickets that a filter can find. */
export function membershipsOf(filter: TicketFilter, partitions: number): Union[] {
  const { customerId, tag, tagMatch, status, channelId, replies } = filter
  const tags = [tag ?? []].flat().map((one) => ({
    index: null,
    attribute: 'pk',
    partitions: partitionsOf(`TAG#${one}`, partitions),
  }))
  return [
    ...(customerId ? [[{ index: 'customer', attribute: 'inCustomer', partitions: [customerId] }]] : []),
    ...(replies ? [[unsettledTickets(partitions)]] : []),
    ...(tagMatch === 'any' && tags.length > 0 ? [tags] : tags.map((one) => [one])),
    ...(channelId
      ? [[{ index: 'channel', attribute: 'inChannel', partitions: partitionsOf(channelId, partitions) }]]
      : []),
    ...(status ? [[inStatus(status, partitions)]] : []),
  ]
}

/** Where a filter is looked for that the list of all tickets cannot answer; null for others. */
export function specialOf({ replies, waiting, order }: TicketFilter, partitions: number): Union | null {
  if (replies) return [unsettledTickets(partitions)]
  return waiting || order === 'waiting' ? waitingStatuses.map((status) => inStatus(status, partitions)) : null
}

/** The tickets of a status. */
export function inStatus(status: Status, partitions: number): Membership {
  return { index: 'status', attribute: 'inStatus', partitions: partitionsOf(status, partitions) }
}

/** The tickets with replies that failed, wait, or whose outcome is unknown. */
export function unsettledTickets(partitions: number): Membership {
  return { index: 'due', attribute: 'inDue', partitions: partitionsOf(UNSETTLED, partitions) }
}

/** The ids of all tickets; null if there are more than `most` in one of the memberships or in all. */
export async function allMembers(access: TableAccess, union: Union, most: number): Promise<string[] | null> {
  const { ids, isWhole } = await members(access, union, most, true)
  return isWhole && ids.length <= most ? ids : null
}

/**
 * The ids of tickets, of each membership the first by its sort key.
 * @param most about so many of each membership
 * @param mustBeWhole stops after the first partition if that shows that there are more: ids are spread evenly
 */
export async function members(
  access: TableAccess,
  union: Union,
  most: number,
  mustBeWhole = false,
): Promise<{ ids: string[]; isWhole: boolean }> {
  const found = await Promise.all(union.map((membership) => membersOf(access, membership, most, mustBeWhole)))
  return { ids: [...new Set(found.flatMap(({ ids }) => ids))], isWhole: found.every(({ isWhole }) => isWhole) }
}

/** Under a tag a ticket may have two entries: in two partitions, or at the time of each try to open it. */
async function membersOf(
  { tableName, documents }: TableAccess,
  { index, attribute, partitions }: Membership,
  most: number,
  mustBeWhole: boolean,
): Promise<{ ids: string[]; isWhole: boolean }> {
  const query = (partition: string) =>
    documents.send(
      new QueryCommand({
        TableName: tableName,
        ...(index ? { IndexName: index } : {}),
        KeyConditionExpression: '#partition = :partition',
        ExpressionAttributeNames: { '#partition': attribute },
        ExpressionAttributeValues: { ':partition': partition },
        Limit: Math.ceil((2 * most) / partitions.length),
      }),
    )
  const [first = '', ...others] = partitions
  const page = await query(first)
  if (mustBeWhole && page.LastEvaluatedKey) return { ids: [], isWhole: false }
  const pages = [page, ...(await Promise.all(others.map(query)))]
  // What an erased ticket left for reports is no ticket.
  const items = pages.flatMap(({ Items = [] }) => Items as Item[]).filter(({ pk }) => !pk.startsWith('ERASED#'))
  const ids = new Set(items.map((item) => (index ? identityFrom(item).id : item.sk.slice(item.sk.indexOf('#') + 1))))
  return { ids: [...ids], isWhole: !pages.some(({ LastEvaluatedKey }) => LastEvaluatedKey) }
}
