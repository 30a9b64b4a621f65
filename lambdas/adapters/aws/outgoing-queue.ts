import type { QueuedWork } from '../../core/outgoing/delivery.ts'
import type { OutgoingQueue } from '../../core/ports/outgoing.ts'
import { MAX_ID_CHARACTERS, sendEntries } from './fifo-queue.ts'
import type { AwsAccess } from './json-call.ts'

/** The FIFO queue of outgoing events in SQS: one worker at a time for each endpoint and ticket. */
export function createOutgoingQueue(access: AwsAccess, queueUrl: string): OutgoingQueue {
  return {
    async send(work) {
      const entries = work.map(({ endpointId, group, at, deduplicationId }, index) => ({
        Id: String(index % 10),
        MessageBody: JSON.stringify({ endpointId, group, ...(at && { at }) } satisfies QueuedWork),
        MessageGroupId: `${endpointId}.${group}`.slice(-MAX_ID_CHARACTERS),
        MessageDeduplicationId: `${endpointId}.${deduplicationId}`.slice(-MAX_ID_CHARACTERS),
      }))
      await sendEntries(access, queueUrl, entries)
    },
  }
}
