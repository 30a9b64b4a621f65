import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb'
import type { Target } from '../../core/tickets/ticket.ts'

/** The table, and the client to reach it. */
export type TableAccess = { readonly tableName: string; readonly documents: DynamoDBDocumentClient }

export type Key = { readonly pk: string; readonly sk: string }
export type Item = Readonly<Record<string, unknown>> & Key

/** One write of a transaction. */
export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** The keys of all items in the table. */
export const keys = {
  extension: { pk: 'EXTENSION#twitter', sk: 'EXTENSION' },
  channel: (id: string): Key => ({ pk: `CHANNEL#${id}`, sk: 'CHANNEL' }),
  channelListed: (id: string): Key => ({ pk: 'CHANNELS', sk: id }),
  ticket: (id: string): Key => ({ pk: `TICKET#${id}`, sk: 'TICKET' }),
  ticketTag: (id: string, tag: string): Key => ({ pk: `TICKET#${id}`, sk: `TAG#${tag}` }),
  message: (ticketId: string, position: string, id: string): Key => ({
    pk: `TICKET#${ticketId}`,
    sk: `MESSAGE#${position}#${id}`,
  }),
  /**
   * Leads from a message's id to its item, and makes the id unique within the channel. Before the message it may be a
   * placeholder, which has no `ticketId`.
   */
  pointer: (channelId: string, messageId: string): Key => ({ pk: `MESSAGE#${channelId}#${messageId}`, sk: 'POINTER' }),
  /** A pending reply of a ticket, so that finding those before and after a reply does not read the whole ticket. */
  pending: (ticketId: string, position: string, id: string): Key => ({
    pk: `TICKET#${ticketId}`,
    sk: `PENDING#${position}#${id}`,
  }),
  /** The reply that was written under an idempotency key of a ticket. */
  idempotency: (ticketId: string, key: string): Key => ({
    pk: `TICKET#${ticketId}`,
    sk: `KEY#${createHash('sha256').update(key).digest('hex')}`,
  }),
  /** A started attempt to send, by its target. */
  attempt: (channelId: string, target: Target, messageId: string): Key => ({
    pk: `ATTEMPTS#${channelId}#${target.kind}#${target.kind === 'post' ? target.inReplyTo : target.recipientId}`,
    sk: messageId,
  }),
  /** A file that an agent uploads for a reply. */
  upload: (id: string): Key => ({ pk: `UPLOAD#${id}`, sk: 'UPLOAD' }),
  tokens: (channelId: string): Key => ({ pk: `CHANNEL#${channelId}`, sk: 'TOKENS' }),
  quota: (channelId: string, kind: Target['kind']): Key => ({ pk: `CHANNEL#${channelId}`, sk: `QUOTA#${kind}` }),
  appQuota: (kind: Target['kind']): Key => ({ pk: 'APP', sk: `QUOTA#${kind}` }),
  connecting: (requestToken: string): Key => ({
    pk: `CONNECTING#${createHash('sha256').update(requestToken).digest('hex')}`,
    sk: 'CONNECTING',
  }),
  ownWebhook: { pk: 'WEBHOOK', sk: 'WEBHOOK' },
  webhookHealth: { pk: 'WEBHOOK', sk: 'HEALTH' },
  /** There once administrators were told that X ends the event system of the channels. */
  eventSourceEnd: { pk: 'WEBHOOK', sk: 'EVENT_SOURCE_END' },
  /** Where the last run of a schedule stopped among the channels. */
  turn: (schedule: string): Key => ({ pk: 'TURN', sk: schedule }),
  channelHealth: (channelId: string): Key => ({ pk: `CHANNEL#${channelId}`, sk: 'HEALTH' }),
  mentionsPoll: (channelId: string): Key => ({ pk: `CHANNEL#${channelId}`, sk: 'MENTIONS_POLL' }),
  /** One shard of the counts of a channel and UTC day. */
  counts: (channelId: string, shard: number, day: string): Key => ({ pk: `COUNTS#${channelId}#${shard}`, sk: day }),
  /** One shard of the report sums of the tickets that a channel opened in a UTC day. */
  report: (channelId: string, shard: number, day: string): Key => ({ pk: `REPORT#${channelId}#${shard}`, sk: day }),
  /** An event that waits for a message or conversation (`until`). */
  deferred: (channelId: string, until: string, position: string, messageId: string): Key => ({
    pk: `DEFERRED#${channelId}#${until}`,
    sk: `${position}#${messageId}`,
  }),
  /** The newest ticket of a conversation. */
  conversation: (channelId: string, id: string): Key => ({
    pk: `CONVERSATION#${channelId}#${id}`,
    sk: 'CONVERSATION',
  }),
}

