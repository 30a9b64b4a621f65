import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import * as z from 'zod'
import * as schemas from '../../../lambdas/core/api/schemas.ts'
import { cursorOf } from '../../../lambdas/use-cases/api/route.ts'
import { type ApiOptions, apiOver } from '../../support/api.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, directMessages, idAt, posts, shop } from '../../support/x-payloads.ts'

const agent = { sub: 'helpdesk', client_id: 'helpdesk', scope: 'helpdesk-twitter/tickets' }
const administrator = { sub: 'admin', client_id: 'admin', scope: 'helpdesk-twitter/tickets helpdesk-twitter/admin' }
const now = () => new Date('2026-01-01T12:00:00.000Z')

let stores: TestStores
let api: ReturnType<typeof apiOver>
let directTicket: string
let mentionTicket: string
const logged: object[] = []

const log = (entry: object) => void logged.push(entry)

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
  api = apiOver(stores, now, { log })
  const { deliver } = routerOver(stores, now)
  const [direct] = await deliver(
    directMessages(shop, { id: idAt(now(), 1), from: ann, to: shop, text: 'Where is #my order?' }),
  )
  const [mention] = await deliver(posts(shop, { id: idAt(now(), 2), by: ann, text: '@shop hi', mentions: [shop] }))
  await deliver({ for_user_id: shop.id, tweet_create_events: [{ id: 5 }] })
  await deliver(posts(shop, { id: idAt(now(), 3), by: shop, text: 'our own news' }))
  directTicket = String(direct?.ticketId)
  mentionTicket = String(mention?.ticketId)
})
afterAll(() => stores.stop())

async function call(method: string, path: string, options: ApiOptions = {}) {
  const answer = await api(method, path, { claims: agent, ...options })
  return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body ?? 'null') }
}
const patch = (id: string, body: unknown) =>
  call('PATCH', `/api/tickets/${id}`, { body: typeof body === 'string' ? body : JSON.stringify(body) })

