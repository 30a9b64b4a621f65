import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Page, PageRequest, TicketFilter } from '../../core/ports/tickets.ts'
import { type MessageOrder, mergePartitions, type PartitionPage } from '../../core/tickets/pages.ts'
import type { Message, Status, Ticket } from '../../core/tickets/ticket.ts'
import { getAll, type Item, keys, shardsOf, type TableAccess } from './table.ts'
import { messageFrom, ticketFrom } from './ticket-items.ts'

type List = {
  readonly index: 'all' | 'status' | 'channel' | 'customer' | 'tag'
  readonly attribute: string
  readonly partitions: readonly string[]
}

/** Items to read per partition if the query filters by more than its list. */
const FILTERED_PAGE_ITEMS = 200

/** Statuses that few tickets have, so that their lists are short. */
const RARE_STATUSES: readonly Status[] = ['new', 'open', 'pending', 'on_hold']

/** The list with the fewest tickets that the filter rejects. */
function listFor({ customerId, status, tag, channelId }: TicketFilter): List {
  if (customerId) return { index: 'customer', attribute: 'inCustomer', partitions: [customerId] }
  if (status && RARE_STATUSES.includes(status)) return sharded('status', 'inStatus', status)
  if (tag) return sharded('tag', 'inTag', tag)
  if (channelId) return sharded('channel', 'inChannel', channelId)
  if (status) return sharded('status', 'inStatus', status)
  return sharded('all', 'inAll', 'all')
}

function sharded(index: List['index'], attribute: string, name: string): List {
  return { index, attribute, partitions: shardsOf(name) }
}

/** Tickets by newest activity: queries each partition of a list, merges the results, and reads the tickets fresh. */
export async function listTickets(access: TableAccess, filter: TicketFilter, page: PageRequest): Promise<Page<Ticket>> {
  const list = listFor(filter)
  const pages = await Promise.all(
    list.partitions.map((partition) => readPartition(access, list, partition, filter, page)),
  )
  const { items: entries, next } = mergePartitions(pages, (entry) => String(entry.activity), page.limit)
  const items = await getAll(
    access,
    entries.map((entry) => keys.ticket(String(entry.ticketId))),
  )
  const tickets = items.flatMap((item) => (item ? [ticketFrom(item)] : [])).filter((ticket) => fits(ticket, filter))
  return { items: tickets, next }
}

/** Looks at one entry of each partition of the list of all tickets: half a read unit each. */
export async function changedSince({ tableName, documents }: TableAccess, time: string): Promise<boolean> {
  const answers = await Promise.all(
    shardsOf('all').map((partition) =>
      documents.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'all',
          // Every activity of a time sorts after the time itself.
          KeyConditionExpression: 'inAll = :partition AND activity >= :time',
          ExpressionAttributeValues: { ':partition': partition, ':time': time },
          Limit: 1,
        }),
      ),
    ),
  )
  return answers.some(({ Items = [] }) => Items.length > 0)
}

async function readPartition(
  { tableName, documents }: TableAccess,
  list: List,
  partition: string,
  filter: TicketFilter,
  page: PageRequest,
): Promise<PartitionPage<Item>> {
  const from = filter.updatedSince ?? '0'
  // `~` sorts after every time; a page starts after the last ticket of the page before.
  const to = page.after ?? '~'
  // DynamoDB refuses an empty range.
  if (to < from) return { items: [], readDownTo: null }
  const conditions = filterExpression(filter)
  const answer = await documents.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: list.index,
      KeyConditionExpression: '#partition = :partition AND activity BETWEEN :from AND :to',
      ...conditions,
      ExpressionAttributeNames: { '#partition': list.attribute, ...conditions.ExpressionAttributeNames },
      ExpressionAttributeValues: {
        ':partition': partition,
        ':from': from,
        ':to': to,
        ...conditions.ExpressionAttributeValues,
      },
      ScanIndexForward: false,
      Limit: conditions.FilterExpression ? Math.max(FILTERED_PAGE_ITEMS, page.limit + 2) : page.limit + 2,
    }),
  )
  const items = ((answer.Items ?? []) as Item[]).filter((item) => item.activity !== page.after)
  const last = answer.LastEvaluatedKey
  return { items, readDownTo: last ? String(last.activity) : null }
}

function filterExpression({ tag, status, channelId, customerId }: TicketFilter) {
  const wanted = [
    { condition: 'contains(tags, :tag)', values: { ':tag': tag }, names: {} },
    { condition: '#status = :status', values: { ':status': status }, names: { '#status': 'status' } },
    { condition: 'channelId = :channelId', values: { ':channelId': channelId }, names: {} },
    { condition: 'customerId = :customerId', values: { ':customerId': customerId }, names: {} },
  ].filter(({ values }) => Object.values(values)[0] !== undefined)
  // The list itself is the only filter.
  if (wanted.length < 2) return {}
  return {
    FilterExpression: wanted.map(({ condition }) => condition).join(' AND '),
    ExpressionAttributeNames: Object.assign({}, ...wanted.map(({ names }) => names)) as Record<string, string>,
    ExpressionAttributeValues: Object.assign({}, ...wanted.map(({ values }) => values)) as Record<string, unknown>,
  }
}

/** The index may lag behind the table, so the filter applies to the fresh ticket too. */
function fits(ticket: Ticket, { tag, status, channelId, customerId }: TicketFilter): boolean {
  return (
    (tag === undefined || ticket.tags.includes(tag)) &&
    (status === undefined || ticket.status === status) &&
    (channelId === undefined || ticket.channelId === channelId) &&
    (customerId === undefined || ticket.customer.id === customerId)
  )
}

/** Messages of a ticket. `after` and `next` are sort keys. */
export async function listMessages(
  { tableName, documents }: TableAccess,
  ticketId: string,
  { limit, after }: PageRequest,
  order: MessageOrder,
): Promise<Page<Message>> {
  const { pk, sk: prefix } = keys.message(ticketId, '', '')
  const query: QueryCommandInput = {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :messages)',
    ExpressionAttributeValues: { ':pk': pk, ':messages': prefix.slice(0, prefix.indexOf('#') + 1) },
    ConsistentRead: true,
    ScanIndexForward: order === 'oldest',
    Limit: limit,
    ...(after === null ? {} : { ExclusiveStartKey: { pk, sk: after } }),
  }
  const answer = await documents.send(new QueryCommand(query))
  return {
    items: ((answer.Items ?? []) as Item[]).map(messageFrom),
    next: answer.LastEvaluatedKey ? String(answer.LastEvaluatedKey.sk) : null,
  }
}
