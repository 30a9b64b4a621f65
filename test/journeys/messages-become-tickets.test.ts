import { describe, expect, test } from '@jest/globals'
import type { Calls } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { productForTests } from '../support/product.ts'
import { ann, bob, directMessages, idAt, posts, shop } from '../support/x-payloads.ts'

const product = productForTests(() => product.connect(shop))

const id = (n: number) => idAt('2026-01-01T12:00:00Z', n)
const ticketWith = (count: number, query: Calls['GET /api/tickets']['query'] = {}) =>
  eventually(`a ticket with ${count} messages`, async () => {
    const [ticket] = await product.tickets(query)
    return ticket?.messageCount === count ? ticket : undefined
  })

describe('from X to the helpdesk', () => {
  test('a direct message becomes a ticket, to the last character and digit', async () => {
    const delivery = directMessages(shop, { id: id(1), from: ann, to: shop, text: 'é 😀 &amp; אב' })
    expect(await product.deliver(delivery)).toBe(200)
    const ticket = await ticketWith(1, { tag: 'Twitter:Direct' })
    expect(ticket).toMatchObject({
      kind: 'direct',
      status: 'new',
      channel: { username: 'shop' },
      customer: { id: ann.id },
    })
    expect(await product.messages(ticket.id)).toMatchObject([
      { text: 'é 😀 & אב', externalId: id(1), direction: 'inbound' },
    ])
    expect(BigInt(id(1)) > BigInt(Number.MAX_SAFE_INTEGER)).toBe(true)
  })

  test('the same delivery four times makes one message, and what follows is in order', async () => {
    const again = directMessages(shop, { id: id(1), from: ann, to: shop, text: 'é 😀 &amp; אב' })
    for (let n = 0; n < 3; n++) expect(await product.deliver(again)).toBe(200)
    const rest = [2, 3, 4].map((n) => ({ id: id(n), from: ann, to: shop, text: `message ${n}` }))
    expect(await product.deliver(directMessages(shop, ...rest))).toBe(200)
    const ticket = await ticketWith(4, { tag: 'Twitter:Direct' })
    expect((await product.messages(ticket.id)).map((message) => message.externalId)).toEqual([1, 2, 3, 4].map(id))
  })

  test('after «Closed» the next message opens a new ticket that names the one before', async () => {
    const closed = await ticketWith(4, { tag: 'Twitter:Direct' })
    await product.helpdesk.call('PATCH /api/tickets/{id}', { params: { id: closed.id }, body: { status: 'closed' } })
    await product.deliver(directMessages(shop, { id: id(5), from: ann, to: shop }))
    const next = await ticketWith(1, { customerId: ann.id })
    expect(next.previousTicketId).toBe(closed.id)
    expect(await product.tickets({ status: 'closed' })).toMatchObject([{ id: closed.id, messageCount: 4 }])
  })

  test("a mention becomes a ticket; only the answer under the customer's own first entry joins", async () => {
    const first = { id: id(10), by: bob, text: '@shop is it open?', mentions: [shop] }
    await product.deliver(posts(shop, first))
    const ticket = await ticketWith(1, { customerId: bob.id })
    expect(ticket).toMatchObject({ kind: 'mention', tags: ['Twitter: Mention'], firstEntryId: first.id })
    const own = { id: id(11), by: bob, text: '@shop hello?', mentions: [shop], answers: { id: first.id, by: bob } }
    const reply = { id: id(12), by: shop, text: '@bob yes', mentions: [bob], answers: { id: first.id, by: bob } }
    const answer = { id: id(13), by: bob, text: '@shop thanks', mentions: [shop], answers: { id: reply.id, by: shop } }
    await product.deliver(posts(shop, own, reply, answer))
    const opened = await eventually('a ticket for the answer under our reply', async () =>
      (await product.tickets({ customerId: bob.id })).find((one) => one.firstEntryId === answer.id),
    )
    expect(opened.previousTicketId).toBe(ticket.id)
    expect((await product.messages(ticket.id)).map(({ direction }) => direction)).toEqual([
      'inbound',
      'inbound',
      'outbound',
    ])
  })

  test('what makes no ticket is there with its reason', async () => {
    await product.deliver(
      posts(shop, { id: id(20), by: ann, text: 'RT', mentions: [shop], more: { retweeted_status: {} } }),
    )
    const event = await eventually('the record of the repost', async () => {
      const { events } = await product.admin.call('GET /api/events', { query: { outcome: 'ignored' } })
      return events.find((one) => one.externalId === id(20))
    })
    expect(event.reason).toBe('a repost')
  })
})