describe('reading', () => {
  test('a cursor of another filter is refused, by its name', async () => {
    const first = await call('GET', '/api/tickets', { query: { limit: '1' } })
    const query = { limit: '1', cursor: first.body.nextCursor, updatedSince: '2027-01-01T00:00:00Z' }
    expect(await call('GET', '/api/tickets', { query })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'cursor', detail: 'is of another filter: begin at the first page of this one' }] },
    })
  })

  test('a page of events whose cursor is older than the 7 days that they are kept is empty', async () => {
    const cursor = String(cursorOf('2025-12-01T00:00:00.000Z#a-record'))
    expect(await call('GET', '/api/events', { claims: administrator, query: { cursor } })).toMatchObject({
      status: 200,
      body: { events: [], nextCursor: null },
    })
  })

  test('what has an id longer than any does not exist', async () => {
    const long = 'x'.repeat(3_000)
    const missing = [`/api/tickets/${long}`, `/api/tickets/${long}/messages`, `/api/channels/${long}`]
    for (const path of missing) {
      expect(await call('GET', path)).toMatchObject({
        status: 404,
        body: { detail: expect.stringContaining('3000 characters') },
      })
    }
    const retry = await call('POST', `/api/tickets/${directTicket}/messages/${long}/retry`, { body: '{}' })
    expect(retry.status).toBe(404)
    const reply = await call('POST', `/api/tickets/${mentionTicket}/replies`, {
      body: JSON.stringify({ text: 'hi', inReplyTo: long }),
    })
    expect(reply).toMatchObject({ status: 422, body: { errors: [{ field: 'inReplyTo' }] } })
  })

  test.each([
    ['/api/tickets', 'tag'],
    ['/api/tickets', 'channelId'],
    ['/api/events', 'channelId'],
  ])('half a character in a filter of %s is refused: %s', async (path, field) => {
    const { status, body } = await call('GET', path, { claims: administrator, query: { [field]: 'cut \ud83d' } })
    expect({ status, errors: body.errors }).toEqual({
      status: 422,
      errors: [{ field, detail: 'must not contain half a character' }],
    })
  })

  test.each([
    '/api/tickets/\ud83d',
    '/api/channels/\ud83d',
    '/api/webhook-endpoints/\ud83d/deliveries',
    '/api/tickets/\ud83d/messages',
  ])('half a character in an id is no id: %j', async (path) => {
    expect(await call('GET', path, { claims: administrator })).toMatchObject({ status: 404 })
  })

  test('half a character in a tag is refused', async () => {
    expect(await patch(directTicket, { tags: ['\ud800'] })).toMatchObject({ status: 422 })
  })

  test('tickets come in the shape of the contract, newest activity first', async () => {
    const { status, body } = await call('GET', '/api/tickets')
    expect(status).toBe(200)
    expect(z.strictObject(schemas.ticketPage.shape).parse(body).nextCursor).toBeNull()
    expect(body.tickets.map((ticket: schemas.ApiTicket) => ticket.id).sort()).toEqual(
      [directTicket, mentionTicket].sort(),
    )
    expect(body.tickets.find((ticket: schemas.ApiTicket) => ticket.id === directTicket)).toEqual({
      id: directTicket,
      channel: { id: `twitter-${shop.id}`, name: 'shop', username: 'shop' },
      kind: 'direct',
      status: 'new',
      tags: ['Twitter:Direct'],
      subject: 'Where is #my order?',
      customer: { id: ann.id, username: 'ann', name: 'Ann', avatarUrl: expect.stringContaining('https://') },
      openedAt: now().toISOString(),
      openedBecause: 'the first direct message of this customer',
      updatedAt: now().toISOString(),
      messageCount: 1,
      firstEntryId: null,
      previousTicketId: null,
      nextTicketId: null,
      lastMessage: { direction: 'inbound', text: 'Where is #my order?', at: '2026-01-01T00:00:00.000Z' },
      waitingSince: '2026-01-01T00:00:00.000Z',
      replies: { failed: 0, waiting: 0, unknown: 0 },
    })
  })

  test('filters and pages are taken from the query', async () => {
    const tagged = await call('GET', '/api/tickets', { query: { tag: 'Twitter: Mention', limit: '1' } })
    expect(tagged.body.tickets.map((ticket: schemas.ApiTicket) => ticket.id)).toEqual([mentionTicket])
    const first = await call('GET', '/api/tickets', { query: { limit: '1' } })
    const second = await call('GET', '/api/tickets', { query: { limit: '1', cursor: first.body.nextCursor } })
    expect(new Set([first.body.tickets[0].id, second.body.tickets[0].id]).size).toBe(2)
    const later = { updatedSince: '2026-01-01T13:00:01+01:00' }
    expect((await call('GET', '/api/tickets', { query: later })).body.tickets).toEqual([])
  })

  test('one ticket and its messages', async () => {
    expect((await call('GET', `/api/tickets/${mentionTicket}`)).body).toMatchObject({
      id: mentionTicket,
      kind: 'mention',
    })
    const { body } = await call('GET', `/api/tickets/${directTicket}/messages`)
    expect(z.strictObject(schemas.messagePage.shape).parse(body).messages).toHaveLength(1)
    expect(body.messages[0]).toMatchObject({
      ticketId: directTicket,
      direction: 'inbound',
      visibility: 'private',
      text: 'Where is #my order?',
      author: { id: ann.id, username: 'ann', name: 'Ann' },
      joinedBecause: 'the first direct message of this customer',
      delivery: null,
    })
  })

  test('channels', async () => {
    const { body } = await call('GET', '/api/channels')
    expect(z.strictObject(schemas.channelList.shape).parse(body).channels).toHaveLength(1)
    const id = `twitter-${shop.id}`
    expect((await call('GET', `/api/channels/${id}`)).body).toMatchObject({
      id,
      status: 'connected',
      directMessages: true,
    })
  })

  test('events that made no ticket, for administrators', async () => {
    const { body } = await call('GET', '/api/events', { claims: administrator })
    expect(z.strictObject(schemas.eventPage.shape).parse(body).events).toHaveLength(2)
    const unreadable = await call('GET', '/api/events', { claims: administrator, query: { outcome: 'unreadable' } })
    expect(unreadable.body.events).toMatchObject([
      { outcome: 'unreadable', kind: 'tweet_create_events', externalId: null },
    ])
  })

  test('the OpenAPI document, for anyone, describes every call and resolves every reference', async () => {
    const answer = await api('GET', '/api/openapi.json')
    const document = JSON.parse(answer.body ?? '')
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/attachments',
      '/api/audit',
      '/api/audit.csv',
      '/api/channels',
      '/api/channels/twitter/connect',
      '/api/channels/{id}',
      '/api/channels/{id}/activity',
      '/api/channels/{id}/chat-key',
      '/api/channels/{id}/rules/dry-run',
      '/api/channels/{id}/state',
      '/api/customers',
      '/api/customers/{id}',
      '/api/customers/{id}/blocked',
      '/api/customers/{id}/profile',
      '/api/docs',
      '/api/erasures/{id}',
      '/api/events',
      '/api/extensions',
      '/api/extensions/twitter',
      '/api/openapi.json',
      '/api/reports/tickets',
      '/api/reports/tickets.csv',
      '/api/reports/waiting',
      '/api/setup',
      '/api/ticket-numbers',
      '/api/tickets',
      '/api/tickets/{id}',
      '/api/tickets/{id}/messages',
      '/api/tickets/{id}/messages/{messageId}/read-now',
      '/api/tickets/{id}/messages/{messageId}/resolve',
      '/api/tickets/{id}/messages/{messageId}/retry',
      '/api/tickets/{id}/replies',
      '/api/tickets/{id}/tags/{tag}',
      '/api/tickets/{id}/thread',
      '/api/tickets/{id}/x-actions',
      '/api/webhook-endpoints',
      '/api/webhook-endpoints/{id}',
      '/api/webhook-endpoints/{id}/deliveries',
      '/api/webhook-endpoints/{id}/deliveries/{deliveryId}/send-again',
      '/api/webhook-endpoints/{id}/rotate-secret',
      '/api/webhook-endpoints/{id}/test',
    ])
    const references = [...(answer.body ?? '').matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    )
    expect(references).toContain('Ticket')
    for (const name of references) expect(document.components.schemas).toHaveProperty(String(name))
    expect(answer.body).not.toContain('$defs')
  })
})

