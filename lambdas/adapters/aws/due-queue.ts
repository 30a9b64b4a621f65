import type { DueMessage, DueQueue, QueuedDue } from '../../core/ports/queues.ts'
import { MAX_ID_CHARACTERS, sendEntries } from './fifo-queue.ts'
import type { AwsAccess } from './json-call.ts'

/** The FIFO queue of replies in SQS. Replies of one ticket stay in order. */
export function createReplyQueue(access: AwsAccess, queueUrl: string): DueQueue {
  return createDueQueue(access, queueUrl, ({ ticketId }) => ticketId)
}

/** The FIFO queue of media in SQS. Each message is a group of its own, so that no video waits for another. */
export function createMediaQueue(access: AwsAccess, queueUrl: string): DueQueue {
  return createDueQueue(access, queueUrl, uniqueIdOf)
}

/** @param groupOf the group within which messages stay in order */
function createDueQueue(access: AwsAccess, queueUrl: string, groupOf: (due: DueMessage) => string): DueQueue {
  return {
    async send(due, at) {
      const entries = due.map((one, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(queuedDue(one, at)),
        MessageGroupId: groupOf(one).slice(-MAX_ID_CHARACTERS),
        // SQS ignores a known id for 5 minutes. The time makes each retry a new message.
        MessageDeduplicationId: `${uniqueIdOf(one)}.${one.isDeletion ? 'deletion.' : ''}${at}`.slice(
          -MAX_ID_CHARACTERS,
        ),
      }))
      await sendEntries(access, queueUrl, entries)
    },
  }
}

/** Field by field: a caller may hand in more, and nothing but ids may stay in a dead-letter queue. */
function queuedDue({ ticketId, channelId, messageId, position, isDeletion }: DueMessage, at: string): QueuedDue {
  return { ticketId, channelId, messageId, position, ...(isDeletion && { isDeletion }), at }
}

/** Message ids are unique only within their channel. */
function uniqueIdOf({ channelId, messageId }: DueMessage): string {
  return `${channelId}.${messageId}`
}
