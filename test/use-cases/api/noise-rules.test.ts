import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createErasure } from '../../../lambdas/use-cases/erase.ts'
import { apiOver } from '../../support/api.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, bob, directMessages, idAt, posts, shop, type User, v2Post, xActivity } from '../../support/x-payloads.ts'

let clock = '2026-03-10T12:00:00.000Z'
const now = () => new Date(clock)
let stores: TestStores
let api: ReturnType<typeof apiOver>
let ids = 0
const channelId = `twitter-${shop.id}`

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
  api = apiOver(stores, now)
})
afterAll(() => stores.stop())

const claims = { sub: 'lee', 'cognito:groups': '[administrators]' }
async function dryRun(body: object, id = channelId) {
  const answer = await api('POST', `/api/channels/${id}/rules/dry-run`, { claims, body: JSON.stringify(body) })
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') }
}

const stranger = (username: string): User => ({ id: String(7_000_000 + ++ids), username })
/** A mention of a day; X tells the language and the followers only where they are given. */
function mention(by: User, text: string, known?: { lang: string; followers: number }) {
  const more = known ? { lang: known.lang } : {}
  const item = v2Post({ id: idAt(clock, ++ids), by, text: `@shop ${text}`, mentions: [shop], at: clock, more })
  const author = { ...by, ...(known && { public_metrics: { followers_count: known.followers } }) }
  return xActivity(shop, 'post.mention.create', item, { users: [author] })
}

const giveaways = { name: 'Giveaways', kinds: ['mention'], outcome: 'ignore', words: ['giveaway'] }
const small = { name: 'Small', kinds: ['mention'], outcome: 'tag', tag: 'small', followersBelow: 10 }

