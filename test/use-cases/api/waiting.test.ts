import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ApiMessage, ApiTicket } from '../../../lambdas/core/api/schemas.ts'
import { type Helpdesk, helpdeskOver } from '../../support/helpdesk.ts'
import { answers } from '../../support/scripted-x.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { directMessages, idAt, posts, type User } from '../../support/x-payloads.ts'

let stores: TestStores
let helpdesk: Helpdesk
let nowMs = Date.parse('2026-01-01T12:00:00.000Z')
const clock = { now: () => new Date(nowMs), pass }
const shop: User = { id: '2244994945', username: 'shop', name: 'The Shop' }
let people = 0

function pass(milliseconds: number): void {
  nowMs += milliseconds
}

beforeAll(async () => {
  stores = await startStores(clock.now)
  helpdesk = helpdeskOver(stores, clock)
  await helpdesk.connect(shop)
})
afterAll(() => stores.stop())
beforeEach(() => clock.pass(60_000))

const person = (): User => ({ id: String(9_000 + ++people), username: `person${people}`, name: `Person ${people}` })

async function writes(from: User, text: string): Promise<string> {
  clock.pass(1_000)
  const [routed] = await helpdesk.deliver(directMessages(shop, { id: idAt(clock.now(), people), from, to: shop, text }))
  return String(routed?.ticketId)
}

