import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import type { Page, PageRequest, TicketFilter, TicketNumbers } from '../../core/ports/tickets.ts'
import { excerptOf } from '../../core/search/excerpt.ts'
import { mergeLazily, type Source } from '../../core/tickets/pages.ts'
import { type FoundTicket, type ListedTicket, statuses, type Ticket } from '../../core/tickets/ticket.ts'
import { customerWaitsSince, waitingStatuses } from '../../core/tickets/turn.ts'
import { allMembers, inStatus, members, membershipsOf, specialOf, type Union, unsettledTickets } from './memberships.ts'
import { positionIn } from './message-items.ts'
import { getAll, type Item, keys, type ListAccess, partitionsOf, type TableAccess } from './table.ts'
import { ALL, activityOf, listedFrom, messageFrom, ticketFrom } from './ticket-items.ts'
import { type Found, ticketsWithWords } from './words.ts'

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
 * many tickets fit. For those that few fit, the whole membership is read and sorted (docs/decisions/table.md). So are the
 * tickets that wait or have unsettled replies: those of each status that were opened first, if there are more than 2,000.
 */
export async function listTickets(
  access: ListAccess,
  filter: TicketFilter,
  page: PageRequest,
): Promise<Page<FoundTicket>> {
  const memberships = membershipsOf(filter, access.partitions)
  if (filter.words) {
    const found = await ticketsWithWords(access, filter.words)
    const ids = await within(access, [...found.keys()], memberships)
    const { items, next } = await pageOf(access, ids.slice(0, MANY), filter, page)
    return { items: await withMatches(access, items, found, filter.words), next }
  }
  for (const membership of memberships) {
    const few = await allMembers(access, membership, membership[0]?.index === 'customer' ? MANY : FEW)
    if (few) return pageOf(access, few, filter, page)
  }
  const special = specialOf(filter, access.partitions)
  if (special) return pageOf(access, (await members(access, special, MANY)).ids, filter, page)
  const found = await listAll(access, filter, page)
  if (memberships.length === 0 || found.items.length >= page.limit / 5 || found.next === null) return found
  // Neither few nor common: the list of all tickets has too many others in between.
  for (const membership of memberships) {
    const several = await allMembers(access, membership, MANY)
    if (several) return pageOf(access, several, filter, page)
  }
  return found
}

/** Those of the tickets that are in all memberships, as far as these can be read whole: of more, many fit anyway. */
async function within(
  access: ListAccess,
  ids: readonly string[],
  memberships: readonly Union[],
): Promise<readonly string[]> {
  let left = ids
  for (const membership of memberships) {
    if (left.length <= MANY) return left
    const known = await allMembers(access, membership, MANY)
    if (known) left = left.filter((id) => known.includes(id))
  }
  return left
}

/** Shows where the words are, as far as the messages have them still. */
async function withMatches(
  access: TableAccess,
  tickets: readonly ListedTicket[],
  found: ReadonlyMap<string, Found | null>,
  words: readonly string[],
): Promise<FoundTicket[]> {
  const entries = tickets.flatMap(({ id }) => found.get(id) ?? [])
  const items = await getAll(
    access,
    entries.map(({ ticketId, of, at }) => keys.message(ticketId, positionIn(of, at), of)),
    false,
  )
  const matches = new Map(
    items.flatMap((item) => {
      const message = item && messageFrom(item)
      const text = message?.deletedAt === null ? excerptOf(message.text, words) : null
      return message && text !== null
        ? [[message.ticketId, { messageId: message.id, direction: message.direction, text }] as const]
        : []
    }),
  )
  return tickets.map((ticket) => {
    const match = matches.get(ticket.id)
    return match ? { ...ticket, match } : ticket
  })
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
    .filter((ticket) => fits(ticket, filter) && (after === null || isAfter(keyOf(ticket), after)))
    .sort((a, b) => (isAfter(keyOf(b), keyOf(a)) ? -1 : 1))
  const shown = tickets.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown, next: tickets.length > limit && last ? keyOf(last) : null }

  function keyOf(ticket: Ticket): string {
    return filter.order === 'waiting' ? `${customerWaitsSince(ticket)}#${ticket.id}` : activityOf(ticket)
  }
  function isAfter(key: string, other: string): boolean {
    return filter.order === 'waiting' ? key > other : key < other
  }
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
  tagMatch,
  status,
  channelId,
  customerId,
}: TicketFilter): Pick<
  QueryCommandInput,
  'FilterExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  const tags = [tag ?? []].flat()
  const hasTag = tags.map((_, index) => `contains(tags, :tag${index})`).join(tagMatch === 'any' ? ' OR ' : ' AND ')
  const wanted = [
    ...(tags.length > 0 ? [{ condition: `(${hasTag})`, values: named('tag', tags) }] : []),
    ...(status ? [{ condition: '#status = :status', values: { ':status': status } }] : []),
    ...(channelId
      ? [{ condition: 'begins_with(pk, :channel)', values: { ':channel': `CONVERSATION#${channelId}#` } }]
      : []),
    ...(customerId ? [{ condition: 'customer.id = :customer', values: { ':customer': customerId } }] : []),
  ]
  if (wanted.length === 0) return {}
  return {
    FilterExpression: wanted.map(({ condition }) => condition).join(' AND '),
    ...(status ? { ExpressionAttributeNames: { '#status': 'status' } } : {}),
    ExpressionAttributeValues: Object.assign({}, ...wanted.map(({ values }) => values)) as Record<string, unknown>,
  }
}

