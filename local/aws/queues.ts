import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type QueueAttributeName,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { type QueueName, type QueueResource, queues } from '../../lambdas/runtime/resources.ts'
import { credentials, region } from '../settings.ts'
import type { EmbeddedService } from './embedded-service.ts'
import type { QueueThreadData } from './queue-thread.ts'

/** The URL of each queue of the manifest. */
export type QueueUrls = Readonly<Record<QueueName, string>>

/** How many messages a queue holds. */
export type QueueDepth = { readonly visible: number; readonly inFlight: number }

const queueNameOf = (name: QueueName) => `${name}.fifo`
const deadLetterNameOf = (name: QueueName) => `${name}-dead.fifo`

/** A client of the SQS at `endpoint`. It ignores the host of a queue URL, which the embedded SQS invents. */
export const queueClient = (endpoint: string): SQSClient =>
  new SQSClient({ endpoint, region, credentials, useQueueUrlAsEndpoint: false })

/**
 * Starts the embedded SQS on a free port, in a thread of its own. Its data is a file under `dataDir`; no write is lost
 * after `kill -9`.
 * @param onUnexpectedExit called with one sentence when it ends without being stopped
 * @throws Error when it does not start
 */
export async function startQueues(
  dataDir: string,
  onUnexpectedExit: (sentence: string) => void,
): Promise<EmbeddedService> {
  const workerData: QueueThreadData = { dataDir }
  const thread = new Worker(new URL('./queue-thread.ts', import.meta.url), { workerData, execArgv: [] })
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  const [port] = (await once(thread, 'message')) as [number]
  let stopping = false
  let reason = ''
  thread.on('error', (error) => {
    reason = error instanceof Error ? error.message : String(error)
  })
  thread.once('exit', () => {
    if (!stopping) onUnexpectedExit(`The embedded SQS stopped unexpectedly. ${reason}`.trim())
  })
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      stopping = true
      thread.postMessage('stop')
      await ended
    },
  }
}

/** The figures of each queue. */
export type QueueFigures = Readonly<Record<QueueName, QueueResource>>

/**
 * Creates the queues of the manifest and their dead-letter queues, or updates the attributes of existing ones.
 * @param figures those of the manifest when not given
 */
export async function ensureQueues(
  client: SQSClient,
  endpoint: string,
  figures: QueueFigures = queues,
): Promise<{ urls: QueueUrls; deadLetterUrls: QueueUrls }> {
  const names = Object.keys(queues) as QueueName[]
  const urls: [QueueName, string][] = []
  const deadLetterUrls: [QueueName, string][] = []
  for (const name of names) {
    const { visibilitySeconds, maxReceives, deadLetterRetentionSeconds } = figures[name]
    const retention = { MessageRetentionPeriod: String(deadLetterRetentionSeconds) }
    const deadLetterUrl = await ensureQueue(client, deadLetterNameOf(name), retention)
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
    )
    const redrive = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: maxReceives }
    const url = await ensureQueue(client, queueNameOf(name), {
      ...retention,
      VisibilityTimeout: String(visibilitySeconds),
      RedrivePolicy: JSON.stringify(redrive),
    })
    urls.push([name, withPortOf(endpoint, url)])
    deadLetterUrls.push([name, withPortOf(endpoint, deadLetterUrl)])
  }
  return {
    urls: Object.fromEntries(urls) as QueueUrls,
    deadLetterUrls: Object.fromEntries(deadLetterUrls) as QueueUrls,
  }
}

/** The embedded SQS stores a queue's URL with the port it had when the queue was created. */
function withPortOf(endpoint: string, queueUrl: string): string {
  const url = new URL(queueUrl)
  if (url.hostname.endsWith('.localhost')) url.port = new URL(endpoint).port
  return url.href
}

async function ensureQueue(
  client: SQSClient,
  name: string,
  attributes: Partial<Record<QueueAttributeName, string>>,
): Promise<string> {
  const existing = await queueUrl(client, name)
  if (existing) {
    await client.send(new SetQueueAttributesCommand({ QueueUrl: existing, Attributes: attributes }))
    return existing
  }
  const created = await client.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { FifoQueue: 'true', ...attributes } }),
  )
  if (!created.QueueUrl) throw new Error(`Creating the queue ${name} returned no URL.`)
  return created.QueueUrl
}

async function queueUrl(client: SQSClient, name: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return undefined
    throw error
  }
}

/** Counts the messages of a queue. Delayed messages count as visible. */
export async function queueDepth(client: SQSClient, url: string): Promise<QueueDepth> {
  const names: QueueAttributeName[] = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ]
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: names }))
  const [visible = 0, inFlight = 0, delayed = 0] = names.map((name) => Number(Attributes?.[name] ?? 0))
  return { visible: visible + delayed, inFlight }
}
