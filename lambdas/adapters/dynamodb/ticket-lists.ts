import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Page, PageRequest, TicketFilter } from '../../core/ports/tickets.ts'
import { type MessageOrder, mergeLazily, type Source } from '../../core/tickets/pages.ts'
import type { ListedTicket, Message, Ticket } from '../../core/tickets/ticket.ts'
import { getAll, type Item, keys, type ListAccess, MESSAGE, partitionsOf, type TableAccess } from './table.ts'
import { ALL, activityOf, identityFrom, listedFrom, messageFrom, ticketFrom } from './ticket-items.ts'

/** A list that does not say when its tickets changed: those of a tag, a status, a channel or a customer. */
type Membership = { readonly index: string | null; readonly attribute: string; readonly partitions: readonly string[] }

/** A membership with so few tickets is read whole: their items cost less than looking for them in the list of all. */
const FEW = 50

/** Reading a whole membership with more tickets than this takes too long. */
const MANY = 2_000

/** Entries of the list of all tickets to look at in each partition for one page of a filter. */
const MAX_ENTRIES = 1_000

/** Entries of a partition to look at when those of the first query run out; each further query looks at twice as many. */
const MORE_ENTRIES = 6

/** `~` sorts after every time. */
const END = '~'

/**
 * Tickets by newest activity. One index moves with each message, the list of all tickets; it also serves the filters that
 * many tickets fit. For those that few fit, the whole membership is read and sorted (docs/decisions/table.md).
 */
export async function listTickets(
  access: ListAccess,
  filter: TicketFilter,
  page: PageRequest,
): Promise<Page<ListedTicket>> {
  const memberships = membershipsOf(filter, access.partitions)
  for (const membership of memberships) {
    const few = await members(access, membership, membership.index === 'customer' ? MANY : FEW)
    if (few) return pageOf(access, few, filter, page)
  }
  const found = await listAll(access, filter, page)
  if (memberships.length === 0 || found.items.length >= page.limit / 5 || found.next === null) return found
  // Neither few nor common: the list of all tickets has too many others in between.
  for (const membership of memberships) {
    const several = await members(access, membership, MANY)
    if (several) return pageOf(access, several, filter, page)
  }
  return found
}

/** Looks at one entry of each partition of the list of all tickets: half a read unit each. @param time ISO time */
export async function changedSince({ tableName, partitions, documents }: ListAccess, time: string): Promise<boolean> {
  const answers = await Promise.all(
    partitionsOf(ALL, partitions).map((partition) =>
      documents.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'list',
          // Every activity of a time sorts after the time itself.
          KeyConditionExpression: 'inList = :partition AND activity >= :time',
          ExpressionAttributeValues: { ':partition': partition, ':time': time },
          Limit: 1,
        }),
      ),
    ),
  )
  return answers.some(({ Items = [] }) => Items.length > 0)
}

function membershipsOf({ customerId, tag, status, channelId }: TicketFilter, partitions: number): Membership[] {
  const shared = (list: string) => partitionsOf(list, partitions)
  return [
    ...(customerId ? [{ index: 'customer', attribute: 'inCustomer', partitions: [customerId] }] : []),
    ...(tag ? [{ index: null, attribute: 'pk', partitions: shared(`TAG#${tag}`) }] : []),
    ...(channelId ? [{ index: 'channel', attribute: 'inChannel', partitions: shared(channelId) }] : []),
    ...(status ? [{ index: 'status', attribute: 'inStatus', partitions: shared(status) }] : []),
  ]
}

/**
 * The ids of all tickets of a membership; null if there are more than `most`. Ids are spread evenly, so where there are
 * many, the first partition shows it. Under a tag a ticket may have two entries: in two
 * partitions, or at the time of each try to open it.
 */
async function members(
  { tableName, documents }: TableAccess,
  { index, attribute, partitions }: Membership,
  most: number,
): Promise<string[] | null> {
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
  if (page.LastEvaluatedKey) return null
  const pages = [page, ...(await Promise.all(others.map(query)))]
  // What an erased ticket left for reports is no ticket.
  const items = pages.flatMap(({ Items = [] }) => Items as Item[]).filter(({ pk }) => !pk.startsWith('ERASED#'))
  const ids = new Set(items.map((item) => (index ? identityFrom(item).id : item.sk.slice(item.sk.indexOf('#') + 1))))
  return ids.size > most || pages.some(({ LastEvaluatedKey }) => LastEvaluatedKey) ? null : [...ids]
}

