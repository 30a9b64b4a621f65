import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cases } from '../support/properties.ts'
import { routerOver } from '../support/router.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { directMessages, idAt, posts, type User, v2Post, xActivity } from '../support/x-payloads.ts'

const now = () => new Date('2026-01-01T12:00:00.000Z')
let stores: TestStores
let accounts = 0

beforeAll(async () => {
  stores = await startStores(now)
})
afterAll(() => stores.stop())

/** Connects an account of its own, so that nothing else is stored in its channel. */
async function connected(): Promise<User> {
  const account = { id: String(600_000_000 + ++accounts), username: `account${accounts}` }
  await stores.connect(account)
  return account
}

/** Routes deliveries one after the other and returns the tickets of the account as lists of X's ids, in order. */
async function ticketsAfter(account: User, deliveries: readonly object[]) {
  const { deliver } = routerOver(stores, now)
  for (const delivery of deliveries) await deliver(delivery)
  return ticketsOf(account)
}

async function ticketsOf(account: User) {
  const items = (await stores.allTickets()).filter(({ channelId }) => channelId === `twitter-${account.id}`)
  const seen = await Promise.all(
    items.map(async ({ id, kind, customer, firstEntryId, subject, messageCount, outboundCount }) => {
      const messages = await stores.messagesOf(id)
      expect(messages).toHaveLength(messageCount)
      expect(messages.filter(({ direction }) => direction === 'outbound')).toHaveLength(outboundCount)
      const said = messages.map(({ externalId, text, direction, deletedAt, versions }) =>
        [
          direction === 'outbound' ? '<' : '>',
          externalId,
          text,
          deletedAt ? 'deleted' : '',
          ...versions.map((version) => version.externalId),
        ].join(' '),
      )
      return { kind, customer: customer.id, firstEntryId, subject, said }
    }),
  )
  return seen.sort((one, other) => (String(one.said[0]) < String(other.said[0]) ? -1 : 1))
}

const ann: User = { id: '7001', username: 'ann', name: 'Ann' }
const id = (n: number) => idAt(now().getTime() + n)

