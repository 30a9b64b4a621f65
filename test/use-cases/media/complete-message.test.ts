import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { XError } from '../../../lambdas/core/ports/x.ts'
import { lookupsReason } from '../../../lambdas/core/tickets/customer-limits.ts'
import type { Message } from '../../../lambdas/core/tickets/ticket.ts'
import type { Person, QuotedPost } from '../../../lambdas/core/x/activity.ts'
import { type CompletionDependencies, completeMessage } from '../../../lambdas/use-cases/media/complete-message.ts'
import { ampleLimits } from '../../support/customer-limits.ts'
import { noEncryption } from '../../support/encryption.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'
import { bob, idAt, posts, shop, type User, v2Post, xActivity } from '../../support/x-payloads.ts'

const now = () => new Date('2026-01-01T12:00:00.000Z')
const encryption = noEncryption
let stores: TestStores
let ids = 0

beforeAll(async () => {
  stores = await startStores(now)
  const at = now().toISOString()
  await stores.channels.connect({ twitterUserId: shop.id, username: 'shop', at, encryptedTokens: '{"token":"t"}' })
})
afterAll(() => stores.stop())

const newId = () => idAt(now(), ++ids)
const newCustomer = (): User => ({ id: String(5_000_000 + ++ids), username: `customer${ids}`, name: 'A Customer' })
const personOf = ({ id, username, name }: User): Person => ({
  id,
  username,
  name: name ?? null,
  avatarUrl: 'https://p',
})
const postBy = (id: string, by: User): QuotedPost => ({
  id,
  url: `https://x.com/i/status/${id}`,
  text: 'Who is open on Sundays?',
  author: personOf(by),
  createdAt: '2026-01-01T09:00:00.000Z',
  media: [],
})

/** A mention without a name beside it that answers a post of somebody else. */
async function entry(by: User, parentId: string): Promise<Message> {
  const id = newId()
  const answers = { id: parentId, by: bob }
  const payload = v2Post({ id, by, text: '@bob @shop', mentions: [bob, shop], answers })
  await routerOver(stores, now).deliver(xActivity(shop, 'post.mention.create', payload, {}))
  return read(id)
}
async function read(externalId: string): Promise<Message> {
  const message = await stores.findMessage(`post-${externalId}`)
  if (!message) throw new Error(`no message ${externalId}`)
  return message
}
const again = (message: Message) => read(String(message.externalId))
const ticketOf = (message: Message) => stores.tickets.ticket(message.ticketId)
const with_ = (reading: Partial<CompletionDependencies['reading']>) => ({
  ...stores,
  encryption,
  customerLimits: ampleLimits,
  reading: untouched('reading', reading),
})

