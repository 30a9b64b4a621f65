import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { dayOf } from '../../../lambdas/core/reports/counts.ts'
import { expectConsistent, type Seen, ticketsOf } from '../../support/consistency.ts'
import { type Fault, faults } from '../../support/faults.ts'
import { type Action, type Helpdesk, helpdeskOver } from '../../support/helpdesk.ts'
import { cases } from '../../support/properties.ts'
import { answers } from '../../support/scripted-x.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { directMessages, idAt, posts, type User, xActivity } from '../../support/x-payloads.ts'

let time = Date.parse('2026-01-01T00:00:00.000Z')
const clock = {
  now: () => new Date(time),
  pass: (milliseconds: number) => {
    time += milliseconds
  },
}
let stores: TestStores
let numbers = 0

beforeEach(async () => {
  stores = await startStores(clock.now)
})
afterEach(() => stores.stop())

/** An account with one customer, and what both do. */
type World = Helpdesk & {
  readonly account: User
  readonly channelId: string
  readonly ann: User
  /** X's n-th id of this world. */
  id(n: number): string
  /** A direct message of the customer, or of the account to them. */
  dm(n: number, by?: User): object
  /** A post of the customer that mentions the account, or of the account. */
  post(n: number, more?: { answers?: number; by?: User; versions?: number[] }): object
  deletion(n: number): object
  /** The ticket with the newest activity. */
  ticket(): Promise<Seen>
  patch(body: object): Promise<Action>
  reply(text: string, more?: { key?: string; attachmentIds?: string[] }): Promise<Action>
}

async function newWorld(): Promise<World> {
  clock.pass(10_000)
  const began = time
  const helpdesk = helpdeskOver(stores, clock)
  const number = ++numbers
  const account = { id: String(700_000_000 + number), username: `account${number}` }
  const ann = { id: String(800_000_000 + number), username: `ann${number}`, name: 'Ann' }
  const { id: channelId } = await helpdesk.connect(account)
  const id = (n: number) => idAt(began + n)
  const ticket = async () => {
    const [newest] = await ticketsOf(stores, channelId)
    if (!newest) throw new Error('there is no ticket')
    return newest
  }
  return {
    ...helpdesk,
    account,
    channelId,
    ann,
    id,
    dm: (n, by = ann) =>
      directMessages(account, { id: id(n), from: by, to: by === ann ? account : ann, text: `dm ${n}` }),
    post: (n, { answers: to, by = ann, versions = [] } = {}) =>
      posts(account, {
        id: id(n),
        by,
        text: by === ann ? `@${account.username} ${n}` : `own ${n}`,
        mentions: by === ann ? [account] : [],
        ...(to === undefined ? {} : { answers: { id: id(to), by: ann } }),
        ...(versions.length > 0
          ? { more: { edit_history: { initial_tweet_id: id(versions[0] ?? n), edit_tweet_ids: versions.map(id) } } }
          : {}),
      }),
    deletion: (n) => ({ for_user_id: account.id, tweet_delete_events: [{ status: { id: id(n), user_id: ann.id } }] }),
    ticket,
    async patch(body) {
      const { id: ticketId } = (await ticket()).ticket
      return () => helpdesk.agent('PATCH', `/api/tickets/${ticketId}`, body)
    },
    async reply(text, { key, attachmentIds } = {}) {
      const { id: ticketId } = (await ticket()).ticket
      return () => helpdesk.agent('POST', `/api/tickets/${ticketId}/replies`, { text, attachmentIds }, key)
    },
  }
}

/** A change: what was before, and what is done, perhaps more than once. */
type Change = {
  readonly of: string
  /** Done before. */
  readonly given?: (world: World) => Promise<unknown>
  readonly when: (world: World) => Action | Promise<Action>
  /** True for a call that the client does not know to have succeeded, and which so may be done twice. */
  readonly isBlind?: boolean
  /** True for a call that is refused when it comes again, if an agent closed the ticket meanwhile. */
  readonly isRefusedOnceClosed?: boolean
}

const closed = async (world: World) => (await world.patch({ status: 'closed' }))()

/** A pending reply in a direct ticket. */
async function replied(world: World) {
  await world.deliver(world.dm(1))
  await (await world.reply('we are on it', { key: 'key' }))()
}

