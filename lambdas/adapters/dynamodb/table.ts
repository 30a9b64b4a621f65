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
import type { Work } from '../../core/outgoing/delivery.ts'
import type { WordEntry } from '../../core/search/entries.ts'
import { stemOf } from '../../core/search/words.ts'
import type { Target, Ticket } from '../../core/tickets/ticket.ts'
import { partsOfTicketId } from '../../core/tickets/ticket-id.ts'

/** A table by its name, and the number of partitions of each list that many items share (docs/scale.md). */
export type SharedTable = { readonly tableName: string; readonly partitions: number }

/** The table, and the client to reach it. */
export type TableAccess = { readonly tableName: string; readonly documents: DynamoDBDocumentClient }

/** The same for what writes or reads lists that many items share. */
export type ListAccess = SharedTable & TableAccess

export type Key = { readonly pk: string; readonly sk: string }
export type Item = Readonly<Record<string, unknown>> & Key

/** One write of a transaction. */
export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** The keys of all items in the table. */
export const keys = {
  extension: { pk: 'EXTENSION#twitter', sk: 'EXTENSION' },
  channel: (id: string): Key => ({ pk: `CHANNEL#${id}`, sk: 'CHANNEL' }),
  channelListed: (id: string): Key => ({ pk: 'CHANNELS', sk: id }),
  /**
   * The tickets of a conversation, by their numbers. Its partition also has their messages. In place of its first ticket
   * may be a placeholder; in place of a later one may stand where it goes on (`continuedIn`).
   */
  conversationTicket: (channelId: string, conversationId: string, number: number): Key => ({
    pk: conversation(channelId, conversationId),
    sk: `${TICKET}${String(number).padStart(6, '0')}`,
  }),
  /** @throws Error if it is no id of a ticket */
  ticket(id: string): Key {
    const { channelId, conversationId, number } = parts(id)
    return keys.conversationTicket(channelId, conversationId, number)
  },
  /** A ticket in the list of one of its tags. */
  tagged: (tag: string, { id, openedAt }: Pick<Ticket, 'id' | 'openedAt'>, partitions: number): Key => ({
    pk: partitionFor(id, `TAG#${tag}`, partitions),
    sk: `${openedAt}#${id}`,
  }),
  message: (ticketId: string, position: string, id: string): Key => ({
    pk: conversationOf(ticketId),
    sk: `${MESSAGE}${position}#${id}`,
  }),
  /**
   * Leads from X's id of a post or of a sent reply to its message, and makes the id unique within the channel. Before the
   * message it may be a placeholder, which has no `ticketId`.
   */
  pointer: (channelId: string, messageId: string): Key => ({ pk: `MESSAGE#${channelId}#${messageId}`, sk: 'POINTER' }),
  /** A message whose post was deleted on X, and whose content is still there. */
  deletion: (ticketId: string, position: string, id: string): Key => ({
    pk: conversationOf(ticketId),
    sk: `ERASURE#${position}#${id}`,
  }),
  /** A reply that is pending, or that X may have: found without reading the whole conversation. */
  pending: (ticketId: string, position: string, id: string): Key => ({
    pk: conversationOf(ticketId),
    sk: `${PENDING}${position}#${id}`,
  }),
  /** The reply that was written under an idempotency key of a ticket. */
  idempotency: (ticketId: string, key: string): Key => ({
    pk: conversationOf(ticketId),
    sk: `KEY#${createHash('sha256').update(`${ticketId} ${key}`).digest('hex')}`,
  }),
  /** A file that an agent uploads for a reply. */
  upload: (id: string): Key => ({ pk: `UPLOAD#${id}`, sk: 'UPLOAD' }),
  tokens: (channelId: string): Key => ({ pk: `CHANNEL#${channelId}`, sk: 'TOKENS' }),
  /** The sealed key of the channel's account for encrypted messages. */
  chatKey: (channelId: string): Key => ({ pk: `CHANNEL#${channelId}`, sk: 'CHAT_KEY' }),
  /** The sealed keys of an encrypted conversation with a customer. */
  chatConversation: (channelId: string, conversationId: string): Key => ({
    pk: conversation(channelId, conversationId),
    sk: 'CHAT_KEYS',
  }),
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
  /** The counts of a channel and UTC day, as far as they were summed up. */
  counts: (channelId: string, day: string): Key => ({ pk: `COUNTS#${channelId}`, sk: day }),
  /** A later outcome of a reply; the first is counted with its message. */
  laterOutcome: (channelId: string, messageId: string, version: number): Key => ({
    pk: `OUTCOMES#${channelId}#${messageId}`,
    sk: String(version),
  }),
  /** An action on X, which counts in the cost of a day. It names nobody. */
  xAction: (channelId: string, id: string): Key => ({ pk: `X_ACTION#${channelId}#${id}`, sk: 'X_ACTION' }),
  /** An entry of the audit trail: a partition a month. @param at ISO time */
  audit: ({ at, id }: { readonly at: string; readonly id: string }): Key => ({
    pk: `AUDIT#${at.slice(0, 7)}`,
    sk: `${at}#${id}`,
  }),
  endpoint: (id: string): Key => ({ pk: ENDPOINTS, sk: id }),
  /** An event that an endpoint has not taken yet, in the order of its group. */
  waiting: ({ endpointId, group }: Work, position: string): Key => ({
    pk: `${WAITING}${endpointId}#${group}`,
    sk: position,
  }),
  /** The ticket in Usedesk of one of ours, and what it was told of each message. */
  usedeskLink: (ticketId: string): Key => ({ pk: `USEDESK#${ticketId}`, sk: 'LINK' }),
  usedeskTold: (ticketId: string, messageId: string): Key => ({
    pk: keys.usedeskLink(ticketId).pk,
    sk: `${TOLD}${messageId}`,
  }),
  /** An agent's answer in Usedesk that was worked off. */
  usedeskAnswer: (ticketId: string, commentId: string): Key => ({
    pk: keys.usedeskLink(ticketId).pk,
    sk: `ANSWER#${commentId}`,
  }),
  /** Leads from a ticket in Usedesk to ours. */
  usedeskTicket: (usedeskTicketId: string): Key => ({ pk: `USEDESK_TICKET#${usedeskTicketId}`, sk: 'TICKET' }),
  /** The last ticket in Usedesk of a customer. */
  usedeskClient: (customerId: string): Key => ({ pk: `USEDESK_CLIENT#${customerId}`, sk: 'CLIENT' }),
  /** An event that waits for a message or conversation (`until`). */
  deferred: (channelId: string, until: string, position: string, messageId: string): Key => ({
    pk: `DEFERRED#${channelId}#${until}`,
    sk: `${position}#${messageId}`,
  }),
  /** What a customer says of themselves on X. */
  profile: (customerId: string): Key => ({ pk: `CUSTOMER#${customerId}`, sk: 'PROFILE' }),
  /** A word of a message or name, beside the words that begin alike. */
  word: ({ word, at, ticketId, of }: WordEntry): Key => ({
    pk: partitionFor(ticketId, `${WORD}#${stemOf(word)}`, WORD_PARTITIONS),
    sk: `${word}#${at}#${ticketId}#${of}`,
  }),
  /** What was fetched from X because of a customer on a UTC day (`YYYY-MM-DD`). */
  customerUse: (customerId: string, day: string): Key => ({ pk: `USE#${customerId}`, sk: day }),
  /** An erasure that is running, by X's id of its customer. */
  erasing: (customerId: string): Key => ({ pk: ERASING, sk: customerId }),
  /** How far an erasure is. It names nobody. */
  erasure: (id: string): Key => ({ pk: `ERASURE#${id}`, sk: 'ERASURE' }),
  /** What an erased message or ticket keeps counting. It names nobody. */
  erased: (channelId: string, id: string): Key => ({ pk: `ERASED#${channelId}#${id}`, sk: 'ERASED' }),
}