describe('order does not matter (rule 2)', () => {
  const entry = (account: User, n: number, answers?: number, by = ann) =>
    posts(account, {
      id: id(n),
      by,
      text: `@${account.username} ${n}`,
      mentions: [account],
      ...(answers === undefined ? {} : { answers: { id: id(answers), by: ann } }),
    })

  test('an answer that overtakes its first entry opens the ticket, and the first entry joins and leads it', async () => {
    const account = await connected()
    const { deliver } = routerOver(stores, now)
    const [answer] = await deliver(entry(account, 2, 1))
    expect(answer).toMatchObject({
      outcome: 'opened',
      reason: 'a mention that answers an own post of the customer, which is not known',
    })
    const [first] = await deliver(entry(account, 1))
    expect(first).toMatchObject({
      outcome: 'joined',
      reason: 'the ticket began with an answer to it',
      ticketId: answer?.ticketId,
    })
    expect(await deliver(entry(account, 3, 1))).toMatchObject([{ outcome: 'joined', ticketId: answer?.ticketId }])
    expect(await ticketsOf(account)).toMatchObject([
      { firstEntryId: id(1), subject: `@${account.username} 1`, said: [{}, {}, {}].map(() => expect.any(String)) },
    ])
  })

  test('an answer of another person does not open the conversation of the entry', async () => {
    const account = await connected()
    const bob = { id: '7002', username: 'bob' }
    expect(await ticketsAfter(account, [entry(account, 2, 1, bob), entry(account, 1)])).toHaveLength(2)
  })

  test('an answer under an own post that X shows not to mention the account is a first entry itself', async () => {
    const account = await connected()
    const mention = { by: ann, text: `@${account.username} look`, mentions: [account] }
    const parent = { id: id(1), author_id: ann.id, text: 'my parcel is late', entities: {} }
    const first = xActivity(
      account,
      'post.mention.create',
      v2Post({ id: id(2), ...mention, answers: { id: id(1), by: ann } }),
      { tweets: [parent] },
    )
    const answer = xActivity(
      account,
      'post.mention.create',
      v2Post({ id: id(3), ...mention, answers: { id: id(2), by: ann } }),
    )
    const [ticket, ...more] = await ticketsAfter(account, [first, answer])
    expect(more).toEqual([])
    expect(ticket).toMatchObject({ firstEntryId: id(2) })
    const other = await connected()
    const again = [answer, first].map((delivery) => ({ data: { ...delivery.data, filter: { user_id: other.id } } }))
    const swap = JSON.parse(
      JSON.stringify(again).replaceAll(account.username, other.username).replaceAll(account.id, other.id),
    )
    expect((await ticketsAfter(other, swap)).map(({ said }) => said.length)).toEqual([2])
  })

  test('after «Closed», an answer that overtakes the follow-up is in its ticket', async () => {
    const account = await connected()
    const { deliver } = routerOver(stores, now)
    const [opened] = await deliver(entry(account, 1))
    const before = await stores.tickets.ticket(String(opened?.ticketId))
    if (!before) throw new Error('no ticket')
    const after = { ...before, status: 'closed' as const, version: before.version + 1 }
    await stores.tickets.commit({ before, after, message: null, follows: null })
    const [answer] = await deliver(entry(account, 3, 2))
    expect(await deliver(entry(account, 2, 1))).toMatchObject([{ outcome: 'joined', ticketId: answer?.ticketId }])
    expect(await deliver(entry(account, 4, 1))).toMatchObject([{ outcome: 'joined', ticketId: answer?.ticketId }])
    expect(await stores.tickets.currentTicketId(before)).toBe(answer?.ticketId)
  })

  test('a deletion that overtakes its post is remembered', async () => {
    const account = await connected()
    const own = { id: id(2), by: account, text: 'sure', answers: { id: id(1), by: ann } }
    const deletion = { for_user_id: account.id, tweet_delete_events: [{ status: { id: id(2), user_id: account.id } }] }
    const tickets = await ticketsAfter(account, [deletion, entry(account, 1), posts(account, own)])
    expect(tickets.map(({ said }) => said)).toEqual([[`> ${id(1)} @${account.username} 1 `, `< ${id(2)} sure deleted`]])
  })

  test("the account's own post that overtakes the entry it answers joins with the entry, and what answers it too", async () => {
    const account = await connected()
    const own = (n: number, answers: number, by: User) =>
      posts(account, { id: id(n), by: account, text: `own ${n}`, answers: { id: id(answers), by } })
    const { deliver } = routerOver(stores, now)
    expect(await deliver(own(3, 2, account), own(2, 1, ann))).toMatchObject([
      { outcome: 'ignored', reason: 'a post of the account that belongs to no ticket' },
      { outcome: 'ignored' },
    ])
    expect(await deliver(entry(account, 1))).toMatchObject([{ outcome: 'opened' }])
    const [ticket] = await ticketsOf(account)
    expect(ticket?.said.map((one) => one.split(' ')[1])).toEqual([id(1), id(2), id(3)])
  })

  test("the account's own direct message waits for an earlier one of the customer, and only for that", async () => {
    const account = await connected()
    const dm = (n: number, from: User, to: User) => directMessages(account, { id: id(n), from, to, text: `dm ${n}` })
    const { deliver } = routerOver(stores, now)
    const outcomes = async (delivery: object) => (await deliver(delivery)).map(({ outcome }) => outcome)
    expect(await outcomes(dm(1, account, ann))).toEqual(['ignored'])
    expect(await outcomes(dm(3, account, ann))).toEqual(['ignored'])
    expect(await outcomes(dm(4, ann, account))).toEqual(['opened'])
    expect(await outcomes(dm(2, ann, account))).toEqual(['joined'])
    const [ticket] = await ticketsOf(account)
    expect(ticket?.said).toEqual([`> ${id(2)} dm 2 `, `< ${id(3)} dm 3 `, `> ${id(4)} dm 4 `])
  })

  test('a version without the mention that overtakes the one with it is there when that comes', async () => {
    const account = await connected()
    const version = (n: number, text: string) =>
      posts(account, {
        id: id(n),
        by: ann,
        text,
        mentions: text.startsWith('@') ? [account] : [],
        more: { edit_history: { initial_tweet_id: id(1), edit_tweet_ids: [1, 2, 3].slice(0, n).map(id) } },
      })
    const all = [version(1, `@${account.username} helo`), version(2, 'hello'), version(3, 'hello!')]
    const [ticket] = await ticketsAfter(account, all.toReversed())
    expect(ticket?.said).toEqual([`> ${id(3)} hello!  ${id(1)} ${id(2)} ${id(3)}`])
  })

  test('a crash between a message and what waits for it leaves nothing behind when the event comes again', async () => {
    const account = await connected()
    const own = posts(account, { id: id(2), by: account, text: 'own', answers: { id: id(1), by: ann } })
    await ticketsAfter(account, [own])
    const crashing = {
      ...stores,
      tickets: { ...stores.tickets, deferred: async () => Promise.reject(new Error('the process ended')) },
    }
    await expect(routerOver(crashing, now).deliver(entry(account, 1))).rejects.toThrow('1 events failed')
    const [ticket] = await ticketsAfter(account, [entry(account, 1)])
    expect(ticket?.said).toHaveLength(2)
  })
})

