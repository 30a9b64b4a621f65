import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { keys } from '../../lambdas/adapters/dynamodb/table.ts'
import type { ApiTicket } from '../../lambdas/core/api/schemas.ts'
import type { Change } from '../../lambdas/core/outgoing/change.ts'
import { wordsOfText } from '../../lambdas/core/search/words.ts'
import { streamHandler } from '../../lambdas/runtime/stream.ts'
import { createErasure } from '../../lambdas/use-cases/erase.ts'
import { createIndexing } from '../../lambdas/use-cases/index-words.ts'
import { createEraser } from '../../lambdas/use-cases/media/erase-deleted.ts'
import { databaseClient, tableName } from '../../local/aws/table.ts'
import type { Poller } from '../../local/lambda/poller.ts'
import { startStreamPoller } from '../../local/lambda/stream-poller.ts'
import { indexWords } from '../../operate/index-words.ts'
import { eventually, temporaryFolder } from '../local/support.ts'
import { apiOver } from '../support/api.ts'
import { faults } from '../support/faults.ts'
import { routerOver } from '../support/router.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { directMessages, idAt, posts, shop, type User } from '../support/x-payloads.ts'

const DAY_MS = 24 * 3600_000
let ahead = 0
const now = () => new Date(Date.now() + ahead)
const folder = temporaryFolder()
const told: Change[] = []
/** What the index has, by the ids of tickets and messages. */
const indexed = new Set<string>()
let numbers = 0
let stores: TestStores
let stream: Poller
const bucket = { remove: async () => {}, removeAll: async () => {} }
const agent = { sub: 'kim-id', username: 'kim', 'cognito:groups': '[agents]' }

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
  const index = createIndexing(stores)
  const handle = streamHandler(
    async (changes) => {
      told.push(...changes)
      await index(changes)
      for (const { after } of changes) if (after) indexed.add(after.id)
    },
    (line) => {
      throw new Error(JSON.stringify(line))
    },
  )
  stream = startStreamPoller({
    endpoint: stores.endpoint,
    tableName,
    dataDir: folder.path,
    consumer: { invoke: (event) => handle(event as Parameters<typeof handle>[0]) },
    // A busy machine answers late; then the poller asks again.
    onWarning: () => {},
  })
})
afterAll(async () => {
  await stream.stop()
  await stores.stop()
  folder.remove()
})

const newCustomer = (more: Partial<User> = {}): User => ({
  id: String(6_000_000 + ++numbers),
  username: `person${numbers}`,
  name: `Person ${numbers}`,
  ...more,
})
const deliver = async (delivery: object) => {
  const [routed] = await routerOver(stores, now).deliver(delivery)
  return String(routed?.ticketId)
}
const newId = () => idAt(now(), ++numbers)
const dm = (from: User, text: string, to = shop) =>
  deliver(directMessages(to, { id: newId(), from, to, text, at: now().toISOString() }))
const entry = (by: User, id: string, text: string, history = [id]) =>
  deliver(
    posts(shop, {
      id,
      by,
      text: `@shop ${text}`,
      at: now().toISOString(),
      mentions: [shop],
      more: { edit_history: { initial_tweet_id: history[0], edit_tweet_ids: history } },
    }),
  )

async function call(path: string, query: Record<string, string> = {}, hasSearch = true) {
  const answer = await apiOver(stores, now, { hasSearch })('GET', path, { claims: agent, query })
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') }
}
async function search(q: string, query: Record<string, string> = {}): Promise<string[]> {
  const { body } = await call('/api/tickets', { q, ...query })
  return body.tickets.map(({ id }: { id: string }) => id)
}
/** Waits until a search finds these tickets, in this order. */
const finds = (q: string, ids: readonly string[], query: Record<string, string> = {}) =>
  eventually(`«${q}» finds ${ids.length}`, async () => {
    const found = await search(q, query)
    return found.join() === ids.join()
  })

