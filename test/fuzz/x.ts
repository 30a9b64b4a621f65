import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { entryOf } from '../../lambdas/adapters/aws/event-queue.ts'
import { createMediaSource } from '../../lambdas/adapters/media/source.ts'
import { MediaError } from '../../lambdas/core/ports/media.ts'
import { XError } from '../../lambdas/core/ports/x.ts'
import { polledEvents } from '../../lambdas/core/x/webhook-body.ts'
import { files } from '../support/files.ts'
import { recordOf, routerOver } from '../support/router.ts'
import type { TestStores } from '../support/stores.ts'
import { type WholeX, xAt } from '../support/x.ts'
import { ann, idAt, shop, v2Post } from '../support/x-payloads.ts'
import { rots, rotten, rottenTexts, spoil, spoilt } from './rotten.ts'

const at = '2026-01-01T12:00:00.000Z'
const now = () => new Date(at)
const tokens = { token: 'token', secret: 'secret' }
const target = { kind: 'post', inReplyTo: '1' } as const
const person = { kind: 'direct_message', recipientId: ann.id } as const
const webhook = { id: '1', formerIds: ['2'] }
const list = { accounts: new Set<string>(), activity: [], fault: null }
const file = { attachmentId: 'a', contentType: 'image/png', size: 10, category: 'tweet_image' }

const post = v2Post({ id: idAt(at, 1), by: ann, text: '@shop hi', mentions: [shop] })
const ownPost = { ...v2Post({ id: idAt(at, 2), by: shop, text: 'Hello', answers: { id: '1', by: ann } }) }
const message = {
  id: idAt(at, 3),
  event_type: 'MessageCreate',
  text: 'Hello',
  sender_id: shop.id,
  created_at: at,
  dm_conversation_id: `${ann.id}-${shop.id}`,
}
const meta = { result_count: 1 }
const profile = {
  ...ann,
  description: 'Repairs bicycles',
  location: 'Vienna',
  verified: true,
  verified_type: 'blue',
  created_at: at,
  public_metrics: { followers_count: 7, following_count: 9 },
}

/** The calls of X, by what they answer when X is well. */
const calls: readonly { answer: unknown; make: (x: WholeX) => Promise<unknown> }[] = [
  { answer: { data: { id: '1', text: 'Hello' } }, make: (x) => x.send(tokens, target, 'Hello') },
  { answer: { data: { dm_event_id: '1' } }, make: (x) => x.send(tokens, person, 'Hello', ['1']) },
  { answer: { data: [ownPost], meta }, make: (x) => x.findSent(tokens, shop, target, 'Hello', at) },
  { answer: { data: [message], meta }, make: (x) => x.findSent(tokens, shop, person, 'Hello', at) },
  { answer: { data: post, includes: { users: [ann] } }, make: (x) => x.post(tokens, post.id) },
  { answer: { data: ann }, make: (x) => x.user(tokens, ann.id) },
  { answer: { data: profile }, make: (x) => x.profile(tokens, ann.id, at) },
  {
    answer: { data: [post], includes: { users: [ann] }, meta },
    make: (x) => x.mentions(tokens, shop, { id: '1' }, null),
  },
  { answer: { data: [message], meta: { next_token: 'a' } }, make: (x) => x.directMessages(tokens, 'b') },
  {
    answer: 'oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true',
    make: (x) => x.requestToken('https://a.example'),
  },
  { answer: 'oauth_token=a&oauth_token_secret=b', make: (x) => x.accessToken(tokens, 'verifier') },
  { answer: { data: shop }, make: (x) => x.me(tokens) },
  { answer: {}, make: (x) => x.invalidate(tokens) },
  { answer: { data: { hidden: true } }, make: (x) => x.setHidden(tokens, '1', true) },
  { answer: { data: { deleted: true } }, make: (x) => x.deletePost(tokens, '1') },
  { answer: { data: { muting: false } }, make: (x) => x.setMuted(tokens, shop.id, '1', false) },
  { answer: { data: { blocked: true } }, make: (x) => x.setDirectMessagesBlocked(tokens, '1', true) },
  { answer: { data: [{ id: '1', url: 'https://a.example', valid: true }], meta }, make: (x) => x.webhooks() },
  {
    answer: { data: { id: '1', url: 'https://a.example', valid: true } },
    make: (x) => x.createWebhook('https://a.example'),
  },
  { answer: { data: { valid: true } }, make: (x) => x.validateWebhook('1') },
  {
    answer: {
      data: [{ subscription_id: '1', event_type: 'post.create', filter: { user_id: '1' } }],
      meta: { next_token: 'a' },
    },
    make: (x) => x.listSubscriptions('1'),
  },
  {
    answer: { data: { subscription: { subscription_id: '1' } } },
    make: (x) => x.subscribe(tokens, shop, webhook, list),
  },
  {
    answer: { data: { subscriptions: [{ user_id: shop.id }] } },
    make: (x) => x.endFormerSubscriptions('1', new Set([shop.id])),
  },
  { answer: { data: [], meta }, make: (x) => x.unsubscribe(shop, webhook) },
  { answer: { data: { job_id: '1' } }, make: (x) => x.replay('1', '202601010000', '202601010100') },
  {
    answer: { data: { id: '1', expires_after_secs: 60 } },
    make: (x) => x.upload(tokens, file, async () => Buffer.alloc(10)),
  },
  {
    answer: { data: { id: '1', processing_info: { state: 'pending', check_after_secs: 1 } } },
    make: (x) => x.uploadState(tokens, '1'),
  },
]

