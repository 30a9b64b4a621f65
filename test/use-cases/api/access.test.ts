import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bucket } from '../../../lambdas/core/ports/media.ts'
import { apiOver } from '../../support/api.ts'
import { noEncryption } from '../../support/encryption.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'
import type { WholeX } from '../../support/x.ts'
import { portsOf } from '../../support/x.ts'

let stores: TestStores
let api: ReturnType<typeof apiOver>
const now = () => new Date('2026-01-01T12:00:00.000Z')

beforeAll(async () => {
  stores = await startStores(now)
  api = apiOver(stores, now, {
    bucket: untouched<Bucket>('bucket', { uploadLink: async () => 'https://bucket' }),
    ...portsOf(
      untouched<WholeX>('x', { requestToken: async () => ({ token: 't', secret: 's', authorizeUrl: 'https://x' }) }),
    ),
    encryption: noEncryption,
    sending: { refusalOf: () => null },
  })
})
afterAll(() => stores.stop())

const callers = {
  nobody: undefined,
  'a token without rights': { sub: 'x', scope: 'openid', 'cognito:groups': '[visitors]' },
  'an ID token of an administrator': { sub: 'lee', token_use: 'id', 'cognito:groups': '[administrators]' },
  'a machine for tickets': { sub: 'helpdesk', client_id: 'helpdesk', scope: 'helpdesk-twitter/tickets' },
  'an agent': { sub: 'kim', username: 'kim', 'cognito:groups': '[agents]' },
  'a machine for everything': { sub: 'admin', scope: 'helpdesk-twitter/tickets helpdesk-twitter/admin' },
  'an administrator': { sub: 'lee', username: 'lee', 'cognito:groups': '[administrators]' },
}

/** Every call, and what it answers to those who may make it: there are neither tickets nor channels here. */
const calls: [string, string, 'anyone' | 'agents' | 'administrators', number][] = [
  ['GET', '/api/openapi.json', 'anyone', 200],
  ['GET', '/api/docs', 'anyone', 200],
  ['GET', '/api/channels/twitter/callback', 'anyone', 302],
  ['GET', '/api/tickets', 'agents', 200],
  ['GET', '/api/ticket-numbers', 'agents', 200],
  ['GET', '/api/tickets/1', 'agents', 404],
  ['PATCH', '/api/tickets/1', 'agents', 404],
  ['POST', '/api/tickets/1/tags/refund', 'agents', 404],
  ['DELETE', '/api/tickets/1/tags/refund', 'agents', 404],
  ['GET', '/api/tickets/1/messages', 'agents', 404],
  ['GET', '/api/tickets/1/thread', 'agents', 404],
  ['POST', '/api/tickets/1/replies', 'agents', 404],
  ['POST', '/api/tickets/1/messages/2/retry', 'agents', 404],
  ['POST', '/api/tickets/1/messages/2/resolve', 'agents', 404],
  ['POST', '/api/tickets/1/x-actions', 'agents', 404],
  ['POST', '/api/tickets/1/messages/2/read-now', 'agents', 404],
  ['POST', '/api/attachments', 'agents', 201],
  ['GET', '/api/channels', 'agents', 200],
  ['GET', '/api/channels/1', 'agents', 404],
  ['GET', '/api/channels/1/activity', 'agents', 404],
  ['GET', '/api/channels/1/state', 'agents', 404],
  ['GET', '/api/reports/tickets', 'agents', 200],
  ['GET', '/api/reports/tickets.csv', 'agents', 200],
  ['GET', '/api/reports/waiting', 'agents', 200],
  ['GET', '/api/setup', 'administrators', 200],
  ['DELETE', '/api/channels/1', 'administrators', 404],
  ['POST', '/api/channels/twitter/connect', 'administrators', 201],
  ['PATCH', '/api/channels/1', 'administrators', 404],
  ['PUT', '/api/channels/1/chat-key', 'administrators', 404],
  ['DELETE', '/api/channels/1/chat-key', 'administrators', 404],
  ['POST', '/api/channels/1/rules/dry-run', 'administrators', 404],
  ['GET', '/api/extensions', 'agents', 200],
  ['PATCH', '/api/extensions/twitter', 'administrators', 200],
  ['GET', '/api/events', 'administrators', 200],
  ['GET', '/api/audit', 'administrators', 200],
  ['GET', '/api/audit.csv', 'administrators', 200],
  ['GET', '/api/customers', 'agents', 200],
  ['GET', '/api/customers/1', 'agents', 404],
  ['POST', '/api/customers/1/profile', 'agents', 404],
  ['GET', '/api/customers/1/blocked', 'agents', 200],
  ['PUT', '/api/customers/1/blocked', 'agents', 200],
  ['DELETE', '/api/customers/1', 'administrators', 202],
  ['GET', '/api/erasures/1', 'administrators', 404],
  ['GET', '/api/webhook-endpoints', 'administrators', 200],
  ['POST', '/api/webhook-endpoints', 'administrators', 201],
  ['PATCH', '/api/webhook-endpoints/1', 'administrators', 404],
  ['DELETE', '/api/webhook-endpoints/1', 'administrators', 404],
  ['POST', '/api/webhook-endpoints/1/rotate-secret', 'administrators', 404],
  ['POST', '/api/webhook-endpoints/1/test', 'administrators', 404],
  ['GET', '/api/webhook-endpoints/1/deliveries', 'administrators', 404],
  ['POST', '/api/webhook-endpoints/1/deliveries/3/send-again', 'administrators', 404],
]
const bodies: Record<string, object> = { PATCH: { status: 'open' }, POST: { text: 'Hello' } }
const ownBodies: Record<string, object> = {
  '/api/channels/1': { mentions: false },
  '/api/channels/1/rules/dry-run': { rules: [] },
  '/api/channels/1/chat-key': { pin: '0000' },
  '/api/extensions/twitter': { enabled: true },
  '/api/webhook-endpoints': { url: 'https://helpdesk.example.com/events' },
  '/api/webhook-endpoints/1': { status: 'enabled' },
  '/api/tickets/1/messages/2/retry': { force: true },
  '/api/tickets/1/messages/2/resolve': { as: 'cancelled' },
  '/api/tickets/1/x-actions': { action: 'mute' },
  '/api/customers/1/blocked': { blocked: false },
  '/api/attachments': { contentType: 'image/png', size: 1 },
}

