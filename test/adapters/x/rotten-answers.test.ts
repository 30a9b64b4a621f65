import { once } from 'node:events'
import { createServer, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { XError } from '../../../lambdas/core/ports/x.ts'
import { type WholeX, xAt } from '../../support/x.ts'

const tokens = { token: 'token', secret: 'secret' }
const shop = { id: '770', username: 'the_shop' }
const post = { kind: 'post', inReplyTo: '1' } as const
const message = { kind: 'direct_message', recipientId: '771' } as const

let next: { status?: number; headers?: OutgoingHttpHeaders; body: string }
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.url === '/oauth2/token') response.end('{"access_token":"a"}')
    else response.writeHead(next.status ?? 200, next.headers ?? {}).end(next.body)
  })
})
let x: WholeX

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const secrets = { app: async () => ({ key: 'key', secret: 'secret' }) }
  x = xAt(`http://127.0.0.1:${port}`, secrets, 'x-activity')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test.each([
  '',
  '{}',
  'null',
  '[]',
  '{"data":{}}',
  '{"data":{"id":1,"dm_event_id":null}}',
  '{"data":{"id":"1',
  '<html>',
])('whether a reply was sent is unknown when X answers 201 with «%s»', async (body) => {
  next = { status: 201, body }
  expect(await x.send(tokens, post, 'Hello')).toMatchObject({ is: 'unanswered' })
  expect(await x.send(tokens, message, 'Hello')).toMatchObject({ is: 'unanswered' })
})

test.each(['{"errors":[null]}', '{"errors":"abc"}', '{"detail":{}}', '{"detail":', ''])(
  'a refusal with «%s» is a refusal',
  async (body) => {
    next = { status: 400, headers: { 'content-type': 'application/json' }, body }
    expect(await x.send(tokens, post, 'Hello')).toMatchObject({ is: 'refused', status: 400 })
  },
)

test('the words of a refusal that are kept are short', async () => {
  next = { status: 400, body: JSON.stringify({ detail: 'a'.repeat(1_000_000) }) }
  expect(await x.send(tokens, post, 'Hello')).toEqual(expect.objectContaining({ detail: 'a'.repeat(500) }))
})

test.each([
  { body: JSON.stringify({ detail: '😀'.repeat(500) }), kept: 500 },
  { body: `a${'😀'.repeat(500)}`, kept: 500 },
  { body: '{"detail":"half: \\ud800"}', kept: 7 },
])('the words of a refusal that are kept hold no half of a character: $body', async ({ body, kept }) => {
  next = { status: 400, body }
  const sent = await x.send(tokens, post, 'Hello')
  const detail = 'detail' in sent ? String(sent.detail) : ''
  expect(detail).toHaveLength(kept)
  expect(detail.isWellFormed()).toBe(true)
})

test('a limit that ends at a time that is none has no end', async () => {
  next = { status: 429, headers: { 'x-rate-limit-reset': '99999999999999999999' }, body: '{}' }
  expect(await x.send(tokens, post, 'Hello')).toMatchObject({ resets: { account: null, app: null } })
})

test('a list with an item that is nested 10,000 deep is refused: what reads it would overflow', async () => {
  const deep = '['.repeat(10_000) + ']'.repeat(10_000)
  next = { body: `{"data":[{"id":"1","text":${deep}}],"meta":{"result_count":1}}` }
  await expect(x.mentions(tokens, shop, { id: '1' }, null)).rejects.toBeInstanceOf(XError)
  await expect(x.directMessages(tokens, null)).rejects.toBeInstanceOf(XError)
})

/** What JSON allows and neither `String` nor `Number` takes. */
const noText = { toString: 1, valueOf: 1 }

test('a value without a text, where X has one, breaks neither the search for a reply nor a refusal', async () => {
  const item = {
    id: '5',
    text: 'Hello',
    author_id: shop.id,
    created_at: noText,
    attachments: { media_keys: [noText] },
    referenced_tweets: [{ type: 'replied_to', id: post.inReplyTo }],
  }
  next = { body: JSON.stringify({ data: [item], meta: {} }) }
  expect(await x.findSent(tokens, shop, post, 'Hello', '2026-01-01T00:00:00.000Z')).toEqual([])
  next = { status: 400, body: JSON.stringify({ detail: 'no', errors: [{ code: noText, message: 'never' }] }) }
  expect(await x.send(tokens, post, 'Hello')).toMatchObject({ is: 'refused', detail: 'no never' })
})

test('an answer that says that it is compressed and is not does not end the process', async () => {
  next = { headers: { 'content-encoding': 'gzip' }, body: 'no gzip' }
  await expect(x.me(tokens)).rejects.toBeInstanceOf(XError)
})

const calls: [string, () => Promise<unknown>][] = [
  ['looking for what was sent', () => x.findSent(tokens, shop, post, 'Hello', '2026-01-01T00:00:00.000Z')],
  ['looking for a sent message', () => x.findSent(tokens, shop, message, 'Hello', '2026-01-01T00:00:00.000Z')],
  ['the account', () => x.me(tokens)],
  ['a request token', () => x.requestToken('https://helpdesk.example')],
  ['an access token', () => x.accessToken(tokens, 'verifier')],
  ['the webhooks', () => x.webhooks()],
  ['a new webhook', () => x.createWebhook('https://helpdesk.example')],
  ['the subscriptions', () => x.listSubscriptions('1')],
  ['a replay', () => x.replay('1', '202601010000', '202601010100')],
  [
    'an upload',
    () =>
      x.upload(tokens, { attachmentId: 'a', contentType: 'image/png', size: 1, category: 'tweet_image' }, async () =>
        Buffer.alloc(1),
      ),
  ],
  ['the state of an upload', () => x.uploadState(tokens, '1')],
]

test.each(calls)('200 with another shape is an error of X: %s', async (_name, call) => {
  for (const body of ['', 'null', '[]', '"a"', '{"data":"a"}', '{"data":', '<html>']) {
    next = { body }
    await expect(call()).rejects.toBeInstanceOf(XError)
  }
})
