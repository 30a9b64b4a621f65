import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { polledEvents } from '../../lambdas/core/x/webhook-body.ts'
import { routeAtOnce, routerOver } from '../support/router.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { ann, bob, directMessages, idAt, posts, shop, v2Post, xActivity } from '../support/x-payloads.ts'

const now = () => new Date('2026-01-01T12:00:00.000Z')
let stores: TestStores
let ids = 0
const channelId = `twitter-${shop.id}`
const newId = () => idAt(now(), ++ids)

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
  const rules = [
    { name: 'Giveaways', kinds: ['mention'], outcome: 'ignore', words: ['giveaway'] },
    { name: 'Young', kinds: ['direct', 'mention'], outcome: 'tag', tag: 'young', accountDaysBelow: 7 },
  ] as const
  await stores.changeChannel(channelId, { rules }, now().toISOString())
})
afterAll(() => stores.stop())

const mention = (text: string, options: object = {}) =>
  posts(shop, { id: newId(), by: ann, text: `@shop ${text}`, mentions: [shop], ...options })

describe('rules against noise', () => {
  test('a mention makes no ticket, also again, and one that X lists neither', async () => {
    const router = routerOver(stores, now)
    const noise = mention('a Giveaway')
    expect(await router.deliver(noise, noise)).toMatchObject([
      { outcome: 'ignored', reason: 'the rule «Giveaways»' },
      { outcome: 'ignored', reason: 'the rule «Giveaways»' },
    ])
    const item = v2Post({ id: newId(), by: ann, text: '@shop giveaway', mentions: [shop] })
    const polled = polledEvents('mentions', shop.id, { items: [item], includes: {} }, now().toISOString())
    await routeAtOnce(router, polled, 'poll')
    expect(await stores.allTickets()).toEqual([])
  })

  test('the tag is on the ticket from its first moment, and the facts are with its first message', async () => {
    const users = [
      { ...ann, created_at: '2025-12-30T00:00:00.000Z', verified: false, public_metrics: { followers_count: 3 } },
    ]
    const post = v2Post({ id: newId(), by: ann, text: '@shop hi', mentions: [shop], more: { lang: 'en' } })
    const [opened] = await routerOver(stores, now).deliver(xActivity(shop, 'post.mention.create', post, { users }))
    expect(opened?.outcome).toBe('opened')
    const ticket = await stores.tickets.ticket(String(opened?.ticketId))
    expect(ticket).toMatchObject({
      status: 'new',
      tags: ['Twitter: Mention', 'young'],
      openedBecause: 'a new mention, tagged by the rule «Young»',
    })
    expect((await stores.messagesOf(ticket?.id))[0]?.facts).toEqual({
      language: 'en',
      followers: 3,
      verified: false,
      accountSince: '2025-12-30',
    })
    const tagged = await stores.tickets.tickets({ tag: 'young' }, { limit: 10, after: null })
    expect(tagged.items.map(({ id }) => id)).toEqual([ticket?.id])
  })

  test('an answer under the own first entry joins, also when the answer comes first, whatever its words', async () => {
    const { deliver } = routerOver(stores, now)
    const id = newId()
    const [entry, joined] = await deliver(
      mention('hello', { id, by: bob }),
      mention('no giveaway?', { by: bob, answers: { id, by: bob } }),
    )
    expect([entry?.outcome, joined]).toEqual(['opened', expect.objectContaining({ ...joined, outcome: 'joined' })])
    expect(joined?.ticketId).toBe(entry?.ticketId)
    const late = newId()
    const [first, second] = await deliver(
      mention('hello again', { by: bob, answers: { id: late, by: bob } }),
      mention('about your giveaway', { id: late, by: bob }),
    )
    expect([first?.outcome, second?.outcome, second?.ticketId]).toEqual(['opened', 'joined', first?.ticketId])
  })

  test('a direct message is left to the rules for direct messages; in an open ticket to none', async () => {
    const young = { users: { [bob.id]: { ...bob, created_timestamp: String(Date.UTC(2025, 11, 31)) } } }
    const write = (text: string) => ({ ...directMessages(shop, { id: newId(), from: bob, to: shop, text }), ...young })
    const [opened, joined] = await routerOver(stores, now).deliver(write('a giveaway'), write('another giveaway'))
    expect([opened?.outcome, joined?.outcome]).toEqual(['opened', 'joined'])
    expect((await stores.tickets.ticket(String(opened?.ticketId)))?.tags).toEqual(['Twitter:Direct', 'young'])
  })

  test('an edit that removes the words opens the ticket', async () => {
    const [first, second] = [newId(), newId()]
    const { deliver } = routerOver(stores, now)
    const versions = { edit_history: { edit_tweet_ids: [first, second] } }
    expect(await deliver(mention('giveaway', { id: first }))).toMatchObject([{ outcome: 'ignored' }])
    expect(await deliver(mention('an order', { id: second, more: versions }))).toMatchObject([{ outcome: 'opened' }])
  })
})
