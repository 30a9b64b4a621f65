import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { EventQueue } from '../../lambdas/core/ports/queues.ts'
import { type AccountTokens, type Since, XError, type XReading } from '../../lambdas/core/ports/x.ts'
import { createMentionsPoll } from '../../lambdas/use-cases/poll-mentions.ts'
import { startX, type XSimulator } from '../../local/x-simulator/simulator.ts'
import { ampleTime } from '../support/ample-time.ts'
import { decideOnX } from '../support/authorize.ts'
import { noEncryption } from '../support/encryption.ts'
import { routeAtOnce, routerOver } from '../support/router.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'
import { xAt } from '../support/x.ts'
import { ann, bob, shop, type User } from '../support/x-payloads.ts'

const keys = { consumerKey: 'test-key', consumerSecret: 'test-secret' }
const idOf = (user: User) => `twitter-${user.id}`
const other: User = { id: '3333333333', username: 'other_shop' }

let clock = new Date()
let stores: TestStores
let sim: XSimulator
let tokens: Map<string, AccountTokens>
let queued: string[] = []
let logged: Readonly<Record<string, unknown>>[] = []

const x = () =>
  xAt(sim.url, { app: async () => ({ key: keys.consumerKey, secret: keys.consumerSecret }) }, 'x-activity')

beforeAll(async () => {
  stores = await startStores(() => clock)
})
afterAll(() => stores.stop())

beforeEach(async () => {
  clock = new Date(clock.getTime() + 24 * 3600_000)
  clock.setUTCHours(10, 0, 0, 0)
  queued = []
  logged = []
  tokens = new Map()
  sim = await startX({ port: 0, ...keys })
  sim.control.clock(clock)
  for (const user of [shop, other, ann, bob]) sim.control.addUser({ id: user.id, username: user.username })
  for (const user of [shop, other]) await connect(user)
  await stores.channels.setExtension(true, clock.toISOString())
  await stores.changeChannel(idOf(shop), { mentions: true }, clock.toISOString())
})
afterEach(() => sim.stop())

async function connect(user: User): Promise<void> {
  const request = await x().requestToken('http://localhost:3000/callback')
  const back = await decideOnX(request.authorizeUrl, user.id, 'allow')
  const own = await x().accessToken(request, back.searchParams.get('oauth_verifier') ?? '')
  tokens.set(user.id, own)
  await stores.channels.connect({
    twitterUserId: user.id,
    username: user.username,
    encryptedTokens: JSON.stringify(own),
    at: clock.toISOString(),
  })
}

function moveTo(time: string) {
  clock = new Date(`${clock.toISOString().slice(0, 10)}T${time}.000Z`)
  sim.control.clock(clock)
}

const mention = (text: string, to: User = shop) => sim.control.post({ by: ann.id, text: `@${to.username} ${text}` }).id

/** Routes what the poll queues at once. */
const events: EventQueue = {
  async send(list, id) {
    queued.push(...list.map((event) => String(event.externalId)))
    await routeAtOnce(
      routerOver(stores, () => clock),
      list,
      id,
    )
  },
}

function poll(queue: EventQueue = events, reading: XReading = x(), encryption = noEncryption): Promise<void> {
  const run = createMentionsPoll({
    ...stores,
    events: queue,
    reading,
    encryption,
    log: (entry) => logged.push(entry),
  })
  return run({ time: clock.toISOString() }, ampleTime)
}

async function messageCounts(user: User = shop): Promise<number[]> {
  const { items } = await stores.tickets.tickets({ channelId: idOf(user) }, { limit: 100, after: null })
  return items
    .filter(({ openedAt }) => openedAt.slice(0, 10) === clock.toISOString().slice(0, 10))
    .map(({ messageCount }) => messageCount)
}

