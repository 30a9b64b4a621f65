import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createOutageNotes } from '../../lambdas/adapters/aws/outage-notes.ts'
import type { Mail } from '../../lambdas/core/channels/mails.ts'
import type { EventQueue } from '../../lambdas/core/ports/queues.ts'
import type { AccountTokens } from '../../lambdas/core/ports/x.ts'
import type { EventSource } from '../../lambdas/core/x/event-source.ts'
import { crcAnswer } from '../../lambdas/core/x/signature.ts'
import { awsAccess } from '../../lambdas/runtime/aws.ts'
import { table } from '../../lambdas/runtime/resources.ts'
import { createNotifier } from '../../lambdas/use-cases/notify-administrators.ts'
import { createReconcile } from '../../lambdas/use-cases/reconcile/reconcile.ts'
import { tableName } from '../../local/aws/table.ts'
import { credentials } from '../../local/settings.ts'
import { startX, type XSimulator } from '../../local/x-simulator/simulator.ts'
import { ampleTime } from '../support/ample-time.ts'
import { decideOnX } from '../support/authorize.ts'
import { noEncryption } from '../support/encryption.ts'
import { routeAtOnce, routerOver } from '../support/router.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { portsOf, xAt } from '../support/x.ts'
import { ann, bob, directMessages, shop } from '../support/x-payloads.ts'

const keys = { consumerKey: 'test-key', consumerSecret: 'test-secret' }
const channelId = `twitter-${shop.id}`
const encryption = noEncryption
const start = new Date('2026-01-10T10:00:00.000Z')

let clock = start
let stores: TestStores
let sim: XSimulator
let hook: Server
let hookUrl: string
let hookAnswers = true
let tokens: AccountTokens
let mails: Mail[] = []
let mailIsDown = false
let logged: Readonly<Record<string, unknown>>[] = []
let queued: string[] = []
let router: ReturnType<typeof routerOver>

function moveTo(time: string) {
  clock = new Date(`2026-01-10T${time}.000Z`)
  sim.control.clock(clock)
}

