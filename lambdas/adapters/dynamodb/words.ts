import { setTimeout as pause } from 'node:timers/promises'
import { BatchWriteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { WordStore } from '../../core/ports/search.ts'
import { OF_NAME, type WordEntry } from '../../core/search/entries.ts'
import { stemOf } from '../../core/search/words.ts'
import { getAll, type Item, keys, partitionsOf, type TableAccess, WORD, WORD_PARTITIONS } from './table.ts'
import { ticketFrom } from './ticket-items.ts'

/** Items in a call, DynamoDB's limit. */
const MAX_ITEMS_PER_WRITE = 25

/** Calls at a time. */
const WRITERS = 8

/** Calls for the same items, if DynamoDB leaves some unprocessed, and the wait before the second; then twice as long. */
const MAX_WRITE_ROUNDS = 6
const WRITE_PAUSE_MS = 50

/** Entries of a word that are read in each partition: some 100 KB. */
const MAX_ENTRIES = 1_250

/** The index of words in the table: an item for each different word of a message. */
export function createWordStore(access: TableAccess): WordStore {
  const { tableName, documents } = access

  async function writeSome(some: readonly object[]): Promise<void> {
    let remaining = some
    for (let round = 0; remaining.length > 0; round++) {
      if (round === MAX_WRITE_ROUNDS) throw new Error('DynamoDB leaves writes unprocessed: the table is throttled')
      if (round > 0) await pause(WRITE_PAUSE_MS * 2 ** (round - 1))
      const { UnprocessedItems = {} } = await documents.send(
        new BatchWriteCommand({ RequestItems: { [tableName]: [...remaining] } }),
      )
      remaining = UnprocessedItems[tableName] ?? []
    }
  }

  return {
    async write(added, removed) {
      const writes = [
        ...added.map((entry) => ({ PutRequest: { Item: itemOf(entry) } })),
        ...removed.map((entry) => ({ DeleteRequest: { Key: keys.word(entry) } })),
      ]
      const calls = Array.from({ length: Math.ceil(writes.length / MAX_ITEMS_PER_WRITE) }, (_, call) =>
        writes.slice(call * MAX_ITEMS_PER_WRITE, (call + 1) * MAX_ITEMS_PER_WRITE),
      )
      const writers = Array.from({ length: WRITERS }, async () => {
        for (let some = calls.pop(); some; some = calls.pop()) await writeSome(some)
      })
      await Promise.all(writers)
    },

    async customers(words, { limit, after }) {
      const found = withAll(await entriesWithEach(access, words), 'customerId', ({ of }) => of === OF_NAME)
      const keyOf = ({ at, customerId }: Found) => `${at}#${customerId}`
      const rest = found.filter((entry) => after === null || keyOf(entry) < after)
      const page = rest.sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1)).slice(0, limit)
      const last = page.at(-1)
      const items = await getAll(
        access,
        page.map(({ ticketId }) => keys.ticket(ticketId)),
        false,
      )
      return {
        items: items.flatMap((item) => (item?.version === undefined ? [] : [ticketFrom(item).customer])),
        next: last && rest.length > limit ? keyOf(last) : null,
      }
    },
  }
}

function itemOf(entry: WordEntry): Item {
  return { ...keys.word(entry), ...(entry.customerId !== null && { customerId: entry.customerId }) }
}

/**
 * The tickets that have all words, each in any of its messages or names, the newest word first: their ids, and of each the
 * entry of the message that has most of the words, of several the newest; null if only names have them.
 */
export async function ticketsWithWords(
  access: TableAccess,
  words: readonly string[],
): Promise<Map<string, Found | null>> {
  const lists = await entriesWithEach(access, words)
  const best = new Map<string, Found & { readonly count: number }>()
  const counts = new Map<string, number>()
  for (const { entries } of lists) {
    const ofMessages = entries
      .filter(({ of }) => of !== OF_NAME)
      .map((entry) => [`${entry.ticketId} ${entry.of}`, entry] as const)
    for (const [name, entry] of new Map(ofMessages)) {
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      const before = best.get(entry.ticketId)
      if (!before || count > before.count || (count === before.count && entry.at > before.at))
        best.set(entry.ticketId, { ...entry, count })
    }
  }
  const found = withAll(lists, 'ticketId', () => true)
  return new Map(found.map(({ ticketId }) => [ticketId, best.get(ticketId) ?? null]))
}

type Entries = { readonly entries: readonly Found[]; readonly isWhole: boolean }

function entriesWithEach(access: TableAccess, words: readonly string[]): Promise<Entries[]> {
  return Promise.all(words.map((word) => entriesWith(access, word)))
}

/**
 * What has all words among the entries that are meant: of each ticket or customer one entry, the newest first. A word that
 * very many messages have narrows nothing beside a rarer one.
 */
function withAll(
  lists: readonly Entries[],
  part: 'ticketId' | 'customerId',
  isMeant: (entry: Found) => boolean,
): Found[] {
  const whole = lists.filter(({ isWhole }) => isWhole)
  const [first = [], ...others] = (whole.length > 0 ? whole : lists).map(({ entries }) => entries.filter(isMeant))
  const inOthers = others.map((entries) => new Set(entries.map((entry) => entry[part])))
  const distinct = new Map<string, Found>()
  for (const entry of [...first].sort((a, b) => (a.at > b.at ? -1 : 1))) {
    const inAll = inOthers.every((having) => having.has(entry[part]))
    if (inAll && !distinct.has(entry[part])) distinct.set(entry[part], entry)
  }
  return [...distinct.values()]
}

/** An entry that a search has found. */
export type Found = {
  readonly at: string
  readonly ticketId: string
  /** X's id; empty if it is not the customer's own word. */
  readonly customerId: string
  /** The id of the message; `name` for a name of the customer. */
  readonly of: string
}

/**
 * The entries of the words that begin with a word. If there are more than can be read, only those of the word itself, the
 * newest.
 */
async function entriesWith(access: TableAccess, word: string): Promise<Entries> {
  const all = await lookUp(access, word, word, true)
  if (all.isWhole) return all
  return { ...(await lookUp(access, word, `${word}#`, false)), isWhole: false }
}

async function lookUp(
  { tableName, documents }: TableAccess,
  word: string,
  beginning: string,
  isForward: boolean,
): Promise<Entries> {
  const answers = await Promise.all(
    partitionsOf(`${WORD}#${stemOf(word)}`, WORD_PARTITIONS).map((partition) =>
      documents.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
          ExpressionAttributeValues: { ':pk': partition, ':sk': beginning },
          ScanIndexForward: isForward,
          Limit: MAX_ENTRIES,
        }),
      ),
    ),
  )
  return {
    entries: answers.flatMap(({ Items = [] }) => (Items as Item[]).map(foundIn)),
    isWhole: !answers.some(({ LastEvaluatedKey }) => LastEvaluatedKey),
  }
}

function foundIn({ sk, customerId = '' }: Item): Found {
  const [, at = '', ticketId = '', of = ''] = sk.split('#')
  return { at, ticketId, customerId: String(customerId), of }
}
