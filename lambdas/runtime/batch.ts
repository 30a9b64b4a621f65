import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { Log } from '../core/ports.ts'
import { errorFields } from './log.ts'

/** Time kept back to answer with what failed, milliseconds. */
const RESERVE = 2_000

/** No record waits longer than this for its turn to fail unless it is told otherwise, milliseconds. */
const LONGEST = 10_000

/**
 * Works off a batch of a FIFO queue: groups side by side, within a group one after the other. A failing record fails
 * alone, with what follows it in its group, which must not overtake it. Each record has a deadline out of the time
 * that is left, so that a slow one does not drag the others along. One that fails for the last time leaves for the
 * dead letters: it holds up nothing any more, or it would take along what follows it.
 * @param remaining milliseconds until the function's time-out
 * @param maxReceives after how many receives the queue gives a message up
 * @param longest milliseconds that one record may take at most
 */
export async function workOffBatch(
  event: SQSEvent,
  remaining: () => number,
  maxReceives: number,
  work: (record: SQSRecord) => Promise<void>,
  log: Log,
  longest = LONGEST,
): Promise<SQSBatchResponse> {
  const groups = Map.groupBy(event.Records, (record) => record.attributes.MessageGroupId ?? record.messageId)
  const failures = await Promise.all(
    [...groups.values()].map((group) => workOffGroup(group, remaining, maxReceives, work, log, longest)),
  )
  return { batchItemFailures: failures.flat().map((record) => ({ itemIdentifier: record.messageId })) }
}

async function workOffGroup(
  records: readonly SQSRecord[],
  remaining: () => number,
  maxReceives: number,
  work: (record: SQSRecord) => Promise<void>,
  log: Log,
  longest: number,
): Promise<readonly SQSRecord[]> {
  const failed: SQSRecord[] = []
  for (const [index, record] of records.entries()) {
    const share = Math.min(longest, (remaining() - RESERVE) / (records.length - index))
    try {
      await withDeadline(share, work(record))
    } catch (error) {
      const receives = Number(record.attributes.ApproximateReceiveCount)
      log({ did: 'failed', messageId: record.messageId, receives, ...errorFields(error) })
      if (receives < maxReceives) return [...failed, ...records.slice(index)]
      failed.push(record)
    }
  }
  return failed
}

/** What a record says. @throws Error that does not quote it, as JSON.parse would: the log must not hold anybody's text */
export function bodyOf<T>({ body, messageId }: SQSRecord): T {
  try {
    return JSON.parse(body) as T
  } catch {
    throw new Error(`the message ${messageId} of the queue is not JSON`)
  }
}

/** @throws Error when the work is not done in time */
async function withDeadline(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`not done within ${Math.round(milliseconds)} ms`))
    timer = setTimeout(late, Math.max(0, milliseconds))
  })
  try {
    await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}