beforeEach(async () => {
  clock = start
  mails = []
  mailIsDown = false
  logged = []
  queued = []
  hookAnswers = true
  stores = await startStores(() => clock)
  router = routerOver(stores, () => clock)
  sim = await startX({ port: 0, ...keys })
  sim.control.clock(clock)
  for (const user of [shop, ann, bob]) sim.control.addUser({ id: user.id, username: user.username })
  hook = createServer((request, response) => {
    const token = new URL(request.url ?? '', 'http://localhost').searchParams.get('crc_token') ?? undefined
    request.resume()
    response.statusCode = hookAnswers ? 200 : 500
    response.end(JSON.stringify(token ? crcAnswer(token, keys.consumerSecret) : {}))
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  hookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/webhooks/twitter`
  const request = await xOf('account-activity').requestToken('http://localhost:3000/callback')
  const back = await decideOnX(request.authorizeUrl, shop.id, 'allow')
  tokens = await xOf('account-activity').accessToken(request, back.searchParams.get('oauth_verifier') ?? '')
  const account = { twitterUserId: shop.id, username: shop.username, encryptedTokens: JSON.stringify(tokens) }
  await stores.channels.connect({ ...account, at: clock.toISOString() })
  // Only one test is about this mail.
  await stores.health.eventSourceEndWasNotified(clock.toISOString())
})
afterEach(async () => {
  await sim.stop()
  hook.closeAllConnections()
  hook.close()
})
afterEach(() => stores.stop())

const xOf = (source: EventSource) =>
  xAt(sim.url, { app: async () => ({ key: keys.consumerKey, secret: keys.consumerSecret }) }, source)

/** Hands what upkeep queues to the router at once. */
const events: EventQueue = {
  async send(list, id) {
    queued.push(...list.map((event) => String(event.externalId)))
    await routeAtOnce(router, list, id)
  },
}

function run(
  source: EventSource = 'account-activity',
  dies: (entry: Readonly<Record<string, unknown>>) => boolean = () => false,
) {
  const log = (entry: Readonly<Record<string, unknown>>) => {
    if (dies(entry)) throw new Error('killed here')
    logged.push(entry)
  }
  const mailer = {
    recipients: 1,
    async send(mail: Mail) {
      if (mailIsDown) throw new Error('SES is away')
      mails.push(mail)
    },
  }
  const upkeep = createReconcile({
    ...stores,
    events,
    ...portsOf(xOf(source)),
    encryption,
    notify: createNotifier(mailer, log),
    publicUrl: hookUrl.slice(0, -'/webhooks/twitter'.length),
    eventSource: source,
    log,
  })
  return upkeep({ time: clock.toISOString() }, ampleTime)
}
const did = (name: string) => logged.filter((entry) => entry.event === name)
const webhooks = () => sim.control.state().webhooks.map(({ url, valid }) => ({ url, valid }))
const subscribers = () => sim.control.state().subscriptions.map(({ userId }) => userId)

async function texts(): Promise<{ text: string; recovered: string | null }[]> {
  const { items } = await stores.tickets.tickets({}, { limit: 100, after: null })
  const pages = await Promise.all(items.map(({ id }) => stores.messagesOf(id)))
  return pages
    .flat()
    .map(({ text, recovered }) => ({ text, recovered }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
}

describe('upkeep mends', () => {
  test('a webhook that is gone, and the subscription with it; in order, it touches nothing', async () => {
    await run()
    expect(webhooks()).toEqual([{ url: hookUrl, valid: true }])
    expect(subscribers()).toEqual([shop.id])
    expect(did('repaired').map(({ what }) => what)).toEqual(['webhook', 'subscription'])
    logged = []
    const before = sim.control.calls().length
    await run()
    expect(did('repaired')).toEqual([])
    const changing = sim.control.calls().slice(before)
    expect(changing.filter(({ method, path }) => method !== 'GET' && !path.startsWith('/oauth2'))).toEqual([])
    expect(mails).toEqual([])
  })

  test('a webhook that X has switched off, without a second one', async () => {
    await run()
    sim.control.breakWebhooks()
    moveTo('10:15:00')
    await run()
    expect(webhooks()).toEqual([{ url: hookUrl, valid: true }])
    expect(did('repaired').at(-1)).toMatchObject({ what: 'webhook', reason: 'X had disabled it' })
  })

  test('nothing for a channel that is not connected, and asks X nothing when there is none', async () => {
    await stores.channels.disconnect(channelId)
    const before = sim.control.calls().length
    await run()
    expect(sim.control.calls()).toHaveLength(before)
  })
})

describe('what upkeep cannot mend', () => {
  test('is told once with what to do, and told again when it works', async () => {
    hookAnswers = false
    for (const time of ['10:15:00', '10:30:00']) {
      moveTo(time)
      await run()
    }
    expect(mails.map(({ subject }) => subject)).toEqual(['X does not deliver to the helpdesk'])
    expect(mails[0]?.text).toContain('Check that our secret store holds the consumer secret')
    expect(did('repair_failed')).toHaveLength(2)
    hookAnswers = true
    mailIsDown = true
    moveTo('10:45:00')
    await run()
    mailIsDown = false
    await run()
    await run()
    expect(mails.map(({ subject }) => subject)).toEqual([
      'X does not deliver to the helpdesk',
      'Works again: Our webhook at X',
    ])
  })

  test('of one channel is told for that channel', async () => {
    await run()
    sim.control.state().subscriptions.length = 0
    const path = '/2/account_activity/webhooks/*/subscriptions/all'
    const body = { title: 'Invalid Request', errors: [{ message: 'SubscriptionLimitExceeded: ' }] }
    sim.control.answer({ method: 'POST', path, status: 400, body })
    await run()
    expect(mails.map(({ subject }) => subject)).toEqual([`X does not deliver for ${shop.username}`])
    await run()
    expect(subscribers()).toEqual([shop.id])
    expect(mails).toHaveLength(2)
  })

  test('because X is away is nobody to be told of: the next run tries again', async () => {
    await run()
    await sim.stop()
    await run()
    expect(did('repair_failed').at(-1)).toMatchObject({ what: 'webhook', mustAct: false })
    expect(mails).toEqual([])
  })

  test('a dead token marks the channel', async () => {
    await run()
    sim.control.revoke(shop.id)
    logged = []
    await run()
    expect(did('repaired')).toEqual([])
    expect(did('repair_failed')).toMatchObject([{ what: 'access', status: 401 }])
    expect((await stores.channels.get(channelId))?.status).toBe('needs_reconnection')
  })
})

describe('after a gap', () => {
  const write = (text: string, from = ann) => sim.control.directMessage({ from: from.id, to: shop.id, text })
  const mention = (text: string) => sim.control.post({ by: bob.id, text: `@${shop.username} ${text}` })

  test('every message and mention of it comes once, and says how; what was there changes nothing', async () => {
    await run()
    moveTo('10:01:00')
    const known = write('a known')
    await router.deliver(
      directMessages(shop, { id: known.id, from: ann, to: shop, text: 'a known', at: known.createdAt }),
    )
    sim.control.breakWebhooks()
    moveTo('10:05:00')
    write('b lost')
    write('c lost, of another', bob)
    mention('d lost mention')
    moveTo('10:15:00')
    await run()
    await run()
    const found = [
      { text: `@${shop.username} d lost mention`, recovered: 'poll' },
      { text: 'a known', recovered: null },
      { text: 'b lost', recovered: 'poll' },
      { text: 'c lost, of another', recovered: 'poll' },
    ]
    expect(await texts()).toEqual(found)
    const [day] = await stores.counts.activity(channelId, '2026-01-10', '2026-01-10')
    expect(day).toMatchObject({ recovered: 3, received: 4 })
  })

  test('hundreds of messages come over several runs when X lets no more', async () => {
    await run()
    sim.control.breakWebhooks()
    moveTo('10:05:00')
    for (let n = 0; n < 250; n++) write(`lost ${String(n).padStart(3, '0')}`)
    moveTo('10:15:00')
    // The first page is given, the second is one too many.
    sim.control.answer({ method: 'GET', path: '/2/dm_events', delayMs: 0 })
    sim.control.answer({ method: 'GET', path: '/2/dm_events', status: 429 })
    await run()
    expect(did('x_call_failed')).toHaveLength(1)
    expect(await texts()).toHaveLength(100)
    moveTo('10:31:00')
    await run()
    sim.control.clearAnswers()
    expect((await texts()).map(({ text }) => text)).toEqual(
      Array.from({ length: 250 }, (_, n) => `lost ${String(n).padStart(3, '0')}`),
    )
  })

  test('X is asked once to deliver it again, as soon as it lets', async () => {
    await xOf('account-activity').createWebhook(hookUrl)
    await run()
    expect(did('replay_waits')).toEqual([])
    sim.control.breakWebhooks()
    for (const time of ['11:00:00', '11:05:00']) {
      moveTo(time)
      await run()
    }
    expect(did('replay_requested')).toEqual([])
    expect(did('replay_waits').length).toBeGreaterThan(0)
    for (const time of ['11:15:00', '11:30:00']) {
      moveTo(time)
      await run()
    }
    expect(did('replay_requested').map(({ outage }) => outage)).toEqual([
      { from: '2026-01-10T10:00:00.000Z', to: '2026-01-10T11:00:00.000Z' },
    ])
  })

  test('errors that we answered are a gap as well', async () => {
    await run()
    moveTo('10:05:00')
    write('answered with 503')
    const access = awsAccess('dynamodb', {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: stores.endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    })
    await createOutageNotes(access, tableName, table.outage).note(clock.toISOString(), clock.toISOString())
    moveTo('10:15:00')
    await run()
    expect(await texts()).toEqual([{ text: 'answered with 503', recovered: 'poll' }])
    expect(await stores.health.notedOutage()).toBeNull()
    queued = []
    await run()
    expect(queued).toEqual([])
  })

  test('what was written before the account was connected stays where it is', async () => {
    moveTo('09:30:00')
    write('before')
    moveTo('10:00:01')
    write('after')
    moveTo('10:05:00')
    await run()
    expect((await texts()).map(({ text }) => text)).toEqual(['after'])
  })

  test('nothing is lost when a run is killed right after it has mended', async () => {
    await run()
    sim.control.breakWebhooks()
    moveTo('10:05:00')
    write('lost')
    moveTo('10:15:00')
    await expect(run('account-activity', ({ event }) => event === 'repaired')).rejects.toThrow('killed here')
    expect(webhooks()).toEqual([{ url: hookUrl, valid: true }])
    moveTo('10:30:00')
    await run()
    expect((await texts()).map(({ text }) => text)).toEqual(['lost'])
  })

  test('the lists are read down to the gap, no further', async () => {
    for (let n = 0; n < 220; n++) write(`old ${n}`)
    moveTo('10:30:00')
    await run()
    queued = []
    moveTo('10:45:00')
    sim.control.breakWebhooks()
    await run()
    const asked = sim.control.calls().filter(({ path }) => path.startsWith('/2/dm_events'))
    const before = asked.length
    write('lost')
    sim.control.breakWebhooks()
    moveTo('11:00:00')
    await run()
    expect(sim.control.calls().filter(({ path }) => path.startsWith('/2/dm_events'))).toHaveLength(before + 1)
    expect(queued).toHaveLength(1)
  })

  test('what was ignored while the extension was disabled is not brought when it is enabled again', async () => {
    await run()
    await stores.channels.setExtension(false, clock.toISOString())
    sim.control.breakWebhooks()
    moveTo('10:05:00')
    write('lost')
    moveTo('10:15:00')
    await run()
    expect(webhooks()).toEqual([{ url: hookUrl, valid: true }])
    expect(queued).toEqual([])
    await stores.channels.setExtension(true, clock.toISOString())
    moveTo('10:20:00')
    write('lost and wanted')
    moveTo('10:30:00')
    sim.control.breakWebhooks()
    await run()
    expect((await texts()).map(({ text }) => text)).toEqual(['lost and wanted'])
  })

  test('what is switched off is not asked for', async () => {
    await stores.changeChannel(channelId, { directMessages: false }, clock.toISOString())
    await run()
    sim.control.breakWebhooks()
    moveTo('10:05:00')
    write('not wanted')
    mention('wanted')
    moveTo('10:15:00')
    await run()
    expect((await texts()).map(({ recovered }) => recovered)).toEqual(['poll'])
  })
})

describe('a channel of the Account Activity API', () => {
  const activityTypes = () =>
    sim.control
      .state()
      .activitySubscriptions.filter(({ userId }) => userId === shop.id)
      .map(({ eventType }) => eventType)

  test('moves to the X Activity API when the setting changes: the old subscription ends after X shows the new ones', async () => {
    await run('account-activity')
    expect([subscribers(), activityTypes()]).toEqual([[shop.id], []])
    moveTo('10:15:00')
    await run('x-activity')
    // Both deliver now.
    expect(subscribers()).toEqual([shop.id])
    expect(activityTypes()).toHaveLength(8)
    moveTo('10:30:00')
    await run('x-activity')
    expect(subscribers()).toEqual([])
    expect(activityTypes()).toHaveLength(8)
    expect(did('moved')).toEqual([{ event: 'moved', subscriptions: 1 }])
  })

  test('stays reconciled when X no longer knows the old API', async () => {
    await run('x-activity')
    moveTo('10:15:00')
    sim.control.answer({ path: '/2/account_activity/*', status: 404, body: {}, times: 5 })
    await run('x-activity')
    expect(did('reconciled')).toHaveLength(2)
    expect(mails).toEqual([])
  })
})