function expected(access: string, caller: keyof typeof callers, status: number): number {
  if (access === 'anyone') return status
  if (caller === 'nobody' || caller === 'an ID token of an administrator') return 401
  if (caller === 'a token without rights') return 403
  const isAgent = caller === 'a machine for tickets' || caller === 'an agent'
  return access === 'administrators' && isAgent ? 403 : status
}

describe.each(calls)('%s %s', (method, path, access, status) => {
  test.each(Object.keys(callers) as (keyof typeof callers)[])(`${access}: %s`, async (caller) => {
    const body = ownBodies[path] ?? bodies[method]
    const takesBody = ['POST', 'PUT', 'PATCH'].includes(method) && !/\/(connect|tags\/refund|profile)$/.test(path)
    const answer = await api(method, path, {
      claims: callers[caller],
      ...(path.startsWith('/api/reports/tickets') ? { query: { by: 'day' } } : {}),
      ...(path === '/api/customers' ? { query: { q: 'anna' } } : {}),
      ...(takesBody ? { body: JSON.stringify(body) } : {}),
    })
    expect(answer.statusCode).toBe(expected(access, caller, status))
  })
})

test('the table has every call of the API', async () => {
  const answer = await api('GET', '/api/openapi.json')
  const { paths } = JSON.parse(answer.body ?? '') as { paths: Record<string, object> }
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(
      (method) =>
        `${method.toUpperCase()} ${path
          .replace('{id}', '1')
          .replace('{messageId}', '2')
          .replace('{deliveryId}', '3')
          .replace('{tag}', 'refund')}`,
    ),
  )
  // X redirects browsers there: no program calls it, so it is not described.
  const called = calls.filter(([, path]) => path !== '/api/channels/twitter/callback')
  expect(described.sort()).toEqual(called.map(([method, path]) => `${method} ${path}`).sort())
})

test.each(['/api/openapi.json', '/api/docs'])(
  '%s may be kept for minutes, and is not sent again to who has it',
  async (path) => {
    const first = await api('GET', path)
    const tag = String(first.headers?.etag)
    expect(first.headers).toMatchObject({
      'cache-control': 'public, max-age=300',
      etag: expect.stringMatching(/^"\S{43}"$/),
    })
    const again = await api('GET', path, { headers: { 'if-none-match': tag } })
    expect([again.statusCode, again.body, again.headers?.etag]).toEqual([304, '', tag])
  },
)
