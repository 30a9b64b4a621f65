import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createEventSending } from '../../../lambdas/adapters/webhooks/send.ts'
import type { AuditKind } from '../../../lambdas/core/audit/entry.ts'
import type { Reply } from '../../../lambdas/core/replies/reply.ts'
import { failed } from '../../../lambdas/core/replies/sending.ts'
import { profileFrom } from '../../../lambdas/core/x/profile.ts'
import { databaseClient, tableName } from '../../../local/aws/table.ts'
import { apiOver } from '../../support/api.ts'
import { boundEncryption, encryptedChannel } from '../../support/encrypted-channel.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'
import { portsOf, type WholeX } from '../../support/x.ts'
import { ann, directMessages, idAt } from '../../support/x-payloads.ts'

const clock = new Date('2026-09-01T08:00:00.000Z')
const now = () => clock
const claims = { sub: 'lee-id', username: 'lee', 'cognito:groups': '[administrators]' }

let stores: TestStores
let api: ReturnType<typeof apiOver>
/** The API while the trail cannot be written. */
let withoutTrail: ReturnType<typeof apiOver>
/** What a path or a body names. */
const known: Record<string, string> = {}

beforeAll(async () => {
  stores = await startStores(now)
  const { channel, shop, cipher, atX, router } = await encryptedChannel(stores, now)
  const account = { id: shop.id, username: channel.username }
  const message = { id: idAt(clock, 1), from: ann, to: account, at: clock.toISOString() }
  const [opened] = await router.deliver(directMessages(account, message))
  const x = untouched<WholeX>('x', {
    unsubscribe: async () => {},
    invalidate: async () => {},
    setMuted: async () => {},
    profile: async (_, id, readAt) => profileFrom(id, { id }, readAt),
  })
  const ports = {
    ...portsOf(x),
    xChat: atX.xChat,
    encryption: boundEncryption,
    cipher,
    sending: createEventSending(false),
    bucket: untouched('bucket', { link: async () => 'https://files.example' }) as never,
    replyQueue: { send: async () => {} },
    eventQueue: { send: async () => {} },
    outgoingQueue: { send: async () => {} },
  }
  api = apiOver(stores, now, ports)
  const audit = { ...stores.audit, record: () => Promise.reject(new Error('the trail cannot be written')) }
  withoutTrail = apiOver({ ...stores, audit }, now, ports)
  Object.assign(known, { ticket: String(opened?.ticketId), channel: channel.id, customer: ann.id })
  known.keyFile = Buffer.from(shop.key).toString('base64')
  const reply = async (text: string) => {
    const { body } = await call(api, 'POST', `/api/tickets/${known.ticket}/replies`, { text })
    return (await stores.findMessage(body.id)) as Reply
  }
  const retried = await reply('is sent again')
  await stores.replies.save(retried, failed(retried, 'a reason'))
  known.failed = retried.id
  known.waiting = (await reply('is given up')).id
  const first = { ...newEndpoint, url: 'https://helpdesk.example.com/events' }
  known.endpoint = (await call(api, 'POST', '/api/webhook-endpoints', first)).body.id
})
afterAll(() => stores.stop())

async function call(to: typeof api, method: string, path: string, body?: object) {
  const answer = await to(method, path, { claims, ...(body && { body: JSON.stringify(body) }) })
  return { status: answer.statusCode, body: JSON.parse(answer.body || 'null') }
}

type Call = { route: string; kind: AuditKind; path: () => string; body?: () => object }

const ticket = (more = '') => `/api/tickets/${known.ticket}${more}`
const channel = (more = '') => `/api/channels/${known.channel}${more}`
const customer = (more = '') => `/api/customers/${known.customer}${more}`
const endpoint = (more = '') => `/api/webhook-endpoints/${known.endpoint}${more}`
const newEndpoint = { url: 'https://helpdesk.example.com/more', eventTypes: ['ticket.opened'] }

