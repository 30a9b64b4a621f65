import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { apiOver } from '../../support/api.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, directMessages, idAt, shop } from '../../support/x-payloads.ts'

let clock = new Date('2026-01-01T12:00:00.000Z')
const now = () => clock
const wait = (ms: number) => {
  clock = new Date(clock.getTime() + ms)
}
const claims = { sub: 'lee', 'cognito:groups': '[administrators]' }

let stores: TestStores
let api: ReturnType<typeof apiOver>
let ticket: string
const channelId = `twitter-${shop.id}`
const channel = `/api/channels/${channelId}`

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
  api = apiOver(stores, now)
  const { deliver } = routerOver(stores, now)
  const [opened] = await deliver(directMessages(shop, { id: idAt(now(), 1), from: ann, to: shop, text: 'Hello' }))
  ticket = `/api/tickets/${opened?.ticketId}`
})
afterAll(() => stores.stop())
beforeEach(() => wait(1_000))

async function call(method: string, path: string, body?: object, ifMatch?: string) {
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch }
  const answer = await api(method, path, { claims, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  const { statusCode: status, headers: answered = {} } = answer
  return {
    status,
    etag: String(answered.etag),
    type: answered['content-type'],
    body: JSON.parse(answer.body ?? 'null'),
  }
}

const changes = [
  ['a ticket', () => ticket, { status: 'pending' }, { status: 'solved' }],
  ['settings', () => channel, { noMessagesHours: 4 }, { noMessagesHours: 8 }],
] as const

describe.each(changes)('%s', (_, pathOf, one, other) => {
  test('has a strong entity tag, with which it changes as long as nobody else has changed it', async () => {
    const path = pathOf()
    const read = await call('GET', path)
    expect(read.etag).toMatch(/^"[\w-]+"$/)
    wait(600_000)
    const changed = await call('PATCH', path, one, read.etag)
    expect([changed.status, changed.body]).toMatchObject([200, one])
    expect(await call('PATCH', path, other, changed.etag)).toMatchObject({ status: 200, body: other })
  })

  test('that somebody else has changed stays as it is, and the answer says what is there now', async () => {
    const path = pathOf()
    const mine = await call('GET', path)
    await call('PATCH', path, one)
    const refused = await call('PATCH', path, other, mine.etag)
    expect(refused).toMatchObject({
      status: 412,
      type: 'application/problem+json',
      body: { title: 'Precondition failed', detail: expect.stringContaining('changed since'), current: one },
    })
    const present = await call('GET', path)
    expect(present.body).toEqual(refused.body.current)
    expect((await call('PATCH', path, other, refused.etag)).status).toBe(200)
  })

  test.each([
    ['"0-0"', 412],
    ['W/"1-0"', 412],
    ['1', 412],
    ['', 412],
    ['*', 200],
  ])('with If-Match: %s is answered %i', async (header, status) => {
    expect((await call('PATCH', pathOf(), one, header)).status).toBe(status)
  })

  test('is changed although the database carried out the write and lost the answer', async () => {
    const path = pathOf()
    await call('PATCH', path, one)
    for (let n = 1, isOver = false; !isOver; n++) {
      const { etag } = await call('GET', path)
      const wanted = n % 2 === 0 ? one : other
      stores.calls.fail(n, 'repeated')
      const { status, body } = await call('PATCH', path, wanted, etag)
      isOver = !stores.calls.recover()
      expect([status, body]).toMatchObject([200, wanted])
    }
  })
})

describe('tags', () => {
  const tagged = (...tags: string[]) => call('PATCH', ticket, { tags })

  test('of two agents who add one each at the same time are both there', async () => {
    await tagged()
    await Promise.all(['one', 'two', 'three'].map((tag) => call('PATCH', ticket, { addTags: [tag] })))
    expect((await call('GET', ticket)).body.tags.sort()).toEqual(['one', 'three', 'two'])
    await Promise.all([call('PATCH', ticket, { removeTags: ['one'] }), call('PATCH', ticket, { addTags: ['four'] })])
    expect((await call('GET', ticket)).body.tags.sort()).toEqual(['four', 'three', 'two'])
  })

  test.each([1, 2, 3, 4])('added before the %i. step of another change are there after it', async (n) => {
    await tagged('kept', 'old')
    stores.calls.interrupt(n, () => call('PATCH', ticket, { addTags: ['theirs'] }))
    expect((await call('PATCH', ticket, { addTags: ['mine'], removeTags: ['old'] })).status).toBe(200)
    expect(stores.calls.recover()).toBe(true)
    expect((await call('GET', ticket)).body.tags.sort()).toEqual(['kept', 'mine', 'theirs'])
  })

  test('have an address each, by which one is added and removed', async () => {
    await tagged('Twitter: Mention')
    const path = (tag: string) => `${ticket}/tags/${tag}`
    expect(await call('POST', path('refund'))).toMatchObject({
      status: 200,
      body: { tags: ['Twitter: Mention', 'refund'] },
    })
    expect((await call('POST', path('refund'))).body.tags).toEqual(['Twitter: Mention', 'refund'])
    expect((await call('DELETE', path('Twitter: Mention'))).body.tags).toEqual(['refund'])
    expect((await call('DELETE', path('no such tag'))).body.tags).toEqual(['refund'])
    expect(await call('POST', path('x'.repeat(65)))).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'tag' }] },
    })
    expect((await call('POST', '/api/tickets/none/tags/refund')).status).toBe(404)
  })

  test('are at most twenty, and replacing all is no way to add one', async () => {
    await tagged(...Array.from({ length: 20 }, (_, n) => `tag ${n}`))
    expect(await call('PATCH', ticket, { addTags: ['one more'] })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'addTags', detail: 'a ticket has at most 20 tags' }] },
    })
    expect((await call('PATCH', ticket, { addTags: ['one more'], removeTags: ['tag 3'] })).status).toBe(200)
    expect(await call('PATCH', ticket, { tags: ['all'], addTags: ['more'] })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'tags' }] },
    })
  })
})

