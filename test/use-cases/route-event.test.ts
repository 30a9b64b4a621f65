import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Ticket } from '../../lambdas/core/tickets/ticket.ts'
import { queues } from '../../lambdas/runtime/resources.ts'
import { routerHandler } from '../support/handlers.ts'
import { recordOf, recordsOf, routerOver } from '../support/router.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'
import { ann, bob, directMessages, idAt, posts, shop, type User, xActivity } from '../support/x-payloads.ts'

const other: User = { id: '3333333333', username: 'other_shop' }
const now = () => new Date('2026-01-01T12:00:00.000Z')
let stores: TestStores
let ids = 0

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
  await stores.connect(other)
})
afterAll(() => stores.stop())

const newId = () => idAt(now(), ++ids)
const newCustomer = (): User => ({ id: String(5_000_000 + ++ids), username: `customer${ids}` })
const router = () => routerOver(stores, now)

async function ticketOf(id: string | null | undefined): Promise<Ticket> {
  const ticket = id ? await stores.tickets.ticket(id) : null
  if (!ticket) throw new Error(`no ticket ${id}`)
  return ticket
}
async function set(id: string | null | undefined, status: Ticket['status']) {
  const before = await ticketOf(id)
  const after = { ...before, status, version: before.version + 1 }
  expect(await stores.tickets.commit({ before, after, message: null, follows: null })).toBe('done')
}

describe('direct messages become tickets', () => {
  test("one person's messages come into one ticket, after «Closed» into a new one, in turn the current one", async () => {
    const customer = newCustomer()
    const { deliver } = router()
    const write = async () => (await deliver(directMessages(shop, { id: newId(), from: customer, to: shop })))[0]
    const first = await write()
    expect(first?.outcome).toBe('opened')
    expect(await write()).toMatchObject({ outcome: 'joined', ticketId: first?.ticketId })
    await set(first?.ticketId, 'closed')
    const second = await write()
    expect(second?.outcome).toBe('opened')
    expect(await write()).toMatchObject({ outcome: 'joined', ticketId: second?.ticketId })
    expect(await ticketOf(second?.ticketId)).toMatchObject({ previousTicketId: first?.ticketId, messageCount: 2 })
    expect(await ticketOf(first?.ticketId)).toMatchObject({ status: 'closed', messageCount: 2 })
  })

  test('a text stays what it was, to the last character', async () => {
    const text = 'é 😀 e\u0301 \u202eעברית\u202c &amp; 👩‍👩‍👧'
    const [routed] = await router().deliver(directMessages(shop, { id: newId(), from: newCustomer(), to: shop, text }))
    const items = await stores.messagesOf(routed?.ticketId)
    expect(items[0]?.text).toBe(text.replace('&amp;', '&'))
  })

  test('a message between two connected accounts is a message of each', async () => {
    const message = { id: newId(), from: other, to: shop }
    const outcomes = await router().deliver(directMessages(shop, message), directMessages(other, message))
    expect(outcomes.map((one) => one.outcome).sort()).toEqual(['ignored', 'opened'])
  })

  test('closing between the decision and the write makes it decide again', async () => {
    const customer = newCustomer()
    const [opened] = await router().deliver(directMessages(shop, { id: newId(), from: customer, to: shop }))
    let closings = 0
    const interfering = {
      ...stores,
      tickets: {
        ...stores.tickets,
        async commit(change: Parameters<typeof stores.tickets.commit>[0]) {
          if (closings++ === 0) await set(opened?.ticketId, 'closed')
          return stores.tickets.commit(change)
        },
      },
    }
    const delivery = directMessages(shop, { id: newId(), from: customer, to: shop })
    const [routed] = await routerOver(interfering, now).deliver(delivery)
    expect(routed).toMatchObject({ outcome: 'opened', reason: "the customer's last direct ticket was closed" })
    expect(closings).toBe(2)
    expect((await ticketOf(opened?.ticketId)).messageCount).toBe(1)
  })
})

