import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import type { ApiDelivery, ApiEndpointWithSecret, ApiTicket } from '../../lambdas/core/api/schemas.ts'
import { customer, shop } from '../console/support.ts'
import { eventually } from '../local/support.ts'
import { productForTests } from '../support/product.ts'

type Event = { type: string; data: { ticket?: ApiTicket; message?: { text: string; id: string } } }

/** A receiver that verifies what it gets. It answers with the next of its answers, or with 200. */
const events: { id: string; event: Event }[] = []
const answers: number[] = []
let forged = 0
let secret = ''
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  const status = answers.shift() ?? 204
  try {
    const event = new Webhook(secret).verify(body, request.headers as Record<string, string>) as Event
    if (status < 300) events.push({ id: String(request.headers['webhook-id']), event })
  } catch {
    forged++
  }
  response.writeHead(status).end()
})
beforeAll(() => new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve)))
afterAll(() => void receiver.close())

const product = productForTests(() => product.connectByOAuth(shop))
const admin = { client: 'admin' }
let endpoint: ApiEndpointWithSecret

async function post<T>(path: string, body?: object): Promise<T> {
  const headers = await product.bearer('admin')
  const answer = await product.try(path, { method: 'POST', headers, ...(body && { body }) })
  if (answer.status > 299) throw new Error(`${path}: ${answer.status} ${answer.body}`)
  return JSON.parse(answer.body) as T
}

const write = (text: string) => product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text })

const types = () => events.map(({ event }) => event.type)

test('a program adds an address, gets a signed test event, and sees its delivery', async () => {
  const address = receiver.address()
  const url = `http://localhost:${typeof address === 'object' ? address?.port : ''}/events`
  endpoint = await post<ApiEndpointWithSecret>('/api/webhook-endpoints', { url })
  secret = endpoint.secret
  await post(`/api/webhook-endpoints/${endpoint.id}/test`)
  await eventually('the test event', () => types().includes('endpoint.test') || undefined)
  const { deliveries } = await product.call<{ deliveries: ApiDelivery[] }>(
    `/api/webhook-endpoints/${endpoint.id}/deliveries`,
    admin,
  )
  expect(deliveries).toMatchObject([{ type: 'endpoint.test', outcome: 'delivered', status: 204, attempt: 1 }])
  const { endpoints } = await product.call<{ endpoints: object[] }>('/api/webhook-endpoints', admin)
  expect(JSON.stringify(endpoints)).not.toContain('whsec_')
})

test('a direct message, its answer and a change of status are told in order', async () => {
  await eventually('the endpoint gets changes', () => new Date().toISOString() > endpoint.sendsFrom || undefined)
  events.length = 0
  await write('Where is my order?')
  const opened = await eventually('the message', () => events.find(({ event }) => event.type === 'message.received'))
  expect(types()).toEqual(['ticket.opened', 'message.received'])
  expect(opened.event.data.message?.text).toBe('Where is my order?')
  const ticket = opened.event.data.ticket as ApiTicket
  expect(ticket).toEqual(await product.call<ApiTicket>(`/api/tickets/${ticket.id}`))
  await product.reply(ticket.id, { text: 'It is on its way.' })
  await eventually('the reply', () => types().includes('message.sent') || undefined)
  await product.call(`/api/tickets/${ticket.id}`, { method: 'PATCH', body: { status: 'solved' } })
  await eventually('solved', () => events.find(({ event }) => event.data.ticket?.status === 'solved'))
  expect(types()).toEqual(['ticket.opened', 'message.received', 'ticket.changed', 'message.sent', 'ticket.changed'])
  expect([new Set(events.map(({ id }) => id)).size, forged]).toEqual([5, 0])
})

test('what an endpoint refused comes again, and nothing of its ticket overtakes it', async () => {
  events.length = 0
  answers.push(500)
  await write('first')
  await eventually('the refusal', () => answers.length === 0 || undefined)
  await write('second')
  await eventually('the next minute', async () => {
    const now = new Date(Date.now() + 120_000).toISOString()
    await product.try('/_local/schedules/requeue', { method: 'POST', body: { now } })
    return events.some(({ event }) => event.data.message?.text === 'second') || undefined
  })
  const texts = events.flatMap(({ event }) => event.data.message?.text ?? [])
  expect(texts).toEqual(['first', 'second'])
})

test('after the product was killed, what happened before is told', async () => {
  events.length = 0
  const before = (await product.tickets())[0]?.messageCount ?? 0
  await Promise.all(['one', 'two', 'three'].map((text) => write(text)))
  // The messages are stored, and most of their events are still on their way.
  await eventually('all are stored', async () => (await product.tickets())[0]?.messageCount === before + 3 || undefined)
  await product.end('SIGKILL')
  await product.start()
  await eventually('all three', async () => {
    const now = new Date(Date.now() + 600_000).toISOString()
    await product.try('/_local/schedules/requeue', { method: 'POST', body: { now } })
    const told = events.flatMap(({ event }) => event.data.message?.text ?? [])
    return ['one', 'two', 'three'].every((text) => told.includes(text)) || undefined
  })
  expect(forged).toBe(0)
})