describe('connecting an account again', () => {
  const connect = () =>
    stores.channels.connect({
      twitterUserId: shop.id,
      username: 'renamed',
      at: now().toISOString(),
      encryptedTokens: 'new',
    })
  const change = () => call('PATCH', channel, { name: 'Our shop', mentions: false })
  const message = () => stores.channels.saveLastMessageAt(channelId, now().toISOString())

  const expectAll = async () => {
    expect(await stores.channels.get(channelId)).toMatchObject({
      username: 'renamed',
      status: 'connected',
      connectedAt: now().toISOString(),
      name: 'Our shop',
      mentions: false,
      directMessages: true,
      lastMessageAt: now().toISOString(),
    })
    expect(await stores.channels.encryptedTokens(channelId)).toBe('new')
  }

  test.each([1, 2, 3, 4])('with settings and a message that come before its %i. step loses nothing', async (n) => {
    await call('PATCH', channel, { name: 'Before', mentions: true })
    stores.calls.interrupt(n, async () => {
      await change()
      await message()
    })
    await connect()
    if (!stores.calls.recover()) await change().then(message)
    await expectAll()
  })

  test.each([1, 2, 3, 4])('before the %i. step of a change of settings loses nothing', async (n) => {
    await call('PATCH', channel, { name: 'Before', mentions: true })
    await message()
    stores.calls.interrupt(n, connect)
    expect((await change()).status).toBe(200)
    if (!stores.calls.recover()) await connect()
    await expectAll()
  })

  test('after an administrator disconnected it meanwhile counts from then on', async () => {
    stores.calls.interrupt(2, () => stores.channels.disconnect(channelId))
    expect(await connect()).toMatchObject({ status: 'connected', countsFrom: now().toISOString() })
    expect(stores.calls.recover()).toBe(true)
  })

  test('for the first time is one channel, whoever does it at once', async () => {
    const account = { twitterUserId: '4711', username: 'fresh', at: now().toISOString() }
    const [one, other] = await Promise.all([stores.channels.connect(account), stores.channels.connect(account)])
    expect(one).toEqual(other)
    expect(one).toMatchObject({ name: 'fresh', status: 'connected', mentions: true, version: 1 })
  })
})

test('a change of the name rewrites nothing else', async () => {
  const enabledAt = new Date(now().getTime() + 60_000).toISOString()
  await call('PATCH', channel, { mentions: false })
  stores.calls.interrupt(2, async () => {
    wait(60_000)
    await call('PATCH', channel, { mentions: true })
  })
  expect((await call('PATCH', channel, { name: 'New name' })).status).toBe(200)
  expect(stores.calls.recover()).toBe(true)
  expect(await stores.channels.get(channelId)).toMatchObject({
    name: 'New name',
    mentions: true,
    mentionsEnabledAt: enabledAt,
  })
})