function named(name: string, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.map((value, index) => [`:${name}${index}`, value]))
}

function fits(ticket: ListedTicket, filter: TicketFilter): boolean {
  const { tag, tagMatch, status, channelId, customerId, updatedSince, waiting, order, replies } = filter
  const tags = [tag ?? []].flat()
  const has = (one: string) => ticket.tags.includes(one)
  return (
    (tags.length === 0 || (tagMatch === 'any' ? tags.some(has) : tags.every(has))) &&
    (status === undefined || ticket.status === status) &&
    (channelId === undefined || ticket.channelId === channelId) &&
    (customerId === undefined || ticket.customer.id === customerId) &&
    (updatedSince === undefined || ticket.updatedAt >= updatedSince) &&
    (!(waiting || order === 'waiting') || customerWaitsSince(ticket) !== null) &&
    (replies === undefined || Object.values(ticket.unsettled).some((state) => replies.includes(state)))
  )
}

/** The tickets in which the customer may wait: in each status those that were opened first. */
export async function waitingTickets(access: ListAccess) {
  const filter = { order: 'waiting' } as const
  const { ids, isWhole } = await members(access, specialOf(filter, access.partitions) ?? [], MANY)
  const { items } = await pageOf(access, ids, filter, { limit: ids.length, after: null })
  return { items, isWhole }
}

/** Numbers are counted up to this; more is not told apart. */
const MAX_NUMBER = 100

/** Tickets among which those that wait are counted, in each status. */
const MAX_LOOKED_AT = 150

/** How many tickets there are of each kind that a list can show, each up to 100. */
export async function numbersOf(access: ListAccess): Promise<TicketNumbers> {
  const { partitions } = access
  const counted = statuses.map(async (status) => {
    const { ids } = await members(access, [inStatus(status, partitions)], MAX_NUMBER)
    return [status, Math.min(ids.length, MAX_NUMBER)] as const
  })
  const [inStatuses, unsettled, undecided] = await Promise.all([
    Promise.all(counted),
    members(access, [unsettledTickets(partitions)], MAX_NUMBER),
    Promise.all(waitingStatuses.map((status) => members(access, [inStatus(status, partitions)], MAX_LOOKED_AT))),
  ])
  const look = (ids: readonly string[], filter: TicketFilter) =>
    pageOf(access, ids, filter, { limit: MAX_NUMBER, after: null })
  const [waiting, failed] = await Promise.all([
    look(
      undecided.flatMap(({ ids }) => ids),
      { waiting: true },
    ),
    look(unsettled.ids, { replies: ['failed', 'unknown'] }),
  ])
  return {
    waiting: waiting.items.length,
    failed: failed.items.length,
    statuses: Object.fromEntries(inStatuses) as TicketNumbers['statuses'],
  }
}
