import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { errorFields } from '../core/log.ts'
import type { Log } from '../core/ports/platform.ts'
import { type QueueName, queues } from './resources.ts'

/** Time kept back to answer with what failed. */
const RESERVE_MS = 2_000

/** A record takes no longer than this unless the handler says otherwise. */
const LONGEST_MS = 10_000

/** What the work on a record knows beside its body. */
export type RecordContext = {
  readonly messageId: string
  /** Milliseconds until the function's time-out. */
  readonly remainingMs: () => number
}

/**
 * The SQS handler of a FIFO queue: works on groups side by side, within a group on one record after the other. A failing
 * record fails alone, with what follows it in its group and must not overtake it. Each record has a deadline out of the
 * time that is left, so that a slow one does not drag the others along. A record on its last receive goes to the dead
 * letters alone: failing its followers as well would send them there too.
 * @param work takes the body of a record; what it throws fails the record
 * @param longestMs milliseconds that one record may take at most
 */
export function batchHandler<Body>(
  queue: QueueName,
  work: (body: Body, context: RecordContext) => Promise<void>,
  log: Log,
  longestMs = LONGEST_MS,
) {
  return async (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse> => {
    const remainingMs = () => context.getRemainingTimeInMillis()
    const run = async (record: SQSRecord) => work(bodyOf<Body>(record), { messageId: record.messageId, remainingMs })
    const groups = Map.groupBy(event.Records, (record) => record.attributes.MessageGroupId ?? record.messageId)
    const failures = await Promise.all(
      [...groups.values()].map((group) =>
        workOffGroup(group, remainingMs, queues[queue].maxReceives, run, log, longestMs),
      ),
    )
    return { batchItemFailures: failures.flat().map((record) => ({ itemIdentifier: record.messageId })) }
  }
}

async function workOffGroup(
  records: readonly SQSRecord[],
  remainingMs: () => number,
  maxReceives: number,
  work: (record: SQSRecord) => Promise<void>,
  log: Log,
  longestMs: number,
): Promise<readonly SQSRecord[]> {
  const failed: SQSRecord[] = []
  for (const [index, record] of records.entries()) {
    const share = Math.min(longestMs, (remainingMs() - RESERVE_MS) / (records.length - index))
    try {
      await withDeadline(share, work(record))
    } catch (error) {
      const receives = Number(record.attributes.ApproximateReceiveCount)
      log({ event: 'failed', messageId: record.messageId, receives, ...errorFields(error) })
      if (receives < maxReceives) return [...failed, ...records.slice(index)]
      failed.push(record)
    }
  }
  return failed
}

/** What a record says. @throws Error that does not quote it, as JSON.parse would: the log must not hold anybody's text */
function bodyOf<T>({ body, messageId }: SQSRecord): T {
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