/** A call of each route that changes something, in an order in which each finds what it changes. */
const audited: readonly Call[] = [
  { route: 'PATCH /api/tickets/{id}', kind: 'ticket_changed', path: ticket, body: () => ({ status: 'on_hold' }) },
  { route: 'POST /api/tickets/{id}/tags/{tag}', kind: 'ticket_changed', path: () => ticket('/tags/refund') },
  { route: 'DELETE /api/tickets/{id}/tags/{tag}', kind: 'ticket_changed', path: () => ticket('/tags/refund') },
  {
    route: 'POST /api/tickets/{id}/replies',
    kind: 'reply_written',
    path: () => ticket('/replies'),
    body: () => ({ text: 'Hi' }),
  },
  {
    route: 'POST /api/tickets/{id}/messages/{messageId}/retry',
    kind: 'reply_retried',
    path: () => ticket(`/messages/${known.failed}/retry`),
  },
  {
    route: 'POST /api/tickets/{id}/messages/{messageId}/resolve',
    kind: 'reply_resolved',
    path: () => ticket(`/messages/${known.waiting}/resolve`),
    body: () => ({ as: 'cancelled' }),
  },
  {
    route: 'PUT /api/customers/{id}/blocked',
    kind: 'customer_blocked',
    path: () => customer('/blocked'),
    body: () => ({ blocked: true }),
  },
  { route: 'POST /api/customers/{id}/profile', kind: 'profile_read', path: () => customer('/profile') },
  {
    route: 'POST /api/tickets/{id}/x-actions',
    kind: 'x_action',
    path: () => ticket('/x-actions'),
    body: () => ({ action: 'mute' }),
  },
  { route: 'DELETE /api/customers/{id}', kind: 'customer_erased', path: customer },
  {
    route: 'PATCH /api/extensions/twitter',
    kind: 'extension_changed',
    path: () => '/api/extensions/twitter',
    body: () => ({ enabled: false }),
  },
  { route: 'PATCH /api/channels/{id}', kind: 'channel_changed', path: channel, body: () => ({ mentions: false }) },
  {
    route: 'PUT /api/channels/{id}/chat-key',
    kind: 'chat_key_entered',
    path: () => channel('/chat-key'),
    body: () => ({ keyFile: known.keyFile }),
  },
  { route: 'DELETE /api/channels/{id}/chat-key', kind: 'chat_key_forgotten', path: () => channel('/chat-key') },
  { route: 'DELETE /api/channels/{id}', kind: 'channel_disconnected', path: channel },
  {
    route: 'POST /api/webhook-endpoints',
    kind: 'endpoint_changed',
    path: () => '/api/webhook-endpoints',
    body: () => newEndpoint,
  },
  {
    route: 'PATCH /api/webhook-endpoints/{id}',
    kind: 'endpoint_changed',
    path: endpoint,
    body: () => ({ description: 'the helpdesk' }),
  },
  {
    route: 'POST /api/webhook-endpoints/{id}/rotate-secret',
    kind: 'endpoint_changed',
    path: () => endpoint('/rotate-secret'),
  },
  { route: 'DELETE /api/webhook-endpoints/{id}', kind: 'endpoint_changed', path: endpoint },
]

/** The other routes that are no reading, each with the reason for which the trail has no entry of them. */
const unaudited: Readonly<Record<string, string>> = {
  'POST /api/channels/twitter/connect': 'changes nothing yet: the redirect from X does, and has an entry',
  'POST /api/channels/{id}/rules/dry-run': 'only reads',
  'POST /api/attachments': 'announces a file; the reply that uses it has an entry',
  'POST /api/tickets/{id}/messages/{messageId}/read-now': 'reads what X has',
  'POST /api/webhook-endpoints/{id}/test': 'sends an event without content, which is listed as a delivery',
  'POST /api/webhook-endpoints/{id}/deliveries/{deliveryId}/send-again': 'is listed as a delivery',
}

test('the trail has an entry of every route that is no reading, or a reason for none', async () => {
  const { body } = await call(api, 'GET', '/api/openapi.json')
  const routes = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const changing = routes.filter((one) => !one.startsWith('GET '))
  expect([...audited.map(({ route }) => route), ...Object.keys(unaudited)].sort()).toEqual(changing.sort())
})

test.each(audited)('$route changes nothing without its entry', async ({ route, kind, path, body }) => {
  const [method = ''] = route.split(' ')
  const before = await everything()
  expect((await call(withoutTrail, method, path(), body?.())).status).toBe(500)
  expect(await everything()).toEqual(before)
  const earlier = (await entries()).map(({ id }) => id)
  expect((await call(api, method, path(), body?.())).status).toBeLessThan(300)
  const added = (await entries()).filter(({ id }) => !earlier.includes(id))
  expect(added).toMatchObject([{ kind, actor: { id: 'lee-id', name: 'lee' } }])
})

async function entries(): Promise<{ id: string }[]> {
  const answer = await api('GET', '/api/audit', { claims, query: { limit: '100' } })
  return JSON.parse(answer.body ?? '').entries
}

/** Every item of the table, by its key. */
async function everything(): Promise<object> {
  const database = DynamoDBDocumentClient.from(databaseClient(stores.endpoint))
  const { Items = [], LastEvaluatedKey } = await database.send(new ScanCommand({ TableName: tableName }))
  expect(LastEvaluatedKey).toBeUndefined()
  return Object.fromEntries(Items.map((item) => [`${item.pk} ${item.sk}`, item]))
}
