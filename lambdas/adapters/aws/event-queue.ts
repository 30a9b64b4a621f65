import type { EventQueue } from '../../core/ports/queues.ts'
import type { QueuedEvent } from '../../core/x/webhook-body.ts'
import { bodyFrom, type Entry, MAX_BATCH_BYTES, MAX_ID_CHARACTERS, sendEntries } from './fifo-queue.ts'
import type { AwsAccess } from './json-call.ts'

/** The length to which an item too large for a message is cut. X's events are a few KB. */
const MAX_ITEM_CHARACTERS = 50_000

/** The FIFO queue of events in SQS. */
export function createEventQueue(access: AwsAccess, queueUrl: string): EventQueue {
  return {
    async send(events, deliveryId) {
      await sendEntries(access, queueUrl, entriesOf(events, deliveryId))
    },
  }
}

/** One by one: each of thousands may hold a copy of what X included once. */
function* entriesOf(events: readonly QueuedEvent[], deliveryId: string): Generator<Entry> {
  for (const [index, event] of events.entries()) yield entryOf(event, index, deliveryId)
}

/**
 * The queue entry of an event. Events of one person and channel stay in order; an event without a channel is a group of
 * its own, so that it waits for no other. The deduplication id contains the delivery: a batch that we send twice counts
 * once, but an event that X delivers again is routed again (docs/decisions/deduplication.md).
 * @param index the position of the event in its delivery
 */
export function entryOf(event: QueuedEvent, index: number, deliveryId: string): Entry {
  const { channelUserId, customerId, kind, externalId } = event
  return {
    Id: String(index),
    MessageBody: bodyOf(event),
    MessageGroupId: channelUserId
      ? [channelUserId, customerId].filter(Boolean).join('.')
      : `no-channel.${index}.${deliveryId}`.slice(0, MAX_ID_CHARACTERS),
    MessageDeduplicationId: [channelUserId ?? 'no-channel', kind, externalId ?? index, deliveryId]
      .join('.')
      .slice(0, MAX_ID_CHARACTERS),
  }
}

function bodyOf(event: QueuedEvent): string {
  const body = bodyFrom(event)
  if (Buffer.byteLength(body) <= MAX_BATCH_BYTES) return body
  const item = JSON.stringify(event.item).slice(0, MAX_ITEM_CHARACTERS)
  return bodyFrom({ ...event, kind: 'unreadable', item, includes: {}, reason: 'larger than any event of X' })
}