/** What the index has, and what it is to have by all tickets and messages. */
async function index(): Promise<{ stored: string[]; right: string[] }> {
  const client = databaseClient(stores.endpoint)
  const stored: string[] = []
  let start: Record<string, unknown> | undefined
  do {
    const page = await DynamoDBDocumentClient.from(client).send(
      new ScanCommand({ TableName: tableName, ...(start && { ExclusiveStartKey: start }) }),
    )
    for (const { pk, sk } of page.Items ?? []) if (String(pk).startsWith('WORD#')) stored.push(String(sk))
    start = page.LastEvaluatedKey
  } while (start)
  client.destroy()
  const right: string[] = []
  for (const { id, openedAt, customer } of await stores.allTickets()) {
    const named = wordsOfText(`${customer.username} ${customer.name}`)
    right.push(...named.map((word) => `${word}#${openedAt}#${id}#name`))
    for (const message of await stores.messagesOf(id)) {
      right.push(...wordsOfText(message.text).map((word) => `${word}#${message.createdAt}#${id}#${message.id}`))
    }
  }
  return { stored: stored.sort(), right: right.sort() }
}
const isRight = () =>
  eventually('the index is as the messages are', async () => {
    const { stored, right } = await index()
    return stored.length === right.length && stored.every((one, at) => one === right[at])
  })

