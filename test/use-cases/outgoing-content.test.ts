import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { keys } from '../../lambdas/adapters/dynamodb/table.ts'
import { createEventSending } from '../../lambdas/adapters/webhooks/send.ts'
import { message as apiMessage, ticket as apiTicket } from '../../lambdas/core/api/schemas.ts'
import type { Work } from '../../lambdas/core/outgoing/delivery.ts'
import { streamHandler } from '../../lambdas/runtime/stream.ts'
import { createDelivering } from '../../lambdas/use-cases/deliver-events.ts'
import { createEraser } from '../../lambdas/use-cases/media/erase-deleted.ts'
import { createPublisher } from '../../lambdas/use-cases/publish-changes.ts'
import { databaseClient, tableName } from '../../local/aws/table.ts'
import type { Poller } from '../../local/lambda/poller.ts'
import { startStreamPoller } from '../../local/lambda/stream-poller.ts'
import { eventually, temporaryFolder } from '../local/support.ts'
import { noEncryption } from '../support/encryption.ts'
import { type Receiver, startReceiver } from '../support/endpoint.ts'
import { routerOver } from '../support/router.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'
import { directMessages, idAt, posts, shop, type User } from '../support/x-payloads.ts'

const now = () => new Date()
const folder = temporaryFolder()
const long = { at: '2020-01-01T00:00:00.000Z' }
let numbers = 0
let stores: TestStores
let receiver: Receiver
let stream: Poller
let status = 204
let work: Work[] = []
const queue = { send: async (more: readonly Work[]) => void work.push(...more) }

beforeAll(async () => {
  stores = await startStores(now)
  receiver = await startReceiver(() => status)
  await stores.connect()
  await stores.endpoints.add(receiver.endpoint('endpoint', long.at))
  const publish = streamHandler(createPublisher({ ...stores, queue, usedeskUrl: null, now }), (line) => {
    throw new Error(JSON.stringify(line))
  })
  stream = startStreamPoller({
    endpoint: stores.endpoint,
    tableName,
    dataDir: folder.path,
    consumer: { invoke: (event) => publish(event as Parameters<typeof publish>[0]) },
    onWarning: (sentence) => {
      throw new Error(sentence)
    },
  })
})
afterAll(async () => {
  await stream.stop()
  await receiver.stop()
  await stores.stop()
  folder.remove()
})
beforeEach(() => {
  status = 204
  work = []
  receiver.taken.length = 0
})

const newCustomer = (): User => ({ id: String(6_000_000 + ++numbers), username: `customer${numbers}` })
const deliver = (...deliveries: object[]) => routerOver(stores, now).deliver(...deliveries)
const entry = (by: User, id: string, text: string, history = [id]) =>
  posts(shop, {
    id,
    by,
    text: `@shop ${text}`,
    mentions: [shop],
    more: { edit_history: { initial_tweet_id: history[0], edit_tweet_ids: history } },
  })
const deletion = (by: User, id: string) => ({
  for_user_id: shop.id,
  tweet_delete_events: [{ status: { id, user_id: by.id }, timestamp_ms: String(Date.now()) }],
})

/** Waits until so many events of a ticket wait for the endpoint. */
const waiting = (group: string, count: number) =>
  eventually(`${count} events`, async () => {
    const found = await stores.deliveries.waiting({ endpointId: 'endpoint', group }, 20)
    return found.length >= count && found
  })
/** Waits until an event of a type waits for the endpoint. */
const waitingFor = (group: string, type: string) =>
  eventually(type, async () =>
    (await stores.deliveries.waiting({ endpointId: 'endpoint', group }, 20)).some(
      ({ payload }) => payload.type === type,
    ),
  )
const send = (group: string) =>
  createDelivering({
    ...stores,
    tellUsedesk: null,
    sending: createEventSending(true, 100_000),
    encryption: noEncryption,
    bucket: untouched('bucket'),
    now,
    log: () => {},
  })({ endpointId: 'endpoint', group })
const told = () => receiver.taken.map(({ type }) => type)

