import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { TicketFilter } from '../../../lambdas/core/ports/tickets.ts'
import { dayOf } from '../../../lambdas/core/reports/counts.ts'
import { statuses } from '../../../lambdas/core/tickets/ticket.ts'
import { expectConsistent, listed, type Seen, ticketsOf } from '../../support/consistency.ts'
import { faults } from '../../support/faults.ts'
import { helpdeskOver } from '../../support/helpdesk.ts'
import { cases } from '../../support/properties.ts'
import { answers } from '../../support/scripted-x.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { directMessages, idAt, posts, type User } from '../../support/x-payloads.ts'

let time = Date.parse('2026-01-01T00:00:00.000Z')
const clock = {
  now: () => new Date(time),
  pass: (milliseconds: number) => {
    time += milliseconds
  },
}
let stores: TestStores
let numbers = 0

beforeAll(async () => {
  stores = await startStores(clock.now)
})
afterAll(() => stores.stop())

const tags = ['a', 'a#1', '#', 'Twitter:Direct', 'ß 🙂', 'r1#tag#a', '__proto__']

const step = fc.record({
  does: fc.constantFrom(
    'dm',
    'dm',
    'mention',
    'answer',
    'own dm',
    'ignored',
    'again',
    'reply',
    'refused',
    'patch',
    'patch',
  ),
  customer: fc.nat({ max: 2 }),
  channel: fc.nat({ max: 1 }),
  of: fc.nat(),
  status: fc.option(fc.constantFrom(...statuses), { nil: undefined }),
  tags: fc.option(fc.uniqueArray(fc.constantFrom(...tags), { maxLength: 4 }), { nil: undefined }),
  hours: fc.constantFrom(0, 0, 0, 1, 20),
  crash: fc.option(fc.record({ n: fc.integer({ min: 1, max: 14 }), fault: fc.constantFrom(...faults) }), { nil: null }),
})

const filters = fc.array(
  fc.record({
    tag: fc.option(fc.constantFrom(...tags, 'Twitter: Mention'), { nil: undefined }),
    status: fc.option(fc.constantFrom(...statuses), { nil: undefined }),
    channel: fc.option(fc.nat({ max: 1 }), { nil: undefined }),
    customer: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
    since: fc.nat({ max: 40 }),
    limit: fc.integer({ min: 1, max: 7 }),
  }),
  { minLength: 4, maxLength: 8 },
)

