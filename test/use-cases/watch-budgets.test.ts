import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Mail } from '../../lambdas/core/channels/mails.ts'
import { createNotifier } from '../../lambdas/use-cases/notify-administrators.ts'
import { createBudgetWatch } from '../../lambdas/use-cases/watch-budgets.ts'
import { helpdeskOver } from '../support/helpdesk.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { ann, directMessages, idAt, posts, shop } from '../support/x-payloads.ts'

let time = Date.parse('2026-01-01T20:00:00.000Z')
const clock = {
  now: () => new Date(time),
  pass: (milliseconds: number) => {
    time += milliseconds
  },
}
let stores: TestStores
const mails: Mail[] = []

beforeAll(async () => {
  stores = await startStores(clock.now)
})
afterAll(() => stores.stop())

const watch = () =>
  createBudgetWatch({
    ...stores,
    notify: createNotifier({ recipients: 1, send: async (mail) => void mails.push(mail) }, () => {}),
    publicUrl: 'https://helpdesk.example',
  })({ time: clock.now().toISOString() })

test('a channel that has used up its budget sends nothing until the next day or a higher budget, and says so once', async () => {
  const helpdesk = helpdeskOver(stores, clock)
  const { id: channelId } = await helpdesk.connect(shop)
  const budget = (dailyBudgetUsd: number) =>
    stores.changeChannel(channelId, { dailyBudgetUsd }, clock.now().toISOString())
  const id = (n: number) => idAt(clock.now(), n)
  await budget(0.03)

  // A direct message is $0.010, a post $0.005, an ignored one too.
  await helpdesk.deliver(directMessages(shop, { id: id(1), from: ann, to: shop }))
  await helpdesk.deliver(posts(shop, { id: id(2), by: ann, text: '@shop hello', mentions: [shop] }))
  await helpdesk.deliver(posts(shop, { id: id(3), by: shop, text: 'news' }))
  expect(await stores.counts.costUsd(channelId, '2026-01-01')).toBe(0.02)
  await watch()
  expect(mails).toEqual([])

  await helpdesk.deliver(posts(shop, { id: id(4), by: shop, text: 'more news' }))
  await watch()
  await watch()
  expect(mails.map(({ subject }) => subject)).toEqual(['80 % of the budget of the day is used: shop'])

  await helpdesk.deliver(posts(shop, { id: id(5), by: shop, text: 'last news' }))
  await watch()
  await watch()
  expect(mails.map(({ subject }) => subject).slice(1)).toEqual(['100 % of the budget of the day is used: shop'])

  // A reply waits with the reason, and messages still come in.
  const direct = (await stores.allTickets()).find(({ kind }) => kind === 'direct')
  const path = `/api/tickets/${direct?.id}/replies`
  await helpdesk.agent('POST', path, { text: 'hello' })
  const reply = async () => {
    const found = (await stores.messagesOf(direct?.id)).find(({ delivery }) => delivery !== null)
    if (!found) throw new Error('there is no reply')
    return found
  }
  await helpdesk.send(await reply())
  expect(helpdesk.x.taken).toEqual([])
  expect((await reply()).delivery).toMatchObject({
    status: 'pending',
    attempts: 0,
    reason: expect.stringContaining("Today's budget of the channel is used up."),
    dueAt: new Date(time + 15 * 60_000).toISOString(),
  })
  await helpdesk.deliver(directMessages(shop, { id: id(6), from: ann, to: shop }))
  expect(await stores.messagesOf(direct?.id)).toHaveLength(3)

  // A higher budget lets it go, and is watched anew; the sent reply costs too.
  await budget(0.06)
  await helpdesk.settle()
  expect(helpdesk.x.taken).toHaveLength(1)
  expect((await reply()).delivery).toMatchObject({ status: 'sent', reason: null })
  expect(await stores.counts.costUsd(channelId, '2026-01-01')).toBe(0.055)
  await watch()
  expect(mails.map(({ subject }) => subject.slice(0, 4)).slice(2)).toEqual(['80 %'])

  // The next day begins at nothing.
  await budget(0.01)
  await watch()
  clock.pass(4 * 3600_000)
  await helpdesk.agent('POST', path, { text: 'good morning' })
  await helpdesk.settle()
  expect(helpdesk.x.taken).toHaveLength(2)
})