/** What people do in a conversation; `of` picks an earlier step that it answers, edits or deletes. */
const step = fc.record({
  by: fc.constantFrom('ann', 'bob', 'account'),
  does: fc.constantFrom('dm', 'dm', 'chat', 'mention', 'answer', 'answer', 'answer', 'edit', 'delete'),
  of: fc.nat(),
})
type Step = { by: 'ann' | 'bob' | 'account'; does: string; of: number }

/**
 * The deliveries of a conversation, in the order in which people wrote. The account writes in private only to who wrote
 * before: what it wrote earlier joins when it arrives after the ticket was opened (rule 5).
 */
function deliveriesOf(account: User, steps: readonly Step[]): object[] {
  const people = { ann, bob: { id: '7002', username: 'bob' }, account }
  const written: { n: number; by: User; answers?: { id: string; by: User }; versions: string[] }[] = []
  const deliveries: object[] = []
  const hasWritten = new Set<string>()
  const post = (one: (typeof written)[number]) => {
    const current = one.versions.at(-1) ?? ''
    const isEdited = one.versions.length > 1
    deliveries.push(
      posts(account, {
        id: current,
        by: one.by,
        text: one.by === account ? `own ${current}` : `@${account.username} ${current}`,
        mentions: one.by === account ? [] : [account],
        ...(one.answers ? { answers: one.answers } : {}),
        ...(isEdited
          ? { more: { edit_history: { initial_tweet_id: one.versions[0], edit_tweet_ids: [...one.versions] } } }
          : {}),
      }),
    )
  }
  steps.forEach(({ by: name, does, of }, index) => {
    const n = index + 1
    const by = people[name]
    const other = by === account ? people[of % 2 === 0 ? 'ann' : 'bob'] : account
    const isAnswer = by !== account || hasWritten.has(other.id)
    if (does === 'dm' && isAnswer) {
      deliveries.push(directMessages(account, { id: id(n), from: by, to: other, text: `dm ${n}` }))
      hasWritten.add(by.id)
    }
    if (does === 'chat' && by !== account) {
      const chat = { id: `chat-${n}`, sender_id: by.id, created_at_msec: String(now().getTime() + n) }
      deliveries.push(xActivity(account, 'chat.received', chat))
      hasWritten.add(by.id)
    }
    if (does === 'mention' || does === 'answer') {
      const parent = does === 'answer' ? written[of % Math.max(1, written.length)] : undefined
      const one = {
        n,
        by,
        versions: [id(n)],
        ...(parent ? { answers: { id: parent.versions[0] ?? '', by: parent.by } } : {}),
      }
      written.push(one)
      post(one)
    }
    const mine = written.filter((one) => one.by === by)
    const target = mine[of % Math.max(1, mine.length)]
    if (does === 'edit' && target) {
      target.versions.push(id(n))
      post(target)
    }
    if (does === 'delete' && target && by === account) {
      const status = { id: target.versions.at(-1), user_id: account.id }
      deliveries.push({ for_user_id: account.id, tweet_delete_events: [{ status }] })
    }
  })
  return deliveries
}

/** The deliveries in an order that `choices` gives, some of them twice. */
function shuffled(deliveries: readonly object[], choices: readonly number[]): object[] {
  const left = [...deliveries]
  const said: object[] = []
  for (let n = 0; left.length > 0; n++) {
    const choice = choices[n % choices.length] ?? 0
    said.push(...left.splice(choice % left.length, 1))
    const again = said[choice % said.length]
    if (choice % 3 === 0 && again) said.push(again)
  }
  return said
}

test('any order and repetition of a random conversation gives the same tickets with the same messages', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 10 }),
      fc.array(fc.nat(), { minLength: 10, maxLength: 10 }),
      async (steps, choices) => {
        const [written, arrived] = [await connected(), await connected()]
        const inOrder = await ticketsAfter(written, deliveriesOf(written, steps))
        const inAnyOrder = await ticketsAfter(arrived, shuffled(deliveriesOf(arrived, steps), choices))
        const named = JSON.stringify(inAnyOrder).replaceAll(arrived.username, written.username)
        expect(JSON.parse(named)).toEqual(inOrder)
      },
    ),
    { numRuns: cases(25), interruptAfterTimeLimit: 110_000 },
  )
})
