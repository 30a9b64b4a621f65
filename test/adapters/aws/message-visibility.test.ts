import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { SQSEvent } from 'aws-lambda'
import { createMessageVisibility } from '../../../lambdas/adapters/aws/message-visibility.ts'
import type { MessageVisibility } from '../../../lambdas/core/ports/queues.ts'
import { awsAccess } from '../../../lambdas/runtime/aws.ts'
import { batchHandler } from '../../../lambdas/runtime/batch.ts'
import { queues } from '../../../lambdas/runtime/resources.ts'
import type { EmbeddedService } from '../../../local/aws/embedded-service.ts'
import { ensureQueues, type QueueUrls, queueClient, queueDepth, startQueues } from '../../../local/aws/queues.ts'
import { type Poller, startPoller } from '../../../local/lambda/poller.ts'
import { credentials } from '../../../local/settings.ts'
import { eventually } from '../../local/support.ts'

let folder: string
let part: EmbeddedService
let client: SQSClient
let urls: QueueUrls
let deadLetterUrls: QueueUrls
let visibility: MessageVisibility
let poller: Poller | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-'))
  part = await startQueues(folder, (sentence) => {
    throw new Error(sentence)
  })
  client = queueClient(part.endpoint)
  ;({ urls, deadLetterUrls } = await ensureQueues(client, part.endpoint))
  visibility = createMessageVisibility(
    awsAccess('sqs', {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_SQS: part.endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    }),
  )
})
afterEach(async () => {
  await poller?.stop()
  client.destroy()
  await part.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Sends the texts to the queue of events, all of one group, and handles them as the router's handler does. */
async function handle(work: (text: string) => Promise<void>, change: MessageVisibility['change'], ...texts: string[]) {
  const entries = texts.map((text) => ({
    Id: text,
    MessageBody: JSON.stringify(text),
    MessageGroupId: 'a',
    MessageDeduplicationId: text,
  }))
  await client.send(new SendMessageBatchCommand({ QueueUrl: urls.events, Entries: entries }))
  const handler = batchHandler('events', work, { change }, () => {})
  poller = startPoller({
    client,
    queueUrl: urls.events,
    resource: queues.events,
    consumer: { invoke: (event) => handler(event as SQSEvent, { getRemainingTimeInMillis: () => 30_000 }) },
    onWarning: () => {},
  })
}

const empty = () =>
  eventually('an empty queue', async () => {
    const { visible, inFlight } = await queueDepth(client, urls.events)
    return visible + inFlight === 0
  })

describe('a message that failed', () => {
  test('is back within seconds, before those behind it, though the visibility time-out is minutes', async () => {
    const done: string[] = []
    const began = performance.now()
    let failures = 0
    await handle(
      async (text) => {
        if (text === 'first' && ++failures <= 2) throw new Error('the table is throttled')
        done.push(text)
      },
      visibility.change,
      'first',
      'second',
    )
    await empty()
    expect(done).toEqual(['first', 'second'])
    expect(performance.now() - began).toBeLessThan((queues.events.visibilitySeconds * 1000) / 10)
  })

  test('every time goes to the dead-letter queue after all its tries, alone', async () => {
    const tried: string[] = []
    const delays: number[] = []
    // The real delays take 22 minutes; the queue hides it for as many milliseconds as it should seconds.
    const change: MessageVisibility['change'] = async (arn, messages) => {
      delays.push(...messages.map(({ seconds }) => seconds))
      await visibility.change(
        arn,
        messages.map(({ receiptHandle, seconds }) => ({ receiptHandle, seconds: seconds / 1000 })),
      )
    }
    await handle(
      async (text) => {
        tried.push(text)
        if (text === 'poison') throw new Error('it always fails')
      },
      change,
      'poison',
      'after',
    )
    await empty()
    expect(tried).toEqual([...Array(12).fill('poison'), 'after'])
    expect(delays).toEqual([1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 480, 1])
    expect(await queueDepth(client, deadLetterUrls.events)).toEqual({ visible: 1, inFlight: 0 })
  })
})

describe('a change of visibility', () => {
  test('that SQS refuses is an error with its name', async () => {
    const arn = 'arn:aws:sqs:us-east-1:000000000000:events.fifo'
    await expect(visibility.change(arn, [{ receiptHandle: 'of no message', seconds: 1 }])).rejects.toThrow(
      'AmazonSQS.ChangeMessageVisibilityBatch: 1 of 1 refused: ReceiptHandleIsInvalid',
    )
  })

  test('of a queue that is not there is an error with its name', async () => {
    const arn = 'arn:aws:sqs:us-east-1:000000000000:other.fifo'
    await expect(visibility.change(arn, [{ receiptHandle: 'any', seconds: 1 }])).rejects.toThrow(
      /^AmazonSQS.ChangeMessageVisibilityBatch: 400 \w*(QueueDoesNotExist|NonExistentQueue)$/,
    )
  })
})
