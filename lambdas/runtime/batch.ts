import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { errorFields } from '../core/log.ts'
import type { Log } from '../core/ports/platform.ts'
import type { MessageVisibility } from '../core/ports/queues.ts'
import { type QueueName, queues, retrySeconds } from './resources.ts'

/** Time left at the end to make the failed records visible again and to report them. */
const RESERVE_MS = 2_000

/** Of that, the time to report them. */
const REPORT_MS = 500

/** The default time limit of a record. */
const DEFAULT_RECORD_TIMEOUT_MS = 10_000

/** What is known of a record besides its body. */
export type RecordContext = {
  readonly messageId: string
  /** Milliseconds until the function's time-out. */
  readonly remainingMs: () => number
}

/** A failed record, or one behind it in its group, and after how many seconds it comes again. */
type Failure = { readonly record: SQSRecord; readonly seconds: number }

/**
 * The SQS handler of a FIFO queue. Processes groups in parallel, and the records of a group in order. A failed record
 * fails its followers in the group too, because they must not overtake it; but on its last receive it fails alone,
 * because they would go to the dead-letter queue with it. What failed comes again after `retrySeconds`, not after the
 * visibility time-out. Each record has a deadline, a share of the remaining time, so that a slow record does not fail the
 * others (docs/decisions/fifo-batches.md).
 * @param work processes the body of a record; an error fails the record
 * @param visibility makes failed records come again soon; if it fails, they come after the visibility time-out
 * @param maxRecordMs the longest time that a record may take
 */
export function batchHandler<Body>(
  queue: QueueName,
  work: (body: Body, context: RecordContext) => Promise<void>,
  visibility: MessageVisibility,
  log: Log,
  maxRecordMs = DEFAULT_RECORD_TIMEOUT_MS,
) {
  return async (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse> => {
    const remainingMs = () => context.getRemainingTimeInMillis()
    const run = async (record: SQSRecord) => work(bodyOf<Body>(record), { messageId: record.messageId, remainingMs })
    const groups = Map.groupBy(event.Records, (record) => record.attributes.MessageGroupId ?? record.messageId)
    const failedInGroups = await Promise.all(
      [...groups.values()].map((group) =>
        processGroup(group, remainingMs, queues[queue].maxReceives, run, log, maxRecordMs),
      ),
    )
    const failures = failedInGroups.flat()
    await comeAgainSoon(failures, visibility, remainingMs() - REPORT_MS, log)
    return { batchItemFailures: failures.map(({ record }) => ({ itemIdentifier: record.messageId })) }
  }
}

async function comeAgainSoon(
  failures: readonly Failure[],
  visibility: MessageVisibility,
  milliseconds: number,
  log: Log,
): Promise<void> {
  const [first] = failures
  if (!first) return
  const messages = failures.map(({ record, seconds }) => ({ receiptHandle: record.receiptHandle, seconds }))
  try {
    await withDeadline(milliseconds, visibility.change(first.record.eventSourceARN, messages))
  } catch (error) {
    log({ event: 'retry_late', messages: messages.length, ...errorFields(error) })
  }
}

async function processGroup(
  records: readonly SQSRecord[],
  remainingMs: () => number,
  maxReceives: number,
  work: (record: SQSRecord) => Promise<void>,
  log: Log,
  maxRecordMs: number,
): Promise<readonly Failure[]> {
  const failed: Failure[] = []
  for (const [index, record] of records.entries()) {
    const share = Math.min(maxRecordMs, (remainingMs() - RESERVE_MS) / (records.length - index))
    try {
      await withDeadline(share, work(record))
    } catch (error) {
      const receives = Number(record.attributes.ApproximateReceiveCount)
      log({ event: 'failed', messageId: record.messageId, receives, ...errorFields(error) })
      const seconds = retrySeconds[receives - 1]
      if (receives < maxReceives && seconds !== undefined) {
        // All at the same time: SQS delivers nothing of a group while one of its messages is hidden.
        return [...failed, ...records.slice(index).map((one) => ({ record: one, seconds }))]
      }
      // SQS moves it to the dead-letter queue when it would be delivered again, and its group waits until then.
      failed.push({ record, seconds: retrySeconds[0] })
    }
  }
  return failed
}

/** @throws Error that, unlike the one of JSON.parse, does not quote the body: the log must not contain texts of people */
function bodyOf<T>({ body, messageId }: SQSRecord): T {
  try {
    return JSON.parse(body) as T
  } catch {
    throw new Error(`the message ${messageId} of the queue is not JSON`)
  }
}

/** @throws Error if the work takes longer */
async function withDeadline(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    const expire = () => reject(new Error(`not done within ${Math.round(milliseconds)} ms`))
    timer = setTimeout(expire, Math.max(0, milliseconds))
  })
  try {
    await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}