describe('what was written and deleted on X before an endpoint takes it', () => {
  test('is told by every event without its words: text, versions, subject and last message', async () => {
    const [by, first, second] = [newCustomer(), idAt(now(), ++numbers), idAt(now(), ++numbers)]
    const [opened] = await deliver(entry(by, first, 'my secret'))
    await deliver(entry(by, second, 'my new secret', [first, second]))
    const ticketId = String(opened?.ticketId)
    await waitingFor(ticketId, 'message.edited')
    await deliver(deletion(by, first))
    await waitingFor(ticketId, 'message.deleted')
    await send(ticketId)
    expect(told()).toEqual(
      expect.arrayContaining(['ticket.opened', 'message.received', 'message.edited', 'message.deleted']),
    )
    // Nothing that is not in the API leaves. Only a search has a `match`.
    const ticketFields = Object.keys(apiTicket.shape).filter((name) => name !== 'match')
    for (const { data } of receiver.taken) {
      if (data.message) expect(Object.keys(data.message).sort()).toEqual(Object.keys(apiMessage.shape).sort())
      expect(Object.keys(data.ticket ?? {}).sort()).toEqual(ticketFields.sort())
    }
    expect(told().at(-1)).toBe('message.deleted')
    expect(JSON.stringify(receiver.taken)).not.toContain('secret')
    expect(receiver.taken.at(-1)?.data.message).toMatchObject({
      text: '',
      deletedAt: expect.any(String),
      erasedAt: null,
    })
    // The hold is not over: agents still have it.
    expect(JSON.stringify(await stores.messagesOf(ticketId))).toContain('my new secret')
  })

  test('does not leave by «Send again» either, though it was sent before', async () => {
    const [by, id] = [newCustomer(), idAt(now(), ++numbers)]
    const [opened] = await deliver(entry(by, id, 'my secret'))
    const ticketId = String(opened?.ticketId)
    await waiting(ticketId, 2)
    await send(ticketId)
    expect(receiver.taken.filter(({ body }) => body.includes('my secret'))).toHaveLength(2)
    await deliver(deletion(by, id))
    await waiting(ticketId, 1)
    await send(ticketId)
    receiver.taken.length = 0
    const { items } = await stores.deliveries.recorded('endpoint', { limit: 100, after: null })
    for (const { group, eventId, payload, about } of items.filter((one) => one.group === ticketId)) {
      const again = { group, eventId, payload, about, attempts: 0, failingSince: null, triedAt: null }
      await stores.deliveries.add({ ...again, endpointId: 'endpoint', position: `z${eventId}` })
    }
    await send(ticketId)
    expect(receiver.taken.length).toBeGreaterThanOrEqual(3)
    expect(JSON.stringify(receiver.taken)).not.toContain('secret')
  })

  test('stays untold when its content is gone here too', async () => {
    const [by, id] = [newCustomer(), idAt(now(), ++numbers)]
    const [opened] = await deliver(entry(by, id, 'my secret'))
    const ticketId = String(opened?.ticketId)
    await waiting(ticketId, 2)
    await deliver(deletion(by, id))
    const [message] = await stores.messagesOf(ticketId)
    if (!message) throw new Error('no message')
    const erase = createEraser({
      ...stores,
      bucket: { remove: async () => {}, removeAll: async () => {} },
      log: () => {},
    })
    const { channelId, position, id: messageId } = message
    await erase({ ticketId, channelId, position, messageId, isDeletion: true, at: now().toISOString() }, now)
    await waiting(ticketId, 3)
    await send(ticketId)
    expect(told()).toContain('message.received')
    expect(JSON.stringify(receiver.taken)).not.toContain('secret')
  })
})

test('a message that is removed here is told as deleted, and its words are told no more', async () => {
  const by = newCustomer()
  const at = now().toISOString()
  const id = idAt(now(), ++numbers)
  const [opened] = await deliver(directMessages(shop, { id, from: by, to: shop, text: 'my secret', at }))
  const ticketId = String(opened?.ticketId)
  await waiting(ticketId, 2)
  const [message] = await stores.messagesOf(ticketId)
  if (!message) throw new Error('no message')
  // As an erasure does it.
  const client = databaseClient(stores.endpoint)
  const Key = keys.message(ticketId, message.position, message.id)
  await DynamoDBDocumentClient.from(client).send(new DeleteCommand({ TableName: tableName, Key }))
  client.destroy()
  await waiting(ticketId, 3)
  await send(ticketId)
  expect(told()).toEqual(['ticket.opened', 'message.received', 'message.deleted'])
  const events = receiver.taken.filter(({ data }) => data.message)
  for (const { data } of events) expect(data.message).toMatchObject({ text: '', deletedAt: expect.any(String) })
})