describe('a random history', () => {
  test('with crashes, repetitions and agents gives what counting everything gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), filters, async (steps, wanted) => {
        clock.pass(24 * 3600_000)
        const since = clock.now().toISOString()
        const began = time
        numbers += 10
        const number = numbers
        const helpdesk = helpdeskOver(stores, clock)
        const accounts = [0, 1].map(
          (n): User => ({ id: String(710_000_000 + number + n), username: `shop${number + n}` }),
        )
        const people = [0, 1, 2].map(
          (n): User => ({ id: String(810_000_000 + number + n), username: `p${number + n}` }),
        )
        const channels: string[] = []
        for (const account of accounts) channels.push((await helpdesk.connect(account)).id)
        const all = async () => (await Promise.all(channels.map((one) => ticketsOf(stores, one)))).flat()

        /** What was done: texts of messages, by channel; events by channel and day. */
        const said: string[][] = [[], []]
        const received = new Map<string, number>()
        const deliveries: (() => Promise<unknown>)[] = []

        for (const [n, one] of steps.entries()) {
          clock.pass(1_000 + one.hours * 3600_000)
          const account = accounts[one.channel] as User
          const customer = people[one.customer] as User
          const text = `m${n}`
          const tickets = await all()
          const some = tickets[one.of % Math.max(1, tickets.length)]
          const at = { id: idAt(began + n), at: clock.now().toISOString() }
          const receive = (delivery: object, isNew = true) => {
            const key = `${channels[one.channel]} ${dayOf(clock.now().toISOString())}`
            if (isNew) received.set(key, (received.get(key) ?? 0) + 1)
            const action = helpdesk.event(delivery)
            deliveries.push(action)
            return action
          }
          const says = <T>(action: T): T => {
            said[one.channel]?.push(text)
            return action
          }
          const patch = { ...(one.status && { status: one.status }), ...(one.tags && { tags: one.tags }) }
          const mentioning = `@${account.username} ${text}`
          const action = ((): (() => Promise<unknown>) | null => {
            switch (one.does) {
              case 'dm':
                return says(receive(directMessages(account, { ...at, from: customer, to: account, text })))
              case 'own dm': {
                const hasTicket = tickets.some(
                  ({ ticket }) =>
                    ticket.channelId === channels[one.channel] &&
                    ticket.kind === 'direct' &&
                    ticket.customer.id === customer.id,
                )
                return hasTicket
                  ? says(receive(directMessages(account, { ...at, from: account, to: customer, text }), false))
                  : null
              }
              case 'mention':
                return says(receive(posts(account, { ...at, by: customer, text: mentioning, mentions: [account] })))
              case 'answer': {
                const first = tickets.find(
                  ({ ticket }) =>
                    ticket.channelId === channels[one.channel] &&
                    ticket.firstEntryId &&
                    ticket.customer.id === customer.id,
                )
                const answered = first?.ticket.firstEntryId
                if (!answered) return null
                const answer = {
                  ...at,
                  by: customer,
                  text: mentioning,
                  mentions: [account],
                  answers: { id: answered, by: customer },
                }
                return says(receive(posts(account, answer)))
              }
              case 'ignored':
                return receive(posts(account, { ...at, by: account, text: 'news' }))
              case 'again':
                return deliveries[one.of % Math.max(1, deliveries.length)] ?? null
              case 'reply':
              case 'refused':
                if (one.does === 'refused') helpdesk.x.next({ answer: answers.refused(403, 'no'), takes: false })
                return some
                  ? () => helpdesk.agent('POST', `/api/tickets/${some.ticket.id}/replies`, { text }, `key-${text}`)
                  : null
              case 'patch':
                return some && Object.keys(patch).length > 0
                  ? () => helpdesk.agent('PATCH', `/api/tickets/${some.ticket.id}`, patch)
                  : null
            }
          })()
          if (!action) continue
          if (one.crash) {
            stores.calls.fail(one.crash.n, one.crash.fault)
            await action().catch(() => {})
            stores.calls.recover()
          }
          const done = await action()
          const isReply = one.does === 'reply' || one.does === 'refused'
          if (isReply && some && (done as { status: number }).status === 202) {
            said[channels.indexOf(some.ticket.channelId)]?.push(text)
          }
          await helpdesk.settle()
        }

        const until = clock.now().toISOString()
        const seen: Seen[] = []
        for (const [index, channelId] of channels.entries()) {
          const own = await expectConsistent(stores, channelId, since, until)
          const texts = own.flatMap(({ messages }) => messages.map(({ text }) => text.replace(/^@\w+ /, '')))
          expect(texts.sort()).toEqual(said[index]?.sort())
          const days = await stores.counts.activity(channelId, dayOf(since), dayOf(until))
          const counted = days.flatMap((day) => (day.received > 0 ? [[`${channelId} ${day.date}`, day.received]] : []))
          expect(counted).toEqual([...received].filter(([key]) => key.startsWith(`${channelId} `)))
          const outcomes = own.flatMap(({ messages }) => messages.map(({ delivery }) => delivery?.status))
          for (const outcome of ['sent', 'failed'] as const) {
            expect(days.reduce((sum, day) => sum + day.replies[outcome], 0)).toBe(
              outcomes.filter((status) => status === outcome).length,
            )
          }
          seen.push(...own)
        }
        seen.sort((a, b) => (`${a.ticket.updatedAt}#${a.ticket.id}` < `${b.ticket.updatedAt}#${b.ticket.id}` ? 1 : -1))
        for (const { tag, status, channel, customer, since: hours, limit } of wanted) {
          const filter: TicketFilter = {
            tag,
            status,
            channelId: channel === undefined ? undefined : channels[channel],
            customerId: customer === undefined ? undefined : people[customer]?.id,
            updatedSince: new Date(began + hours * 3600_000).toISOString(),
          }
          const fitting = seen.filter(
            ({ ticket }) =>
              (tag === undefined || ticket.tags.includes(tag)) &&
              (status === undefined || ticket.status === status) &&
              (filter.channelId === undefined || ticket.channelId === filter.channelId) &&
              (filter.customerId === undefined || ticket.customer.id === filter.customerId) &&
              ticket.updatedAt >= String(filter.updatedSince),
          )
          expect({ filter, ids: await listed(stores, filter, limit) }).toEqual({
            filter,
            ids: fitting.map(({ ticket }) => ticket.id),
          })
        }
      }),
      { numRuns: cases(5) },
    )
  })
})