describe('an encrypted message', () => {
  test('is a message that names who wrote and when, leads to X, and ends the silence', async () => {
    const account = { id: '6060', username: 'encrypted' }
    const channel = await stores.connect(account)
    const customer = newCustomer()
    const chat = { id: `e4f4d3fc-8bbf-${ids}`, sender_id: customer.id, created_at_msec: '1784841183370' }
    const delivery = xActivity(account, 'chat.received', chat, { users: [{ ...customer, name: 'A Customer' }] })
    const [opened] = await router().deliver(delivery)
    expect(await router().deliver(delivery)).toMatchObject([{ outcome: 'repeated' }])
    const items = await stores.messagesOf(opened?.ticketId)
    expect(items).toMatchObject([
      {
        direction: 'inbound',
        visibility: 'private',
        text: '',
        notice: { type: 'encrypted_message', url: `https://x.com/messages/compose?recipient_id=${customer.id}` },
        author: { id: customer.id, username: customer.username, name: 'A Customer' },
        createdAt: '2026-07-23T21:13:03.370Z',
      },
    ])
    expect(await ticketOf(opened?.ticketId)).toMatchObject({ kind: 'direct', messageCount: 1 })
    expect((await stores.channels.get(channel.id))?.lastMessageAt).toBe(now().toISOString())
    await set(opened?.ticketId, 'pending')
    const second = { ...chat, id: `${chat.id}-2` }
    expect(await router().deliver(xActivity(account, 'chat.received', second))).toMatchObject([{ outcome: 'joined' }])
    expect(await ticketOf(opened?.ticketId)).toMatchObject({ status: 'open', messageCount: 2 })
  })

  test('of the account itself is recorded and no message', async () => {
    const chat = { id: 'f4f4d3fc', sender_id: shop.id, created_at_msec: '1784841183370' }
    expect(await router().deliver(xActivity(shop, 'chat.sent', chat))).toMatchObject([{ outcome: 'ignored' }])
  })
})

describe('mentions become tickets', () => {
  const entry = (by: User, answers?: { id: string; by: User }) => ({
    id: newId(),
    by,
    text: '@shop hi',
    mentions: [shop],
    ...(answers ? { answers } : {}),
  })

  test("rule 2: only an answer under the customer's own first entry joins, and goes on in the ticket after a closed one", async () => {
    const customer = newCustomer()
    const { deliver } = router()
    const first = entry(customer)
    const [opened] = await deliver(posts(shop, first))
    const second = entry(customer, { id: first.id, by: customer })
    expect(await deliver(posts(shop, second))).toMatchObject([{ outcome: 'joined', ticketId: opened?.ticketId }])
    const third = entry(customer, { id: second.id, by: customer })
    const [own] = await deliver(posts(shop, third))
    expect(own?.outcome).toBe('opened')
    expect(await ticketOf(own?.ticketId)).toMatchObject({ previousTicketId: opened?.ticketId, firstEntryId: third.id })

    await set(opened?.ticketId, 'closed')
    const fourth = entry(customer, { id: first.id, by: customer })
    const [reopened] = await deliver(posts(shop, fourth))
    expect(await ticketOf(reopened?.ticketId)).toMatchObject({
      previousTicketId: opened?.ticketId,
      firstEntryId: fourth.id,
    })
    for (const under of [first.id, fourth.id]) {
      const answer = entry(customer, { id: under, by: customer })
      expect(await deliver(posts(shop, answer))).toMatchObject([{ outcome: 'joined', ticketId: reopened?.ticketId }])
    }
  })

  test('rule 3: an answer to our reply opens a ticket that names the one before', async () => {
    const customer = newCustomer()
    const { deliver } = router()
    const first = entry(customer)
    const [opened] = await deliver(posts(shop, first))
    const reply = { id: newId(), by: shop, text: 'sure', answers: { id: first.id, by: customer } }
    expect(await deliver(posts(shop, reply))).toMatchObject([{ outcome: 'outgoing', ticketId: opened?.ticketId }])
    const [answer] = await deliver(posts(shop, entry(customer, { id: reply.id, by: shop })))
    expect(answer).toMatchObject({ outcome: 'opened', reason: 'a mention that answers our reply' })
    expect((await ticketOf(answer?.ticketId)).previousTicketId).toBe(opened?.ticketId)
  })

  test('another person under a closed ticket gets a ticket of their own', async () => {
    const { deliver } = router()
    const first = entry(ann)
    const [opened] = await deliver(posts(shop, first))
    await set(opened?.ticketId, 'closed')
    const [routed] = await deliver(posts(shop, entry(bob, { id: first.id, by: ann })))
    expect(routed).toMatchObject({ outcome: 'opened' })
    expect((await ticketOf(routed?.ticketId)).previousTicketId).toBeNull()
  })

  test('a post for two channels is a message of each', async () => {
    const customer = newCustomer()
    const post = { id: newId(), by: customer, text: '@shop @other_shop hi', mentions: [shop, other] }
    const outcomes = await router().deliver(posts(shop, post), posts(other, post))
    expect(outcomes.map((one) => one.outcome)).toEqual(['opened', 'opened'])
    expect(new Set(outcomes.map((one) => one.ticketId)).size).toBe(2)
  })
})

