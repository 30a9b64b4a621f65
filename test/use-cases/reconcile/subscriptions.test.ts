import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Mail } from '../../../lambdas/core/channels/mails.ts'
import type { LogEntry } from '../../../lambdas/core/log-events.ts'
import { XError, type XSubscriptions } from '../../../lambdas/core/ports/x.ts'
import type { EventSource } from '../../../lambdas/core/x/event-source.ts'
import { eventTypes } from '../../../lambdas/core/x/subscriptions.ts'
import { createNotifier } from '../../../lambdas/use-cases/notify-administrators.ts'
import { createReconcile } from '../../../lambdas/use-cases/reconcile/reconcile.ts'
import { startX, type XSimulator } from '../../../local/x-simulator/simulator.ts'
import { ampleTime } from '../../support/ample-time.ts'
import { noEncryption } from '../../support/encryption.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { portsOf, xAt } from '../../support/x.ts'

const keys = { consumerKey: 'test-key', consumerSecret: 'test-secret' }
const secrets = { app: async () => ({ key: keys.consumerKey, secret: keys.consumerSecret }) }
const publicUrl = 'https://helpdesk.example'
const path = '/2/activity/subscriptions'
const start = new Date('2026-01-10T10:00:00.000Z')

let clock = start
let stores: TestStores
let sim: XSimulator
let mails: Mail[] = []
let logged: LogEntry[] = []
let mailIsDown = false
let ids = 10_000

beforeAll(async () => {
  sim = await startX({ port: 0, ...keys })
})
afterAll(() => sim.stop())
beforeEach(async () => {
  clock = start
  mails = []
  logged = []
  stores = await startStores(() => clock)
  sim.control.clock(clock)
  sim.control.clearAnswers()
  const state = sim.control.state()
  const webhook = (id: string, url: string) => ({ id, url, valid: true, createdAt: clock.toISOString() })
  const hooks = [webhook('500', `${publicUrl}/webhooks/twitter`), webhook('600', 'https://crm.example/hook')]
  state.webhooks.splice(0, Infinity, ...hooks)
  state.activitySubscriptions.length = 0
})
afterEach(() => stores.stop())

/** Connects accounts of these ids, without subscriptions. */
async function connect(...accounts: string[]): Promise<void> {
  for (const id of accounts) {
    const username = `shop${id}`
    if (!sim.control.users().some((user) => user.id === id)) sim.control.addUser({ id, username })
    const encryptedTokens = JSON.stringify(sim.control.token(id))
    await stores.channels.connect({ twitterUserId: id, username, at: clock.toISOString(), encryptedTokens })
  }
}

/** Lets X have a subscription, an old one of ours unless said otherwise. */
function onX(userId: string | null, eventType: string, fields: { webhookId?: string; tag?: string; at?: string } = {}) {
  const { webhookId = '500', tag = eventType, at = '2026-01-01T00:00:00.000Z' } = fields
  const id = String(++ids)
  const subscription = { id, eventType, userId, direction: null, tag, webhookId, createdAt: at, updatedAt: at }
  sim.control.state().activitySubscriptions.push(subscription)
}
const allOnX = (userId: string, fields: Parameters<typeof onX>[2] = {}) => {
  for (const eventType of eventTypes) onX(userId, eventType, fields)
}

async function run(minutes: number, over: Partial<XSubscriptions> = {}, eventSource: EventSource = 'x-activity') {
  clock = new Date(start.getTime() + minutes * 60_000)
  sim.control.clock(clock)
  const log = (entry: LogEntry) => void logged.push(entry)
  const x = { ...xAt(sim.url, secrets, eventSource), ...over }
  const reconcile = createReconcile({
    ...stores,
    events: { send: async () => {} },
    ...portsOf(x),
    encryption: noEncryption,
    notify: createNotifier(
      {
        recipients: 1,
        send: async (mail) => {
          if (mailIsDown) throw new Error('SES is away')
          mails.push(mail)
        },
      },
      log,
    ),
    publicUrl,
    eventSource,
    log,
  })
  const before = sim.control.calls().length
  await reconcile({ time: clock.toISOString() }, ampleTime)
  return sim.control
    .calls()
    .slice(before)
    .filter((call) => call.path.startsWith(path))
}

const count = (calls: readonly { method: string }[], method: string) =>
  calls.filter((call) => call.method === method).length
const did = (event: string) => logged.filter((entry) => entry.event === event)
const left = () => sim.control.state().activitySubscriptions.filter(({ eventType }) => eventType !== 'oauth.revoke')
const of = (userId: string) => left().filter((one) => one.userId === userId)

