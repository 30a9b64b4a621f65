import { describe, expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { productForTests } from '../support/product.ts'
import { ann, bob, shop } from '../support/x-payloads.ts'

/** What the X Activity API does not tell, and what nobody could tell. Polls and runs are asked for, not waited for. */
const product = productForTests(
  async () => {
    await product.addToX(shop, ann, bob)
    await product.connectByOAuth(shop)
  },
  { MENTIONS_POLL_MINUTES: '60' },
)

const post = (by: string, text: string, inReplyTo?: string) =>
  product.onX<{ id: string }>('POST', 'posts', { by, text, ...(inReplyTo ? { inReplyTo } : {}) })
const write = (text: string) => product.onX('POST', 'direct-messages', { from: ann.id, to: shop.id, text })

/** The texts of each ticket in their order, once there are as many tickets and messages as wanted. */
async function conversations(wanted: readonly (readonly string[])[]): Promise<string[][]> {
  const tickets = await eventually('the tickets and their messages', async () => {
    const found = await product.tickets({ limit: 100 })
    const messages = found.reduce((sum, { messageCount }) => sum + messageCount, 0)
    return found.length >= wanted.length && messages >= wanted.flat().length ? found : undefined
  })
  const all = await Promise.all(tickets.map(({ id }) => product.messages(id)))
  return all.map((messages) => messages.map(({ text }) => text)).sort(byFirst)
}
const byFirst = ([a = '']: readonly string[], [b = '']: readonly string[]) => (a < b ? -1 : 1)
const wanted: string[][] = []
const inOrder = () => wanted.toSorted(byFirst)

describe('without an event of X', () => {
  test("an answer under the customer's own first entry is in its ticket after one poll", async () => {
    const first = await post(ann.id, `@${shop.username} is it there?`)
    wanted.push([`@${shop.username} is it there?`])
    await conversations(wanted)
    await post(ann.id, 'I looked everywhere', first.id)
    wanted[0]?.push('I looked everywhere')
    const { deliveries } = await product.onX<{ deliveries: { body: string }[] }>('GET', 'deliveries')
    expect(deliveries.filter(({ body }) => body.includes('I looked everywhere'))).toEqual([])
    await product.schedule('mentions')
    expect(await conversations(wanted)).toEqual(inOrder())
  })

  test('so it is when X no longer understands the old names of fields', async () => {
    await product.onX('POST', 'settings', { oldDialect: false, eventNames: 'new' })
    const first = await post(bob.id, `@${shop.username} and now?`)
    await post(bob.id, 'still here', first.id)
    wanted.push([`@${shop.username} and now?`, 'still here'])
    await product.schedule('mentions')
    expect(await conversations(wanted)).toEqual(inOrder())
    await product.onX('POST', 'settings', { oldDialect: true, eventNames: 'old' })
  })
})

describe('while the account had taken our access away', () => {
  const params = { id: `twitter-${shop.id}` }
  const channel = () => product.helpdesk.call('GET /api/channels/{id}', { params })

  test('what came is there after it has given access again', async () => {
    await product.onX('POST', 'revoke', { userId: shop.id })
    await eventually('the end of our access', async () => (await channel()).status === 'needs_reconnection')
    // X deletes the subscriptions that the account made.
    await product.onX('POST', 'webhooks/break')
    await write('did you see this?')
    await post(bob.id, `@${shop.username} and this?`)
    await product.onX('POST', 'webhooks/repair')
    expect(await product.connectByOAuth(shop)).toBe(`/channels/twitter-${shop.id}`)
    await product.schedule('reconcile')
    wanted.push(['did you see this?'], [`@${shop.username} and this?`])
    expect(await conversations(wanted)).toEqual(inOrder())
    await product.schedule('reconcile')
    await product.schedule('mentions')
    expect(await conversations(wanted)).toEqual(inOrder())
  })

  test('what came while an administrator had disconnected it is not brought', async () => {
    await product.admin.call('DELETE /api/channels/{id}', { params })
    await write('nobody is here')
    await product.connectByOAuth(shop)
    await write('connected again')
    wanted.find(([first]) => first === 'did you see this?')?.push('connected again')
    await product.schedule('reconcile')
    await product.schedule('mentions')
    expect(await conversations(wanted)).toEqual(inOrder())
  })
})

test('150 mentions of an outage come in their order, each answer in the ticket of its entry', async () => {
  await product.onX('POST', 'webhooks/break')
  for (let n = 100; n < 175; n++) {
    const entry = await post(ann.id, `@${shop.username} entry ${n}`)
    await post(ann.id, `answer ${n}`, entry.id)
    wanted.push([`@${shop.username} entry ${n}`, `answer ${n}`])
  }
  await product.schedule('reconcile')
  expect(await conversations(wanted)).toEqual(inOrder())
})

describe('a replay that X does not complete', () => {
  const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
  const logged = (event: string) => product.output.split(`"event":"${event}"`).length - 1
  const reconcileAt = async (minutes: number) => {
    await product.onX('POST', 'clock', { now: later(minutes) })
    await product.schedule('reconcile', later(minutes))
  }
  const endsTold = async () => {
    const { deliveries } = await product.onX<{ deliveries: { event: string; status: string }[] }>('GET', 'deliveries')
    return deliveries.filter(({ event, status }) => event === 'replay_job_status' && status === 'delivered').length
  }

  test('is requested again when X tells so, and not when X tells its end', async () => {
    // What the tests before left to be replayed.
    await reconcileAt(60)
    const before = logged('replay_requested')
    await eventually('the end of it', async () => (await endsTold()) === before)
    await product.onX('POST', 'settings', { incompleteReplays: 1 })
    await product.onX('POST', 'webhooks/break')
    await write('lost')
    await reconcileAt(75)
    await reconcileAt(110)
    await eventually('the incomplete end', async () => (await endsTold()) > before)
    await reconcileAt(125)
    await eventually('the complete end', async () => (await endsTold()) > before + 1)
    await reconcileAt(140)
    await reconcileAt(155)
    expect(logged('replay_requested') - before).toBe(2)
    expect(product.output).toContain('"end":"Incomplete"')
  })
})
