import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { faults } from '../support/faults.ts'
import { helpdeskOver } from '../support/helpdesk.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { ann, directMessages, idAt } from '../support/x-payloads.ts'

let time = Date.parse('2026-03-01T00:00:00.000Z')
const clock = {
  now: () => new Date(time),
  pass: (milliseconds: number) => {
    time += milliseconds
  },
}
let stores: TestStores
beforeAll(async () => {
  stores = await startStores(clock.now)
})
afterAll(() => stores.stop())

const window = { from: '2026-01-01T00:00:00.000Z', to: '2026-12-31T23:59:59.999Z' }

/** The changes of a ticket in the trail, oldest first. */
async function trailOf(object: string) {
  const { items } = await stores.audit.list({ ...window, object }, { limit: 100, after: null })
  return items.reverse()
}

test.each(faults)('whichever call of the database is %s, no change of a ticket is without its entry', async (fault) => {
  const helpdesk = helpdeskOver(stores, clock)
  const account = { id: `70${faults.indexOf(fault)}`, username: 'shop' }
  await helpdesk.connect(account)
  let calls = 0
  for (let isReached = true; isReached; calls++) {
    clock.pass(60_000)
    const customer = { ...ann, id: `${ann.id}${calls}` }
    const [opened] = await helpdesk.deliver(
      directMessages(account, { id: idAt(clock.now(), calls), from: customer, to: account, text: 'hi' }),
    )
    const id = String(opened?.ticketId)
    const patch = (body: object) => {
      clock.pass(1_000)
      return helpdesk.agent('PATCH', `/api/tickets/${id}`, body)
    }

    stores.calls.fail(calls + 1, fault)
    await patch({ status: 'pending', tags: ['refund'] }).catch(() => {})
    isReached = stores.calls.recover()
    const between = await stores.tickets.ticket(id)
    const wasChanged = between?.status === 'pending'
    const known = await trailOf(id)
    if (wasChanged) expect(known).toMatchObject([{ before: { status: 'new' }, after: { status: 'pending' } }])

    await patch({ status: 'pending', tags: ['refund'] })
    await patch({ status: 'solved' })
    const trail = await trailOf(id)
    expect(trail.map(({ actor }) => actor.name)).toEqual(trail.map(() => 'kim'))
    expect(trail.slice(-2)).toMatchObject([
      { before: { status: 'new', tags: ['Twitter:Direct'] }, after: { status: 'pending', tags: ['refund'] } },
      { before: { status: 'pending' }, after: { status: 'solved' } },
    ])
    // One too many at most, and only where the first try was cut off.
    expect(trail.length).toBeLessThanOrEqual(isReached && !wasChanged ? 3 : 2)
  }
  expect(calls).toBeGreaterThan(3)
})