async function newestReply(world: World) {
  const { messages } = await world.ticket()
  const reply = messages.findLast(({ delivery }) => delivery !== null)
  if (!reply) throw new Error('there is no reply')
  return reply
}

/** An upload for each world. */
const uploadId = () => `attachment-${randomUUID()}`

const changes: Change[] = [
  { of: 'a direct message that opens a ticket', when: (w) => w.event(w.dm(1)) },
  { of: 'a direct message that joins', given: (w) => w.deliver(w.dm(1)), when: (w) => w.event(w.dm(2)) },
  {
    of: 'a direct message after a closed ticket',
    given: async (w) => {
      await w.deliver(w.dm(1))
      await closed(w)
    },
    when: (w) => w.event(w.dm(2)),
  },
  {
    of: 'a direct message for which an earlier one of the account waits',
    given: (w) => w.deliver(w.dm(3, w.account)),
    when: (w) => w.event(w.dm(2)),
  },
  {
    of: 'a direct message before the first one for which one of the account waits',
    given: async (w) => {
      await w.deliver(w.dm(3, w.account))
      await w.deliver(w.dm(4))
    },
    when: (w) => w.event(w.dm(2)),
  },
  {
    of: 'a direct message after a closed ticket for which one of the account had waited',
    given: async (w) => {
      await w.deliver(w.dm(2, w.account))
      await w.deliver(w.dm(1))
      await closed(w)
    },
    when: (w) => w.event(w.dm(3)),
  },
  { of: 'a direct message of the account', given: (w) => w.deliver(w.dm(1)), when: (w) => w.event(w.dm(2, w.account)) },
  { of: 'a direct message of the account without a ticket', when: (w) => w.event(w.dm(2, w.account)) },
  {
    of: 'an encrypted message',
    given: (w) => w.deliver(w.dm(1)),
    when: (w) =>
      w.event(
        xActivity(w.account, 'chat.received', {
          id: w.id(2),
          sender_id: w.ann.id,
          conversation_id: `${w.ann.id}-${w.account.id}`,
        }),
      ),
  },
  { of: 'a post that opens a ticket', when: (w) => w.event(w.post(1)) },
  { of: 'a post that joins', given: (w) => w.deliver(w.post(1)), when: (w) => w.event(w.post(2, { answers: 1 })) },
  { of: 'an answer before its post', when: (w) => w.event(w.post(2, { answers: 1 })) },
  {
    of: 'a post after its answer',
    given: (w) => w.deliver(w.post(2, { answers: 1 })),
    when: (w) => w.event(w.post(1)),
  },
  {
    of: 'a post after a closed ticket',
    given: async (w) => {
      await w.deliver(w.post(1))
      await closed(w)
    },
    when: (w) => w.event(w.post(2, { answers: 1 })),
  },
  {
    of: 'a post whose conversation goes on in the ticket that an answer to it opened',
    given: async (w) => {
      await w.deliver(w.post(1))
      await closed(w)
      await w.deliver(w.post(3, { answers: 2 }))
    },
    when: (w) => w.event(w.post(2, { answers: 1 })),
  },
  {
    of: 'an edited version',
    given: (w) => w.deliver(w.post(1)),
    when: (w) => w.event(w.post(2, { versions: [1, 2] })),
  },
  {
    of: 'an edited version that comes first',
    when: (w) => w.event(w.post(2, { versions: [1, 2] })),
  },
  {
    of: 'an edited version whose deletion came first',
    given: async (w) => {
      await w.deliver(w.post(1))
      await w.deliver(w.deletion(2))
    },
    when: (w) => w.event(w.post(2, { versions: [1, 2] })),
  },
  { of: 'a deletion', given: (w) => w.deliver(w.post(1)), when: (w) => w.event(w.deletion(1)) },
  { of: 'a deletion before its post', when: (w) => w.event(w.deletion(1)) },
  { of: 'a post after its deletion', given: (w) => w.deliver(w.deletion(1)), when: (w) => w.event(w.post(1)) },
  {
    of: 'a post of the account',
    given: (w) => w.deliver(w.post(1)),
    when: (w) => w.event(w.post(2, { answers: 1, by: w.account })),
  },
  {
    of: 'a post for which an answer of the account waits',
    given: (w) => w.deliver(w.post(2, { answers: 1, by: w.account })),
    when: (w) => w.event(w.post(1)),
  },
  { of: 'an ignored event', when: (w) => w.event(w.post(1, { by: w.account })) },
  {
    of: 'a reply with an idempotency key',
    isRefusedOnceClosed: true,
    given: (w) => w.deliver(w.dm(1)),
    when: (w) => w.reply('we are on it', { key: 'key' }),
  },
  {
    of: 'a reply with an idempotency key and a file',
    isRefusedOnceClosed: true,
    given: (w) => w.deliver(w.dm(1)),
    when: async (w) => w.reply('see this', { key: 'key', attachmentIds: [await w.upload(uploadId())] }),
  },
  {
    of: 'a public reply with an idempotency key',
    isRefusedOnceClosed: true,
    given: (w) => w.deliver(w.post(1)),
    when: (w) => w.reply('we are on it', { key: 'key' }),
  },
  {
    of: 'a reply without an idempotency key',
    given: (w) => w.deliver(w.dm(1)),
    when: (w) => w.reply('we are on it'),
    isBlind: true,
  },
  { of: 'a reply that X takes', given: replied, when: async (w) => sending(w) },
  {
    of: 'a reply that X refuses',
    given: async (w) => {
      await replied(w)
      w.x.next(...Array.from({ length: 9 }, () => ({ answer: answers.refused(403, 'no'), takes: false })))
    },
    when: async (w) => sending(w),
  },
  {
    of: 'a reply whose echo comes first',
    given: async (w) => {
      await replied(w)
      w.x.next({ answer: answers.silence(), takes: true })
      await w.send(await newestReply(w))
    },
    when: (w) => w.event(echoOf(w)),
  },
  {
    of: 'a failed reply that an agent retries',
    given: async (w) => {
      await replied(w)
      w.x.next({ answer: answers.refused(403, 'no'), takes: false })
      await w.send(await newestReply(w))
    },
    when: async (w) => {
      const { id, ticketId } = await newestReply(w)
      return () => w.agent('POST', `/api/tickets/${ticketId}/messages/${id}/retry`)
    },
  },
  {
    of: 'a failed reply that X takes at last',
    given: async (w) => {
      await replied(w)
      w.x.next({ answer: answers.refused(403, 'no'), takes: false })
      const { id, ticketId } = await newestReply(w)
      await w.send(await newestReply(w))
      await w.agent('POST', `/api/tickets/${ticketId}/messages/${id}/retry`)
    },
    when: async (w) => sending(w),
  },
  { of: 'a status', given: (w) => w.deliver(w.dm(1)), when: (w) => w.patch({ status: 'pending' }) },
  { of: 'a ticket that is closed', given: (w) => w.deliver(w.post(1)), when: (w) => w.patch({ status: 'closed' }) },
  {
    of: 'a ticket that is opened again',
    given: async (w) => {
      await w.deliver(w.dm(1))
      await closed(w)
    },
    when: (w) => w.patch({ status: 'open' }),
  },
  {
    of: 'tags',
    given: async (w) => {
      await w.deliver(w.dm(1))
      await (await w.patch({ tags: [`#${w.channelId}`, 'old'] }))()
    },
    when: (w) => w.patch({ tags: [`#${w.channelId}`, `${w.channelId}#0`, 'Twitter:Direct'] }),
  },
]

