import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import type { Ticket, WebhookEndpointWithSecret, WebhookEvent } from '../../client/src/calls.ts'
import { customer, shop } from '../console/support.ts'
import { eventually } from '../local/support.ts'
import { exampleOf, shapeOf } from '../support/event-examples.ts'
import { productForTests } from '../support/product.ts'

/** A receiver that verifies what it gets. It answers with the next of its answers, or with 200. */
const events: { id: string; event: WebhookEvent }[] = []
const answers: number[] = []
let forged = 0
let secret = ''
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  const status = answers.shift() ?? 204
  try {
    const event = new Webhook(secret).verify(body, request.headers as Record<string, string>) as WebhookEvent
    if (status < 300) events.push({ id: String(request.headers['webhook-id']), event })
  } catch {
    forged++
  }
  response.writeHead(status).end()
})
beforeAll(() => new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve)))
afterAll(() => void receiver.close())

const product = productForTests(() => product.connectByOAuth(shop))
let endpoint: WebhookEndpointWithSecret

const sendTest = () => product.admin.call('POST /api/webhook-endpoints/{id}/test', { params: { id: endpoint.id } })
const params = { id: `twitter-${shop.id}` }
const write = (text: string) => product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text })

const types = () => events.map(({ event }) => event.type)

test('a program adds an address, gets a signed test event, and sees its delivery', async () => {
  const address = receiver.address()
  const url = `http://localhost:${typeof address === 'object' ? address?.port : ''}/events`
  endpoint = await product.admin.call('POST /api/webhook-endpoints', { body: { url } })
  secret = endpoint.secret
  await sendTest()
  await eventually('the test event', () => types().includes('endpoint.test') || undefined)
  // It is noted after the answer.
  const deliveries = await eventually('the delivery', async () => {
    const options = { params: { id: endpoint.id } }
    const found = await product.admin.call('GET /api/webhook-endpoints/{id}/deliveries', options)
    return found.deliveries.length > 0 && found.deliveries
  })
  expect(deliveries).toMatchObject([{ type: 'endpoint.test', outcome: 'delivered', status: 204, attempt: 1 }])
  const { endpoints } = await product.admin.call('GET /api/webhook-endpoints')
  expect(JSON.stringify(endpoints)).not.toContain('whsec_')
})

test('a direct message, its answer and a change of status are told in order', async () => {
  await eventually('the endpoint gets changes', () => new Date().toISOString() > endpoint.sendsFrom || undefined)
  events.length = 0
  await write('Where is my order?')
  const opened = await eventually('the message', () => events.find(({ event }) => event.type === 'message.received'))
  expect(types()).toEqual(['ticket.opened', 'message.received'])
  expect(opened.event.data.message?.text).toBe('Where is my order?')
  const ticket = opened.event.data.ticket as Ticket
  expect(ticket).toEqual(await product.helpdesk.call('GET /api/tickets/{id}', { params: { id: ticket.id } }))
  await product.reply(ticket.id, { text: 'It is on its way.' })
  await eventually('the reply', () => types().includes('message.sent') || undefined)
  await product.helpdesk.call('PATCH /api/tickets/{id}', { params: { id: ticket.id }, body: { status: 'solved' } })
  await eventually('solved', () => events.find(({ event }) => event.data.ticket?.status === 'solved'))
  expect(types()).toEqual(['ticket.opened', 'message.received', 'ticket.changed', 'message.sent', 'ticket.changed'])
  expect([new Set(events.map(({ id }) => id)).size, forged]).toEqual([5, 0])
})

test('every type of event is as its example shows it, of mentions and encrypted messages too', async () => {
  events.length = 0
  /** The first event that fits. */
  const told = async (type: string, fits: (data: WebhookEvent['data']) => unknown = () => true) =>
    (await eventually(type, () => events.find(({ event }) => event.type === type && fits(event.data)))).event
  const seen: WebhookEvent[] = []
  const see = async (...wanted: Parameters<typeof told>) => seen.push(await told(...wanted))

  const entry = await product.onX<{ id: string }>('POST', 'posts', {
    by: customer,
    text: `@${shop.username} do you ship to Norway?`,
  })
  await see('ticket.opened')
  await see('message.received')
  await product.onX('POST', `posts/${entry.id}/edit`, { text: `@${shop.username} do you ship to Sweden?` })
  await see('message.edited', ({ message }) => message?.text.includes('Sweden'))
  const ticket = seen[0]?.data.ticket as Ticket
  await product.reply(ticket.id, { text: 'We do!' })
  await see('message.sent')
  await product.onX('POST', 'answers', {
    path: '/2/tweets',
    method: 'POST',
    status: 403,
    body: { title: 'Forbidden', detail: 'You are not permitted to do this.', status: 403, type: 'about:blank' },
  })
  await product.reply(ticket.id, { text: 'And to Denmark.' })
  await see('message.failed')
  await product.helpdesk.call('PATCH /api/tickets/{id}', { params: { id: ticket.id }, body: { addTags: ['shipping'] } })
  await see('ticket.changed', (data) => data.ticket?.tags.includes('shipping'))
  // X tells only deletions by the account itself.
  const answer = (await product.messages(ticket.id)).find(({ text }) => text === 'We do!')
  await product.onX('DELETE', `posts/${answer?.externalId}`)
  await see('message.deleted')
  expect(JSON.stringify(seen.at(-1)?.data.message)).not.toContain('We do!')
  await product.admin.call('PATCH /api/channels/{id}', { params, body: { name: 'Shop' } })
  await see('channel.changed', ({ channel }) => channel?.name === 'Shop')
  await sendTest()
  await see('endpoint.test')
  for (const event of seen) expect([event.type, shapeOf(event)]).toEqual([event.type, shapeOf(exampleOf(event.type))])

  await product.onX('POST', 'chat-keys', { user: shop.id, pin: '73194' })
  const encrypted = (text: string) => product.onX('POST', 'chat-messages', { from: customer, to: shop.id, text })
  await encrypted('Nobody else reads this')
  await told('message.received', ({ message }) => message?.encrypted && message.notice?.reason === 'no_key')
  await product.admin.call('PUT /api/channels/{id}/chat-key', { params, body: { pin: '73194' } })
  await told('message.edited', ({ message }) => message?.text === 'Nobody else reads this' && !message.notice)
  await encrypted('And this neither')
  await told('message.received', ({ message }) => message?.encrypted && message.text === 'And this neither')
  expect(forged).toBe(0)
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
