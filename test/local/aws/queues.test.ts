import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ReceiveMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { EmbeddedService } from '../../../local/aws/embedded-service.ts'
import { ensureQueues, queueClient, startQueues } from '../../../local/aws/queues.ts'
import { temporaryFolder } from '../support.ts'

let folder: ReturnType<typeof temporaryFolder>
let part: EmbeddedService
let client: SQSClient
let url: string

const fail = (sentence: string) => {
  throw new Error(sentence)
}

async function start(): Promise<void> {
  part = await startQueues(folder.path, fail)
  client = queueClient(part.endpoint)
  url = (await ensureQueues(client, part.endpoint)).urls.events
}

async function stop(): Promise<void> {
  client.destroy()
  await part.stop()
}

beforeEach(async () => {
  folder = temporaryFolder()
  await start()
})
afterEach(async () => {
  await stop()
  folder.remove()
})

const send = (group: string, body: string) =>
  client.send(
    new SendMessageCommand({
      QueueUrl: url,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: `${group}.${body}`,
    }),
  )

async function receive(): Promise<string[]> {
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }))
  return (Messages ?? []).map(({ Body }) => String(Body)).sort()
}

describe('the embedded SQS', () => {
  test('has every message of requests that came at once, also after a restart', async () => {
    const bodies = Array.from({ length: 10 }, (_, n) => `message ${n}`)
    await Promise.all(bodies.map((body) => send(body, body)))
    await stop()
    await start()
    expect(await receive()).toEqual(bodies)
  })

  test('gives after a restart, at once, what was received and not deleted', async () => {
    await send('ann', 'first')
    expect(await receive()).toEqual(['first'])
    expect(await receive()).toEqual([])
    await stop()
    await start()
    expect(await receive()).toEqual(['first'])
  })

  test('refuses a message that it cannot write, and takes the next one', async () => {
    const other = new DatabaseSync(join(folder.path, 'fauxqs.db'))
    other.exec('BEGIN IMMEDIATE')
    await expect(send('ann', 'refused')).rejects.toThrow()
    other.exec('ROLLBACK')
    other.close()
    await send('bob', 'taken')
    expect(await receive()).toEqual(['taken'])
  })

  test('does not start on a file that is no database, and says so', async () => {
    await stop()
    writeFileSync(join(folder.path, 'fauxqs.db'), 'no database'.repeat(100))
    const refused = expect(startQueues(folder.path, fail)).rejects
    await refused.toThrow('file is not a database')
    folder.remove()
    folder = temporaryFolder()
    await start()
  })
})

describe('a web page', () => {
  const json = 'application/x-amz-json-1.0'
  const form = 'application/x-www-form-urlencoded'
  const ask = (method: string, path: string, headers: Record<string, string>, body = '') =>
    new Promise<number | undefined>((resolve, reject) => {
      const { host } = new URL(part.endpoint)
      request(`${part.endpoint}${path}`, { method, headers: { host, ...headers }, agent: false }, (answer) =>
        resolve(answer.resume().statusCode),
      )
        .on('error', reject)
        .end(body)
    })

  test.each<[string, string, string, Record<string, string>, string]>([
    [
      'a form',
      'POST',
      '/',
      { 'content-type': form },
      'Action=CreateTopic&Name=a.fifo&Attributes.entry.1.key=FifoTopic',
    ],
    ['plain text', 'POST', '/', { 'content-type': 'text/plain', 'x-amz-target': 'AmazonSQS.ListQueues' }, '{}'],
    ['another origin', 'POST', '/', { 'content-type': json, origin: 'https://evil.example' }, '{}'],
    ['the question whether it may', 'OPTIONS', '/', { origin: 'https://evil.example' }, ''],
    ['a name that was made to lead here', 'POST', '/', { 'content-type': json, host: 'rebound.example' }, '{}'],
    ['what the service itself shows', 'GET', '/_fauxqs/queues', {}, ''],
  ])('gets nothing by %s', async (_name, method, path, headers, body) => {
    expect(await ask(method, path, headers, body)).toBe(403)
  })

  test('is told apart from an SDK', async () => {
    expect(await ask('POST', '/', { 'content-type': json, 'x-amz-target': 'AmazonSQS.ListQueues' }, '{}')).toBe(200)
  })
})
