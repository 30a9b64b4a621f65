import type { DueMedia, MediaQueue } from '../../core/ports.ts'
import { type Entry, sendEntries } from './fifo-queue.ts'
import type { AwsAccess } from './json-call.ts'

/** What the mover of media takes from the queue. `at` is the ISO time at which it was judged to be due. */
export type QueuedMedia = DueMedia & { readonly at: string }

/** The queue of media in SQS: each message is a group of its own, so no video waits for another. */
export function createMediaQueue(access: AwsAccess, queueUrl: string): MediaQueue {
  return {
    send: (media, at) =>
      sendEntries(
        access,
        queueUrl,
        media.map((one, index): Entry => {
          const body: QueuedMedia = { ...one, at }
          return {
            Id: String(index),
            MessageBody: JSON.stringify(body),
            MessageGroupId: `${one.channelId}.${one.messageId}`.slice(-128),
            MessageDeduplicationId: `${one.channelId}.${one.messageId}.${at}`.slice(-128),
          }
        }),
      ),
  }
}
