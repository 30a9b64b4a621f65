import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { isReply, replyIdOf, writeReply } from '../../../lambdas/core/replies/reply.ts'
import { failed, sent } from '../../../lambdas/core/replies/sending.ts'
import type { DayCounts } from '../../../lambdas/core/reports/counts.ts'
import { recordsOf, routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, bob, directMessages, idAt, posts, shop } from '../../support/x-payloads.ts'

let clock = new Date()
let stores: TestStores
let router: ReturnType<typeof routerOver>
const channelId = `twitter-${shop.id}`

beforeAll(async () => {
  stores = await startStores(() => clock)
})
beforeEach(async () => {
  await stores.stop()
  clock = new Date('2026-01-01T12:00:00.000Z')
  stores = await startStores(() => clock)
  await stores.connect()
  router = routerOver(stores, () => clock)
})
afterAll(() => stores.stop())

async function day(date: string): Promise<DayCounts> {
  const [counts, ...more] = await stores.counts.activity(channelId, date, date)
  if (!counts || more.length > 0) throw new Error('one day was meant')
  return counts
}

let n = 0
const nextId = () => idAt(clock, ++n)
const message = (from = ann) => directMessages(shop, { id: nextId(), from, to: shop, text: 'Hello' })

describe('counts of a channel', () => {
  test('tell per UTC day what was received, opened, joined and ignored by its reason', async () => {
    await router.deliver(message(), message(), message(bob))
    clock = new Date('2026-01-02T00:00:00.000Z')
    await router.deliver(message())
    const repost = { retweeted_status: {} }
    for (let times = 0; times < 2; times++) {
      await router.deliver(posts(shop, { id: nextId(), by: ann, text: 'RT', mentions: [], more: repost }))
    }
    await router.deliver(posts(shop, { id: nextId(), by: ann, text: 'hello all' }))
    const nothing = { recovered: 0, unreadable: 0, replies: { sent: 0, failed: 0, unknown: 0 } }
    expect(await stores.counts.activity(channelId, '2025-12-31', '2026-01-02')).toEqual([
      { ...nothing, date: '2025-12-31', received: 0, opened: 0, joined: 0, ignored: {} },
      { ...nothing, date: '2026-01-01', received: 3, opened: 2, joined: 1, ignored: {} },
      {
        ...nothing,
        date: '2026-01-02',
        received: 4,
        opened: 0,
        joined: 1,
        ignored: { 'a repost': 2, 'it does not mention the account': 1 },
      },
    ])
  })

  test('know when the last message came, though the channel is not written for each of a busy minute', async () => {
    const at = async (time: string) => {
      clock = new Date(time)
      await router.deliver(message())
      const channel = await stores.channels.get(channelId)
      return [channel?.lastMessageAt, channel && (await stores.counts.lastMessageAt(channel))]
    }
    const [first, busy, later] = ['2026-01-03T00:00:00.000Z', '2026-01-03T00:00:50.000Z', '2026-01-03T00:00:55.000Z']
    expect(await at(first)).toEqual([first, first])
    expect(await at(busy)).toEqual([first, busy])
    await router.deliver(posts(shop, { id: nextId(), by: ann, text: 'ignored' }))
    await stores.channels.inactivityWasNotified(channelId, busy)
    expect(await at(later)).toEqual([later, later])
  })

  test('count once what comes again, by X or by the queue, side by side', async () => {
    const delivery = message()
    const records = recordsOf(delivery, clock.toISOString())
    const ignored = recordsOf(posts(shop, { id: nextId(), by: ann, text: 'hello' }), clock.toISOString())
    await Promise.all(Array.from({ length: 4 }, () => router.handle({ Records: [...records, ...ignored] })))
    await router.deliver(delivery)
    expect(await day('2026-01-01')).toMatchObject({
      received: 2,
      opened: 1,
      joined: 0,
      ignored: { 'it does not mention the account': 1 },
    })
  })

  test('are exact when many messages of many people come at once', async () => {
    const people = Array.from({ length: 30 }, (_, index) => ({ id: String(5000 + index), username: `p${index}` }))
    const records = people
      .flatMap((from) => [message(from), message(from)])
      .flatMap((one) => recordsOf(one, clock.toISOString()))
    const { batchItemFailures } = await router.handle({ Records: records })
    expect(batchItemFailures).toEqual([])
    expect(await day('2026-01-01')).toMatchObject({ received: 60, opened: 30, joined: 30 })
  })

  test('tell how replies ended, each outcome once', async () => {
    await router.deliver(message())
    const [ticket] = await stores.allTickets()
    if (!ticket) throw new Error('a ticket was meant')
    const target = { kind: 'direct_message', recipientId: ann.id } as const
    const id = replyIdOf(ticket, clock, 'a')
    const written = writeReply(ticket, { id, text: 'Hi', target, author: { id: 'kim', name: 'Kim' } }, clock)
    await stores.tickets.commit({ before: ticket, after: written.ticket, message: written.reply, follows: null })
    const current = async () => {
      const reply = await stores.tickets.message(ticket.id, id)
      if (!reply || !isReply(reply)) throw new Error('a reply was meant')
      return reply
    }
    const first = await current()
    await stores.replies.save(first, failed(first, 'refused'))
    // Decided on what is no longer so: nothing is written, nothing counts.
    expect(await stores.replies.save(first, sent(first, nextId()))).toBe(false)
    clock = new Date('2026-01-03T00:00:00.000Z')
    const second = await current()
    await stores.replies.save(second, sent(second, nextId()))
    expect((await day('2026-01-01')).replies).toEqual({ sent: 0, failed: 1, unknown: 0 })
    expect((await day('2026-01-03')).replies).toEqual({ sent: 1, failed: 0, unknown: 0 })
  })
})