describe('the poll of mentions', () => {
  test("brings an answer under the customer's own first entry, which no event reports, once", async () => {
    await poll()
    moveTo('10:01:00')
    const first = mention('hello')
    moveTo('10:02:00')
    await poll()
    moveTo('10:03:00')
    sim.control.post({ by: ann.id, text: 'one thing more', inReplyTo: first })
    for (const time of ['10:04:00', '10:06:00', '10:08:00']) {
      moveTo(time)
      await poll()
    }
    expect(await messageCounts()).toEqual([2])
  })

  test('continues where the last one ended, so that an old mention is not read for ever', async () => {
    await poll()
    moveTo('10:01:00')
    mention('old')
    moveTo('10:02:00')
    await poll()
    moveTo('10:30:00')
    await poll()
    queued = []
    moveTo('10:32:00')
    await poll()
    expect(queued).toEqual([])
  })

  test('queues more mentions than a page in the order in which they were written', async () => {
    await poll()
    const ids = Array.from({ length: 150 }, (_, n) => {
      moveTo(`10:01:${String(Math.floor(n / 3)).padStart(2, '0')}`)
      return mention(`number ${n}`)
    })
    moveTo('10:02:00')
    await poll({
      send: async (list) => void queued.push(...list.map((event) => String(event.externalId))),
    })
    expect(queued).toEqual(ids)
  })

  test.each(['mentions', 'extension'])('does not bring what was ignored while the %s was off', async (what) => {
    const turn = (on: boolean) =>
      what === 'mentions'
        ? stores.changeChannel(idOf(shop), { mentions: on }, clock.toISOString())
        : stores.channels.setExtension(on, clock.toISOString())
    await poll()
    await turn(false)
    moveTo('10:01:00')
    mention('ignored')
    moveTo('10:02:00')
    await poll()
    moveTo('10:03:00')
    mention('ignored too')
    moveTo('10:03:30')
    await turn(true)
    moveTo('10:03:40')
    const wanted = mention('wanted')
    moveTo('10:04:00')
    await poll()
    expect(queued).toEqual([wanted])
  })

  test('does not bring what was written while an administrator had disconnected the account', async () => {
    await poll()
    await stores.channels.disconnect(idOf(shop))
    moveTo('10:01:00')
    mention('while it was disconnected')
    moveTo('10:02:00')
    await connect(shop)
    moveTo('10:03:00')
    const wanted = mention('connected again')
    for (const time of ['10:04:00', '10:06:00']) {
      moveTo(time)
      await poll()
    }
    expect(new Set(queued)).toEqual(new Set([wanted]))
  })

  test('brings what was written while the account had taken our access away, once it is given again', async () => {
    await poll()
    await stores.revoke(idOf(shop))
    moveTo('10:01:00')
    const missed = mention('while access was gone')
    moveTo('11:00:00')
    await poll()
    expect(queued).toEqual([])
    await connect(shop)
    moveTo('11:02:00')
    await poll()
    moveTo('11:10:00')
    await poll()
    expect(queued).toEqual([missed])
  })

  test('reads each channel as its account, and the failure of one stops no other', async () => {
    await poll()
    moveTo('10:01:00')
    mention('to the shop')
    const toOther = mention('to the other', other)
    moveTo('10:02:00')
    const failing: EventQueue = {
      async send(list, id) {
        if (list.some((event) => event.channelUserId === shop.id)) throw new Error('SQS is away')
        await events.send(list, id)
      },
    }
    await expect(poll(failing)).rejects.toThrow('1 of 2 channels could not be polled')
    expect(queued).toEqual([toOther])
    // The next run brings what the failed one left.
    moveTo('10:04:00')
    await poll()
    expect(await messageCounts()).toEqual([1])
  })

  test('goes on where a limit of X ended the last run, which is no failure', async () => {
    const more = Array.from({ length: 10 }, (_, n) => ({ id: String(700 + n), username: `shop${n}` }))
    for (const { id, username } of more) {
      const encryptedTokens = JSON.stringify({ token: id, secret: 'secret' })
      await stores.channels.connect({ twitterUserId: id, username, encryptedTokens, at: clock.toISOString() })
    }
    let calls: string[] = []
    let allowed = 4
    const reading = untouched<XReading>('reading', {
      mentions: async (_tokens, account) => {
        calls.push(account.id)
        if (calls.length > allowed) throw new XError(429, 'Too Many Requests')
        return { items: [], includes: {}, next: null, flaw: null }
      },
    })
    await poll(events, reading)
    const answered = calls.slice(0, 4)
    expect(logged.at(-1)).toMatchObject({ event: 'mentions_polled', channels: 12, attended: 4, failed: 0, left: 8 })
    calls = []
    allowed = 12
    moveTo('10:02:00')
    await poll(events, reading)
    expect(calls).toHaveLength(12)
    expect(calls.slice(8).sort()).toEqual(answered.sort())
    expect(logged.at(-1)).toMatchObject({ attended: 12, left: 0 })
    for (const { id } of more) await stores.channels.disconnect(`twitter-${id}`)
  })

  test('one whose tokens do not decrypt fails alone, and those who operate the helpdesk learn of it', async () => {
    moveTo('10:01:00')
    const toOther = mention('to the other', other)
    moveTo('10:02:00')
    const decrypt = async (text: string, id: string) => {
      if (id === idOf(shop)) throw new Error('KMS: AccessDenied')
      return text
    }
    await expect(poll(events, x(), { ...noEncryption, decrypt })).rejects.toThrow('1 of 2 channels could not be polled')
    expect(queued).toEqual([toOther])
    expect(logged).toContainEqual(expect.objectContaining({ event: 'failed', channelId: idOf(shop) }))
  })

  describe('asks for what is newer than the newest mention that is older than five minutes', () => {
    /** What X was asked for since, by each call. */
    const recorded = () => {
      const asked: Since[] = []
      const whole = x()
      const reading = untouched<XReading>('reading', {
        mentions: (tokens, account, since, next) => {
          if (account.id === shop.id) asked.push(since)
          return whole.mentions(tokens, account, since, next)
        },
      })
      return { asked, reading }
    }

    test('so a mention that X lists late comes too, and one that was read long ago is not paid for again', async () => {
      await poll()
      moveTo('10:01:00')
      const old = mention('old')
      moveTo('10:02:00')
      await poll()
      moveTo('10:07:00')
      await poll()
      queued = []
      const { asked, reading } = recorded()
      moveTo('10:09:00')
      await poll(events, reading)
      expect(asked).toEqual([{ id: old }])
      expect(queued).toEqual([])
      // Written at 10:01:30, and X lists it only now.
      const late = sim.control.post({ by: bob.id, text: `@${shop.username} late` })
      Object.assign(late, { createdAt: clock.toISOString().replace('10:09:00', '10:01:30') })
      moveTo('10:11:00')
      await poll()
      expect(queued).toEqual([late.id])
    })

    test('and for the time since the switch was turned on, when that was later', async () => {
      await poll()
      moveTo('10:01:00')
      mention('old')
      for (const time of ['10:02:00', '10:07:00']) {
        moveTo(time)
        await poll()
      }
      await stores.changeChannel(idOf(shop), { mentions: false }, clock.toISOString())
      moveTo('11:00:00')
      mention('ignored')
      moveTo('11:01:00')
      await stores.changeChannel(idOf(shop), { mentions: true }, clock.toISOString())
      const { asked, reading } = recorded()
      queued = []
      for (const time of ['11:02:00', '11:04:00']) {
        moveTo(time)
        await poll(events, reading)
      }
      const day = clock.toISOString().slice(0, 10)
      expect(asked).toEqual([{ time: `${day}T11:01:00.000Z` }, { time: `${day}T11:01:00.000Z` }])
      expect(queued).toEqual([])
    })

    test('and for the time again when X no longer takes the id', async () => {
      await poll()
      moveTo('10:01:00')
      mention('old')
      for (const time of ['10:02:00', '10:07:00']) {
        moveTo(time)
        await poll()
      }
      moveTo('10:08:00')
      const wanted = mention('new')
      moveTo('10:09:00')
      const message = 'The `since_id` query parameter value is not valid'
      sim.control.answer({ path: `/2/users/${shop.id}/mentions`, status: 400, body: { errors: [{ message }] } })
      queued = []
      await poll()
      expect(queued).toEqual([wanted])
    })
  })

  test('a post without its author is recorded as unreadable and holds nothing back', async () => {
    await poll()
    moveTo('10:01:00')
    const [first, odd, last] = [mention('first'), mention('odd'), mention('last')]
    const whole = x()
    const reading = untouched<XReading>('reading', {
      mentions: async (tokens, account, since, next) => {
        const page = await whole.mentions(tokens, account, since, next)
        const withoutAuthor = (item: unknown) => {
          const { author_id: _author, ...rest } = item as { id: string; author_id: string }
          return rest.id === odd ? rest : item
        }
        return { ...page, items: page.items.map(withoutAuthor) }
      },
    })
    moveTo('10:02:00')
    await poll(events, reading)
    expect(queued).toEqual([first, odd, last])
    const { items } = await stores.events.list({ channelId: idOf(shop) }, { limit: 10, after: null })
    expect(items).toMatchObject([{ outcome: 'unreadable', externalId: odd, reason: 'author_id: is missing' }])
    expect(await messageCounts()).toEqual([1, 1])
    expect(await stores.health.mentionsMarks([idOf(shop)])).toMatchObject(
      new Map([[idOf(shop), { polledTo: clock.toISOString() }]]),
    )
  })

  test('a refusal of X is logged, and the next run continues', async () => {
    await poll()
    moveTo('10:01:00')
    const late = mention('late')
    moveTo('10:02:00')
    sim.control.answer({ path: `/2/users/${shop.id}/mentions`, status: 503, body: {} })
    await poll()
    expect(logged).toContainEqual(expect.objectContaining({ event: 'x_call_failed', status: 503 }))
    expect(queued).toEqual([])
    moveTo('10:20:00')
    await poll()
    expect(queued).toEqual([late])
  })

  test('asks nothing for a channel whose budget is used up, and reads on from where it stopped', async () => {
    const budget = (dailyBudgetUsd: number) => stores.changeChannel(idOf(shop), { dailyBudgetUsd }, clock.toISOString())
    const useUp = (dailyBudgetUsd: number) =>
      stores.channels.saveBudgetState(
        { id: idOf(shop), dailyBudgetUsd },
        { budgetUsedUpOn: clock.toISOString().slice(0, 10), budgetNotified: null },
      )
    await poll()
    await budget(1)
    await useUp(1)
    moveTo('10:01:00')
    const [ours, theirs] = [mention('to a channel at its end'), mention('to another', other)]
    const asked: string[] = []
    const whole = x()
    const reading = untouched<XReading>('reading', {
      mentions: (tokens, account, since, next) => {
        asked.push(account.id)
        return whole.mentions(tokens, account, since, next)
      },
    })
    moveTo('10:30:00')
    await poll(events, reading)
    expect(asked).toEqual([other.id])
    expect(queued).toEqual([theirs])
    // A higher budget, or none, lets it go on; so does the next day.
    await budget(2)
    moveTo('10:32:00')
    await poll(events, reading)
    expect(queued).toEqual([theirs, ours])
    await useUp(2)
    clock = new Date(clock.getTime() + 14 * 3600_000)
    sim.control.clock(clock)
    const later = mention('on the next day')
    clock = new Date(clock.getTime() + 60_000)
    sim.control.clock(clock)
    await poll(events, reading)
    expect(queued).toEqual([theirs, ours, later])
  })
})