/** What X answers: status, headers, and a body of which more or less may come than it says. */
const answers = fc.record({
  status: fc.oneof(
    fc.constant(200),
    fc.constantFrom(200, 201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 409, 429, 500, 503, 599, 999),
  ),
  type: fc.constantFrom('application/json', 'application/json', 'text/html', 'application/problem+json', ''),
  headers: fc.array(
    fc.constantFrom(
      'location: https://pbs.twimg.com/media/b.jpg',
      'location: http://169.254.169.254/',
      'content-encoding: gzip',
      'x-rate-limit-limit: 1',
      'x-rate-limit-remaining: 0',
      'x-rate-limit-reset: 99999999999999999999',
      'x-rate-limit-reset: -1',
      'x-rate-limit-reset: soon',
      'x-user-limit-24hour-remaining: 0',
      'x-user-limit-24hour-reset: 1e300',
      'transfer-encoding: chunked',
      'not a header',
    ),
    { maxLength: 3 },
  ),
  body: fc.oneof(
    { weight: 12, arbitrary: fc.constant('own' as const) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        '',
        '<html>',
        'null',
        '[]',
        '{}',
        '"',
        '{"data":',
        '{"errors":[null]}',
        '{"errors":"abc"}',
        '{"errors":[{"message":{}}],"detail":1}',
      ),
    },
    { weight: 1, arbitrary: rottenTexts },
    { weight: 1, arbitrary: fc.constantFrom('gzip' as const, 'gzip', 'gzip', 'large') },
  ),
  changes: rots,
  spoilt,
  length: fc.oneof(fc.constant(0), fc.constantFrom(-1, 5, 1_000_000)),
})
type Answer = typeof answers extends fc.Arbitrary<infer One> ? One : never

function bytesOf({ body, changes, spoilt: how }: Answer, own: unknown): Buffer {
  if (body === 'large') return Buffer.alloc(10_000_000, '[1')
  if (body === 'gzip') return gzipSync('{"data":{"id":"1"}}')
  if (body !== 'own') return spoil(body, how)
  return spoil(typeof own === 'string' ? own : rotten(own, changes), how)
}

/** The clients of X over a server that answers as it is told, and the router behind its lists. */
export async function xTarget(stores: TestStores) {
  let answer: (path: string) => Buffer = () => Buffer.alloc(0)
  const server = createServer((socket) => {
    let received = Buffer.alloc(0)
    let isAnswered = false
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      const end = received.indexOf('\r\n\r\n')
      if (end < 0 || isAnswered) return
      const head = received.subarray(0, end).toString('latin1')
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
      if (received.length < end + 4 + length) return
      isAnswered = true
      socket.end(answer(head.split(' ')[1] ?? ''))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const secrets = { app: async () => ({ key: 'key', secret: 'secret' }) }
  const address = `http://127.0.0.1:${port}`
  const router = routerOver(stores, now)
  const source = createMediaSource(address, secrets)

  function tell(one: Answer, own: unknown): void {
    const bytes = bytesOf(one, own)
    const length = one.length < 0 ? '' : `content-length: ${bytes.length + one.length}\r\n`
    const type = one.type && `content-type: ${one.type}\r\n`
    const head = `HTTP/1.1 ${one.status} Some\r\n${type}${length}${one.headers.map((line) => `${line}\r\n`).join('')}connection: close\r\n\r\n`
    const token = '{"token_type":"bearer","access_token":"a"}'
    answer = (path) =>
      path.startsWith('/oauth2/') && one.status !== 401
        ? Buffer.from(
            `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${token.length}\r\nconnection: close\r\n\r\n${token}`,
          )
        : Buffer.concat([Buffer.from(head), bytes])
  }

  async function routeList(items: readonly unknown[], includes: unknown): Promise<void> {
    const events = (['mentions', 'dm_events'] as const).flatMap((name) =>
      polledEvents(name, shop.id, { items: items.slice(0, 5), includes }, at),
    )
    const records = events.map((event, index) => {
      const { MessageBody, MessageGroupId } = entryOf(event, index, 'poll')
      return recordOf(MessageBody, MessageGroupId)
    })
    const { batchItemFailures } = await router.handle({ Records: records })
    if (batchItemFailures.length > 0) throw new Error(`what was polled failed: ${router.failures.at(-1)}`)
  }

  return {
    name: 'x',
    share: 3,
    cases: fc.record({
      call: fc.nat(calls.length),
      answer: answers,
      source: fc.constantFrom('x-activity' as const, 'account-activity' as const),
    }),
    reset: async () => {
      await stores.connect()
      await stores.channels.setExtension(true, at)
    },
    async check(one: { call: number; answer: Answer; source: 'x-activity' | 'account-activity' }): Promise<void> {
      const call = calls[one.call]
      tell(one.answer, call ? call.answer : files.jpeg('a').toString('latin1'))
      try {
        const made = await (call ? call.make(xAt(address, secrets, one.source)) : download())
        if (one.call < 2) checkSent(made)
        if (typeof made === 'object' && made !== null && 'items' in made) {
          await routeList(made.items as unknown[], Reflect.get(made, 'includes'))
        }
      } catch (error) {
        if (one.call < 2 || !(error instanceof XError || error instanceof MediaError)) throw error
        if (error.message.length > 2_000) throw new Error(`an error of ${error.message.length} characters`)
      }
    },
    stop: async () => {
      server.close()
      await once(server, 'close')
    },
  }

  async function download(): Promise<void> {
    const { bytes } = await source.fetch(
      'https://pbs.twimg.com/media/a.jpg',
      tokens,
      1_000_000,
      AbortSignal.timeout(20_000),
    )
    for await (const _ of bytes);
  }
}

function checkSent(made: unknown): void {
  const { is, externalId } = made as { is: string; externalId?: unknown }
  if (is === 'sent' && !/^\d+$/.test(String(externalId))) throw new Error('sent without an id')
}