describe('a search', () => {
  test('finds tickets by words of messages, handle, name and an order number, newest first, within seconds', async () => {
    const anna = newCustomer({ username: 'anna_küster', name: 'Anna Küster' })
    const ben = newCustomer({ username: 'ben', name: 'Ben Meier' })
    const first = await dm(anna, 'Where is my order #AB-774411? 東京都に送って')
    const second = await entry(ben, newId(), 'The ORDER never came. Ask Anna!')
    await finds('order', [second, first])
    for (const q of [
      '#AB-774411',
      '774411',
      '@anna_kuster',
      'Kuster',
      'ord WHERE',
      '東京',
      '京',
      'Anna order 774411',
    ]) {
      expect([q, await search(q)]).toEqual([q, [first]])
    }
    expect(await search('anna')).toEqual([second, first])
    expect(await search('meier')).toEqual([second])
    expect(await search('ben anna')).toEqual([second])
    expect(await search('order refund')).toEqual([])
    expect(await search('rder')).toEqual([])
    // The newest activity comes first.
    await dm(anna, 'Hello?')
    await finds('order', [first, second])
  })

  test('says which message has most of the words, the newest of several, and where they are', async () => {
    const by = newCustomer({ username: 'lemur_fan' })
    const ticketId = await dm(by, 'The lemur of my order 998877 <b>never</b> came')
    ahead += 2_000
    await dm(by, 'I do like each lemur')
    ahead += 2_000
    await dm(by, 'Hello?')
    const long = `${'And so on. '.repeat(40)}My other lemur is here`
    const post = await entry(by, newId(), long)
    await finds('lemur', [post, ticketId])
    const matchesOf = async (q: string) => {
      const { body } = await call('/api/tickets', { q })
      return Object.fromEntries(body.tickets.map(({ id, match }: ApiTicket) => [id, match]))
    }
    const messages = await stores.messagesOf(ticketId)
    expect(await matchesOf('lemur 998877')).toEqual({
      [ticketId]: {
        messageId: messages[0]?.id,
        direction: 'inbound',
        text: 'The lemur of my order 998877 <b>never</b> came',
      },
    })
    expect(await matchesOf('lemur')).toMatchObject({
      [ticketId]: { messageId: messages[1]?.id, text: 'I do like each lemur' },
      [post]: { text: '…so on. My other lemur is here' },
    })
    // Only the name has it.
    expect(await matchesOf('lemur_fan')).toEqual({ [ticketId]: undefined, [post]: undefined })
    expect((await call('/api/tickets', { customerId: by.id })).body.tickets[0]).not.toHaveProperty('match')
    // What was deleted on X is shown to nobody, though the index may have it for a moment.
    const [only] = await stores.messagesOf(post)
    await stores.tickets.markDeleted(`twitter-${shop.id}`, String(only?.externalId), now().toISOString())
    expect((await matchesOf('lemur other'))[post]).toBeUndefined()
  })

  test('finds a message as soon as the stream has told it', async () => {
    const ticketId = await dm(newCustomer(), 'Is the okapi there?')
    const [message] = await stores.messagesOf(ticketId)
    await eventually('the change', () => indexed.has(String(message?.id)))
    expect(await search('okapi')).toEqual([ticketId])
  })

  test('goes with every filter and page by page, and a cursor of another filter is refused', async () => {
    const [ann, bob, eve] = [newCustomer(), newCustomer(), newCustomer()]
    const direct = await dm(ann, 'zebra one')
    // Posts tell whole seconds.
    ahead += 2_000
    const mention = await entry(bob, newId(), 'zebra two')
    ahead += 2_000
    const last = await dm(eve, 'zebra three')
    await finds('zebra', [last, mention, direct])
    expect(await search('zebra', { tag: 'Twitter: Mention' })).toEqual([mention])
    expect(await search('zebra', { status: 'new' })).toEqual([last, mention, direct])
    expect(await search('zebra', { status: 'solved' })).toEqual([])
    expect(await search('zebra', { customerId: ann.id })).toEqual([direct])
    expect(await search('zebra', { channelId: 'twitter-1' })).toEqual([])
    expect(await search('zebra', { order: 'waiting' })).toEqual([direct, mention, last])

    const { body: page } = await call('/api/tickets', { q: 'zebra', limit: '2' })
    expect(page.tickets).toHaveLength(2)
    const rest = { limit: '1', cursor: page.nextCursor }
    expect(await search('zebra', rest)).toEqual([direct])
    const others: Record<string, string>[] = [{}, { q: 'zebr' }, { q: 'zebra', status: 'new' }]
    for (const other of others) {
      expect(await call('/api/tickets', { ...other, ...rest })).toMatchObject({
        status: 422,
        body: { errors: [{ field: 'cursor', detail: 'is of another filter: begin at the first page of this one' }] },
      })
    }
  })

  test.each([
    ['10,000 characters', 'x'.repeat(10_000), 'must have at most 200 characters'],
    ['nothing', '', 'must have a word'],
    ['one letter', 'a', 'must have a word of at least two letters or digits'],
    ['signs alone', '?!', 'must have a word'],
    ['half a character', 'order \ufffd', 'half a character'],
  ])('for %s is refused by its name', async (_, q, detail) => {
    const { status, body } = await call('/api/tickets', { q })
    expect(status).toBe(422)
    expect(body.errors[0]).toEqual({ field: 'q', detail: expect.stringContaining(detail) })
  })

  test('where no index is kept is refused with the reason', async () => {
    expect(await call('/api/tickets', { q: 'order' }, false)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'q', detail: 'this installation has no search: its setting «search» is off' }] },
    })
    expect(await call('/api/tickets', {}, false)).toMatchObject({ status: 200 })
  })

  test('finds the newest of a word that very many messages have, and by a rarer one beside it the oldest', async () => {
    const [old, young] = [newCustomer(), newCustomer()]
    const first = await dm(old, 'giraffe quokka')
    // Tickets of nobody, whose entries lie where those of the first do, and fill what is read.
    const partitionOf = (ticketId: string) =>
      keys.word({ word: 'giraffe', at: '', ticketId, of: '', customerId: null }).pk
    const ids = Array.from({ length: 100 }, (_, n) => `twitter-1-direct-${n}-1`)
    const ticketId = ids.find((id) => partitionOf(id) === partitionOf(first)) ?? ''
    const entries = Array.from({ length: 1_251 }, (_, n) => ({
      word: 'giraffe',
      at: new Date(now().getTime() + n).toISOString(),
      ticketId,
      of: `dm-${n}`,
      customerId: '1',
    }))
    await finds('giraffe', [first])
    await stores.words.write(entries, [])
    ahead += 10_000
    const last = await dm(young, 'giraffe okapi')
    await finds('giraffe', [last])
    expect(await search('giraffe quokka')).toEqual([first])
    await stores.words.write([], entries)
    await finds('giraffe', [last, first])
  })
})