/** The beginning of the sort keys of what Usedesk was told. */
export const TOLD = 'TOLD#'

/** The partition of all endpoints, and the beginning of those of waiting events. */
export const ENDPOINTS = 'ENDPOINTS'
export const WAITING = 'WAITING#'

/** The beginning of the partitions of words. */
export const WORD = 'WORD'

/** Over so many partitions the entries of a word are spread. Never changed: an entry is removed by its key. */
export const WORD_PARTITIONS = 8

/** The beginnings of the sort keys in the partition of a conversation. */
export const TICKET = 'TICKET#'
export const MESSAGE = 'MESSAGE#'
export const PENDING = 'PENDING#'

/** The list of erasures that are running. */
export const ERASING = 'ERASURES'

function conversation(channelId: string, conversationId: string): string {
  return `CONVERSATION#${channelId}#${conversationId}`
}

/** The partition of a ticket's conversation. */
function conversationOf(ticketId: string): string {
  const { channelId, conversationId } = parts(ticketId)
  return conversation(channelId, conversationId)
}

function parts(ticketId: string) {
  const known = partsOfTicketId(ticketId)
  if (!known) throw new Error(`${ticketId} is no id of a ticket`)
  return known
}

/**
 * The partition of an id in a list that many items share, because DynamoDB takes 1,000 writes a second in each. With more
 * partitions an id may get another one; what is stored keeps its own until it is written again, and readers find both.
 */
export function partitionFor(id: string, list: string, partitions: number): string {
  return `${list}#${createHash('md5').update(id).digest().readUInt32BE() % partitions}`
}

/** All partitions of a list that many items share. */
export function partitionsOf(list: string, partitions: number): string[] {
  return Array.from({ length: partitions }, (_, number) => `${list}#${number}`)
}

/** The wait after a conflict: another transaction on the same items ends within it. */
const MIN_CONFLICT_WAIT_MS = 10
const CONFLICT_JITTER_MS = 50

/**
 * Why a transaction was cancelled, one code per item. Waits after a conflict with another transaction, for a random
 * time, so that two retries do not conflict again.
 */
async function cancellationCodes({ CancellationReasons = [] }: TransactionCanceledException): Promise<string[]> {
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
 * Reads items by their keys, in the order of the keys; undefined for a missing item.
 * @param isConsistent false for half the price, if it does no harm that an item is some milliseconds old
 * @throws Error if DynamoDB leaves keys unprocessed in every round
 */
export async function getAll(
  { tableName, documents }: TableAccess,
  wanted: readonly Key[],
  isConsistent = true,
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
          RequestItems: {
            [tableName]: { Keys: remaining.map(({ pk, sk }) => ({ pk, sk })), ConsistentRead: isConsistent },
          },
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
