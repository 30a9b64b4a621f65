import type { QueuedEvent } from '../../core/delivery.ts'
import type { EventQueue } from '../../core/ports.ts'
import { type AwsAccess, callAws } from './json-call.ts'

type Entry = { Id: string; MessageBody: string; MessageGroupId: string; MessageDeduplicationId: string }

/** SQS's limits of one batch: entries, and bytes of all bodies together (a safe part of its 1 MiB). */
const BATCH_ENTRIES = 10
const BATCH_BYTES = 250_000

/** What an item too large for a message is cut to. X's events are a few KB; nothing known comes near. */
const KEPT_CHARACTERS = 50_000

/** The FIFO queue of events in SQS. */
export function createEventQueue(access: AwsAccess, queueUrl: string): EventQueue {
  return {
    async send(events, deliveryId) {
      const entries = events.map((event, index) => entryOf(event, index, deliveryId))
      for (const batch of batchesOf(entries)) {
        const answer = await callAws(access, 'AmazonSQS.SendMessageBatch', '1.0', {
          QueueUrl: queueUrl,
          Entries: batch,
        })
        const refused = (answer as { Failed?: { Code?: string }[] }).Failed ?? []
        if (refused.length > 0) {
          throw new Error(
            `AmazonSQS.SendMessageBatch: ${refused.length} of ${batch.length} refused: ${refused[0]?.Code}`,
          )
        }
      }
    },
  }
}

/**
 * Events of one person and channel stay in one order. The deduplication id also holds the delivery: a batch that
 * we send twice counts once, whereas what X delivers again is looked at again (docs/decisions/deduplication.md).
 */
export function entryOf(event: QueuedEvent, index: number, deliveryId: string): Entry {
  const { channelUserId, customerId, kind, externalId } = event
  return {
    Id: String(index),
    MessageBody: bodyOf(event),
    MessageGroupId: [channelUserId ?? 'nobody', customerId].filter(Boolean).join('.'),
    MessageDeduplicationId: [channelUserId ?? 'nobody', kind, externalId ?? index, deliveryId].join('.').slice(0, 128),
  }
}

function bodyOf(event: QueuedEvent): string {
  const body = JSON.stringify(event)
  if (Buffer.byteLength(body) <= BATCH_BYTES) return body
  const item = JSON.stringify(event.item).slice(0, KEPT_CHARACTERS)
  return JSON.stringify({ ...event, kind: 'unreadable', item, beside: {}, because: 'larger than any message of X' })
}

function batchesOf(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = []
  let bytes = 0
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.MessageBody)
    const batch = batches.at(-1)
    if (!batch || batch.length === BATCH_ENTRIES || bytes + size > BATCH_BYTES) {
      batches.push([entry])
      bytes = size
    } else {
      batch.push(entry)
      bytes += size
    }
  }
  return batches
}
