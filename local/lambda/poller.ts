import { setTimeout as pause } from 'node:timers/promises'
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import type { QueueResource } from '../../lambdas/runtime/resources.ts'
import { region } from '../settings.ts'
import type { LocalFunction } from './functions.ts'

/** Polls a queue until it is stopped. */
export type Poller = {
  /** How many batches the function is processing. */
  readonly batchesInProgress: number
  /** Stops polling at once. Resolves when the batches in progress have ended. */
  stop(): Promise<void>
}

export type PollerOptions = {
  readonly client: SQSClient
  readonly queueUrl: string
  readonly resource: Pick<QueueResource, 'batchSize' | 'visibilitySeconds' | 'maxConcurrency'>
  readonly consumer: Pick<LocalFunction, 'invoke'>
  /** Called with one sentence when a call of SQS fails, or when a batch comes again only after minutes. */
  readonly onWarning: (sentence: string) => void
}

const longPollSeconds = 20
const errorPauseMs = 500

/**
 * Does what Lambda's event source mapping does: receives messages, calls the function and deletes the messages that it
 * does not report as failed. The others come again when their visibility ends, which only the function itself changes.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function startPoller(options: PollerOptions): Poller {
  const { client, queueUrl, resource, consumer, onWarning } = options
  const stopping = new AbortController()
  const batches = new Set<Promise<void>>()

  const poll = async () => {
    while (!stopping.signal.aborted) {
      try {
        const messages = await receive()
        if (messages.length === 0) continue
        const batch: Promise<void> = process(messages)
          .catch(warn)
          .finally(() => batches.delete(batch))
        batches.add(batch)
        if (batches.size >= resource.maxConcurrency) await Promise.race(batches)
      } catch (error) {
        warn(error)
        // Without a pause, an unreachable queue would be polled in a busy loop.
        await pause(errorPauseMs, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  const receive = async (): Promise<Message[]> => {
    const request = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: resource.batchSize,
      WaitTimeSeconds: longPollSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    })
    return (await client.send(request, { abortSignal: stopping.signal })).Messages ?? []
  }

  const process = async (messages: Message[]) => {
    const event: SQSEvent = { Records: messages.map((message) => recordOf(message, arnOf(queueUrl))) }
    const failed = await consumer.invoke(event).then(
      (answer) => failedIn(answer, messages),
      () => {
        // The error is in the function's log. Somebody in front of the machine should know how to go on.
        warn(`A batch failed. Its messages come again after ${resource.visibilitySeconds} s, or after a restart.`)
        return messages
      },
    )
    const done = messages.filter((message) => !failed.includes(message))
    if (done.length > 0) {
      const entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }))
    }
  }

  const warn = (error: unknown) => {
    if (!stopping.signal.aborted) onWarning(`Queue ${queueUrl}: ${error instanceof Error ? error.message : error}`)
  }

  const polling = poll()
  return {
    get batchesInProgress() {
      return batches.size
    },
    async stop() {
      stopping.abort()
      await Promise.all([polling, ...batches])
    },
  }
}

/**
 * The messages that a function's response reports as failed. All of them, if the response names a message that is not
 * in the batch, as in AWS.
 */
function failedIn(answer: unknown, messages: readonly Message[]): readonly Message[] {
  const failures = (answer as { batchItemFailures?: { itemIdentifier?: unknown }[] | null } | null)?.batchItemFailures
  if (failures === undefined || failures === null) return []
  if (!Array.isArray(failures)) return messages
  const ids = failures.map((failure) => failure?.itemIdentifier)
  if (ids.some((id) => !messages.some(({ MessageId }) => MessageId === id))) return messages
  return messages.filter(({ MessageId }) => ids.includes(MessageId))
}

/** The ARN of a queue with the URL `http://host/ACCOUNT/NAME`. */
function arnOf(queueUrl: string): string {
  const [account, name] = new URL(queueUrl).pathname.split('/').slice(-2)
  return `arn:aws:sqs:${region}:${account}:${name}`
}

function recordOf(message: Message, eventSourceARN: string): SQSRecord {
  const attributes = message.Attributes ?? {}
  const entries = Object.entries(message.MessageAttributes ?? {})
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '0',
      ...attributes,
    },
    messageAttributes: Object.fromEntries(
      entries.map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          dataType: DataType ?? 'String',
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
          stringListValues: [],
          binaryListValues: [],
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: region,
  }
}
