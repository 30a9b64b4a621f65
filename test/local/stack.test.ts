import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import {
  type EnvironmentName,
  type FunctionName,
  functions,
  type QueueName,
  queues,
  schedules,
  table,
} from '../../lambdas/runtime/resources.ts'
import { queueClient } from '../../local/aws/queues.ts'
import { databaseClient, tableName } from '../../local/aws/table.ts'
import type { FunctionLogLine } from '../../local/lambda/sandbox.ts'
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts'
import { eventually, temporaryFolder } from './support.ts'

const folder = temporaryFolder()
const stacks: Stack[] = []
let entries: FunctionLogLine[] = []

/** Queues each request as the real webhook does: with SQS's JSON protocol, and only its environment variables. */
const webhook = `
export const handler = async ({ body, headers }) => {
  const [group, text] = body.split(' ')
  const response = await fetch(process.env.AWS_ENDPOINT_URL_SQS, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
    body: JSON.stringify({
      QueueUrl: process.env.EVENTS_QUEUE_URL, MessageBody: text,
      MessageGroupId: group, MessageDeduplicationId: crypto.randomUUID(),
    }),
  })
  return { statusCode: response.status, body: await response.text() }
}`
const router = `
export const handler = async ({ Records }) => {
  const failed = Records.filter(({ body }) => body === 'poison')
  for (const { body } of Records) console.log({ routed: body })
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
}`
const api = 'export const handler = async () => process.env'

const folders = {
  webhook: folder.handler('webhook', webhook),
  router: folder.handler('router', router),
  api: folder.handler('api', api),
  sender: folder.handler(
    'sender',
    'export const handler = async ({ Records }) => console.log({ sent: Records[0].body })',
  ),
  publish: folder.handler('publish', 'export const handler = async () => {}'),
  deliver: folder.handler(
    'deliver',
    'export const handler = async ({ Records }) => console.log({ delivered: Records[0].body })',
  ),
  requeue: folder.handler('requeue', 'export const handler = async ({ time }) => console.log({ requeued: time })'),
  media: folder.handler(
    'media',
    'export const handler = async ({ Records }) => console.log({ moved: Records[0].body })',
  ),
  inactivity: folder.handler('inactivity', 'export const handler = async ({ time }) => console.log({ heard: time })'),
  mentions: folder.handler('mentions', 'export const handler = async () => null'),
  erase: folder.handler('erase', 'export const handler = async () => null'),
  reconcile: folder.handler('reconcile', 'export const handler = async ({ time }) => console.log({ kept: time })'),
}

/** A change of the table that its stream tells. */
async function changeOfTicket({ endpoints }: Stack): Promise<void> {
  const client = databaseClient(endpoints.dynamodb)
  await client.send(new PutItemCommand({ TableName: tableName, Item: { pk: { S: 'any' }, sk: { S: 'TICKET#1' } } }))
  client.destroy()
}

const json = { 'content-type': 'application/json' }

/** Nothing listens there: most of these tests need no X. */
const xApiUrl = 'http://127.0.0.1:9'

async function start(name: string, options: Partial<StackOptions> = {}): Promise<Stack> {
  const stack = await startStack({
    dataDir: join(folder.path, name),
    port: 0,
    consumerKey: 'key',
    consumerSecret: 'secret',
    xApiUrl,
    folders,
    onLog: (entry) => entries.push(entry),
    ...options,
  })
  stacks.push(stack)
  return stack
}

afterEach(async () => {
  await Promise.all(stacks.splice(0).map((stack) => stack.stop()))
  entries = []
})
afterAll(folder.remove)

const deliver = async ({ url }: Stack, body: string) => {
  const headers = { 'content-type': 'text/plain' }
  expect((await fetch(`${url}/webhooks/twitter`, { method: 'POST', headers, body })).status).toBe(200)
}
const routed = () => entries.flatMap(({ message }) => (message as { routed?: string }).routed ?? [])

