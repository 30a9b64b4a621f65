import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { createEventSending } from '../../../lambdas/adapters/webhooks/send.ts'
import type { ApiDelivery, ApiEndpoint, ApiEndpointWithSecret } from '../../../lambdas/core/api/schemas.ts'
import type { Work } from '../../../lambdas/core/outgoing/delivery.ts'
import { MAX_ENDPOINTS } from '../../../lambdas/core/outgoing/endpoint.ts'
import { usedeskEndpoint } from '../../../lambdas/core/usedesk/usedesk.ts'
import { cursorOf } from '../../../lambdas/use-cases/api/route.ts'
import { createDelivering } from '../../../lambdas/use-cases/deliver-events.ts'
import { type Served, served } from '../../local/support.ts'
import { apiOver } from '../../support/api.ts'
import { noEncryption } from '../../support/encryption.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'

const HOUR_MS = 3600_000
let clock = new Date()
const now = () => clock
const pass = (ms: number) => {
  clock = new Date(clock.getTime() + ms)
}
const sending = createEventSending(true, 100_000)
let stores: TestStores
let program: Served
let work: Work[] = []
let status = 204
const calls: { id: string; signatures: string[]; at: Date; body: string }[] = []

beforeAll(async () => {
  stores = await startStores(now)
  program = await served(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const headers = request.headers as Record<string, string>
    calls.push({
      id: headers['webhook-id'] ?? '',
      signatures: (headers['webhook-signature'] ?? '').split(' '),
      at: new Date(Number(headers['webhook-timestamp']) * 1000),
      body,
    })
    response.writeHead(status).end(status < 300 ? '' : 'out of order')
  })
})
afterAll(async () => {
  await program.stop()
  await stores.stop()
})
beforeEach(async () => {
  for (const { id } of await stores.endpoints.list()) await stores.endpoints.remove(id)
  calls.length = 0
  work = []
  status = 204
})

async function call<T>(method: string, path: string, body?: object, query: Record<string, string> = {}) {
  const outgoingQueue = { send: async (more: readonly Work[]) => void work.push(...more) }
  const api = apiOver(stores, now, { outgoingQueue, sending, encryption: noEncryption })
  const claims = { sub: 'lee', username: 'lee', 'cognito:groups': '[administrators]' }
  const answer = await api(method, path, { claims, query, ...(body && { body: JSON.stringify(body) }) })
  return { status: answer.statusCode, json: JSON.parse(answer.body || 'null') as T }
}
const root = '/api/webhook-endpoints'
const add = async () => (await call<ApiEndpointWithSecret>('POST', root, { url: program.url })).json
const read = async () => (await call<{ endpoints: ApiEndpoint[] }>('GET', root)).json.endpoints[0]
const deliveries = async (id: string, query: Record<string, string> = {}) =>
  (
    await call<{ deliveries: ApiDelivery[]; nextCursor: string | null }>(
      'GET',
      `${root}/${id}/deliveries`,
      undefined,
      query,
    )
  ).json

async function deliver(): Promise<void> {
  const run = createDelivering({
    ...stores,
    tellUsedesk: null,
    sending,
    encryption: noEncryption,
    bucket: untouched('bucket'),
    now,
    log: () => {},
  })
  for (const one of work.splice(0)) await run(one)
}
const signedBy = (secret: string, { id, at, body, signatures }: (typeof calls)[number]) =>
  signatures.includes(new Webhook(secret).sign(id, at, body))

test('a test event arrives, its delivery has the answer, and «Send again» sends it with the same id', async () => {
  const { id } = await add()
  expect((await call('POST', `${root}/${id}/test`)).status).toBe(202)
  status = 500
  await deliver()
  const [failed] = (await deliveries(id)).deliveries
  expect(failed).toMatchObject({
    type: 'endpoint.test',
    attempt: 1,
    outcome: 'failed',
    status: 500,
    answer: 'out of order',
    error: 'answered 500',
  })
  status = 204
  pass(1_000)
  expect((await call('POST', `${root}/${id}/deliveries/${failed?.id}/send-again`)).status).toBe(202)
  pass(60_000)
  await deliver()
  expect(calls.length).toBeGreaterThanOrEqual(2)
  expect(new Set(calls.map((one) => one.id)).size).toBe(1)
  expect((await deliveries(id)).deliveries[0]).toMatchObject({ outcome: 'delivered', status: 204, error: null })
})

test('after a rotation both secrets sign for a day, then only the new one', async () => {
  const { id, secret } = await add()
  const fresh = (await call<ApiEndpointWithSecret>('POST', `${root}/${id}/rotate-secret`)).json
  expect(fresh.secret).not.toBe(secret)
  expect(JSON.stringify(await read())).not.toContain('whsec_')
  const send = async () => {
    await call('POST', `${root}/${id}/test`)
    await deliver()
    return calls.at(-1) as (typeof calls)[number]
  }
  const both = await send()
  expect([signedBy(secret, both), signedBy(fresh.secret, both), both.signatures.length]).toEqual([true, true, 2])
  pass(24 * HOUR_MS)
  const later = await send()
  expect([signedBy(secret, later), signedBy(fresh.secret, later), later.signatures.length]).toEqual([false, true, 1])
  expect((await read())?.previousSecretValidUntil).toBeNull()
})