describe('a run', () => {
  test('lists once for all channels and subscribes each to what it lacks', async () => {
    await connect('1', '2', '3')
    allOnX('1')
    onX('2', 'dm.received')
    const first = await run(0)
    expect([count(first, 'GET'), count(first, 'POST')]).toEqual([1, 7 + 8 + 1])
    expect(['1', '2', '3'].map((id) => of(id).length)).toEqual([8, 8, 8])
    const second = await run(15)
    expect([count(second, 'GET'), second.length]).toEqual([1, 1])
  })

  test('asks no more when X limits its calls, and the next runs go on, with others first', async () => {
    const accounts = Array.from({ length: 12 }, (_, n) => String(n + 1))
    await connect(...accounts)
    const asked: string[] = []
    const limited: Partial<XSubscriptions> = {
      subscribe: async (_tokens, { id }) => {
        asked.push(id)
        throw new XError(429, 'Too Many Requests')
      },
    }
    const firsts = new Set<string | undefined>()
    for (let n = 0; n < 6; n++) {
      asked.length = 0
      await run(n * 15, limited)
      // Five channels at a time.
      expect(asked.length).toBeLessThanOrEqual(5)
      firsts.add(asked[0])
    }
    expect(firsts.size).toBeGreaterThan(1)
    expect(mails).toEqual([])
    await run(90)
    expect(accounts.map((id) => of(id).length)).toEqual(accounts.map(() => 8))
  })

  test('keeps what the calls before the limit made, and completes it', async () => {
    await connect('1', '2')
    sim.control.answer({ path, method: 'POST', delayMs: 0, times: 11 })
    sim.control.answer({ path, method: 'POST', status: 429, times: 100 })
    await run(0)
    expect(left()).toHaveLength(11)
    sim.control.clearAnswers()
    const calls = await run(15)
    expect(count(calls, 'POST')).toBe(16 - 11 + 1)
    expect(left()).toHaveLength(16)
  })

  test('beyond the number that X allows mails how many fit, and leaves nothing half done', async () => {
    await connect('1')
    for (let n = 0; n < 1_496; n++) onX(`9${n}`, 'post.create', { webhookId: '600', tag: 'crm' })
    await run(0)
    await run(15)
    expect(of('1')).toEqual([])
    expect(mails.map(({ subject }) => subject)).toEqual(['X does not deliver for shop1'])
    expect(mails[0]?.text).toContain(
      'X allows the app 1500 subscriptions, 8 for each channel, and 1496 are used by others than this helpdesk. So 0 channels fit, and 0 are subscribed.',
    )
    sim.control.state().activitySubscriptions.splice(0, 20)
    await run(30)
    expect(of('1')).toHaveLength(8)
    expect(mails.map(({ subject }) => subject).at(-1)).toBe('Works again: The channel «shop1»')
  })

  test('a wrong key of the app marks no channel as one that took our access away', async () => {
    await connect('1')
    allOnX('1', { webhookId: '600', tag: 'crm' })
    await run(0, {
      repoint: async () => {
        throw new XError(401, 'Unauthorized')
      },
    })
    expect((await stores.channels.get('twitter-1'))?.status).toBe('connected')
  })
})

describe('what X does not list', () => {
  const unlisted: Partial<XSubscriptions> = { subscribe: async () => 0 }

  test('although it says that it exists, is looked for again; from the second run on it is told, once', async () => {
    await connect('1')
    await run(0, unlisted)
    expect(did('subscription_unlisted')).toMatchObject([{ channelId: 'twitter-1' }])
    expect(mails).toEqual([])
    await run(15, unlisted)
    await run(30, unlisted)
    expect(mails.map(({ subject }) => subject)).toEqual(['X does not deliver for shop1'])
    expect(mails[0]?.text).toContain('does not list it')
    allOnX('1')
    await run(45)
    expect(mails).toHaveLength(2)
    expect(mails[1]?.subject).toContain('Works again')
  })

  test('for some minutes only is told to nobody', async () => {
    await connect('1')
    await run(0, unlisted)
    allOnX('1')
    await run(15)
    await run(30)
    expect(mails).toEqual([])
  })

  test('because its pages never end: the channels are looked after all the same', async () => {
    await connect('1')
    allOnX('1')
    const shown = { subscription_id: '1', event_type: 'dm.sent', filter: { user_id: '1' }, webhook_id: '500' }
    const body = { data: [shown], meta: { next_token: 'again' } }
    sim.control.answer({ path, method: 'GET', status: 200, body, times: 100 })
    await run(0)
    expect(did('x_call_failed')).toMatchObject([{ reason: 'the list of subscriptions repeats a page' }])
    expect(did('reconciled')).toHaveLength(1)
    expect(of('1')).toHaveLength(8)
  })
})

