import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { entryOf } from '../../lambdas/adapters/aws/event-queue.ts'
import type { DueQueue } from '../../lambdas/core/ports/queues.ts'
import type { Stores } from '../../lambdas/core/ports/stores.ts'
import { type QueuedEvent, splitWebhookBody } from '../../lambdas/core/x/webhook-body.ts'
import { queues } from '../../lambdas/runtime/resources.ts'
import type { ReadChat } from '../../lambdas/use-cases/chat/read-chat.ts'
import { routerHandler } from './handlers.ts'

let messages = 0

/** A record as SQS hands it to the router. */
export function recordOf(body: string, group: string, receives = 1): SQSRecord {
  const messageId = `00000000-0000-0000-0000-${String(++messages).padStart(12, '0')}`
  return {
    messageId,
    receiptHandle: messageId,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '0',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '0',
      MessageGroupId: group,
      MessageDeduplicationId: messageId,
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:events.fifo',
    awsRegion: 'us-east-1',
  }
}

/** The records that a delivery becomes in the queue. */
export function recordsOf(delivery: object, receivedAt: string): SQSRecord[] {
  return splitWebhookBody(JSON.stringify(delivery), receivedAt).events.map((event, index) => {
    const entry = entryOf(event, index, 'test')
    return recordOf(entry.MessageBody, entry.MessageGroupId)
  })
}

/**
 * A queue of events that routes at once what it is sent, in batches as SQS makes them.
 * @throws Error when an event fails
 */
export async function routeAtOnce(
  router: { handle(event: SQSEvent): Promise<SQSBatchResponse> },
  list: readonly QueuedEvent[],
  id: string,
): Promise<void> {
  const records = list.map((event, index) => {
    const entry = entryOf(event, index, id)
    return recordOf(entry.MessageBody, entry.MessageGroupId)
  })
  for (let from = 0; from < records.length; from += queues.events.batchSize) {
    const batch = records.slice(from, from + queues.events.batchSize)
    const { batchItemFailures } = await router.handle({ Records: batch })
    if (batchItemFailures.length > 0) throw new Error('an event failed')
  }
}

export type Routed = { outcome: string; reason: string; ticketId: string | null }

/** Hands deliveries to a router over real stores, and tells what became of each event. */
export function routerOver(
  stores: Stores,
  now: () => Date,
  mediaQueue: DueQueue = { send: async () => {} },
  readChat: ReadChat = async (chat) => chat,
) {
  const routed: Routed[] = []
  const failures: string[] = []
  const router = routerHandler({
    ...stores,
    readChat,
    mediaQueue,
    now,
    log: (entry) => {
      // The router's own line, by its `did`.
      if (entry.event === 'routed') routed.push(entry as unknown as Routed)
      if (entry.event === 'failed') failures.push(JSON.stringify(entry))
    },
  })
  async function handle(event: SQSEvent) {
    return router(event, { getRemainingTimeInMillis: () => 30_000 })
  }
  return {
    handle,
    /** What the router has logged of events that failed. */
    failures,
    /** @throws Error when an event fails */
    async deliver(...deliveries: object[]): Promise<Routed[]> {
      routed.length = 0
      const receivedAt = now().toISOString()
      const { batchItemFailures } = await handle({ Records: deliveries.flatMap((one) => recordsOf(one, receivedAt)) })
      if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} events failed`)
      return [...routed]
    },
  }
}
