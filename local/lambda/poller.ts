import { setTimeout as pause } from 'node:timers/promises'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import type { QueueResource } from '../../lambdas/runtime/resources.ts'
import { region } from '../settings.ts'
import type { LocalFunction } from './functions.ts'

/** Works off a queue until it is stopped. */
export type Poller = {
  /** Batches that the function is working on. */
  readonly working: number
  /** Ends an ongoing wait for messages at once, and resolves when the batches under work are done or have failed. */
  stop(): Promise<void>
}

export type PollerOptions = {
  readonly client: SQSClient
  readonly queueUrl: string
  readonly resource: Pick<QueueResource, 'batchSize' | 'maxReceives'>
  readonly consumer: Pick<LocalFunction, 'invoke'>
  /** Batches at once; the queue itself keeps the messages of a group in order. */
  readonly concurrency?: number
  /** Seconds until a failed message is tried again, given how often it was received. */
  readonly retrySeconds?: (receiveCount: number) => number
  /** Told in a sentence when the queue itself could not be used. */
  readonly onTrouble: (sentence: string) => void
}

/** 1, 2, 4, 8 seconds. */
const backOff = (receiveCount: number) => 2 ** Math.min(receiveCount - 1, 3)

/** What Lambda's event source mapping does: takes messages, calls the function, deletes what it did not report as failed. */
export function startPoller(options: PollerOptions): Poller {
  const { client, queueUrl, resource, consumer, concurrency = 4, retrySeconds = backOff, onTrouble } = options
  const stopping = new AbortController()
  const batches = new Set<Promise<void>>()

  const poll = async () => {
    while (!stopping.signal.aborted) {
      try {
        const messages = await receive()
        if (messages.length === 0) continue
        const batch: Promise<void> = work(messages)
          .catch(trouble)
          .finally(() => batches.delete(batch))
        batches.add(batch)
        if (batches.size >= concurrency) await Promise.race(batches)
      } catch (error) {
        trouble(error)
        // Only after an error, so that a queue that is away is not asked in a tight circle.
        await pause(500, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  const receive = async (): Promise<Message[]> => {
    const request = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: resource.batchSize,
      WaitTimeSeconds: 20,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    })
    return (await client.send(request, { abortSignal: stopping.signal })).Messages ?? []
  }

  const work = async (messages: Message[]) => {
    const event: SQSEvent = { Records: messages.map((message) => recordOf(message, arnOf(queueUrl))) }
    const failed = await consumer.invoke(event).then(
      (answer) => failedIn(answer, messages),
      // The function's own log has the error.
      () => messages,
    )
    const done = messages.filter((message) => !failed.includes(message))
    if (done.length > 0) {
      const entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }))
    }
    await Promise.all(failed.map(tryAgainSoon))
  }

  // In AWS a failed message returns after the visibility time-out, minutes in which its whole group waits behind it.
  // One person at one machine should see the next attempt, or the dead letters, within seconds.
  const tryAgainSoon = async ({ ReceiptHandle, Attributes }: Message) => {
    const received = Number(Attributes?.ApproximateReceiveCount ?? 1)
    const seconds = retrySeconds(received >= resource.maxReceives ? 1 : received)
    const request = { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: seconds }
    await client.send(new ChangeMessageVisibilityCommand(request))
  }

  const trouble = (error: unknown) => {
    if (!stopping.signal.aborted) onTrouble(`Queue ${queueUrl}: ${error instanceof Error ? error.message : error}`)
  }

  const polling = poll()
  return {
    get working() {
      return batches.size
    },
    async stop() {
      stopping.abort()
      await Promise.all([polling, ...batches])
    },
  }
}

/** The messages that a function's answer reports as failed; an answer that names none of the batch's fails it whole, as in AWS. */
function failedIn(answer: unknown, messages: readonly Message[]): readonly Message[] {
  const failures = (answer as { batchItemFailures?: { itemIdentifier?: unknown }[] | null } | null)?.batchItemFailures
  if (failures === undefined || failures === null) return []
  if (!Array.isArray(failures)) return messages
  const ids = failures.map((failure) => failure?.itemIdentifier)
  if (ids.some((id) => !messages.some(({ MessageId }) => MessageId === id))) return messages
  return messages.filter(({ MessageId }) => ids.includes(MessageId))
}

/** `http://host/ACCOUNT/NAME` as the queue's ARN. */
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
