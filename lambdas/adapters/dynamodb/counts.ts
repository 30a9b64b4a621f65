import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { CountStore } from '../../core/ports/events.ts'
import type { Clock } from '../../core/ports/platform.ts'
import { type CountName, dayCounts, dayOf, daysBetween, type Tally } from '../../core/reports/counts.ts'
import type { ClosedTicket, OpenedTicket } from '../../core/reports/report.ts'
import { earlierOf, laterOf } from '../../core/time.ts'
import { costOf } from '../../core/x/prices.ts'
import type { Membership } from './memberships.ts'
import { conditionHolds, type Item, keys, type ListAccess, partitionFor, partitionsOf, queryAll } from './table.ts'

/**
 * The attributes that count an item once, by being there: a message, an ignored event, the outcome of a reply. They
 * never change.
 * @param at ISO time of the write, @param id unique among what is counted, @param partitions those of the table
 */
export function countedAs(
  { channelId, names }: Pick<Tally, 'channelId' | 'names'>,
  { at, id }: { readonly at: string; readonly id: string },
  partitions: number,
) {
  return { inCounts: partitionFor(id, channelId, partitions), countedAt: `${at}#${id}`, counts: [...names] }
}

/** What is written later than this may still carry an earlier time: functions that write it run shorter. */
const SETTLED_AFTER_MS = 5 * 60_000

/** So many entries of a day that goes on are worth a write. */
const MIN_KEPT = 100

/** Counts and reports, read from indexes: what is counted is written nowhere twice, so no crash can falsify it. */
export function createCountStore({ now, ...access }: ListAccess & { now: Clock }): CountStore {
  const { tableName, documents } = access

  /** The entries of a channel from one sort key to another, both included. */
  async function entries(channelId: string, from: string, to: string): Promise<Item[]> {
    const found = await Promise.all(
      partitionsOf(channelId, access.partitions).map((partition) =>
        queryAll(access, {
          IndexName: 'counts',
          KeyConditionExpression: 'inCounts = :partition AND countedAt BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':partition': partition, ':from': from, ':to': to },
        }),
      ),
    )
    return found.flat()
  }

  /** The entries of an index from an ISO time until before another one. DynamoDB refuses an empty range. */
  async function inTime({ index, attribute, partitions }: Membership, range: TimeRange): Promise<Item[]> {
    const { sortKey, from, until } = range
    if (until <= from) return []
    const found = await Promise.all(
      partitions.map((partition) =>
        queryAll(access, {
          ...(index && { IndexName: index }),
          KeyConditionExpression: '#partition = :partition AND #time BETWEEN :from AND :until',
          ExpressionAttributeNames: { '#partition': attribute, '#time': sortKey },
          ExpressionAttributeValues: { ':partition': partition, ':from': from, ':until': until },
        }),
      ),
    )
    return found.flat().filter((item) => String(item[sortKey]) < until)
  }

  /** Keeps the counts of a day, so that its entries are not read again. Another reader may have been first. */
  async function keep(channelId: string, { day, countedTo: before }: Day, countedTo: string, numbers: Numbers) {
    const item = { ...keys.counts(channelId, day), countedTo, numbers: Object.fromEntries(numbers) }
    await conditionHolds(
      documents.send(
        new PutCommand({
          TableName: tableName,
          Item: item,
          ConditionExpression: 'attribute_not_exists(pk) OR countedTo = :before',
          ExpressionAttributeValues: { ':before': before },
        }),
      ),
    )
  }

  /** What was counted on each UTC day, oldest first. */
  async function counted(channelId: string, from: string, to: string) {
    const kept = await queryAll(access, {
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': keys.counts(channelId, '').pk, ':from': from, ':to': to },
      ConsistentRead: true,
    })
    const known = new Map(kept.map((item) => [item.sk, item]))
    const settledTo = new Date(now().getTime() - SETTLED_AFTER_MS).toISOString()
    const all = daysBetween(from, to).map((day) => dayFrom(day, known.get(day)))
    const found = await Promise.all(
      stretches(all).map(([first, last]) => entries(channelId, first.countedTo, endOf(last.day))),
    )
    const byDay = Map.groupBy(found.flat(), ({ countedAt }) => dayOf(String(countedAt)))
    const days = all.map(async (one) => {
      const fresh = byDay.get(one.day) ?? []
      const settled = fresh.filter(({ countedAt }) => String(countedAt) < settledTo)
      const countedTo = earlierOf(settledTo, endOf(one.day))
      if (settled.length >= MIN_KEPT || (settled.length > 0 && countedTo === endOf(one.day))) {
        await keep(channelId, one, countedTo, addUp([one.numbers, ...settled.map(numbersOf)]))
      }
      return { day: one.day, numbers: addUp([one.numbers, ...fresh.map(numbersOf)]) }
    })
    return Promise.all(days)
  }

  return {
    async activity(channelId, from, to) {
      return (await counted(channelId, from, to)).map(({ day, numbers }) => dayCounts(day, numbers))
    },

    async costUsd(channelId, day) {
      const [today] = await counted(channelId, day, day)
      return today ? costOf(today.numbers) : 0
    },

    async lastMessageAt({ id, lastMessageAt: known }) {
      if (known === null) return null
      const found = await Promise.all(
        partitionsOf(id, access.partitions).map((partition) => newest(access, partition, known, ['opened', 'joined'])),
      )
      return found.reduce<string>((latest, item) => laterOf(latest, String(item?.receivedAt ?? '')), known)
    },

    async lastEventAt(channelId, since) {
      const found = await Promise.all(
        partitionsOf(channelId, access.partitions).map((partition) =>
          newest(access, partition, since, ['received', 'unreadable']),
        ),
      )
      const times = found.flatMap((item) => (item ? [String(item.countedAt).split('#')[0] ?? ''] : []))
      return times.sort().at(-1) ?? null
    },

    async opened(channelId, from, until) {
      const items = await inTime(
        { index: 'channel', attribute: 'inChannel', partitions: partitionsOf(channelId, access.partitions) },
        { sortKey: 'openedAt', from, until },
      )
      // Only `commit` writes tickets, always complete but for what is null.
      return items.map((item) => ({ firstResponseAt: null, ...item, channelId }) as unknown as OpenedTicket)
    },

    async closed(from, until) {
      const partitions = ['closed', 'erased'].flatMap((status) => partitionsOf(status, access.partitions))
      const items = await inTime(
        { index: 'closed', attribute: 'inStatus', partitions },
        { sortKey: 'closedAt', from, until },
      )
      return items.map(
        ({ pk, tags, openedAt, closedAt }) =>
          ({ channelId: pk.split('#')[1], tags, openedAt, closedAt }) as ClosedTicket,
      )
    },
  }
}