/** Sends a message to a queue. */
async function queue({ endpoints, queueUrls }: Stack, name: QueueName, text: string): Promise<void> {
  const client = queueClient(endpoints.sqs)
  const message = { QueueUrl: queueUrls[name], MessageBody: text, MessageGroupId: 'a', MessageDeduplicationId: text }
  await client.send(new SendMessageCommand(message))
  client.destroy()
}

describe('a stack', () => {
  test('accepts a delivery, queues it and routes it', async () => {
    const stack = await start('flow')
    await deliver(stack, 'acme 👩‍🚒')
    await stack.drained()
    expect(routed()).toEqual(['👩‍🚒'])
    expect(await stack.countDeadLetters()).toBe(0)
  })

  test('is drained when messages fail for good, and counts them', async () => {
    const figures = { ...queues.events, visibilitySeconds: 1, maxReceives: 3 }
    const stack = await start('poison', { queueFigures: { ...queues, events: figures } })
    await deliver(stack, 'acme poison')
    await deliver(stack, 'acme after')
    await stack.drained()
    expect(await stack.countDeadLetters()).toBe(1)
    expect(routed()).toEqual(['poison', 'poison', 'poison', 'after'])
  })

  test('reports what is left when it is not drained in time', async () => {
    const endless = folder.handler('endless', 'export const handler = () => new Promise(() => {})')
    const stack = await start('endless', { folders: { ...folders, router: endless } })
    await deliver(stack, 'acme stuck')
    await eventually('the message in flight', async () => {
      const error = await stack.drained(0).catch((reason: Error) => reason)
      return (
        error instanceof Error &&
        /Not drained after 0 seconds: events: 0 visible, 1 in flight; 1 in progress/.test(error.message)
      )
    })
  })

  test('gives each function only the variables that the manifest names for it', async () => {
    const show = folder.handler('show', 'export const handler = async () => console.log({ environment: process.env })')
    const names = Object.keys(functions) as FunctionName[]
    const stack = await start('environment', {
      folders: Object.fromEntries(names.map((name) => [name, show])) as Record<FunctionName, string>,
      eventSource: 'x-activity',
      administrators: ['first@example.com', 'second@example.com'],
      mailFrom: 'support@example.com',
    })
    await Promise.all([
      fetch(stack.url),
      fetch(`${stack.url}/webhooks/twitter`),
      queue(stack, 'events', 'one'),
      queue(stack, 'replies', 'one'),
      queue(stack, 'media', 'one'),
      queue(stack, 'outgoing', 'one'),
      changeOfTicket(stack),
      ...Object.keys(schedules).map((name) => fetch(`${stack.url}/_local/schedules/${name}`, { method: 'POST' })),
    ])
    const values: Record<EnvironmentName, unknown> = {
      TABLE_NAME: stack.tableName,
      TABLE_PARTITIONS: '4',
      DELETION_HOLD_HOURS: '24',
      LOOKUPS_PER_CUSTOMER: '200',
      MEGABYTES_PER_CUSTOMER: '1024',
      EVENTS_QUEUE_URL: stack.queueUrls.events,
      REPLIES_QUEUE_URL: stack.queueUrls.replies,
      MEDIA_QUEUE_URL: stack.queueUrls.media,
      OUTGOING_QUEUE_URL: stack.queueUrls.outgoing,
      LOCAL_ENDPOINTS: 'allowed',
      SEARCH: 'on',
      MEDIA_BUCKET: 'media',
      ORIGIN_SECRETS: '',
      USEDESK_API_URL: '',
      USEDESK_SECRETS: '',
      X_SECRETS: expect.stringMatching(/^file:\/\/\/.*\/x-secrets\.json$/),
      TOKENS_KEY: expect.stringMatching(/^file:\/\/\/.*\/tokens\.key$/),
      X_API_URL: xApiUrl,
      KEY_RECOVERY: xApiUrl,
      PUBLIC_URL: stack.url,
      EVENT_SOURCE: 'x-activity',
      AUDIT_DAYS: '365',
      ADMINISTRATORS: 'first@example.com,second@example.com',
      MAIL_FROM: 'support@example.com',
      ALARM_TOPIC: '',
    }
    for (const name of names) {
      const environment = await eventually(`the environment of ${name}`, () => {
        const entry = entries.find((one) => one.function === name && typeof one.message === 'object')
        return (entry?.message as { environment?: Record<string, string> } | undefined)?.environment
      })
      const own = functions[name].environment.map((variable) => [variable, values[variable]])
      const ours = Object.entries(environment).filter(([variable]) => !/^AWS_|^_HANDLER$/.test(variable))
      expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(own))
      expect(environment).toMatchObject({
        AWS_ENDPOINT_URL_DYNAMODB: stack.endpoints.dynamodb,
        AWS_ENDPOINT_URL_SQS: stack.endpoints.sqs,
        AWS_ENDPOINT_URL_S3: stack.endpoints.s3,
        AWS_ENDPOINT_URL_SES: stack.endpoints.ses,
        AWS_LAMBDA_FUNCTION_NAME: name,
      })
    }
  })

  test('passes its own address to the functions, or the given public one', async () => {
    const show = folder.handler('public', 'export const handler = async () => process.env.PUBLIC_URL')
    const own = await start('address', { folders: { ...folders, api: show } })
    expect([own.publicUrl, await (await fetch(own.url)).text()]).toEqual([own.url, own.url])
    const publicUrl = 'https://helpdesk.example.com'
    const given = await start('address-given', { folders: { ...folders, api: show }, publicUrl })
    expect([given.publicUrl, await (await fetch(given.url)).text()]).toEqual([publicUrl, publicUrl])
  })

  test.each([
    ['local', {}],
    ['local', { publicUrl: 'http://127.0.0.1:8080' }],
    ['local', { publicUrl: 'http://[::1]:8080' }],
    ['made', { publicUrl: 'https://localhost.example.com' }],
    ['made', { xApiUrl: 'https://api.x.com' }],
    ['made', { xApiUrl: 'https://api.twitter.com' }],
    ['local', { xApiUrl: 'http://127.0.0.1:9' }],
  ])('has %s secrets with %j', async (kind, options) => {
    const { secrets } = await start('sign-in', options)
    expect(Object.values(secrets.of).every((one) => one === 'local')).toBe(kind === 'local')
    expect(secrets.file).toBe(kind === 'local' ? undefined : join(folder.path, 'sign-in', 'sign-in.json'))
  })

  test('does not start with a file of secrets that lacks one', async () => {
    const dataDir = join(folder.path, 'lacking')
    mkdirSync(dataDir)
    for (const text of ['{"helpdesk":"one"}', '{"helpdesk":""', '']) {
      writeFileSync(join(dataDir, 'sign-in.json'), text)
      const starting = start('lacking', { publicUrl: 'https://helpdesk.example.com' })
      await expect(starting).rejects.toThrow(/sign-in\.json must be JSON with a secret for each of helpdesk, admin,/)
    }
  })

  test('processes the queue of replies, and runs each schedule with the given time', async () => {
    const stack = await start('replies')
    await queue(stack, 'replies', 'a reply')
    await stack.drained()
    expect(entries).toContainEqual(expect.objectContaining({ function: 'sender', message: { sent: 'a reply' } }))
    const body = JSON.stringify({ now: '2026-03-12T19:03:58Z' })
    for (const name of Object.keys(schedules)) {
      const response = await fetch(`${stack.url}/_local/schedules/${name}`, { method: 'POST', headers: json, body })
      expect([response.status, await response.json()]).toEqual([200, {}])
    }
    const ran = entries.filter((entry) => Object.hasOwn(schedules, entry.function))
    expect(ran.map((entry) => [entry.function, entry.message])).toEqual([
      ['requeue', { requeued: '2026-03-12T19:03:58Z' }],
      ['inactivity', { heard: '2026-03-12T19:03:58Z' }],
      ['reconcile', { kept: '2026-03-12T19:03:58Z' }],
    ])
  })

  test('answers with the message of a schedule that fails', async () => {
    const broken = folder.handler(
      'broken',
      "export const handler = async () => { throw new Error('the table is away') }",
    )
    const stack = await start('schedule-fails', { folders: { ...folders, requeue: broken } })
    const response = await fetch(`${stack.url}/_local/schedules/requeue`, { method: 'POST' })
    expect([response.status, await response.json()]).toEqual([
      500,
      expect.objectContaining({ detail: 'the table is away' }),
    ])
  })

  test('keeps the key that encrypts tokens private, and the same after a restart', async () => {
    const path = join(folder.path, 'key', 'tokens.key')
    const before = await start('key')
    const key = readFileSync(path, 'utf8')
    expect(Buffer.from(key, 'base64')).toHaveLength(32)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await before.stop()
    await start('key')
    expect(readFileSync(path, 'utf8')).toBe(key)
    await start('other-key')
    expect(readFileSync(join(folder.path, 'other-key', 'tokens.key'), 'utf8')).not.toBe(key)
  })

  test('starts no simulator when it gets another X', async () => {
    const stack = await start('other-x')
    expect(stack).not.toHaveProperty('x')
    expect(existsSync(join(folder.path, 'other-x', 'x.json'))).toBe(false)
  })

  test('starts the simulator when it gets no other X, and stops it with the rest', async () => {
    const show = folder.handler('show-x', 'export const handler = async () => process.env.X_API_URL')
    const stack = await start('own-x', { xApiUrl: undefined, folders: { ...folders, api: show } })
    const url = stack.x?.url ?? ''
    expect(await (await fetch(stack.url)).text()).toBe(url)
    expect((await fetch(`${url}/2/users/me`)).status).toBe(401)
    const user = JSON.stringify({ username: 'acme_help' })
    await fetch(`${url}/_x/users`, { method: 'POST', headers: json, body: user })
    const taken = { xApiUrl: undefined, xPort: Number(new URL(url).port) }
    await expect(start('second-x', taken)).rejects.toThrow(/^X_PORT \d+ is in use by another process/)
    await stack.stop()
    await expect(fetch(url)).rejects.toThrow()
    expect(readFileSync(join(folder.path, 'own-x', 'x.json'), 'utf8')).toContain('acme_help')
  })

  test('starts a mailbox that functions reach, and stops it with the rest', async () => {
    const sending = `
export const handler = async () => {
  const form = {
    Action: 'SendEmail', Version: '2010-12-01', Source: process.env.MAIL_FROM,
    'Message.Subject.Data': 'Inactivity', 'Message.Body.Text.Data': 'Nothing came.',
  }
  for (const [index, address] of process.env.ADMINISTRATORS.split(',').entries()) {
    form['Destination.ToAddresses.member.' + (index + 1)] = address
  }
  const headers = { authorization: 'AWS4-HMAC-SHA256' }
  const response = await fetch(process.env.AWS_ENDPOINT_URL_SES, { method: 'POST', headers, body: new URLSearchParams(form) })
  if (!response.ok) throw new Error(await response.text())
}`
    const stack = await start('mail', { folders: { ...folders, inactivity: folder.handler('mails', sending) } })
    const url = stack.mail?.url ?? ''
    expect(url).toBe(stack.endpoints.ses)
    expect((await fetch(`${stack.url}/_local/schedules/inactivity`, { method: 'POST' })).status).toBe(200)
    expect(await (await fetch(`${url}/store`)).json()).toMatchObject({
      emails: [{ from: 'helpdesk@example.com', destination: { to: ['admin@example.com'] }, subject: 'Inactivity' }],
    })
    const taken = { mailPort: Number(new URL(url).port) }
    await expect(start('second-mail', taken)).rejects.toThrow(/^MAIL_PORT \d+ is in use by another process/)
    await stack.stop()
    await expect(fetch(url)).rejects.toThrow()
  })

  test('keeps the secrets of the X app in a private file', async () => {
    const show = folder.handler('show', 'export const handler = async () => ({ url: process.env.X_SECRETS })')
    const stack = await start('secrets', { folders: { ...folders, webhook: show }, consumerSecretPrevious: 'before' })
    const { url } = (await (await fetch(`${stack.url}/webhooks/twitter`)).json()) as { url: string }
    expect(url).toMatch(/^file:\/\/\/.*\/x-secrets\.json$/)
    const path = fileURLToPath(url)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      consumerKey: 'key',
      consumerSecret: 'secret',
      consumerSecretPrevious: 'before',
    })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('has the manifest’s table and queues', async () => {
    const stack = await start('shape')
    const database = databaseClient(stack.endpoints.dynamodb)
    const { Table } = await database.send(new DescribeTableCommand({ TableName: stack.tableName }))
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual(
      Object.keys(table.indexes).sort(),
    )
    const { TimeToLiveDescription } = await database.send(new DescribeTimeToLiveCommand({ TableName: stack.tableName }))
    expect(TimeToLiveDescription?.AttributeName).toBe(table.timeToLive)
    database.destroy()
    const client = queueClient(stack.endpoints.sqs)
    for (const name of Object.keys(queues) as QueueName[]) {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: stack.queueUrls[name], AttributeNames: ['All'] }),
      )
      expect(Attributes).toMatchObject({ FifoQueue: 'true', VisibilityTimeout: String(queues[name].visibilitySeconds) })
      expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toMatchObject({ maxReceiveCount: queues[name].maxReceives })
    }
    client.destroy()
  })

  test('has its data, its messages and its tokens after a restart', async () => {
    const endless = folder.handler('endless', 'export const handler = () => new Promise(() => {})')
    const before = await start('restart', { folders: { ...folders, router: endless } })
    const tokens = [await before.token('admin'), await before.personToken('agent')]
    const item = { [table.partitionKey]: { S: 'a' }, [table.sortKey]: { S: 'b' } }
    const first = databaseClient(before.endpoints.dynamodb)
    await first.send(new PutItemCommand({ TableName: before.tableName, Item: item }))
    first.destroy()
    await deliver(before, 'acme first')
    await deliver(before, 'acme second')
    await eventually('the first batch in progress', () =>
      before.drained(0).then(
        () => false,
        (error) => /1 in progress/.test(String(error)),
      ),
    )
    await before.stop()

    const after = await start('restart')
    expect(new URL(after.queueUrls.events).port).toBe(new URL(after.endpoints.sqs).port)
    await after.drained()
    expect(routed()).toEqual(['first', 'second'])
    const second = databaseClient(after.endpoints.dynamodb)
    expect((await second.send(new GetItemCommand({ TableName: after.tableName, Key: item }))).Item).toEqual(item)
    second.destroy()
    for (const token of tokens) {
      const headers = { authorization: `Bearer ${token}` }
      expect((await fetch(`${after.url}/api/tickets`, { headers })).status).toBe(200)
    }
  })

  test('uses the given AWS services instead of the embedded ones', async () => {
    const parts = await start('parts')
    // This port is in use, so a second mailbox could not start.
    const mailPort = Number(new URL(parts.endpoints.ses).port)
    const stack = await start('guest', { awsEndpoints: parts.endpoints, mailPort })
    expect(stack.endpoints).toEqual(parts.endpoints)
    expect(stack).not.toHaveProperty('mail')
    await queue(stack, 'events', 'one')
    await stack.drained()
    expect(routed()).toEqual(['one'])
  })

  test('refuses a data folder or a port in use, and leaves nothing running', async () => {
    const stack = await start('taken')
    await expect(start('taken')).rejects.toThrow(/^DATA_DIR .*taken is in use by another process/)
    await expect(start('not-started', { port: Number(new URL(stack.url).port) })).rejects.toThrow(/^PORT \d+ is in use/)
    await (await start('not-started')).stop()
  })

  test('accepts no connection from another machine', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)
    const stack = await start('closed')
    for (const address of outside ? [stack.url, ...Object.values(stack.endpoints)] : []) {
      const url = new URL(address)
      url.hostname = String(outside?.address)
      await expect(fetch(url)).rejects.toThrow()
    }
  })
})