describe('what X left out of a message', () => {
  test('the parent stands there at once with its link, and after one question with words and author', async () => {
    const message = await entry(newCustomer(), '77')
    const link = { id: '77', url: 'https://x.com/i/status/77' }
    expect(message.parent).toEqual({ ...link, text: null, author: null, createdAt: null, status: 'available' })
    const post = async (_: unknown, id: string) => postBy(id, bob)
    expect(await completeMessage(message, with_({ post, user: async () => null }), now())).toMatchObject({
      outcome: 'completed',
    })
    expect((await again(message)).parent).toEqual({
      ...link,
      text: 'Who is open on Sundays?',
      author: { id: bob.id, username: 'bob', name: 'Bob' },
      createdAt: '2026-01-01T09:00:00.000Z',
      status: 'available',
    })
  })

  test('a parent that X does not show is marked so, and never asked for again', async () => {
    const message = await entry(newCustomer(), '78')
    await completeMessage(message, with_({ post: async () => null, user: async () => null }), now())
    const after = await again(message)
    expect(after.parent).toMatchObject({ id: '78', text: null, status: 'unavailable' })
    expect(await completeMessage(after, with_({}), now())).toEqual({
      outcome: 'complete',
      reason: 'nothing is missing',
    })
  })

  test('the author and the customer get their name, and a subject that had only the id names them', async () => {
    const customer = newCustomer()
    const answered = await entry(customer, '79')
    expect(await ticketOf(answered)).toMatchObject({
      subject: `Mention by ${customer.id}`,
      customer: { username: null },
    })
    const before = await ticketOf(answered)
    await completeMessage(answered, with_({ post: async () => null, user: async () => personOf(customer) }), now())
    expect((await again(answered)).author).toEqual({ id: customer.id, username: customer.username, name: 'A Customer' })
    expect(await ticketOf(answered)).toMatchObject({
      subject: `Mention by @${customer.username}`,
      customer: personOf(customer),
      updatedAt: before?.updatedAt,
      messageCount: 1,
    })
    const { items } = await stores.tickets.tickets({ customerId: customer.id }, { limit: 10, after: null })
    expect(items.map((ticket) => ticket.customer.username)).toEqual([customer.username])
  })

  test('a name that the ticket knows is not asked for', async () => {
    const customer = newCustomer()
    const first = { id: newId(), by: customer, text: '@shop hi', mentions: [shop] }
    await routerOver(stores, now).deliver(posts(shop, first))
    const second = v2Post({ ...first, id: newId(), answers: { id: first.id, by: customer } })
    await routerOver(stores, now).deliver(xActivity(shop, 'post.mention.create', second, {}))
    expect(await read(second.id)).toMatchObject({ author: { username: customer.username }, missing: [], parent: null })
  })

  test('of the encrypted message is the name of who wrote', async () => {
    const customer = newCustomer()
    const chat = { id: `e4f4d3fc-${ids}`, sender_id: customer.id, created_at_msec: '1784841183370' }
    await routerOver(stores, now).deliver(xActivity(shop, 'chat.received', chat))
    const message = await stores.findMessage(`chat-${chat.id}`)
    if (!message) throw new Error('a message was meant')
    await completeMessage(message, with_({ user: async () => personOf(customer) }), now())
    expect(await ticketOf(message)).toMatchObject({ subject: `Direct message from @${customer.username}` })
  })

  test('is asked for by two workers and written once, also while a message joins and an agent changes the ticket', async () => {
    const customer = newCustomer()
    const message = await entry(customer, '80')
    const user = async () => {
      const before = await ticketOf(message)
      if (!before) throw new Error('a ticket was meant')
      const after = { ...before, status: 'pending' as const, version: before.version + 1 }
      await stores.tickets.commit({ before, after, message: null, follows: null })
      return personOf(customer)
    }
    const post = async () => postBy('80', bob)
    const both = await Promise.all([1, 2].map(() => completeMessage(message, with_({ post, user }), now())))
    expect(both.map((one) => one.outcome).sort()).toEqual(['complete', 'completed'])
    expect(await again(message)).toMatchObject({ author: { username: customer.username }, missing: [] })
    expect(await ticketOf(message)).toMatchObject({ status: 'pending', customer: { username: customer.username } })
  })

  const failing = (status: number | null) => async () => {
    throw new XError(status, 'no')
  }
  const due = async () => (await stores.media.due('2026-01-01T12:02:00.000Z', 100)).map(({ messageId }) => messageId)

  test('is asked for again while X is ill, and the sweep brings it back until then', async () => {
    const message = await entry(newCustomer(), '81')
    for (const status of [429, 503, null]) {
      await expect(completeMessage(message, with_({ post: failing(status) }), now())).rejects.toMatchObject({ status })
    }
    expect((await again(message)).missing).toEqual(['parent', 'author'])
    expect(await due()).toContain(message.id)
    await completeMessage(message, with_({ post: async () => null, user: async () => null }), now())
    expect(await due()).not.toContain(message.id)
  })

  test('stays as it is, and is not asked for again, where X refuses for good or for a day', async () => {
    const nextDay = new Date('2026-01-02T12:00:01.000Z')
    for (const [status, at] of [
      [401, now()],
      [402, now()],
      [403, now()],
      [503, nextDay],
    ] as const) {
      const message = await entry(newCustomer(), '81')
      const done = await completeMessage(message, with_({ post: failing(status) }), at)
      expect(done).toEqual({ outcome: 'given_up', reason: `X refused the call (${status})` })
      expect(await again(message)).toMatchObject({ parent: { text: null, status: 'available' }, missing: [] })
      expect(await due()).not.toContain(message.id)
    }
    const channels = { encryptedTokens: async () => null }
    const message = await entry(newCustomer(), '81')
    expect(await completeMessage(message, { ...with_({}), channels }, now())).toMatchObject({ outcome: 'given_up' })
  })

  test('a parent that is a message of another ticket is told without asking X, our reply as the account', async () => {
    const customer = newCustomer()
    const first = { id: newId(), by: customer, text: '@shop hi', mentions: [shop] }
    const reply = { id: newId(), by: shop, text: 'Yes?', answers: { id: first.id, by: customer } }
    const answer = { ...first, id: newId(), answers: { id: reply.id, by: shop } }
    await routerOver(stores, now).deliver(posts(shop, first, reply, answer))
    expect(await read(answer.id)).toMatchObject({
      parent: { id: reply.id, text: 'Yes?', author: { id: shop.id, username: 'shop' }, status: 'available' },
      missing: [],
    })
  })

  describe('costs no more look-ups of a customer a day than are allowed', () => {
    const limits = (lookups: number) => ({ customerLimits: { lookups, megabytes: 0 } })
    const calls: string[] = []
    const counting = {
      post: async (_: unknown, id: string) => {
        calls.push(`post ${id}`)
        return postBy(id, bob)
      },
      user: async (_: unknown, id: string) => {
        calls.push(`user ${id}`)
        return personOf({ id, username: 'known' })
      },
    }
    const complete = (message: Message, lookups: number, reading: object = counting, at = now()) =>
      completeMessage(message, { ...with_(reading), ...limits(lookups) }, at)

    test('what is above stays out, with the reason, and the next day begins anew', async () => {
      const customer = newCustomer()
      const [first, second, third] = [
        await entry(customer, '91'),
        await entry(customer, '92'),
        await entry(customer, '93'),
      ]
      calls.length = 0
      expect(await complete(first, 3)).toMatchObject({ outcome: 'completed' })
      const reason = lookupsReason({ lookups: 3, megabytes: 0 })
      expect(await complete(second, 3)).toEqual({ outcome: 'given_up', reason })
      expect(await complete(third, 3)).toEqual({ outcome: 'given_up', reason })
      expect(calls).toEqual(['post 91', `user ${customer.id}`, 'post 92'])
      expect(await again(first)).toMatchObject({ incompleteBecause: null })
      // What is known stays: the text of the second parent; the third stands with its link.
      expect(await again(second)).toMatchObject({
        parent: { text: 'Who is open on Sundays?' },
        missing: [],
        incompleteBecause: reason,
      })
      expect(await again(third)).toMatchObject({
        text: '',
        parent: { url: 'https://x.com/i/status/93', text: null, status: 'available' },
        missing: [],
        incompleteBecause: '3 look-ups are allowed for one customer a day (UTC), and were made',
      })
      expect(await due()).not.toContain(third.id)
      const later = await entry(customer, '94')
      expect(await complete(later, 3, counting, new Date('2026-01-02T00:00:00.000Z'))).toMatchObject({
        outcome: 'completed',
      })
    })

    test('another customer has their own, and 0 allows none', async () => {
      const [one, other] = [newCustomer(), newCustomer()]
      calls.length = 0
      await complete(await entry(one, '95'), 2)
      await complete(await entry(other, '96'), 2)
      expect(calls).toHaveLength(4)
      expect(await complete(await entry(newCustomer(), '97'), 0, {})).toMatchObject({ outcome: 'given_up' })
    })

    test('what X refuses is not counted, however often it is tried', async () => {
      const message = await entry(newCustomer(), '98')
      for (const _ of [1, 2, 3, 4]) {
        await expect(complete(message, 2, { post: failing(503) })).rejects.toMatchObject({ status: 503 })
      }
      expect(await complete(message, 2)).toMatchObject({ outcome: 'completed' })
    })

    test('what two workers look up at once is counted each', async () => {
      const customer = newCustomer()
      const messages = await Promise.all(['101', '102', '103', '104'].map((id) => entry(customer, id)))
      calls.length = 0
      await Promise.all(messages.map((message) => complete(message, 5)))
      expect(calls).toHaveLength(5)
    })
  })
})
