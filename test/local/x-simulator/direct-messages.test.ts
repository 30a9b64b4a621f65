import { afterEach, describe, expect, test } from '@jest/globals'
import { accountAt, type Body, customer, everything, neighbour, refusalOf, shop } from './support.ts'

const all = everything()
afterEach(() => all.stop())

test('sending a direct message answers 201 with its id under data, and both accounts can read it', async () => {
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

test('an account lists all its messages, in pages, and no messages of others', async () => {
  const x = await all.x()
  for (let n = 0; n < 5; n += 1) x.control.directMessage({ from: n % 2 ? customer : neighbour, to: shop, text: `${n}` })
  x.control.directMessage({ from: customer, to: neighbour, text: 'private' })
  const list = await accountAt(x, shop).v2.listDmEvents({ max_results: 2 })
  expect(list.events).toHaveLength(2)
  await list.fetchLast()
  expect(list.events.map((event) => 'text' in event && event.text)).toEqual(['4', '3', '2', '1', '0'])
})

test('messages have the requested fields, with users, media and posts in includes', async () => {
  const x = await all.x()
  const client = accountAt(x, shop)
  const post = x.control.post({ by: shop, text: 'News' })
  const picture = { contentType: 'image/png', bytes: Buffer.from('picture') }
  const text = `About https://x.com/demo_shop/status/${post.id}`
  const message = x.control.directMessage({ from: customer, to: shop, text, media: picture })
  const fields =
    'id,text,event_type,created_at,sender_id,dm_conversation_id,participant_ids,attachments,referenced_tweets,entities'
  const query = {
    'dm_event.fields': fields,
    event_types: 'MessageCreate',
    expansions: 'sender_id,participant_ids,attachments.media_keys,referenced_tweets.id',
    'media.fields': 'url',
  }
  const answer = (await client.v2.get('dm_events', query as Body)) as Body
  const [file] = x.control.state().media
  expect(answer.data).toEqual([
    {
      id: message.id,
      event_type: 'MessageCreate',
      text: message.text.full,
      sender_id: customer,
      created_at: message.createdAt,
      dm_conversation_id: `${shop}-${customer}`,
      participant_ids: [customer, shop],
      attachments: { media_keys: [`3_${file?.id}`] },
      referenced_tweets: [{ id: post.id }],
      entities: {
        urls: [
          expect.objectContaining({ expanded_url: `https://x.com/demo_shop/status/${post.id}` }),
          expect.objectContaining({
            expanded_url: `https://twitter.com/messages/media/${message.id}`,
          }),
        ],
      },
    },
  ])
  expect(answer.includes).toEqual({
    users: [expect.objectContaining({ id: customer }), expect.objectContaining({ id: shop })],
    media: [
      { media_key: `3_${file?.id}`, type: 'photo', url: expect.stringContaining(`/dm/${message.id}/${file?.id}/`) },
    ],
    tweets: [expect.objectContaining({ id: post.id, text: 'News' })],
  })
  expect(answer.meta).toEqual({ result_count: 1 })
})

test('messages are listed for 30 days, by type, and not since an id', async () => {
  const x = await all.x()
  const client = accountAt(x, shop)
  x.control.clock(new Date('2026-05-01T12:00:00Z'))
  const old = x.control.directMessage({ from: customer, to: shop, text: 'old' })
  x.control.clock(new Date('2026-05-31T11:59:00Z'))
  const recent = x.control.directMessage({ from: neighbour, to: shop, text: 'recent' })
  const ids = async (path = 'dm_events', query: object = {}) => {
    const { data = [] } = (await client.v2.get(path, query as Body)) as Body
    return data.map(({ id }: Body) => id)
  }
  expect(await ids()).toEqual([recent.id, old.id])
  expect(await ids('dm_events', { event_types: 'ParticipantsJoin,ParticipantsLeave' })).toEqual([])
  expect(await ids(`dm_conversations/with/${customer}/dm_events`)).toEqual([old.id])
  x.control.clock(new Date('2026-05-31T12:01:00Z'))
  expect(await ids()).toEqual([recent.id])
  expect(await ids(`dm_conversations/with/${customer}/dm_events`)).toEqual([])
  for (const query of [{ since_id: old.id }, { event_types: 'Anything' }, { max_results: 101 }]) {
    expect((await refusalOf(ids('dm_events', query))).code).toBe(400)
  }
})

test('a message to a user who is unknown or accepts no messages gets a 403', async () => {
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

test('the same text twice is two messages; an empty or too long text is refused', async () => {
  const x = await all.x()
  const client = accountAt(x, shop)
  await client.v2.sendDmToParticipant(customer, { text: 'Hello' })
  await client.v2.sendDmToParticipant(customer, { text: 'Hello' })
  expect((await refusalOf(client.v2.sendDmToParticipant(customer, { text: '' }))).code).toBe(400)
  expect((await refusalOf(client.v2.sendDmToParticipant(customer, { text: 'x'.repeat(10_001) }))).code).toBe(400)
  await client.v2.sendDmToParticipant(customer, { text: 'x'.repeat(10_000) })
  expect(x.control.directMessages()).toHaveLength(3)
})

test('a message is looked up by its parties and deleted by its sender, for whom it is then gone', async () => {
  const x = await all.x()
  const [from, to] = [accountAt(x, shop), accountAt(x, customer)]
  const { dm_event_id: id } = await from.v2
    .sendDmToParticipant(customer, { text: 'Hello' })
    .then((one: Body) => one.data)
  expect(await to.v2.get(`dm_events/${id}`)).toMatchObject({ data: { id, text: 'Hello' } })
  expect(await accountAt(x, neighbour).v2.get(`dm_events/${id}`)).toEqual({})
  expect((await refusalOf(to.v2.delete(`dm_events/${id}`))).code).toBe(403)
  expect(await from.v2.delete(`dm_events/${id}`)).toEqual({ data: { deleted: true } })
  expect(await from.v2.get('dm_events')).toEqual({ meta: { result_count: 0 } })
  expect(await to.v2.get('dm_events')).toMatchObject({ data: [{ id }] })
  expect((await refusalOf(from.v2.delete(`dm_events/${id}`))).code).toBe(404)
})

test('files of messages are served to OAuth 2.0 tokens of accounts only, which the simulator does not issue', async () => {
  const x = await all.x()
  expect(await refusalOf(accountAt(x, shop).v2.get('dm_conversations/media/1/2/3'))).toMatchObject({
    code: 403,
    data: { title: 'Unsupported Authentication', detail: expect.stringContaining('OAuth 2.0 User Context') },
  })
})

describe('rate limits', () => {
  test('allow 15 in 15 minutes for an account: every answer counts down, the sixteenth is a 429 with the reset time', async () => {
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

  test('allow 1,440 in a day for all accounts together, which the headers tell', async () => {
    const x = await all.x()
    x.control.limits({ directMessagesPerAppDay: { limit: 2 } })
    const path = `dm_conversations/with/${customer}/messages`
    await accountAt(x, neighbour).v2.post(path, { text: '1' })
    const { headers } = await accountAt(x, shop).v2.post(path, { text: '2' }, { fullResponse: true })
    expect(headers).toMatchObject({ 'x-app-limit-24hour-limit': '2', 'x-app-limit-24hour-remaining': '0' })
    expect((await refusalOf(accountAt(x, shop).v2.post(path, { text: '3' }))).rateLimit).toMatchObject({
      remaining: 14,
      day: { limit: 2, remaining: 0 },
    })
  })

  test('apply for a day after the window has ended', async () => {
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