async function sending(world: World): Promise<Action> {
  const reply = await newestReply(world)
  return () => world.send(reply)
}

function echoOf({ x, account, ann }: World): object {
  const [taken] = x.taken
  if (!taken) throw new Error('X has nothing')
  return directMessages(account, { id: taken.id, from: account, to: ann, text: taken.text })
}

/** What may happen between a crash and the next try. */
const betweens: Record<string, (world: World) => Promise<unknown>> = {
  nothing: async () => {},
  'an agent closes the ticket': closed,
  'an agent tags the ticket': async (world) => (await world.patch({ tags: ['a#1', 'a'] }))(),
  'an agent answers': async (world) => (await world.reply('hello', { key: 'another' }))(),
  'the customer writes a direct message': (world) => world.deliver(world.dm(9)),
  'the customer answers the first post': (world) => world.deliver(world.post(9, { answers: 1 })),
}

/** What people see of the tickets, without times. */
function shown(all: readonly Seen[]) {
  return all.map(({ ticket: { kind, status, tags, customer, firstEntryId, isContinued, number }, messages }) => ({
    ticket: { kind, status, tags: tags.map(unnumbered), customer: customer.name, number, isContinued },
    hasFirstEntry: firstEntryId !== null,
    messages: messages.map(({ direction, text, deletedAt, versions, delivery, media }) => ({
      direction,
      text: unnumbered(text),
      isDeleted: deletedAt !== null,
      versions: versions.length,
      delivery: delivery?.status,
      media: media.length,
    })),
  }))
}

