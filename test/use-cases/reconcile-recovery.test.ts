import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createOutageNotes } from '../../lambdas/adapters/aws/outage-notes.ts'
import type { EventQueue } from '../../lambdas/core/ports/queues.ts'
import { crcAnswer } from '../../lambdas/core/x/signature.ts'
import { awsAccess } from '../../lambdas/runtime/aws.ts'
import { table } from '../../lambdas/runtime/resources.ts'
import { createReconcile, type ReconcileDependencies } from '../../lambdas/use-cases/reconcile/reconcile.ts'
import { tableName } from '../../local/aws/table.ts'
import { credentials } from '../../local/settings.ts'
import { startX, type XSimulator } from '../../local/x-simulator/simulator.ts'
import { ampleTime } from '../support/ample-time.ts'
import { decideOnX } from '../support/authorize.ts'
import { noEncryption } from '../support/encryption.ts'
import { routeAtOnce, routerOver } from '../support/router.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { portsOf, xAt } from '../support/x.ts'
import { ann, bob, shop } from '../support/x-payloads.ts'

const keys = { consumerKey: 'test-key', consumerSecret: 'test-secret' }
const channelId = `twitter-${shop.id}`
const minuteMs = 60_000

let clock = new Date()
let stores: TestStores
let sim: XSimulator
let hook: Server
let publicUrl: string
let queued: string[] = []
let logged: Readonly<Record<string, unknown>>[] = []
/** False where a test looks at the queue only. */
let routes = true
let day = 0

/** X's whole API as the product calls it. */
const x = () =>
  xAt(sim.url, { app: async () => ({ key: keys.consumerKey, secret: keys.consumerSecret }) }, 'x-activity')

