import { type AwsAccess, callAws } from './json-call.ts'

/** A message for a FIFO queue, in the fields of SQS. */
export type Entry = {
  readonly Id: string
  readonly MessageBody: string
  readonly MessageGroupId: string
  readonly MessageDeduplicationId: string
}

/** JSON for the body of a message. SQS refuses two characters of which JSON allows to write the code instead. */
export function bodyFrom(value: unknown): string {
  return JSON.stringify(value).replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
}

/** The limits of a batch: SQS allows 10 entries and 1 MiB, of which we use a quarter. */
const MAX_BATCH_ENTRIES = 10
export const MAX_BATCH_BYTES = 250_000

/** SQS's limit for the ids of a group and of deduplication. */
export const MAX_ID_CHARACTERS = 128

/**
 * Sends entries to a FIFO queue, in order.
 * @throws Error unless the queue has every entry
 */
export async function sendEntries(access: AwsAccess, queueUrl: string, entries: Iterable<Entry>): Promise<void> {
  for (const batch of batchesOf(entries)) {
    const answer = await callAws(access, 'AmazonSQS.SendMessageBatch', '1.0', { QueueUrl: queueUrl, Entries: batch })
    const refused = (answer as { Failed?: { Code?: string }[] }).Failed ?? []
    if (refused.length > 0) {
      throw new Error(`AmazonSQS.SendMessageBatch: ${refused.length} of ${batch.length} refused: ${refused[0]?.Code}`)
    }
  }
}

function* batchesOf(entries: Iterable<Entry>): Generator<Entry[]> {
  let batch: Entry[] = []
  let bytes = 0
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.MessageBody)
    if (batch.length === MAX_BATCH_ENTRIES || (batch.length > 0 && bytes + size > MAX_BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(entry)
    bytes += size
  }
  if (batch.length > 0) yield batch
}