describe('what is changed or removed', () => {
  test('is found by its new words alone after an edit, and by none after its content went', async () => {
    const by = newCustomer()
    const [first, second] = [newId(), newId()]
    const ticketId = await entry(by, first, 'I am furious about it')
    await finds('furious', [ticketId])
    await entry(by, second, 'I am calm about it', [first, second])
    await finds('calm', [ticketId])
    await finds('furious', [])
    const status = { id: first, user_id: by.id }
    await routerOver(stores, now).deliver({
      for_user_id: shop.id,
      tweet_delete_events: [{ status, timestamp_ms: String(now().getTime()) }],
    })
    const [message] = await stores.messagesOf(ticketId)
    if (!message) throw new Error('no message')
    const { channelId, position, id: messageId } = message
    const erase = createEraser({ ...stores, bucket, log: () => {} })
    await erase({ ticketId, channelId, position, messageId, isDeletion: true, at: now().toISOString() }, now)
    await finds('calm', [])
    await isRight()
  })

  test('is found no more when its customer is erased, nor when its channel keeps it no longer', async () => {
    const by = newCustomer({ username: 'herbert' })
    const other = newCustomer()
    const account: User = { id: '710000001', username: 'second' }
    const { id: channelId } = await stores.connect(account)
    const mine = await dm(by, 'axolotl')
    const post = await entry(by, newId(), 'axolotl too')
    const kept = await dm(other, `axolotl of ${by.id}`)
    const old = await dm(other, 'axolotl elsewhere', account)
    await finds('axolotl', [old, kept, post, mine])
    await stores.erasures.request(by.id, now().toISOString())
    const run = () =>
      createErasure({ ...stores, bucket, log: () => {} })(
        { time: now().toISOString() },
        { getRemainingTimeInMillis: () => 240_000 },
      )
    await run()
    await finds('axolotl', [old, kept])
    expect(await search('herbert')).toEqual([])
    await stores.changeChannel(channelId, { retentionDays: 1 }, now().toISOString())
    ahead += 2 * DAY_MS
    await run()
    await finds('axolotl', [kept])
    expect(await search(by.id)).toEqual([kept])
    await isRight()
  })
})

describe('an index that is written anew', () => {
  test('has the words of what was stored before, and is removed as a whole', async () => {
    await isRight()
    const client = databaseClient(stores.endpoint)
    await indexWords(client, tableName, 'remove', () => {})
    expect((await index()).stored).toEqual([])
    await indexWords(client, tableName, 'add', () => {})
    const { stored, right } = await index()
    expect(stored).toEqual(right)
    client.destroy()
  })
})

describe('whatever happens in between', () => {
  test('the same changes told again leave the index as it is', async () => {
    await isRight()
    await createIndexing(stores)(told)
    await isRight()
  })

  test.each(faults)('a crash does no harm: %s', async (fault) => {
    const by = newCustomer()
    const ticketId = await dm(by, Array.from({ length: 100 }, (_, n) => `w${numbers}x${n}`).join(' '))
    await isRight()
    const changes = told.filter((change) => JSON.stringify(change).includes(ticketId))
    const undone = changes.map(({ before, after, ...rest }) => ({ ...rest, before: after, after: before }) as Change)
    for (let n = 1; n <= 6; n++) {
      await createIndexing(stores)(undone)
      stores.calls.fail(n, fault)
      await createIndexing(stores)(changes).catch(() => {})
      stores.calls.recover()
      await createIndexing(stores)(changes)
      await isRight()
    }
  })
})