async function get<T>(path: string): Promise<T> {
  const { status, body } = await helpdesk.agent('GET', path)
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`)
  return body as T
}
const ticket = (id: string) => get<ApiTicket>(`/api/tickets/${id}`)
const list = async (query: string) =>
  (await get<{ tickets: ApiTicket[] }>(`/api/tickets?${query}`)).tickets.map(({ id }) => id)
const post = (path: string, body: object) => helpdesk.agent('POST', path, body)

/** A reply that X answers so. */
async function replies(id: string, answer: 'refused' | 'limited' | 'sent'): Promise<ApiMessage> {
  const resetAt = new Date(nowMs + 900_000).toISOString()
  if (answer === 'refused') helpdesk.x.next({ answer: answers.refused(403, 'You cannot send messages'), takes: false })
  if (answer === 'limited') helpdesk.x.next({ answer: answers.tooMany(resetAt), takes: false })
  const { body } = await post(`/api/tickets/${id}/replies`, { text: `reply ${answer}` })
  const reply = body as ApiMessage
  const stored = await stores.tickets.message(id, reply.id)
  if (!stored) throw new Error('the reply is not stored')
  await helpdesk.send(stored)
  return reply
}

describe('a list says whose turn it is', () => {
  test('who wrote last, what, and since when the customer waits', async () => {
    const ann = person()
    const id = await writes(ann, 'Where is my order?')
    const since = (await ticket(id)).lastMessage?.at
    await writes(ann, 'Hello?')
    expect(await ticket(id)).toMatchObject({
      lastMessage: { direction: 'inbound', text: 'Hello?' },
      waitingSince: since,
    })
    expect((await get<{ tickets: ApiTicket[] }>('/api/tickets')).tickets[0]).toEqual(await ticket(id))
    await replies(id, 'sent')
    expect(await ticket(id)).toMatchObject({ lastMessage: { direction: 'outbound' }, waitingSince: null })
  })

  test('the longest waiting first, over pages, without those that nobody need answer', async () => {
    const [a, b, c] = [person(), person(), person()]
    const ids = [await writes(a, 'a'), await writes(b, 'b'), await writes(c, 'c')]
    await writes(a, 'a again')
    expect((await list('order=waiting')).slice(-3)).toEqual(ids)
    const first = await get<{ tickets: ApiTicket[]; nextCursor: string }>('/api/tickets?order=waiting&limit=1')
    expect(await list(`order=waiting&limit=100&cursor=${first.nextCursor}`)).not.toContain(first.tickets[0]?.id)
    await helpdesk.agent('PATCH', `/api/tickets/${ids[1]}`, { status: 'solved' })
    expect((await list('order=waiting')).slice(-2)).toEqual([ids[0], ids[2]])
    expect((await list('waiting=true')).slice(0, 2)).toEqual([ids[0], ids[2]])
    expect(await list('waiting=true&status=solved')).toEqual([])
  })

  test('the beginning of a deleted post goes, and that of an edited one changes', async () => {
    const by = person()
    const mention = { id: idAt(clock.now(), 7), by, text: '@shop secret', mentions: [shop] }
    const [routed] = await helpdesk.deliver(posts(shop, mention))
    const id = String(routed?.ticketId)
    expect((await ticket(id)).lastMessage?.text).toBe('@shop secret')
    await stores.tickets.markDeleted(`twitter-${shop.id}`, mention.id, clock.now().toISOString())
    expect((await ticket(id)).lastMessage?.text).toBe('')
  })
})

describe('replies that need an agent', () => {
  test('a failed one is counted and found; the customer waits again; sent, it is neither', async () => {
    const id = await writes(person(), 'help')
    const reply = await replies(id, 'refused')
    expect(await ticket(id)).toMatchObject({ replies: { failed: 1, waiting: 0, unknown: 0 } })
    expect((await ticket(id)).waitingSince).not.toBeNull()
    expect(await list('replies=failed&replies=unknown')).toEqual([id])
    expect(await list('replies=waiting')).toEqual([])
    expect(await get('/api/ticket-numbers')).toMatchObject({ failed: 1 })
    await post(`/api/tickets/${id}/messages/${reply.id}/retry`, {})
    const again = await stores.tickets.message(id, reply.id)
    if (again) await helpdesk.send(again)
    expect(await ticket(id)).toMatchObject({ replies: { failed: 0 }, waitingSince: null })
    expect(await list('replies=failed')).toEqual([])
  })

  test('a waiting one can be cancelled, and is never sent', async () => {
    const id = await writes(person(), 'help')
    const reply = await replies(id, 'limited')
    expect(await ticket(id)).toMatchObject({ replies: { failed: 0, waiting: 1, unknown: 0 } })
    expect(await post(`/api/tickets/${id}/messages/${reply.id}/resolve`, { as: 'cancelled' })).toMatchObject({
      status: 200,
      body: { delivery: { status: 'cancelled' } },
    })
    const sentBefore = helpdesk.x.calls
    clock.pass(24 * 3600_000)
    await helpdesk.settle()
    expect(helpdesk.x.calls).toBe(sentBefore)
    expect(await ticket(id)).toMatchObject({ replies: { waiting: 0 } })
    expect((await ticket(id)).waitingSince).not.toBeNull()
    const again = await post(`/api/tickets/${id}/messages/${reply.id}/retry`, {})
    expect(again.status).toBe(409)
  })

  test('one that X has cannot be given up', async () => {
    const id = await writes(person(), 'help')
    const reply = await replies(id, 'sent')
    expect((await post(`/api/tickets/${id}/messages/${reply.id}/resolve`, { as: 'cancelled' })).status).toBe(409)
  })
})

test('several tags, by «and» and by «or»', async () => {
  const [one, two] = [await writes(person(), '1'), await writes(person(), '2')]
  await helpdesk.agent('PATCH', `/api/tickets/${one}`, { addTags: ['refund', 'a, b'] })
  await helpdesk.agent('PATCH', `/api/tickets/${two}`, { addTags: ['refund'] })
  const comma = encodeURIComponent('a, b')
  expect(await list(`tag=refund&tag=${comma}`)).toEqual([one])
  expect((await list(`tag=refund&tag=${comma}&tagMatch=any`)).sort()).toEqual([one, two].sort())
  expect(await list(`tag=${comma}`)).toEqual([one])
})

test('the earlier and the later ticket lead to each other', async () => {
  const ann = person()
  const first = await writes(ann, 'one')
  await helpdesk.agent('PATCH', `/api/tickets/${first}`, { status: 'closed' })
  const second = await writes(ann, 'two')
  expect(await ticket(first)).toMatchObject({ nextTicketId: second })
  expect(await ticket(second)).toMatchObject({ previousTicketId: first, nextTicketId: null })
  const other = await writes(person(), 'another')
  const thread = async (id: string) =>
    (await get<{ tickets: ApiTicket[] }>(`/api/tickets/${id}/thread`)).tickets.map((one) => one.id)
  expect(await thread(first)).toEqual([first, second])
  expect(await thread(second)).toEqual([first, second])
  expect(await thread(other)).toEqual([other])
})