describe('subscriptions that nobody needs', () => {
  test('of accounts that are no channel go, unless they may belong to one just being connected', async () => {
    await connect('1', '2', '3')
    await stores.channels.disconnect('twitter-2')
    await stores.revoke('twitter-3')
    for (const id of ['1', '2', '3', '4']) allOnX(id)
    allOnX('5', { at: '2026-01-10T09:40:00.000Z' })
    await run(0)
    expect(['1', '2', '3', '4', '5'].map((id) => of(id).length)).toEqual([8, 0, 8, 0, 8])
    expect(did('subscriptions_removed')).toMatchObject([{ orphans: 16, duplicates: 0 }])
    await run(45)
    expect(of('5')).toEqual([])
  })

  test("on somebody else's webhook, or not in our form, stay", async () => {
    await connect('1')
    allOnX('1')
    allOnX('7', { webhookId: '600' })
    onX('8', 'dm.received', { tag: 'crm' })
    onX('9', 'like.create')
    await run(0)
    expect([of('7').length, of('8').length, of('9').length]).toEqual([8, 1, 1])
  })

  test('are removed 100 in a call', async () => {
    await connect('1')
    allOnX('1')
    for (let n = 0; n < 30; n++) allOnX(`8${n}`)
    const calls = await run(0)
    expect(count(calls, 'DELETE')).toBe(3)
    expect(left()).toHaveLength(8)
  })

  test('twice for one event and account: one stays', async () => {
    await connect('1')
    allOnX('1')
    allOnX('1')
    await run(0)
    expect(
      of('1')
        .map(({ eventType }) => eventType)
        .sort(),
    ).toEqual([...eventTypes].sort())
  })

  test('go too when the last channel was disconnected; X that refuses is asked again', async () => {
    await connect('1')
    allOnX('1')
    await run(0)
    await stores.channels.disconnect('twitter-1')
    sim.control.answer({ path, method: 'DELETE', status: 503 })
    await run(15)
    expect([of('1').length, did('x_call_failed').length]).toEqual([8, 1])
    await run(30)
    expect(of('1')).toEqual([])
  })

  test('of a webhook that was ours at a former address are pointed to the new one, or go', async () => {
    await connect('1')
    await stores.channels.saveOwnWebhook({
      id: '400',
      url: 'https://former.example/webhooks/twitter',
      formerIds: ['300'],
    })
    allOnX('1', { webhookId: '400' })
    allOnX('2', { webhookId: '400' })
    allOnX('3', { webhookId: '300' })
    allOnX('4', { webhookId: '200' })
    onX(null, 'oauth.revoke', { webhookId: '400' })
    await run(0)
    expect(of('1').map(({ webhookId }) => webhookId)).toEqual(eventTypes.map(() => '500'))
    expect([of('2').length, of('3').length, of('4').length]).toEqual([0, 0, 8])
    expect(await stores.channels.ownWebhook()).toMatchObject({ id: '500', formerIds: ['300', '400'] })
    const revocations = sim.control.state().activitySubscriptions.filter(({ userId }) => userId === null)
    expect(revocations.map(({ webhookId }) => webhookId)).toEqual(['500'])
  })
})

describe('an app with 1,200 subscriptions of others and 150 channels', () => {
  test('is looked after with a few calls, and of others nothing is touched', async () => {
    sim.control.settings({ activitySubscriptionLimit: 75_000 })
    const accounts = Array.from({ length: 150 }, (_, n) => String(1_000 + n))
    await connect(...accounts)
    for (let n = 0; n < 1_200; n++) onX(`5${n}`, 'post.create', { webhookId: '600', tag: 'crm' })
    for (const id of accounts.slice(0, 145)) {
      allOnX(id)
      // Working until now, so nothing is read back.
      await stores.health.saveChannel(`twitter-${id}`, { healthyAt: start.toISOString(), fault: null, backfill: null })
    }
    allOnX('3000')
    const calls = await run(0)
    // Three pages, eight for each of five channels and one for revocations, one deletion.
    expect([count(calls, 'GET'), count(calls, 'POST'), count(calls, 'DELETE')]).toEqual([3, 41, 1])
    expect(left()).toHaveLength(1_200 + 150 * 8)
    const again = await run(15)
    expect(again.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET'])
    expect(untouchedOnX()).toBe(1_200)
  })
})

describe('the end of the Account Activity API', () => {
  test('is mailed once with what to do, whatever comes after; the X Activity API ends nothing', async () => {
    await connect('1')
    await run(0)
    expect(mails).toEqual([])
    mailIsDown = true
    await run(15, {}, 'account-activity')
    mailIsDown = false
    await run(30, {}, 'account-activity')
    await run(45, {}, 'account-activity')
    await run(60)
    await run(75, {}, 'account-activity')
    expect(mails.map(({ subject }) => subject)).toEqual(['X ends the Account Activity API'])
    expect(mails[0]?.text).toContain('set the event source to x-activity')
  })
})

const untouchedOnX = () => left().filter(({ webhookId, tag }) => webhookId === '600' && tag === 'crm').length