describe('changing a ticket', () => {
  test('a change of tags turns new into open, and the same again changes nothing', async () => {
    const tags = ['Twitter:Direct', 'refund']
    const first = await patch(directTicket, { tags })
    expect(first.body).toMatchObject({ status: 'open', tags })
    expect((await patch(directTicket, { tags })).body).toEqual(first.body)
    expect((await call('GET', '/api/tickets', { query: { tag: 'refund' } })).body.tickets).toHaveLength(1)
  })

  test('a status that is set is exactly that, also together with tags', async () => {
    expect((await patch(mentionTicket, { status: 'new', tags: ['a', 'b', 'a'] })).body).toMatchObject({
      status: 'new',
      tags: ['a', 'b'],
    })
  })

  test('a closed ticket may be opened again, until the conversation has gone on', async () => {
    expect((await patch(directTicket, { status: 'closed' })).body.status).toBe('closed')
    expect((await patch(directTicket, { status: 'open' })).body.status).toBe('open')
    await patch(directTicket, { status: 'closed' })
    const [later] = await routerOver(stores, now).deliver(
      directMessages(shop, { id: idAt(now(), 9), from: ann, to: shop }),
    )
    const refused = await patch(directTicket, { status: 'solved' })
    expect(refused.status).toBe(409)
    expect(refused.body.detail).toContain(later?.ticketId)
    expect((await patch(directTicket, { tags: ['history'] })).body).toMatchObject({
      status: 'closed',
      tags: ['history'],
    })
  })

  test('two agents at once: both changes are there in the end', async () => {
    const ids = await Promise.all([
      patch(mentionTicket, { status: 'pending' }),
      patch(mentionTicket, { tags: ['both'] }),
    ])
    expect(ids.map(({ status }) => status)).toEqual([200, 200])
    expect((await call('GET', `/api/tickets/${mentionTicket}`)).body).toMatchObject({
      status: 'pending',
      tags: ['both'],
    })
  })
})