beforeAll(async () => {
  stores = await startStores(() => clock)
  hook = createServer((request, response) => {
    const token = new URL(request.url ?? '', 'http://localhost').searchParams.get('crc_token') ?? undefined
    request.resume()
    response.end(JSON.stringify(token ? crcAnswer(token, keys.consumerSecret) : {}))
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  publicUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`
})
afterAll(async () => {
  hook.closeAllConnections()
  hook.close()
  await stores.stop()
})

/** Each test has a week of its own, and begins with a channel that works. */
beforeEach(async () => {
  day += 7
  routes = true
  clock = new Date(Date.UTC(2026, 0, day, 10))
  sim = await startX({ port: 0, ...keys })
  sim.control.clock(clock)
  for (const user of [shop, ann, bob]) sim.control.addUser({ id: user.id, username: user.username })
  if (await stores.channels.get(channelId)) await stores.channels.disconnect(channelId)
  await connect()
  await run()
  pass(15)
  await run()
  queued = []
  logged = []
})
afterEach(() => sim.stop())

function pass(minutes: number) {
  clock = new Date(clock.getTime() + minutes * minuteMs)
  sim.control.clock(clock)
}

/** Connects the account at X, as the API does. */
async function connect() {
  const request = await x().requestToken('http://localhost:3000/callback')
  const back = await decideOnX(request.authorizeUrl, shop.id, 'allow')
  const tokens = await x().accessToken(request, back.searchParams.get('oauth_verifier') ?? '')
  const account = { twitterUserId: shop.id, username: shop.username, encryptedTokens: JSON.stringify(tokens) }
  await stores.channels.connect({ ...account, at: clock.toISOString() })
}

/** Routes at once what `reconcile` queues. */
const events: EventQueue = {
  async send(list, id) {
    queued.push(...list.map((event) => String(event.externalId)))
    if (!routes) return
    const router = routerOver(stores, () => clock)
    await routeAtOnce(router, list, id)
  },
}

function run(ports: (whole: ReconcileDependencies) => ReconcileDependencies = (whole) => whole): Promise<void> {
  const reconcile = createReconcile(
    ports({
      ...stores,
      events,
      ...portsOf(x()),
      encryption: noEncryption,
      notify: async () => true,
      publicUrl,
      eventSource: 'x-activity',
      log: (entry) => logged.push(entry),
    }),
  )
  return reconcile({ time: clock.toISOString() }, ampleTime)
}

/** The next run, with an X that works. */
async function runOn() {
  sim.control.clearAnswers()
  pass(15)
  await run()
}

const did = (name: string) => logged.filter(({ event }) => event === name)
/** A message that no delivery brings to the router here: only what `reconcile` reads does. */
type Lost = { readonly kind: 'direct_message' | 'post'; readonly id: string }

const message = (text: string): Lost => {
  const { id } = sim.control.directMessage({ from: ann.id, to: shop.id, text })
  return { kind: 'direct_message', id }
}
const mention = (text: string): Lost => {
  const { id } = sim.control.post({ by: bob.id, text: `@${shop.username} ${text}` })
  return { kind: 'post', id }
}

/** Which of these messages of X are in a ticket. */
async function found(lost: readonly Lost[]): Promise<Lost[]> {
  const stored = await Promise.all(
    lost.map(({ kind, id }) =>
      stores.tickets.knownAs(channelId, kind === 'post' ? { kind, inReplyTo: '' } : { kind, recipientId: ann.id }, id),
    ),
  )
  return lost.filter((_, index) => stored[index] !== null)
}

/** Ports of which the process is killed before the nth call: nothing of it does anything from then on. */
function killedAt(nth: number) {
  let calls = 0
  const port = <T extends object>(whole: T): T =>
    new Proxy(whole, {
      get(target, name) {
        const own: unknown = Reflect.get(target, name)
        if (typeof own !== 'function') return own
        return (...values: unknown[]) => {
          calls++
          if (calls >= nth) throw new Error('killed here')
          return own.apply(target, values)
        }
      },
    })
  return {
    ports: (whole: ReconcileDependencies): ReconcileDependencies => ({
      ...whole,
      channels: port(whole.channels),
      health: port(whole.health),
      events: port(whole.events),
      accounts: port(whole.accounts),
      reading: port(whole.reading),
      subscriptions: port(whole.subscriptions),
    }),
    happened: () => calls >= nth,
  }
}

/** A run in which something happens at the nth call; resolves to whether the run came that far. */
type Mishap = (nth: number) => Promise<boolean>

/** X answers the nth request of the run with this. */
const answered =
  (answer: { status: number; take?: boolean }): Mishap =>
  async (nth) => {
    if (nth > 1) sim.control.answer({ path: '*', delayMs: 0, times: nth - 1 })
    sim.control.answer({ path: '*', ...answer })
    await run()
    return sim.control.answers().length === 0
  }

const mishaps: readonly (readonly [string, Mishap])[] = [
  ['X answers 429', answered({ status: 429 })],
  ['X does it and answers 503', answered({ status: 503, take: true })],
  [
    'the process is killed',
    async (nth) => {
      const killed = killedAt(nth)
      await run(killed.ports).catch(() => {})
      return killed.happened()
    },
  ],
]

const outages: Readonly<Record<string, { begin(): void; end?(): Promise<void> }>> = {
  'X had switched our webhook off': { begin: () => void sim.control.breakWebhooks() },
  'webhook and subscriptions were gone': {
    begin() {
      const { webhooks, activitySubscriptions } = sim.control.state()
      for (const list of [webhooks, activitySubscriptions]) list.length = 0
    },
  },
}

describe.each(Object.entries(outages))('when %s', (_what, outage) => {
  test.each(mishaps)('nothing is forgotten when %s at any call of the run that finds it', async (_how, mishap) => {
    for (let nth = 1, came = true; came; nth++) {
      outage.begin()
      pass(5)
      const lost = [message('lost'), mention('lost')]
      pass(10)
      came = await mishap(nth)
      await runOn()
      expect({ nth, found: await found(lost) }).toEqual({ nth, found: lost })
    }
  })
})

describe('a gap', () => {
  test('of a webhook that somebody else switched on again after our repair had failed lasts until the next run', async () => {
    sim.control.breakWebhooks()
    pass(15)
    sim.control.answer({ method: 'PUT', path: '/2/webhooks/*', status: 503 })
    await run()
    pass(8)
    const lost = [message('lost')]
    sim.control.repairWebhooks()
    pass(7)
    await run()
    expect(await found(lost)).toEqual(lost)
  })

  test('of a new subscription lasts some minutes longer, because X delivers late then', async () => {
    sim.control.state().activitySubscriptions.length = 0
    pass(15)
    await run()
    pass(8)
    const late = [message('not delivered yet'), mention('not delivered yet')]
    pass(7)
    await run()
    expect(await found(late)).toEqual(late)
    queued = []
    pass(15)
    await run()
    expect(queued).toEqual([])
  })
})

describe('when the account took our access away and gave it again', () => {
  test.each(mishaps)('what came meanwhile is read back, and not forgotten when %s', async (_how, mishap) => {
    for (let nth = 1, came = true; came; nth++) {
      sim.control.revoke(shop.id)
      sim.control.state().activitySubscriptions.length = 0
      const lost = [message('before we knew'), mention('before we knew')]
      pass(15)
      await run()
      expect((await stores.channels.get(channelId))?.status).toBe('needs_reconnection')
      pass(6 * 60)
      lost.push(message('while access was gone'), mention('while access was gone'))
      pass(60)
      await connect()
      pass(1)
      came = await mishap(nth)
      await runOn()
      expect({ nth, found: await found(lost) }).toEqual({ nth, found: lost })
    }
  })

  test('it is read back once', async () => {
    sim.control.revoke(shop.id)
    pass(15)
    await run()
    const lost = message('while access was gone')
    pass(60)
    await connect()
    pass(1)
    await run()
    pass(15)
    await run()
    expect(queued).toContain(lost.id)
    queued = []
    pass(15)
    await run()
    expect(queued).toEqual([])
  })

  test('nothing comes from the time for which an administrator had disconnected it', async () => {
    await stores.channels.disconnect(channelId)
    message('while it was disconnected')
    mention('while it was disconnected')
    pass(60)
    await connect()
    pass(1)
    const wanted = message('connected again')
    pass(1)
    await run()
    expect(queued).toEqual([wanted.id])
  })

  test('nothing comes from then either if access was gone before', async () => {
    await stores.revoke(channelId)
    message('while access was gone')
    await stores.channels.disconnect(channelId)
    pass(60)
    await connect()
    pass(1)
    await run()
    expect(queued).toEqual([])
  })
})

describe('a list', () => {
  const mentions = `/2/users/${shop.id}/mentions`
  const expired = {
    title: 'Invalid Request',
    errors: [{ message: 'The `pagination_token` query parameter value is not valid' }],
  }
  const many = (count: number, write: (text: string) => Lost) =>
    Array.from({ length: count }, (_, n) => {
      if (n % 3 === 2) pass(1 / 60)
      return write(`number ${n}`)
    })
  const asked = (path: string) => sim.control.calls().filter((call) => call.path.startsWith(path)).length

  test('of more than a page of mentions is queued in the order in which they were written', async () => {
    routes = false
    sim.control.breakWebhooks()
    const lost = many(150, mention)
    pass(12)
    await run()
    expect(queued).toEqual(lost.map(({ id }) => id))
  })

  test('longer than a run may read is read to its end by the next runs, also when X forgets the page', async () => {
    routes = false
    sim.control.breakWebhooks()
    const ids = many(1_250, message).map(({ id }) => id)
    pass(10)
    await run()
    expect(queued).toEqual(ids.slice(250))
    pass(15)
    sim.control.expirePageTokens()
    await run()
    expect(did('list_restarted')).toHaveLength(1)
    pass(15)
    await run()
    expect(new Set(queued)).toEqual(new Set(ids))
    const before = asked('/2/dm_events')
    pass(15)
    await run()
    expect(asked('/2/dm_events')).toBe(before)
  })

  test('whose every further page X refuses is not asked for ever: the next run begins anew', async () => {
    routes = false
    sim.control.breakWebhooks()
    const ids = many(150, message).map(({ id }) => id)
    pass(12)
    for (let n = 0; n < 20; n++) {
      sim.control.answer({ method: 'GET', path: '/2/dm_events', delayMs: 0 })
      sim.control.answer({ method: 'GET', path: '/2/dm_events', status: 400, body: expired })
    }
    const before = asked('/2/dm_events')
    await run()
    expect(asked('/2/dm_events') - before).toBe(4)
    await runOn()
    expect(new Set(queued)).toEqual(new Set(ids))
  })

  test('that leads back to a page ends the run with a sentence, and is begun anew by the next', async () => {
    sim.control.breakWebhooks()
    pass(5)
    const [first, second] = [mention('listed'), mention('not listed, as X repeats a page')]
    pass(10)
    const created_at = new Date(clock.getTime() - 8 * minuteMs).toISOString()
    const post = { id: first.id, text: `@${shop.username} listed`, author_id: bob.id, created_at }
    const entities = { mentions: [{ start: 0, end: 5, username: shop.username, id: shop.id }] }
    const body = { data: [{ ...post, entities }], meta: { result_count: 1, next_token: 'again' } }
    sim.control.answer({ method: 'GET', path: mentions, status: 200, body, times: 30 })
    const before = asked(mentions)
    await run()
    expect(asked(mentions) - before).toBe(2)
    expect(did('list_restarted')).toMatchObject([{ list: 'mentions', reason: expect.stringContaining('leads back') }])
    expect(await found([first, second])).toEqual([first])
    await runOn()
    expect(await found([first, second])).toEqual([first, second])
  })

  test('with an empty page is read on', async () => {
    sim.control.breakWebhooks()
    pass(5)
    const lost = [mention('behind an empty page')]
    pass(10)
    const token = Buffer.from(`before ${BigInt(String(lost[0]?.id)) + 1n}`).toString('base64url')
    const body = { data: [], meta: { result_count: 0, next_token: token } }
    sim.control.answer({ method: 'GET', path: mentions, status: 200, body })
    await run()
    expect(await found(lost)).toEqual(lost)
  })

  test.each([
    ['neither data nor meta', {}],
    ['only errors', { errors: [{ title: 'Not Found Error', detail: 'Could not find user' }] }],
    ['data that is no list', { data: {}, meta: { result_count: 1 } }],
    ['no meta', { data: [] }],
  ])('answered with %s is not settled: the next run asks again', async (_what, body) => {
    sim.control.breakWebhooks()
    pass(5)
    const lost = [message('lost'), mention('lost')]
    pass(10)
    for (const path of [mentions, '/2/dm_events']) sim.control.answer({ method: 'GET', path, status: 200, body })
    await run()
    expect(did('x_call_failed')).toMatchObject([{ list: 'mentions' }, { list: 'dm_events' }])
    expect(await found(lost)).toEqual([])
    await runOn()
    expect(await found(lost)).toEqual(lost)
  })
})

describe('a replay', () => {
  const notes = () => {
    const access = awsAccess('dynamodb', {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: stores.endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    })
    return createOutageNotes(access, tableName, table.outage)
  }
  const requested = () => did('replay_requested').map(({ outage }) => outage)

  /** An outage of 15 minutes, and the run that asks X for its replay; resolves to the id of the job. */
  async function untilRequested(): Promise<string> {
    sim.control.breakWebhooks()
    pass(15)
    await run()
    pass(30)
    await run()
    expect(requested()).toHaveLength(1)
    return String(did('replay_requested')[0]?.jobId)
  }
  async function runs(count: number) {
    for (let n = 0; n < count; n++) {
      pass(15)
      await run()
    }
  }

  test('that X could not complete is requested again for the same time; one that is complete is not', async () => {
    const jobId = await untilRequested()
    await notes().noteReplay(jobId, 'Incomplete', clock.toISOString())
    await runs(1)
    const [first, second] = requested()
    expect(second).toEqual(first)
    await notes().noteReplay(String(did('replay_requested')[1]?.jobId), 'Complete', clock.toISOString())
    await runs(3)
    expect(requested()).toHaveLength(2)
    expect(did('replay_ended').map(({ end }) => end)).toEqual(['Incomplete', 'Complete'])
  })

  test('of which X does not tell the end is not requested again, whatever it tells of jobs of others', async () => {
    await untilRequested()
    await notes().noteReplay('4711', 'Incomplete', clock.toISOString())
    await runs(3)
    expect(requested()).toHaveLength(1)
  })

  test('that is incomplete again and again is given up when X replays no longer', async () => {
    let jobId = await untilRequested()
    for (let n = 0; n < 30; n++) {
      await notes().noteReplay(jobId, 'Incomplete', clock.toISOString())
      pass(60)
      await run()
      jobId = String(did('replay_requested').at(-1)?.jobId)
    }
    expect(requested().length).toBeGreaterThan(20)
    expect(did('replay_given_up')).toHaveLength(1)
  })

  test('waits for one that is running', async () => {
    const jobId = await untilRequested()
    await notes().noteReplay(jobId, 'Incomplete', clock.toISOString())
    sim.control.answer({ method: 'POST', path: '/2/webhooks/replay', status: 409 })
    await runs(2)
    expect(did('replay_refused')).toHaveLength(1)
    expect(requested()).toHaveLength(2)
  })
})

test('a change of the alarm on refused deliveries is a noted outage, which the next run fetches', async () => {
  const { health } = stores
  const reconcile = createReconcile({ ...stores, log: (entry: object) => logged.push({ ...entry }) } as never)
  const timestamp = '2026-01-31T19:20:00.000+0000'
  const detail = { state: { value: 'ALARM', timestamp } }
  await reconcile({ time: '2026-01-31T19:20:01Z', detail }, ampleTime)
  const gap = { from: '2026-01-31T19:10:00.000Z', to: '2026-01-31T19:20:00.000Z' }
  expect(await health.notedOutage()).toEqual(gap)
  await health.forgetOutage(gap)
})
