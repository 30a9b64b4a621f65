import { ReceiveMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { type QueueResource, queues } from '../../../lambdas/runtime/resources.ts'
import { ensureQueues, type QueueUrls, queueClient, queueDepth, startQueues } from '../../../local/aws/queues.ts'
import { type Poller, startPoller } from '../../../local/lambda/poller.ts'
import { eventually, temporaryFolder } from '../support.ts'

let folder: ReturnType<typeof temporaryFolder>
let part: Awaited<ReturnType<typeof startQueues>>
let client: SQSClient
let urls: QueueUrls
let dead: QueueUrls
const pollers: Poller[] = []
const troubles: string[] = []

// Each test has its own queues: the embedded SQS still answers the last long poll of a stopped poller.
beforeEach(async () => {
  folder = temporaryFolder()
  part = await startQueues(folder.path, (sentence) => {
    throw new Error(sentence)
  })
  client = queueClient(part.endpoint)
  const ensured = await ensureQueues(client, part.endpoint)
  urls = ensured.urls
  dead = ensured.deadLetterUrls
})
afterEach(async () => {
  await Promise.all(pollers.splice(0).map((poller) => poller.stop()))
  client.destroy()
  await part.stop()
  folder.remove()
  expect(troubles.splice(0)).toEqual([])
})

/** Figures with which a failed message comes again, and ends, within seconds. */
const quick = { ...queues.events, visibilitySeconds: 1, maxReceives: 3 }

/** Polls the events queue with `handler` until the test ends. */
async function consume(handler: (event: SQSEvent) => unknown, figures: QueueResource = queues.events): Promise<void> {
  await ensureQueues(client, part.endpoint, { ...queues, events: figures })
  const poller = startPoller({
    client,
    queueUrl: urls.events,
    resource: figures,
    consumer: { invoke: async (event) => handler(event as SQSEvent) },
    onWarning: (sentence) => troubles.push(sentence),
  })
  pollers.push(poller)
}

const send = (group: string, body: string) =>
  client.send(
    new SendMessageCommand({
      QueueUrl: urls.events,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: `${group} ${body} ${Math.random()}`,
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'direct' } },
    }),
  )

const empty = () =>
  eventually('an empty queue', async () => {
    const { visible, inFlight } = await queueDepth(client, urls.events)
    return visible + inFlight === 0
  })

test('a message arrives in the event format of Lambda, and is deleted when the function returns', async () => {
  const events: SQSEvent[] = []
  await consume((event) => void events.push(event))
  await send('acme', '{"text":"👩‍🚒 danke"}')
  await empty()
  expect(events).toEqual([
    {
      Records: [
        {
          messageId: expect.any(String),
          receiptHandle: expect.any(String),
          body: '{"text":"👩‍🚒 danke"}',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
            SequenceNumber: expect.stringMatching(/^\d+$/),
            MessageDeduplicationId: expect.stringContaining('acme'),
            MessageGroupId: 'acme',
          },
          messageAttributes: {
            kind: { dataType: 'String', stringValue: 'direct', stringListValues: [], binaryListValues: [] },
          },
          md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:events.fifo',
          awsRegion: 'us-east-1',
        },
      ],
    },
  ])
})

test('as many batches run at once as the queue allows', async () => {
  const release = Promise.withResolvers<void>()
  let at = 0
  let most = 0
  for (const group of ['a', 'b', 'c', 'd']) await send(group, group)
  await consume(
    async () => {
      most = Math.max(most, ++at)
      await release.promise
      at--
    },
    { ...queues.events, batchSize: 1, maxConcurrency: 2 },
  )
  await eventually('two batches', () => at === 2)
  expect(await queueDepth(client, urls.events)).toEqual({ visible: 2, inFlight: 2 })
  release.resolve()
  await empty()
  expect(most).toBe(2)
})

test('only the failed message comes again, before the rest of its group', async () => {
  const seen: string[] = []
  const failOnce = new Set(['a1'])
  for (const body of ['a1', 'a2', 'a3']) await send('a', body)
  for (const body of ['b1', 'b2']) await send('b', body)
  await consume(({ Records }) => {
    seen.push(...Records.map(({ body }) => body))
    const failed = Records.filter(({ body }) => failOnce.delete(body))
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  }, quick)
  await empty()
  expect(seen.filter((body) => body.startsWith('a'))).toEqual(['a1', 'a1', 'a2', 'a3'])
  expect(seen.filter((body) => body.startsWith('b'))).toEqual(['b1', 'b2'])
})