test('a test event is tried at once, though the endpoint is paused', async () => {
  const { id } = await add()
  status = 503
  for (let failure = 0; failure < 6; failure++) {
    await call('POST', `${root}/${id}/test`)
    await deliver()
  }
  expect((await read())?.pausedUntil).not.toBeNull()
  status = 204
  await call('POST', `${root}/${id}/test`)
  await deliver()
  expect(calls).toHaveLength(7)
  expect(await read()).toMatchObject({ failingSince: null, pausedUntil: null })
})

test('a disabled endpoint takes no test event, and is as new when it is enabled', async () => {
  const { id, sendsFrom } = await add()
  await call('PATCH', `${root}/${id}`, { status: 'disabled' })
  expect((await call('POST', `${root}/${id}/test`)).status).toBe(409)
  pass(HOUR_MS)
  const enabled = (await call<ApiEndpoint>('PATCH', `${root}/${id}`, { status: 'enabled' })).json
  expect(enabled).toMatchObject({ status: 'enabled', disabledBecause: null, failingSince: null })
  expect(enabled.sendsFrom > sendsFrom).toBe(true)
})

test('deliveries come in pages, newest first, and a cursor of another list is refused', async () => {
  const { id } = await add()
  for (let event = 0; event < 5; event++) {
    pass(1_000)
    await call('POST', `${root}/${id}/test`)
    await deliver()
  }
  const first = await deliveries(id, { limit: '3' })
  const second = await deliveries(id, { limit: '3', cursor: String(first.nextCursor) })
  const times = [...first.deliveries, ...second.deliveries].map(({ at }) => at)
  expect(times).toHaveLength(5)
  expect(times).toEqual([...times].sort().reverse())
  const foreign = String(cursorOf('twitter-1-direct-1-1'))
  expect((await call('GET', `${root}/${id}/deliveries`, undefined, { cursor: foreign })).status).toBe(422)
})

describe('refused, with the field or the reason', () => {
  test.each([
    [{}, 'url'],
    [{ url: 'https://10.0.0.1/' }, 'url'],
    [{ url: 'http://helpdesk.example.com/' }, 'url'],
    [{ url: 'https://me:secret@helpdesk.example.com/' }, 'url'],
    [{ url: 7 }, 'url'],
    [{ url: 'https://helpdesk.example.com/', eventTypes: [] }, 'eventTypes'],
    [{ url: 'https://helpdesk.example.com/', eventTypes: ['ticket.exploded'] }, 'eventTypes.0'],
    [{ url: 'https://helpdesk.example.com/', description: 'x'.repeat(10_000) }, 'description'],
    [{ url: 'https://helpdesk.example.com/', secret: 'mine' }, 'secret'],
  ])('%j', async (body, field) => {
    const { status: answered, json } = await call<{ errors: { field: string }[] }>('POST', root, body)
    expect(answered).toBe(422)
    expect(json.errors.map((one) => one.field)).toContain(field)
    expect(await read()).toBeUndefined()
  })

  test('one endpoint too many, and what is not there', async () => {
    const { id } = await add()
    for (let n = 1; n < MAX_ENDPOINTS; n++) await add()
    expect((await call('POST', root, { url: program.url })).status).toBe(409)
    expect((await call('DELETE', `${root}/${id}`)).status).toBe(200)
    for (const [method, path] of [
      ['PATCH', `${root}/${id}`],
      ['DELETE', `${root}/${id}`],
      ['POST', `${root}/${id}/test`],
      ['POST', `${root}/${id}/rotate-secret`],
      ['GET', `${root}/${id}/deliveries`],
      ['POST', `${root}/${id}/deliveries/none/send-again`],
    ] as const) {
      expect((await call(method, path, method === 'PATCH' ? { status: 'enabled' } : undefined)).status).toBe(404)
    }
  })
})

test('Usedesk is listed, can be disabled and enabled, and is changed by its setting alone', async () => {
  await stores.endpoints.add(usedeskEndpoint('https://api.usedesk.ru', now().toISOString()))
  expect(await read()).toMatchObject({ id: 'usedesk', description: 'Usedesk', status: 'enabled' })
  expect((await call('PATCH', `${root}/usedesk`, { status: 'disabled' })).status).toBe(200)
  expect((await call('PATCH', `${root}/usedesk`, { status: 'enabled' })).status).toBe(200)
  expect((await call('PATCH', `${root}/usedesk`, { url: program.url })).status).toBe(409)
  expect((await call('DELETE', `${root}/usedesk`)).status).toBe(409)
  expect((await call('POST', `${root}/usedesk/rotate-secret`)).status).toBe(409)
  expect(await read()).toMatchObject({ url: 'https://api.usedesk.ru', status: 'enabled' })
})