describe('a dry run of rules against noise', () => {
  test('tells what each rule would have done with the tickets of the last days, and of how many it is unknown', async () => {
    const { deliver } = routerOver(stores, now)
    clock = '2026-03-01T12:00:00.000Z'
    await deliver(mention(stranger('long_ago'), 'giveaway', { lang: 'en', followers: 1 }))
    clock = '2026-03-07T12:00:00.000Z'
    await deliver(mention(ann, 'where is my order?', { lang: 'en', followers: 120 }))
    await deliver(mention(stranger('noisy'), 'a GIVEAWAY!', { lang: 'en', followers: 3 }))
    await deliver(mention(stranger('tiny'), 'hi', { lang: 'de', followers: 9 }))
    await deliver(mention(stranger('unknown'), 'hi'))
    await deliver(directMessages(shop, { id: idAt(clock, ++ids), from: bob, to: shop, text: 'giveaway', at: clock }))
    clock = '2026-03-10T12:00:00.000Z'

    const { status, body } = await dryRun({ rules: [giveaways, small] })
    expect(status).toBe(200)
    expect(body).toEqual({
      from: '2026-03-03T12:00:00.000Z',
      to: '2026-03-10T12:00:00.000Z',
      isWhole: true,
      alreadyIgnored: 0,
      judged: 5,
      rules: [
        { name: 'Giveaways', outcome: 'ignore', matched: 1, unknown: 0, examples: [expect.anything()] },
        { name: 'Small', outcome: 'tag', matched: 1, unknown: 1, examples: [expect.anything()] },
      ],
    })
    expect(body.rules[0].examples[0]).toMatchObject({ subject: '@shop a GIVEAWAY!', username: 'noisy' })
    expect(body.rules[1].examples[0].username).toBe('tiny')
    expect((await dryRun({ rules: [small, giveaways] })).body.rules).toMatchObject([{ matched: 2 }, { matched: 0 }])
    expect((await dryRun({ rules: [giveaways], days: 3 })).body).toMatchObject({ judged: 5, rules: [{ matched: 1 }] })
    expect((await dryRun({ rules: [giveaways], days: 2 })).body).toMatchObject({ judged: 0, rules: [{ matched: 0 }] })
  })

  test('agrees with what the rules then do, and says how much they have ignored, which it cannot look at', async () => {
    const rules = [giveaways, small] as never
    await stores.changeChannel(channelId, { rules }, clock)
    const { deliver } = routerOver(stores, now)
    const [ignored] = await deliver(mention(stranger('noisy2'), 'giveaway', { lang: 'en', followers: 3 }))
    const [tagged] = await deliver(mention(stranger('tiny2'), 'hi', { lang: 'en', followers: 9 }))
    expect([ignored?.outcome, tagged?.outcome]).toEqual(['ignored', 'opened'])
    const { body } = await dryRun({ rules: [small], days: 1 })
    expect(body).toMatchObject({ alreadyIgnored: 1, judged: 1, rules: [{ matched: 1 }] })
    await stores.changeChannel(channelId, { rules: [] }, clock)
  })

  test('does not judge a ticket that follows one of the same customer, and changes nothing', async () => {
    const customer = stranger('again')
    const { deliver } = routerOver(stores, now)
    const write = (text: string) =>
      directMessages(shop, { id: idAt(clock, ++ids), from: customer, to: shop, text, at: clock })
    const [first] = await deliver(write('hello'))
    const before = await stores.tickets.ticket(String(first?.ticketId))
    if (!before) throw new Error('a ticket was meant')
    const after = { ...before, status: 'closed' as const, version: before.version + 1 }
    await stores.tickets.commit({ before, after, message: null, follows: null })
    expect(await deliver(write('a prize'))).toMatchObject([{ outcome: 'opened' }])
    const tickets = await stores.allTickets()
    const direct = { name: 'Prizes', kinds: ['direct'], outcome: 'ignore', words: ['prize', 'hello'] }
    expect((await dryRun({ rules: [direct], days: 1 })).body.rules).toMatchObject([{ matched: 1 }])
    expect(await stores.allTickets()).toEqual(tickets)
  })

  test('does not read what was deleted on X', async () => {
    const id = idAt(clock, ++ids)
    const { deliver } = routerOver(stores, now)
    const [opened] = await deliver(
      posts(shop, { id, by: stranger('gone'), text: '@shop lottery', mentions: [shop], at: clock }),
    )
    const lottery = { ...giveaways, words: ['lottery'] }
    expect((await dryRun({ rules: [lottery], days: 1 })).body.rules[0]).toMatchObject({ matched: 1, unknown: 0 })
    const [message] = await stores.messagesOf(opened?.ticketId)
    if (!message) throw new Error('a message was meant')
    await stores.deletions.erase(message, { ...message, deletedAt: clock, erasedAt: clock })
    expect((await dryRun({ rules: [lottery], days: 1 })).body.rules[0]).toMatchObject({ matched: 0, unknown: 1 })
  })

  test('looks at the newest tickets, and says since when', async () => {
    const { deliver } = routerOver(stores, now)
    for (const minute of [1, 2, 3, 4, 5]) {
      clock = `2026-05-10T12:0${minute}:00.000Z`
      await deliver(mention(stranger(`minute_${minute}`), 'giveaway'))
    }
    const openingsSince: TestStores['tickets']['openingsSince'] = (id, since, most) => {
      expect(most).toBe(500)
      return stores.tickets.openingsSince(id, since, 3)
    }
    const bounded = apiOver({ ...stores, tickets: { ...stores.tickets, openingsSince } }, now)
    const body = JSON.stringify({ rules: [giveaways] })
    const answer = await bounded('POST', `/api/channels/${channelId}/rules/dry-run`, { claims, body })
    const { rules, ...found } = JSON.parse(answer.body ?? '')
    expect(found).toMatchObject({ isWhole: false, judged: 3, from: '2026-05-10T12:03:00.000Z' })
    expect(rules[0].examples.map(({ username }: { username: string }) => username)).toEqual([
      'minute_5',
      'minute_4',
      'minute_3',
    ])
  })

  test('looks past what erased tickets left, however many, and is whole only when it has seen all', async () => {
    const { deliver } = routerOver(stores, now)
    clock = '2026-06-10T12:00:00.000Z'
    const kept: string[] = []
    for (const name of ['first', 'second', 'third']) {
      const [opened] = await deliver(mention(stranger(name), 'hello'))
      kept.unshift(String(opened?.ticketId))
      clock = new Date(now().getTime() + 60_000).toISOString()
    }
    const forgotten = stranger('forgotten')
    for (let n = 0; n < 40; n++) await deliver(mention(forgotten, 'hello'))
    await stores.erasures.request(forgotten.id, clock)
    const erase = createErasure({ ...stores, bucket: { removeAll: async () => {} }, log: () => {} })
    await erase({ time: clock }, { getRemainingTimeInMillis: () => 240_000 })

    const since = '2026-06-10T00:00:00.000Z'
    const found = async (most: number) => {
      const { openings, isWhole } = await stores.tickets.openingsSince(channelId, since, most)
      return { ids: openings.map(({ ticket }) => ticket.id), isWhole }
    }
    expect(await found(2)).toEqual({ ids: kept.slice(0, 2), isWhole: false })
    expect(await found(3)).toEqual({ ids: kept, isWhole: true })
    expect(await found(500)).toEqual({ ids: kept, isWhole: true })
  })

  test.each<[string, object]>([
    ['rules', {}],
    ['days', { rules: [], days: 8 }],
    ['days', { rules: [], days: 0 }],
    ['rules.0', { rules: [{ ...giveaways, words: undefined }] }],
    ['rules.0.words', { rules: [{ ...giveaways, words: ['shop'] }] }],
    ['answer', { rules: [], answer: 'Hello' }],
  ])('%s is refused by its name', async (field, body) => {
    const answer = await dryRun(body)
    expect([answer.status, answer.body.errors[0].field]).toEqual([422, field])
  })

  test('of an unknown channel is not found', async () => {
    expect((await dryRun({ rules: [] }, 'none')).status).toBe(404)
  })
})