/** Partitions of a list that many tickets share: DynamoDB allows 1,000 writes a second per partition. */
const SHARDS = 8

/** The shard of an id, always the same one. */
export function shardOf(id: string): number {
  return (createHash('md5').update(id).digest()[0] ?? 0) % SHARDS
}

/** All partitions of a sharded list. */
export function shardsOf(list: string): string[] {
  return Array.from({ length: SHARDS }, (_, shard) => `${list}#${shard}`)
}

/** The wait after a conflict: another transaction on the same items ends within it. */
const MIN_CONFLICT_WAIT_MS = 10
const CONFLICT_JITTER_MS = 50

/**
 * Why a transaction was cancelled, one code per item. Waits after a conflict with another transaction, for a random
 * time, so that two retries do not conflict again.
 */
export async function cancellationCodes({ CancellationReasons = [] }: TransactionCanceledException): Promise<string[]> {
  const codes = CancellationReasons.map(({ Code }) => Code ?? 'None')
  if (codes.includes('TransactionConflict')) {
    await pause(MIN_CONFLICT_WAIT_MS + Math.random() * CONFLICT_JITTER_MS)
  }
  return codes
}

/** Keys per call, DynamoDB's limit. */
const MAX_KEYS_PER_READ = 100

/** Calls for the same keys, if DynamoDB leaves some unprocessed. */
const MAX_READ_ROUNDS = 5

/**
 * Reads items by their keys, strongly consistent, in the order of the keys; undefined for a missing item.
 * @throws Error if DynamoDB leaves keys unprocessed in every round
 */
export async function getAll(
  { tableName, documents }: TableAccess,
  wanted: readonly Key[],
): Promise<(Item | undefined)[]> {
  const found = new Map<string, Item>()
  const name = ({ pk, sk }: Key) => `${pk}\n${sk}`
  const unique = [...new Map(wanted.map((key) => [name(key), key])).values()]
  for (let from = 0; from < unique.length; from += MAX_KEYS_PER_READ) {
    let remaining: readonly Key[] = unique.slice(from, from + MAX_KEYS_PER_READ)
    for (let round = 0; remaining.length > 0; round++) {
      if (round === MAX_READ_ROUNDS) throw new Error('DynamoDB leaves reads unprocessed: the table is throttled')
      const answer = await documents.send(
        new BatchGetCommand({
          RequestItems: { [tableName]: { Keys: remaining.map(({ pk, sk }) => ({ pk, sk })), ConsistentRead: true } },
        }),
      )
      for (const item of answer.Responses?.[tableName] ?? []) found.set(name(item as Item), item as Item)
      remaining = (answer.UnprocessedKeys?.[tableName]?.Keys ?? []) as Key[]
    }
  }
  return wanted.map((key) => found.get(name(key)))
}

/** All items of a query, over all its pages. */
export async function queryAll(
  { tableName, documents }: TableAccess,
  query: Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey'>,
): Promise<Item[]> {
  const items: Item[] = []
  let start: Record<string, unknown> | undefined
  do {
    const page = await documents.send(
      new QueryCommand({ ...query, TableName: tableName, ...(start ? { ExclusiveStartKey: start } : {}) }),
    )
    items.push(...((page.Items ?? []) as Item[]))
    start = page.LastEvaluatedKey
  } while (start)
  return items
}

/** Waits for a conditional write; false if its condition does not hold. */
export async function conditionHolds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** Writes everything or nothing; false after a failed condition or a conflict with another transaction. */
export async function writeUnlessChanged({ documents }: TableAccess, writes: Write[]): Promise<boolean> {
  try {
    await documents.send(new TransactWriteCommand({ TransactItems: writes }))
    return true
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error
    const codes = await cancellationCodes(error)
    if (codes.includes('ConditionalCheckFailed') || codes.includes('TransactionConflict')) return false
    throw error
  }
}