describe('what makes no ticket', () => {
  test('is recorded with the reason, and decided on again when it comes again', async () => {
    const customer = newCustomer()
    const channelId = `twitter-${shop.id}`
    const echo = directMessages(shop, { id: newId(), from: shop, to: customer })
    const { deliver } = router()
    expect(await deliver(echo)).toMatchObject([{ outcome: 'ignored' }])
    expect(await deliver(echo)).toMatchObject([{ outcome: 'ignored' }])
    const { items } = await stores.events.list({ channelId, outcome: 'ignored' }, { limit: 100, after: null })
    expect(items).toContainEqual({
      at: now().toISOString(),
      outcome: 'ignored',
      reason: 'a direct message of the account to a person without a ticket',
      kind: 'direct_message_events',
      channelId,
      externalId: echo.direct_message_events[0]?.id,
    })
  })

  test('of an unknown account is recorded under no channel; of an unreadable event the whole is kept', async () => {
    const stranger = { id: '99', username: 'stranger' }
    await router().deliver(directMessages(stranger, { id: newId(), from: ann, to: stranger }))
    const broken = { for_user_id: shop.id, direct_message_events: [{ id: newId(), message_create: {} }] }
    expect(await router().deliver(broken)).toMatchObject([{ outcome: 'unreadable' }])
    const { items } = await stores.events.list({}, { limit: 100, after: null })
    expect(items).toContainEqual(
      expect.objectContaining({ channelId: null, reason: 'no channel is connected for this X account' }),
    )
    expect(items).toContainEqual(
      expect.objectContaining({
        channelId: `twitter-${shop.id}`,
        outcome: 'unreadable',
        kind: 'direct_message_events',
      }),
    )
  })

  test('everything, while the extension is off; on again, it goes on as before', async () => {
    const customer = newCustomer()
    const delivery = directMessages(shop, { id: newId(), from: customer, to: shop })
    await stores.channels.setExtension(false, now().toISOString())
    expect(await router().deliver(delivery)).toMatchObject([
      { outcome: 'ignored', reason: 'the Twitter extension is disabled' },
    ])
    await stores.channels.setExtension(true, now().toISOString())
    expect(await router().deliver(delivery)).toMatchObject([{ outcome: 'opened' }])
  })

  test('a revocation leaves the channel waiting for a new connection', async () => {
    const account = { id: '8080', username: 'revoking' }
    const channel = await stores.connect(account)
    const [routed] = await router().deliver({ user_event: { revoke: { source: { user_id: account.id } } } })
    expect(routed?.outcome).toBe('revoked')
    expect((await stores.channels.get(channel.id))?.status).toBe('needs_reconnection')
  })
})

describe('the channel', () => {
  test("remembers when the last customer's message came in; our own do not count", async () => {
    const account = { id: '7070', username: 'remembering' }
    const { id } = await stores.connect(account)
    const customer = newCustomer()
    const at = async (time: string, message: { from: User; to: User }) => {
      await routerOver(stores, () => new Date(time)).deliver(directMessages(account, { id: newId(), ...message }))
      return (await stores.channels.get(id))?.lastMessageAt
    }
    expect((await stores.channels.get(id))?.lastMessageAt).toBeNull()
    expect(await at('2026-01-03T00:00:00.000Z', { from: customer, to: account })).toBe('2026-01-03T00:00:00.000Z')
    expect(await at('2026-01-04T00:00:00.000Z', { from: account, to: customer })).toBe('2026-01-03T00:00:00.000Z')
    expect(await at('2026-01-02T00:00:00.000Z', { from: customer, to: account })).toBe('2026-01-03T00:00:00.000Z')
  })
})

