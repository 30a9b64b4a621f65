import type { DueMessage, DueQueue, QueuedDue } from '../../core/ports/queues.ts'
import { sendEntries } from './fifo-queue.ts'
import type { AwsAccess } from './json-call.ts'

/** The FIFO queue of replies in SQS: those of one ticket stay in their order. */
export function createReplyQueue(access: AwsAccess, queueUrl: string): DueQueue {
  return createDueQueue(access, queueUrl, ({ ticketId }) => ticketId)
}

/** The queue of media in SQS: each message is a line of its own, so no video waits for another. */
export function createMediaQueue(access: AwsAccess, queueUrl: string): DueQueue {
  return createDueQueue(access, queueUrl, nameOf)
}

/** @param groupOf what must stay in one order */
function createDueQueue(access: AwsAccess, queueUrl: string, groupOf: (due: DueMessage) => string): DueQueue {
  return {
    async send(due, at) {
      const entries = due.map((one, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify({ ...one, at } satisfies QueuedDue),
        MessageGroupId: groupOf(one).slice(-128),
        // The time makes another try another message: SQS forgets an id only after 5 minutes.
        MessageDeduplicationId: `${nameOf(one)}.${at}`.slice(-128),
      }))
      await sendEntries(access, queueUrl, entries)
    },
  }
}

/** Ids of messages are unique within their channel. */
function nameOf({ channelId, messageId }: DueMessage): string {
  return `${channelId}.${messageId}`
}