/** ISO times in an attribute by which an index is sorted. */
type TimeRange = { readonly sortKey: string; readonly from: string; readonly until: string }

/** Entries to look at in a query: most are messages. */
const LOOKED_AT = 20

/** The newest entry in a partition that has one of two names; null if none was written since a time. */
async function newest(
  { tableName, documents }: ListAccess,
  partition: string,
  since: string,
  [one, other]: readonly [CountName, CountName],
): Promise<Readonly<Record<string, unknown>> | null> {
  let start: Record<string, unknown> | undefined
  do {
    const { Items = [], LastEvaluatedKey } = await documents.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'counts',
        KeyConditionExpression: 'inCounts = :partition AND countedAt > :since',
        FilterExpression: 'contains(counts, :one) OR contains(counts, :other)',
        ExpressionAttributeValues: {
          ':partition': partition,
          ':since': since,
          ':one': one,
          ':other': other,
        },
        ScanIndexForward: false,
        Limit: LOOKED_AT,
        ...(start && { ExclusiveStartKey: start }),
      }),
    )
    if (Items[0]) return Items[0]
    start = LastEvaluatedKey
  } while (start)
  return null
}

/** A day and what was counted of it so far: every entry before `countedTo`, a sort key. */
type Day = { readonly day: string; readonly countedTo: string; readonly numbers: Numbers }

function dayFrom(day: string, item: Item | undefined): Day {
  if (!item) return { day, countedTo: day, numbers: new Map() }
  return { day, countedTo: String(item.countedTo), numbers: new Map(Object.entries(item.numbers as object)) }
}

/** The first and last of each row of days that were not counted to their end. */
function stretches(days: readonly Day[]): [Day, Day][] {
  const found: [Day, Day][] = []
  let goesOn = false
  for (const one of days) {
    const isOpen = one.countedTo < endOf(one.day)
    const last = found.at(-1)
    // What was counted of a day in part would be read again in the middle of a stretch.
    if (isOpen && goesOn && last && one.countedTo === one.day) last[1] = one
    else if (isOpen) found.push([one, one])
    goesOn = isOpen
  }
  return found
}

/** A sort key after all of a day: `~` sorts after every time. */
const endOf = (day: string) => `${day}~`

/** Numbers by name. */
type Numbers = ReadonlyMap<string, number>

/** The names that an entry adds one to. */
function numbersOf({ counts }: Item): Numbers {
  return new Map((counts as string[]).map((name) => [name, 1]))
}

function addUp(all: readonly Numbers[]): Numbers {
  const sums = new Map<string, number>()
  for (const one of all) for (const [name, value] of one) sums.set(name, (sums.get(name) ?? 0) + value)
  return sums
}