test.each([
  ['an error', () => Promise.reject(new Error('no'))],
  ['an id that is not of the batch', () => ({ batchItemFailures: [{ itemIdentifier: 'other' }] })],
  ['an empty id', () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
  ['no id', () => ({ batchItemFailures: [{}] })],
  ['a list that is none', () => ({ batchItemFailures: 'all' })],
])('%s fails the whole batch', async (_, fail) => {
  const counts = new Map<string, number>()
  await send('a', 'one')
  await send('b', 'two')
  await consume(({ Records }) => {
    const again = Records.some(({ attributes }) => attributes.ApproximateReceiveCount !== '1')
    for (const { body } of Records) counts.set(body, (counts.get(body) ?? 0) + 1)
    return again ? undefined : fail()
  }, quick)
  await empty()
  expect(Object.fromEntries(counts)).toEqual({ one: 2, two: 2 })
  troubles.length = 0
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['an empty list', { batchItemFailures: [] }],
  ['a list that is null', { batchItemFailures: null }],
])('%s as the response means success', async (_, answer) => {
  let calls = 0
  await send('a', 'one')
  await consume(() => {
    calls++
    return answer
  })
  await empty()
  expect(calls).toBe(1)
})

test('a poison message goes to the dead-letter queue after its maximum of receives, and its group continues', async () => {
  const poison: SQSRecord[] = []
  const well: string[] = []
  await send('a', 'poison')
  await send('a', 'after')
  await send('b', 'other')
  await consume(({ Records }) => {
    const failed = Records.filter(({ body }) => body === 'poison')
    poison.push(...failed)
    well.push(...Records.filter(({ body }) => body !== 'poison').map(({ body }) => body))
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  }, quick)
  await empty()
  expect(poison.map(({ attributes }) => Number(attributes.ApproximateReceiveCount))).toEqual([1, 2, 3])
  expect(well).toEqual(['other', 'after'])
  expect(await queueDepth(client, dead.events)).toEqual({ visible: 1, inFlight: 0 })
})

test('the batch of a function that crashed comes again after the visibility time-out, and a person is told so', async () => {
  const times: number[] = []
  await send('a', 'one')
  await consume(() => {
    times.push(performance.now())
    if (times.length === 1) throw new Error('Runtime exited')
  }, quick)
  await empty()
  const [first = 0, second = 0] = times
  expect(second - first).toBeGreaterThanOrEqual(950)
  expect(troubles.splice(0)).toEqual([
    `Queue ${urls.events}: A batch failed. Its messages come again after 1 s, or after a restart.`,
  ])
})

test('a failing group does not delay another group', async () => {
  await send('a', 'slow')
  const working = Promise.withResolvers<void>()
  const seen: string[] = []
  await consume(async ({ Records }) => {
    seen.push(...Records.map(({ body }) => body))
    if (Records.some(({ body }) => body === 'slow')) await working.promise
  })
  await eventually('the slow one under work', () => seen.includes('slow'))
  await send('b', 'quick')
  await eventually('the quick one', () => seen.includes('quick'))
  working.resolve()
  await empty()
})

test('stopping ends the long poll, and a batch in progress stays in the queue', async () => {
  // One that began before those of the poller.
  const left = new AbortController()
  const longPoll = client
    .send(new ReceiveMessageCommand({ QueueUrl: dead.events, WaitTimeSeconds: 20 }), { abortSignal: left.signal })
    .then(() => 'a whole long poll')
  await send('a', 'kept')
  let calls = 0
  const interrupted = Promise.withResolvers<void>()
  await consume(() => {
    calls++
    return interrupted.promise
  })
  await eventually('the message under work', () => calls === 1)
  const stopped = Promise.all(pollers.splice(0).map((poller) => poller.stop()))
  interrupted.reject(new Error('the function was stopped too'))
  expect(await Promise.race([stopped.then(() => 'stopped'), longPoll])).toBe('stopped')
  left.abort()
  await expect(longPoll).rejects.toThrow('abort')
  const { visible, inFlight } = await queueDepth(client, urls.events)
  expect(visible + inFlight).toBe(1)
})
