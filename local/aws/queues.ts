import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type QueueAttributeName,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { startFauxqs } from 'fauxqs'
import { type QueueName, queues } from '../../lambdas/runtime/resources.ts'
import { INVALID_MESSAGE_BODY_CHAR } from '../../node_modules/fauxqs/dist/sqs/sqsTypes.js'
import { credentials, region } from '../settings.ts'
import type { Part } from './database.ts'

/** The queues of the manifest by their addresses. */
export type QueueUrls = Readonly<Record<QueueName, string>>

/** How full a queue is. */
export type QueueDepth = { readonly visible: number; readonly inFlight: number }

const fileName = (name: QueueName) => `${name}.fifo`
const deadName = (name: QueueName) => `${name}-dead.fifo`

/** A client of the SQS at `endpoint`. The host of a QueueUrl of the embedded SQS is no address. */
export const queueClient = (endpoint: string): SQSClient =>
  new SQSClient({ endpoint, region, credentials, useQueueUrlAsEndpoint: false })

// The embedded SQS matches UTF-16 units one by one, and so takes every emoji for an invalid character. This is SQS's rule.
const outsideSqsCharacters = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
INVALID_MESSAGE_BODY_CHAR.test = (text) => outsideSqsCharacters.test(text)

/** Starts the embedded SQS on a free port; its data is a file under `dataDir`, complete also after `kill -9`. */
export async function startQueues(dataDir: string): Promise<Part> {
  const server = await startFauxqs({ port: 0, dataDir, logger: false, defaultRegion: region })
  const endpoint = `http://127.0.0.1:${server.port}`
  const keepOut = keepStrangersOut(server.port)
  await releaseAbandoned(endpoint, server)
  return {
    endpoint,
    async stop() {
      await server.stop()
      keepOut.end()
    },
  }
}

/** The embedded SQS and S3 listen to the whole network, and have no setting for that. */
export function keepStrangersOut(port: number): { end(): void } {
  const onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    if (socket.localPort === port && !/^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '')) socket.destroy()
  }
  subscribe('net.server.socket', onSocket)
  return { end: () => void unsubscribe('net.server.socket', onSocket) }
}

/**
 * What a process held when it was killed stays in flight for the visibility time-out, and its group waits behind it.
 * Nobody works on it any more, so it becomes visible in a second (at once, 0, is an error in the embedded SQS once it persists).
 */
async function releaseAbandoned(endpoint: string, server: Awaited<ReturnType<typeof startFauxqs>>): Promise<void> {
  const client = queueClient(endpoint)
  for (const name of Object.keys(queues) as QueueName[]) {
    const queue = server.inspectQueue(fileName(name))
    for (const { receiptHandle } of queue?.messages.inflight ?? []) {
      const release = { QueueUrl: queue?.url, ReceiptHandle: receiptHandle, VisibilityTimeout: 1 }
      await client.send(new ChangeMessageVisibilityCommand(release))
    }
  }
  client.destroy()
}

/** Creates the manifest's queues and their dead letters, or brings those that are there to the manifest's figures. */
export async function ensureQueues(
  client: SQSClient,
  endpoint: string,
): Promise<{ urls: QueueUrls; deadLetters: QueueUrls }> {
  const names = Object.keys(queues) as QueueName[]
  const urls: [QueueName, string][] = []
  const deadLetters: [QueueName, string][] = []
  for (const name of names) {
    const { visibilitySeconds, maxReceives, deadLetterRetentionSeconds } = queues[name]
    const retention = { MessageRetentionPeriod: String(deadLetterRetentionSeconds) }
    const dead = await ensureQueue(client, deadName(name), retention)
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
    )
    const redrive = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: maxReceives }
    const url = await ensureQueue(client, fileName(name), {
      ...retention,
      VisibilityTimeout: String(visibilitySeconds),
      RedrivePolicy: JSON.stringify(redrive),
    })
    urls.push([name, withPortOf(endpoint, url)])
    deadLetters.push([name, withPortOf(endpoint, dead)])
  }
  return { urls: Object.fromEntries(urls) as QueueUrls, deadLetters: Object.fromEntries(deadLetters) as QueueUrls }
}

/** The embedded SQS keeps a queue's address for ever, with the port of the day on which it was made. */
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
  if (!created.QueueUrl) throw new Error(`Creating the queue ${name} gave no address.`)
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

/** How many messages a queue holds, those waiting for their time included. */
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