describe('bad input', () => {
  const wrong: [string, string, ApiOptions, number, string][] = [
    ['malformed JSON', 'PATCH', { body: '{"status":\n "open",}' }, 400, 'line 2, column 9'],
    ['JSON that ends too early', 'PATCH', { body: '{"status":' }, 400, 'ends too early at line 1, column 11'],
    ['an empty body', 'PATCH', { body: '' }, 400, 'the body is empty'],
    ['an unknown field', 'PATCH', { body: '{"status":"open","colour":"red"}' }, 422, 'colour: is unknown'],
    ['an unknown status', 'PATCH', { body: '{"status":"done"}' }, 422, 'status: '],
    ['no field at all', 'PATCH', { body: '{}' }, 422, 'must have status, tags, addTags or removeTags'],
    ['a list as the body', 'PATCH', { body: '[]' }, 422, 'body: '],
    ['a tag that is too long', 'PATCH', { body: JSON.stringify({ tags: ['ok', 'x'.repeat(65)] }) }, 422, 'tags.1: '],
    ['too many tags', 'PATCH', { body: JSON.stringify({ tags: Array.from({ length: 21 }, String) }) }, 422, 'tags: '],
    ['a tag of control characters', 'PATCH', { body: '{"tags":["a\\nb"]}' }, 422, 'tags.0: '],
  ]
  test.each(wrong)('%s is refused by its place', async (_name, method, options, status, detail) => {
    const answer = await call(method, `/api/tickets/${mentionTicket}`, options)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.stringContaining(detail) })
  })

  test.each([
    ['limit', '0'],
    ['limit', '101'],
    ['limit', 'many'],
    ['cursor', 'bm9uc2Vuc2U'],
    ['status', 'done'],
    ['updatedSince', 'yesterday'],
    ['customerId', '@ann'],
    ['tagg', 'x'],
  ])('the query %s=%s is refused by its name', async (name, value) => {
    const { status, body } = await call('GET', '/api/tickets', { query: { [name]: value } })
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ field: name, detail: expect.any(String) }])
  })

  test('what is not there is 404', async () => {
    for (const path of [
      '/api/tickets/none',
      '/api/tickets/none/messages',
      '/api/channels/none',
      '/api/nothing',
      '/',
      '//api/tickets',
    ]) {
      expect((await call('GET', path)).status).toBe(404)
    }
    expect((await patch('none', { status: 'open' })).status).toBe(404)
  })

  test('a body of more than a megabyte is 413 and nothing is read of it', async () => {
    const { status, body } = await patch(mentionTicket, { tags: ['x'.repeat(1_000_000)] })
    expect([status, body.detail]).toEqual([413, 'the body has 1000013 bytes; at most 1000000 are read'])
  })

  test('a method that a path does not have is 405 and names those that it has', async () => {
    const { status, headers } = await call('DELETE', `/api/tickets/${mentionTicket}`)
    expect([status, headers.allow]).toEqual([405, 'GET, PATCH'])
    expect((await call('POST', '/api/openapi.json')).status).toBe(405)
  })
})

describe('access', () => {
  test('without a token 401, with one that names no right 403, for administrators only 403 to agents', async () => {
    expect((await call('GET', '/api/tickets', { claims: undefined })).status).toBe(401)
    expect((await call('GET', '/api/tickets', { claims: { sub: 'x', scope: 'openid' } })).status).toBe(403)
    expect((await call('GET', '/api/events')).status).toBe(403)
    expect(
      (await call('GET', '/api/events', { claims: { sub: '1', 'cognito:groups': '[agents administrators]' } })).status,
    ).toBe(200)
  })
})

test('a surprise is answered 500 without a detail of it, and logged', async () => {
  const failing = { ...stores.channels, list: () => Promise.reject(new Error('the table is on fire')) }
  const broken = apiOver(stores, now, { log, channels: failing })
  const answer = await broken('GET', '/api/channels', { claims: agent })
  expect(answer.statusCode).toBe(500)
  expect(answer.body).not.toContain('fire')
  expect(logged.at(-1)).toMatchObject({ event: 'failed', error: 'Error: the table is on fire' })
})

test('messages come oldest first, or newest first when asked, page by page', async () => {
  const { deliver } = routerOver(stores, now)
  const customer = { id: '5005', username: 'writes_much' }
  const ids = [1, 2, 3].map((n) => idAt('2026-01-02T00:00:00.000Z', n))
  const [opened] = await deliver(...ids.map((id) => directMessages(shop, { id, from: customer, to: shop })))
  const path = `/api/tickets/${opened?.ticketId}/messages`
  const page = async (query: Record<string, string>) => (await call('GET', path, { query })).body
  const idsOf = (body: { messages: schemas.ApiMessage[] }) => body.messages.map(({ externalId }) => externalId)
  expect(idsOf(await page({}))).toEqual(ids)
  const first = await page({ order: 'newest', limit: '2' })
  expect(idsOf(first)).toEqual([ids[2], ids[1]])
  expect(idsOf(await page({ order: 'newest', limit: '2', cursor: first.nextCursor }))).toEqual([ids[0]])
  expect(await call('GET', path, { query: { order: 'best' } })).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'order' }] },
  })
})