/** A page of tickets that are known by their ids. */
async function pageOf(
  access: TableAccess,
  ids: readonly string[],
  filter: TicketFilter,
  { limit, after }: PageRequest,
): Promise<Page<ListedTicket>> {
  const items = await getAll(access, ids.map(keys.ticket), false)
  const tickets = items
    .flatMap((item) => (item?.version === undefined ? [] : [ticketFrom(item)]))
    .filter((ticket) => fits(ticket, filter) && (after === null || activityOf(ticket) < after))
    .sort((a, b) => (activityOf(a) < activityOf(b) ? 1 : -1))
  const shown = tickets.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown, next: tickets.length > limit && last ? activityOf(last) : null }
}

function listAll(access: ListAccess, filter: TicketFilter, page: PageRequest): Promise<Page<ListedTicket>> {
  const from = filter.updatedSince ?? ''
  const to = page.after ?? END
  // DynamoDB refuses an empty range.
  if (to < from) return Promise.resolve({ items: [], next: null })
  const filterBy = filterExpression(filter)
  const partitions = partitionsOf(ALL, access.partitions)
  const share = Math.ceil(page.limit / partitions.length) + 2
  const sources = partitions.map((partition): Source<Item> => {
    let looked = 0
    let more = MORE_ENTRIES
    return async (start) => {
      if (looked >= MAX_ENTRIES) return null
      const Limit = looked === 0 ? share : Math.min(more, MAX_ENTRIES - looked)
      if (looked > 0) more *= 2
      looked += Limit
      const { Items = [], LastEvaluatedKey } = await access.documents.send(
        new QueryCommand({
          TableName: access.tableName,
          IndexName: 'list',
          KeyConditionExpression: 'inList = :partition AND activity BETWEEN :from AND :to',
          ...filterBy,
          ExpressionAttributeValues: {
            ':partition': partition,
            ':from': from,
            ':to': to,
            ...filterBy.ExpressionAttributeValues,
          },
          ScanIndexForward: false,
          Limit,
          ...(start === null ? {} : { ExclusiveStartKey: start as Record<string, unknown> }),
        }),
      )
      const items = (Items as Item[]).filter(({ activity }) => activity !== page.after)
      return {
        items,
        readDownTo: LastEvaluatedKey ? String(LastEvaluatedKey.activity) : null,
        next: LastEvaluatedKey ?? null,
      }
    }
  })
  return mergeLazily(sources, ({ activity }) => String(activity), page.limit).then(({ items, next }) => ({
    items: items.map(listedFrom),
    next,
  }))
}

function filterExpression({
  tag,
  status,
  channelId,
  customerId,
}: TicketFilter): Pick<
  QueryCommandInput,
  'FilterExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  const wanted = [
    { condition: 'contains(tags, :tag)', values: { ':tag': tag } },
    { condition: '#status = :status', values: { ':status': status } },
    { condition: 'begins_with(pk, :channel)', values: { ':channel': channelId && `CONVERSATION#${channelId}#` } },
    { condition: 'customer.id = :customer', values: { ':customer': customerId } },
  ].filter(({ values }) => Object.values(values)[0] !== undefined)
  if (wanted.length === 0) return {}
  return {
    FilterExpression: wanted.map(({ condition }) => condition).join(' AND '),
    ...(status ? { ExpressionAttributeNames: { '#status': 'status' } } : {}),
    ExpressionAttributeValues: Object.assign({}, ...wanted.map(({ values }) => values)) as Record<string, unknown>,
  }
}

function fits(ticket: ListedTicket, { tag, status, channelId, customerId, updatedSince }: TicketFilter): boolean {
  return (
    (tag === undefined || ticket.tags.includes(tag)) &&
    (status === undefined || ticket.status === status) &&
    (channelId === undefined || ticket.channelId === channelId) &&
    (customerId === undefined || ticket.customer.id === customerId) &&
    (updatedSince === undefined || ticket.updatedAt >= updatedSince)
  )
}

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
