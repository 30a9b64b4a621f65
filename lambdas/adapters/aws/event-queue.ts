import type { EventQueue } from '../../core/ports/queues.ts'
import type { QueuedEvent } from '../../core/x/webhook-body.ts'
import { BATCH_BYTES, type Entry, sendEntries } from './fifo-queue.ts'
import type { AwsAccess } from './json-call.ts'

/** What an item too large for a message is cut to. X's events are a few KB; nothing known comes near. */
const KEPT_CHARACTERS = 50_000

/** The FIFO queue of events in SQS. */
export function createEventQueue(access: AwsAccess, queueUrl: string): EventQueue {
  return {
    async send(events, deliveryId) {
      const entries = events.map((event, index) => entryOf(event, index, deliveryId))
      await sendEntries(access, queueUrl, entries)
    },
  }
}

/**
 * Events of one person and channel stay in one order; an event without a channel is a group of its own, so that it
 * waits for no other. The deduplication id also holds the delivery: a batch that
 * we send twice counts once, whereas what X delivers again is looked at again (docs/decisions/deduplication.md).
 */
export function entryOf(event: QueuedEvent, index: number, deliveryId: string): Entry {
  const { channelUserId, customerId, kind, externalId } = event
  return {
    Id: String(index),
    MessageBody: bodyOf(event),
    MessageGroupId: channelUserId
      ? [channelUserId, customerId].filter(Boolean).join('.')
      : `no-channel.${index}.${deliveryId}`.slice(0, 128),
    MessageDeduplicationId: [channelUserId ?? 'no-channel', kind, externalId ?? index, deliveryId]
      .join('.')
      .slice(0, 128),
  }
}

function bodyOf(event: QueuedEvent): string {
  const body = JSON.stringify(event)
  if (Buffer.byteLength(body) <= BATCH_BYTES) return body
  const item = JSON.stringify(event.item).slice(0, KEPT_CHARACTERS)
  return JSON.stringify({ ...event, kind: 'unreadable', item, includes: {}, reason: 'larger than any message of X' })
}
