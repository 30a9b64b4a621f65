import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createEventQueue, entryOf } from '../../../lambdas/adapters/aws/event-queue.ts'
import type { EventQueue } from '../../../lambdas/core/ports/queues.ts'
import { type QueuedEvent, splitWebhookBody } from '../../../lambdas/core/x/webhook-body.ts'
import { awsAccess } from '../../../lambdas/runtime/aws.ts'
import type { EmbeddedService } from '../../../local/aws/embedded-service.ts'
import { ensureQueues, queueClient, startQueues } from '../../../local/aws/queues.ts'
import { credentials } from '../../../local/settings.ts'
import { ann, directMessages, shop } from '../../support/x-payloads.ts'

let folder: string
let part: EmbeddedService
let client: SQSClient
let url: string
let queue: EventQueue

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'helpdesk-twitter-'))
  part = await startQueues(folder, (sentence) => {
    throw new Error(sentence)
  })
  client = queueClient(part.endpoint)
  url = (await ensureQueues(client, part.endpoint)).urls.events
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SQS: part.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  }
  queue = createEventQueue(awsAccess('sqs', environment), url)
})
afterAll(async () => {
  client.destroy()
  await part.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Takes everything out of the queue, in the order in which it comes. */
async function takeAll(): Promise<QueuedEvent[]> {
  const all: QueuedEvent[] = []
  for (;;) {
    const receive = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 })
    const { Messages = [] } = await client.send(receive)
    if (Messages.length === 0) return all
    for (const { Body, ReceiptHandle } of Messages) {
      all.push(JSON.parse(Body ?? '') as QueuedEvent)
      await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }))
    }
  }
}

const events = (...texts: string[]) =>
  splitWebhookBody(
    JSON.stringify(
      directMessages(shop, ...texts.map((text, n) => ({ id: String(100 + n), from: ann, to: shop, text }))),
    ),
    '2026-01-01T00:00:00.000Z',
  ).events

describe('the queue of events', () => {
  test('takes a whole delivery, more than a batch holds, in order and to the last character', async () => {
    const all = events(...Array.from({ length: 23 }, (_, n) => `é 😀 ${n}`))
    await queue.send(all, 'delivery-1')
    expect(await takeAll()).toEqual(all)
  })

  test('holds once what one delivery hands in twice, and again what X delivers again', async () => {
    const [event] = events('once')
    if (!event) throw new Error('one event was meant')
    await queue.send([event], 'delivery-2')
    await queue.send([event], 'delivery-2')
    expect(await takeAll()).toHaveLength(1)
    await queue.send([event], 'delivery-3')
    expect(await takeAll()).toHaveLength(1)
  })

  test('keeps an event that is too large for a message as unreadable instead of losing the delivery', async () => {
    const [huge, small] = events('x'.repeat(400_000), 'small')
    if (!huge || !small) throw new Error('two events were meant')
    await queue.send([huge, small], 'delivery-4')
    expect((await takeAll()).map(({ kind, reason, externalId }) => [kind, reason, externalId])).toEqual([
      ['unreadable', 'larger than any event of X', huge.externalId],
      ['direct_message', null, small.externalId],
    ])
  })

  test('gives each event without a channel a group of its own, so that none waits for another', () => {
    const strangers = splitWebhookBody(
      '{"data":[{"event_type":"post.create"},{"event_type":"post.create"}]}',
      'now',
    ).events
    const groups = ['delivery-1', 'delivery-2'].flatMap((delivery) =>
      strangers.map((event, index) => entryOf(event, index, delivery).MessageGroupId),
    )
    expect(new Set(groups).size).toBe(4)
  })

  test('says so when it does not have every event', async () => {
    const gone = createEventQueue(awsAccess('sqs', { AWS_ENDPOINT_URL_SQS: part.endpoint }), `${url}x`)
    await expect(gone.send(events('lost?'), 'delivery-5')).rejects.toThrow(/AmazonSQS.SendMessageBatch: 400/)

    const refusing = createServer((request, response) => {
      request.resume()
      response.end(JSON.stringify({ Successful: [{ Id: '0' }], Failed: [{ Id: '1', Code: 'InternalError' }] }))
    })
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
    try {
      const endpoint = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`
      const half = createEventQueue(awsAccess('sqs', { AWS_ENDPOINT_URL_SQS: endpoint }), url)
      await expect(half.send(events('kept', 'lost?'), 'delivery-6')).rejects.toThrow(/1 of 2 refused: InternalError/)
    } finally {
      refusing.closeAllConnections()
      refusing.close()
    }
  })
})

test('a text with characters that SQS refuses arrives as it was', async () => {
  const text = 'a\ufffeb\uffffc \ud83d'
  const { events } = splitWebhookBody(
    JSON.stringify(directMessages(shop, { id: '77', from: ann, to: shop, text })),
    '2026-01-01T00:00:00.000Z',
  )
  await queue.send(events, 'odd-characters')
  expect(await takeAll()).toEqual(events)
})
