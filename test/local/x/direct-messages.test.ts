import { afterEach, describe, expect, test } from '@jest/globals'
import { accountAt, type Body, customer, everything, neighbour, refusalOf, shop } from './support.ts'

const all = everything()
afterEach(() => all.stop())

test('a direct message is answered 201 with its id under data, and found again from both ends', async () => {
  const x = await all.x()
  const client = accountAt(x, shop)
  const sent = (await client.v2.sendDmToParticipant(customer, { text: 'A < B' })) as Body
  expect(sent).toEqual({
    data: { dm_conversation_id: `${shop}-${customer}`, dm_event_id: expect.stringMatching(/^\d{19}$/) },
  })
  const answer = x.control.directMessage({ from: customer, to: shop, text: 'Thanks' })
  x.control.directMessage({ from: neighbour, to: shop, text: 'Something else' })
  const fields = ['id', 'text', 'sender_id', 'created_at', 'event_type'] as const
  const { events } = await client.v2.listDmEventsWithParticipant(customer, { 'dm_event.fields': [...fields] })
  expect(events).toEqual([
    { id: answer.id, event_type: 'MessageCreate', text: 'Thanks', sender_id: customer, created_at: expect.any(String) },
    {
      id: sent.data.dm_event_id,
      event_type: 'MessageCreate',
      text: 'A &lt; B',
      sender_id: shop,
      created_at: expect.any(String),
    },
  ])
  const other = await accountAt(x, customer).v2.listDmEventsWithParticipant(shop)
  expect(other.events.map(({ id }) => id)).toEqual(events.map(({ id }) => id))
})

test('all of an account’s messages are listed, in pages, and none of other people’s', async () => {
  const x = await all.x()
  for (let n = 0; n < 5; n += 1) x.control.directMessage({ from: n % 2 ? customer : neighbour, to: shop, text: `${n}` })
  x.control.directMessage({ from: customer, to: neighbour, text: 'private' })
  const list = await accountAt(x, shop).v2.listDmEvents({ max_results: 2 })
  expect(list.events).toHaveLength(2)
  await list.fetchLast()
  expect(list.events.map((event) => 'text' in event && event.text)).toEqual(['4', '3', '2', '1', '0'])
})

test('somebody who takes no messages, or is not there, is a 403', async () => {
  const x = await all.x()
  const client = accountAt(x, shop)
  x.control.changeUser(customer, { acceptsMessages: false })
  for (const id of [customer, '1']) {
    expect(await refusalOf(client.v2.sendDmToParticipant(id, { text: 'Hello' }))).toMatchObject({
      code: 403,
      data: { title: 'Forbidden', detail: 'You do not have permission to DM one or more participants.', status: 403 },
    })
  }
})

test('the same text twice is two messages; nothing at all, or too much, is none', async () => {
  const x = await all.x()
  const client = accountAt(x, shop)
  await client.v2.sendDmToParticipant(customer, { text: 'Hello' })
  await client.v2.sendDmToParticipant(customer, { text: 'Hello' })
  expect((await refusalOf(client.v2.sendDmToParticipant(customer, { text: '' }))).code).toBe(400)
  expect((await refusalOf(client.v2.sendDmToParticipant(customer, { text: 'x'.repeat(10_001) }))).code).toBe(400)
  await client.v2.sendDmToParticipant(customer, { text: 'x'.repeat(10_000) })
  expect(x.control.directMessages()).toHaveLength(3)
})

describe('limits', () => {
  test('15 in 15 minutes and account: every answer counts down, the sixteenth is a 429 that says until when', async () => {
    const x = await all.x()
    x.control.clock(new Date('2026-05-01T12:00:00Z'))
    const { token, secret } = x.control.token(shop)
    expect({ token, secret }).toBeDefined()
    const client = accountAt(x, shop)
    const left: string[] = []
    for (let n = 0; n < 15; n += 1) {
      const path = `dm_conversations/with/${customer}/messages`
      const { headers } = await client.v2.post(path, { text: `${n}` }, { fullResponse: true })
      left.push(String(headers['x-rate-limit-remaining']))
      expect(headers).toMatchObject({ 'x-rate-limit-limit': '15', 'x-user-limit-24hour-limit': '1440' })
    }
    expect(left).toEqual(Array.from({ length: 15 }, (_, n) => String(14 - n)))
    const refusal = await refusalOf(client.v2.sendDmToParticipant(customer, { text: 'too many' }))
    expect(refusal).toMatchObject({
      code: 429,
      rateLimit: { limit: 15, remaining: 0, userDay: { limit: 1440, remaining: 1425 } },
    })
    expect(x.control.directMessages()).toHaveLength(15)
    await accountAt(x, neighbour).v2.sendDmToParticipant(customer, { text: 'another account' })
    x.control.clock(new Date((refusal.rateLimit?.reset ?? 0) * 1000 + 1))
    await client.v2.sendDmToParticipant(customer, { text: 'the window is over' })
  })

  test('the one of the day holds when the window is over', async () => {
    const x = await all.x()
    x.control.limits({ directMessagesPerDay: { limit: 2 } })
    const client = accountAt(x, shop)
    for (const text of ['1', '2']) await client.v2.sendDmToParticipant(customer, { text })
    x.control.clock(new Date(Date.now() + 3_600_000))
    expect((await refusalOf(client.v2.sendDmToParticipant(customer, { text: '3' }))).rateLimit).toMatchObject({
      remaining: 15,
      userDay: { remaining: 0 },
    })
    x.control.clock(new Date(Date.now() + 25 * 3_600_000))
    await client.v2.sendDmToParticipant(customer, { text: '3' })
  })
})
