import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Target } from '../../core/tickets/ticket.ts'

/** Where a store finds its table. */
export type TableAccess = { readonly tableName: string; readonly documents: DynamoDBDocumentClient }

export type Key = { readonly pk: string; readonly sk: string }
export type Item = Readonly<Record<string, unknown>> & Key

/** The keys of everything in the table, each in one place. */
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
  /** By what a message is known on X: where it is stored. Makes each message one of its channel. */
  pointer: (channelId: string, messageId: string): Key => ({ pk: `MESSAGE#${channelId}#${messageId}`, sk: 'POINTER' }),
  /** What was asked for under an idempotency key of a ticket. */
  idempotency: (ticketId: string, key: string): Key => ({
    pk: `TICKET#${ticketId}`,
    sk: `KEY#${createHash('sha256').update(key).digest('hex')}`,
  }),
  /** A started attempt to send, by where it goes. */
  attempt: (channelId: string, target: Target, messageId: string): Key => ({
    pk: `ATTEMPTS#${channelId}#${target.kind}#${target.kind === 'post' ? target.inReplyTo : target.recipientId}`,
    sk: messageId,
  }),
  /** A file that an agent hands in. */
  upload: (id: string): Key => ({ pk: `UPLOAD#${id}`, sk: 'UPLOAD' }),
  tokens: (channelId: string): Key => ({ pk: `CHANNEL#${channelId}`, sk: 'TOKENS' }),
  quota: (channelId: string, kind: Target['kind']): Key => ({ pk: `CHANNEL#${channelId}`, sk: `QUOTA#${kind}` }),
  connecting: (requestToken: string): Key => ({
    pk: `CONNECTING#${createHash('sha256').update(requestToken).digest('hex')}`,
    sk: 'CONNECTING',
  }),
  ownWebhook: { pk: 'WEBHOOK', sk: 'WEBHOOK' },
  webhookHealth: { pk: 'WEBHOOK', sk: 'HEALTH' },
  channelHealth: (channelId: string): Key => ({ pk: `CHANNEL#${channelId}`, sk: 'HEALTH' }),
  /** What happened on a channel in a UTC day, a part of it. */
  counts: (channelId: string, shard: number, day: string): Key => ({ pk: `COUNTS#${channelId}#${shard}`, sk: day }),
  /** What the tickets that a channel opened in a UTC day count for, a part of it. */
  report: (channelId: string, shard: number, day: string): Key => ({ pk: `REPORT#${channelId}#${shard}`, sk: day }),
  /** The newest ticket of a conversation. */
  conversation: (channelId: string, id: string): Key => ({
    pk: `CONVERSATION#${channelId}#${id}`,
    sk: 'CONVERSATION',
  }),
}

/** Partitions over which a list is spread that many tickets share: a partition takes 1,000 writes a second. */
const SHARDS = 8

/** The shard of a thing: always the same one. */
export function shardOf(id: string): number {
  return (createHash('md5').update(id).digest()[0] ?? 0) % SHARDS
}

/** All partitions of a sharded list. */
export function shardsOf(list: string): string[] {
  return Array.from({ length: SHARDS }, (_, shard) => `${list}#${shard}`)
}

/** Time in which another transaction on the same items is over, milliseconds. */
const CONFLICT = 50

/**
 * Why a transaction was cancelled, one code an item. When it met another one, this waits a little first, each time
 * another while, so that two that are tried again do not meet again.
 */
export async function cancellationCodes({ CancellationReasons = [] }: TransactionCanceledException): Promise<string[]> {
  const codes = CancellationReasons.map(({ Code }) => Code ?? 'None')
  if (codes.includes('TransactionConflict')) await pause(10 + Math.random() * CONFLICT)
  return codes
}

const BATCH = 100

/**
 * Items by their keys, strongly consistent, in the order of the keys; missing ones are undefined.
 * @throws Error when DynamoDB leaves keys unprocessed time and again
 */
export async function getAll(
  { tableName, documents }: TableAccess,
  wanted: readonly Key[],
): Promise<(Item | undefined)[]> {
  const found = new Map<string, Item>()
  const name = ({ pk, sk }: Key) => `${pk}\n${sk}`
  const unique = [...new Map(wanted.map((key) => [name(key), key])).values()]
  for (let from = 0; from < unique.length; from += BATCH) {
    let left: readonly Key[] = unique.slice(from, from + BATCH)
    for (let round = 0; left.length > 0; round++) {
      if (round === 5) throw new Error('DynamoDB leaves reads unprocessed: the table is throttled')
      const answer = await documents.send(
        new BatchGetCommand({
          RequestItems: { [tableName]: { Keys: left.map(({ pk, sk }) => ({ pk, sk })), ConsistentRead: true } },
        }),
      )
      for (const item of answer.Responses?.[tableName] ?? []) found.set(name(item as Item), item as Item)
      left = (answer.UnprocessedKeys?.[tableName]?.Keys ?? []) as Key[]
    }
  }
  return wanted.map((key) => found.get(name(key)))
}