/** A text without the numbers of the world. */
const unnumbered = (text: string) => text.replace(/(account|twitter-)\d+/, '$1')

async function run(change: Change, between: string, planned: { n: number; fault: Fault } | null) {
  const world = await newWorld()
  const since = clock.now().toISOString()
  await change.given?.(world)
  clock.pass(1_000)
  const action = await change.when(world)
  if (planned) stores.calls.fail(planned.n, planned.fault)
  await action().catch(() => {})
  const wasReached = stores.calls.recover()
  if (planned && !wasReached) return null
  clock.pass(1_000)
  if ((await ticketsOf(stores, world.channelId)).length > 0 || between.startsWith('the customer')) {
    await betweens[between]?.(world)
  }
  clock.pass(1_000)
  await action()
  await world.settle()
  const isOneTooMany = await mendCounts(world)
  const until = clock.now().toISOString()
  const seen = await expectConsistent(stores, world.channelId, since, until)
  const activity = (await stores.counts.activity(world.channelId, dayOf(since), dayOf(until))).map(
    ({ date: _date, ...counts }) => counts,
  )
  return { shown: shown(seen), activity, isOneTooMany, sent: world.x.taken.length }
}

/** Reads the tickets whose count is one too many, an hour later; true if there was one. */
async function mendCounts(world: World): Promise<boolean> {
  const wrong = (await ticketsOf(stores, world.channelId)).filter(
    ({ ticket, messages }) => ticket.messageCount !== messages.length,
  )
  if (wrong.length === 0) return false
  expect(wrong.map(({ ticket, messages }) => ticket.messageCount - messages.length)).toEqual([1])
  clock.pass(2 * 3600_000)
  for (const { ticket } of wrong) await world.agent('GET', `/api/tickets/${ticket.id}/messages`)
  return true
}

/** Everything takes hours; usually some calls go wrong, in one way and with one thing between. */
const isEverything = cases(1) > 1
const STRIDE = 13

describe('a call of the database that goes wrong', () => {
  changes.forEach((change, index) => {
    test(`leaves nothing behind: ${change.of}`, async () => {
      const plain = await run(change, 'nothing', null)
      const ways = faults.flatMap((fault) => Object.keys(betweens).map((between) => ({ fault, between })))
      for (let n = isEverything ? 1 : 1 + (index % STRIDE); ; n += isEverything ? 1 : STRIDE) {
        const tried = isEverything ? ways : ways.slice((n * 5) % ways.length).slice(0, 1)
        const outcomes = []
        for (const way of tried) outcomes.push(await expectNothingLeft(change, plain, n, way))
        if (!outcomes.some(Boolean)) break
      }
    })
  })
})

/** False if the change makes no n-th call. */
async function expectNothingLeft(
  change: Change,
  plain: Awaited<ReturnType<typeof run>>,
  n: number,
  { fault, between }: { fault: Fault; between: string },
): Promise<boolean> {
  const name = `${between}, call ${n} ${fault}`
  const outcome = await run(change, between, { n, fault }).catch((error) => {
    throw new Error(`${name}: ${error.message}`)
  })
  if (!outcome) return false
  const { isOneTooMany, ...rest } = outcome
  // Only a call that was cut off, and that nobody repeats or that is refused then, may leave a count that is one too high
  // until it is mended.
  const isRefused = change.isRefusedOnceClosed === true && between === 'an agent closes the ticket'
  const mayBeOneTooMany = (change.isBlind === true || isRefused) && fault !== 'repeated'
  if (!mayBeOneTooMany) expect({ name, isOneTooMany }).toEqual({ name, isOneTooMany: false })
  if (between === 'nothing' && !change.isBlind)
    expect({ name, isOneTooMany: false, ...rest }).toEqual({ name, ...plain })
  return true
}