describe('rule 8: whatever comes again', () => {
  test('two workers on one message make one message', async () => {
    for (const delivery of [
      directMessages(shop, { id: newId(), from: newCustomer(), to: shop }),
      posts(shop, { id: newId(), by: newCustomer(), text: '@shop hi', mentions: [shop] }),
    ]) {
      const outcomes = (await Promise.all([1, 2, 3].map(() => router().deliver(delivery)))).flat()
      expect(outcomes.map((one) => one.outcome).sort()).toEqual(['opened', 'repeated', 'repeated'])
      expect((await ticketOf(outcomes[0]?.ticketId)).messageCount).toBe(1)
    }
  })

  test('two workers on two messages of one new customer make one ticket', async () => {
    const customer = newCustomer()
    const write = () => router().deliver(directMessages(shop, { id: newId(), from: customer, to: shop }))
    const outcomes = (await Promise.all([write(), write(), write()])).flat()
    expect(outcomes.map((one) => one.outcome).sort()).toEqual(['joined', 'joined', 'opened'])
    expect((await ticketOf(outcomes[0]?.ticketId)).messageCount).toBe(3)
  })
})

describe('a batch', () => {
  const failing = (text: string) => ({
    ...stores,
    tickets: {
      ...stores.tickets,
      async commit(change: Parameters<typeof stores.tickets.commit>[0]) {
        if (change.message?.text === text) throw new Error('the table is on fire')
        return stores.tickets.commit(change)
      },
    },
  })
  const dm = (from: User, text: string) => directMessages(shop, { id: newId(), from, to: shop, text })

  test('a failing event fails alone, with what follows it of the same person', async () => {
    const [a, b] = [newCustomer(), newCustomer()]
    const deliveries = [dm(a, 'one'), dm(b, 'fails'), dm(a, 'two'), dm(b, 'behind it')]
    const records = deliveries.flatMap((delivery) => recordsOf(delivery, now().toISOString()))
    const { batchItemFailures } = await routerOver(failing('fails'), now).handle({ Records: records })
    expect(batchItemFailures.map((one) => one.itemIdentifier)).toEqual([records[1]?.messageId, records[3]?.messageId])
  })

  test('one that fails for the last time takes nobody along', async () => {
    const customer = newCustomer()
    const records = [dm(customer, 'fails'), dm(customer, 'behind it')].flatMap((one) =>
      recordsOf(one, now().toISOString()),
    )
    for (const record of records) record.attributes.ApproximateReceiveCount = String(queues.events.maxReceives)
    const { batchItemFailures } = await routerOver(failing('fails'), now).handle({ Records: records })
    expect(batchItemFailures.map((one) => one.itemIdentifier)).toEqual([records[0]?.messageId])
  })

  test('a record that is no event of ours fails and stays to be looked at, and the log does not quote it', async () => {
    const records = [recordOf('{"kind":"dm","text":"private words"', 'group'), recordOf('private words', 'other group')]
    const logged: object[] = []
    const route = routerHandler({
      ...stores,
      readChat: untouched('readChat'),
      mediaQueue: untouched('mediaQueue'),
      now,
      log: (entry) => logged.push(entry),
    })
    const { batchItemFailures } = await route({ Records: records }, { getRemainingTimeInMillis: () => 30_000 })
    expect(batchItemFailures).toHaveLength(2)
    expect(logged).toMatchObject([{ event: 'failed' }, { event: 'failed' }])
    expect(JSON.stringify(logged)).not.toContain('private')
  })

  test('a slow record fails at its deadline and leaves the others their time', async () => {
    const [slow, quick] = [newCustomer(), newCustomer()]
    const records = [dm(slow, 'slow'), dm(quick, 'quick')].flatMap((one) => recordsOf(one, now().toISOString()))
    const stalling = {
      ...stores,
      tickets: {
        ...stores.tickets,
        commit: (change: Parameters<typeof stores.tickets.commit>[0]) =>
          change.message?.text === 'slow' ? new Promise<never>(() => {}) : stores.tickets.commit(change),
      },
    }
    const route = routerHandler({
      ...stalling,
      readChat: untouched('readChat'),
      mediaQueue: untouched('mediaQueue'),
      now,
      log: () => {},
    })
    const { batchItemFailures } = await route({ Records: records }, { getRemainingTimeInMillis: () => 2_500 })
    expect(batchItemFailures.map((one) => one.itemIdentifier)).toEqual([records[0]?.messageId])
  })
})
