import { type AwsAccess, callAws } from './json-call.ts'

/** One message for a FIFO queue, in SQS's words. */
export type Entry = {
  readonly Id: string
  readonly MessageBody: string
  readonly MessageGroupId: string
  readonly MessageDeduplicationId: string
}

/** SQS's limits of one batch: entries, and bytes of all bodies together (a safe part of its 1 MiB). */
const BATCH_ENTRIES = 10
export const BATCH_BYTES = 250_000

/**
 * Puts entries into a FIFO queue, in order.
 * @throws Error unless the queue has every one
 */
export async function sendEntries(access: AwsAccess, queueUrl: string, entries: readonly Entry[]): Promise<void> {
  for (const batch of batchesOf(entries)) {
    const answer = await callAws(access, 'AmazonSQS.SendMessageBatch', '1.0', { QueueUrl: queueUrl, Entries: batch })
    const refused = (answer as { Failed?: { Code?: string }[] }).Failed ?? []
    if (refused.length > 0) {
      throw new Error(`AmazonSQS.SendMessageBatch: ${refused.length} of ${batch.length} refused: ${refused[0]?.Code}`)
    }
  }
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
