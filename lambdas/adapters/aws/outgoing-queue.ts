import { createHash } from 'node:crypto'
import type { QueuedWork, Work } from '../../core/outgoing/delivery.ts'
import type { OutgoingQueue } from '../../core/ports/outgoing.ts'
import { FROM_USEDESK, USEDESK } from '../../core/usedesk/usedesk.ts'
import { MAX_ID_CHARACTERS, sendEntries } from './fifo-queue.ts'
import type { AwsAccess } from './json-call.ts'

/**
 * The FIFO queue of outgoing events in SQS: one worker at a time for each endpoint and ticket, and one for all of Usedesk,
 * whose limits are so kept.
 */
export function createOutgoingQueue(access: AwsAccess, queueUrl: string): OutgoingQueue {
  return {
    async send(work) {
      const entries = work.map(({ endpointId, group, at, deduplicationId }, index) => ({
        Id: String(index % 10),
        MessageBody: JSON.stringify({ endpointId, group, ...(at && { at }) } satisfies QueuedWork),
        ...idsOf({ endpointId, group }, deduplicationId),
      }))
      await sendEntries(access, queueUrl, entries)
    },
  }
}

/** Deduplication is within a group, in which Usedesk has all its tickets. */
function idsOf({ endpointId, group }: Work, deduplicationId: string) {
  const isUsedesk = endpointId === USEDESK || endpointId === FROM_USEDESK
  return {
    MessageGroupId: isUsedesk ? USEDESK : `${endpointId}.${group}`.slice(-MAX_ID_CHARACTERS),
    MessageDeduplicationId: isUsedesk
      ? createHash('sha256').update(`${endpointId}.${group}.${deduplicationId}`).digest('hex')
      : `${endpointId}.${deduplicationId}`.slice(-MAX_ID_CHARACTERS),
  }
}
