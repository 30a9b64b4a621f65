import type { DueReply, ReplyQueue } from '../../core/ports.ts'
import { type Entry, sendEntries } from './fifo-queue.ts'
import type { AwsAccess } from './json-call.ts'

/** What the sender takes from the queue. `at` is the ISO time at which the reply was judged to be due. */
export type QueuedReply = DueReply & { readonly at: string }

/** The FIFO queue of replies in SQS: those of one ticket stay in their order. */
export function createReplyQueue(access: AwsAccess, queueUrl: string): ReplyQueue {
  return {
    send: (replies, at) =>
      sendEntries(
        access,
        queueUrl,
        replies.map((reply, index): Entry => {
          const body: QueuedReply = { ...reply, at }
          return {
            Id: String(index),
            MessageBody: JSON.stringify(body),
            MessageGroupId: reply.ticketId.slice(-128),
            // The time makes another try another message: SQS forgets an id only after 5 minutes.
            MessageDeduplicationId: `${reply.messageId}.${at}`,
          }
        }),
      ),
  }
}
