import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Context } from 'aws-lambda'
import { type Channel, newChannel } from '../../lambdas/core/channels/channel.ts'
import { type ChannelHealth, unknownWebhookHealth, type WebhookHealth } from '../../lambdas/core/channels/health.ts'
import { notRead } from '../../lambdas/core/channels/outage.ts'
import { firstTurn, type Turn } from '../../lambdas/core/channels/turn.ts'
import type { LogEntry } from '../../lambdas/core/log-events.ts'
import type { ChannelStore, HealthStore, MentionsMark } from '../../lambdas/core/ports/channels.ts'
import type { EndpointStore } from '../../lambdas/core/ports/outgoing.ts'
import type { Encryption } from '../../lambdas/core/ports/platform.ts'
import { XError, type XPage } from '../../lambdas/core/ports/x.ts'
import { functions, schedules } from '../../lambdas/runtime/resources.ts'
import { createMentionsPoll } from '../../lambdas/use-cases/poll-mentions.ts'
import { createReconcile } from '../../lambdas/use-cases/reconcile/reconcile.ts'
import { createInactivityReport } from '../../lambdas/use-cases/report-inactivity.ts'
import { untouched } from '../support/untouched.ts'
import { VirtualTime } from '../support/virtual-time.ts'
import { portsOf, type WholeX } from '../support/x.ts'

/**
 * 10,000 channels and an X that answers after 300 ms, in virtual time. One channel's tokens do not decrypt, and X never
 * answers for another one.
 */
const MANY = 10_000
const ANSWER_MS = 300
const start = new Date('2026-01-01T00:00:00.000Z')
const publicUrl = 'https://here.example'
const webhook = { id: 'w', url: `${publicUrl}/webhooks/twitter`, valid: true }
const broken = 'twitter-10100'
const hanging = 'twitter-10200'
const emptyPage: XPage = { items: [], includes: {}, next: null, flaw: null }

let time: VirtualTime
let channels: Channel[]
let healths: Map<string, ChannelHealth>
let marks: Map<string, MentionsMark>
let turns: Map<string, Turn>
let webhookHealth: WebhookHealth
let calls: Map<string, number>
let logged: LogEntry[]
let mails: string[]
/** Calls of X as an account, by the account. */
let asked: Map<string, number>
/** Calls of mentions that X allows the app in 15 minutes. */
let limit: number
let reads: number
/** After which time X answers for the account for which it hangs; null for never. */
let lateMs: number | null

beforeEach(() => {
  time = new VirtualTime(start)
  time.install()
  channels = Array.from({ length: MANY }, (_, n) => {
    const id = String(10_000 + n)
    return newChannel({ id: `twitter-${id}`, twitterUserId: id, username: `shop${n}`, at: start.toISOString() })
  })
  healths = new Map()
  marks = new Map()
  turns = new Map()
  webhookHealth = { ...unknownWebhookHealth, healthyAt: start.toISOString() }
  calls = new Map()
  asked = new Map()
  logged = []
  mails = []
  limit = Number.POSITIVE_INFINITY
  reads = 0
  lateMs = null
})
afterEach(() => time.uninstall())

const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)
const change = (id: string, changes: Partial<Channel>) => {
  const at = channels.findIndex((channel) => channel.id === id)
  const known = channels[at]
  if (known) channels[at] = { ...known, ...changes }
}

/** X answers after a while; nothing for one account. */
async function call<T>(name: string, account: string | null, answer: T, pages = 1): Promise<T> {
  add(calls, name)
  if (account !== null) add(asked, account)
  if (`twitter-${account}` === hanging) await (lateMs === null ? new Promise(() => {}) : time.pause(lateMs))
  await time.pause(ANSWER_MS * pages)
  return answer
}

const x = () => {
  let window = 0
  let used = 0
  return untouched<WholeX>('x', {
    webhooks: () => call('webhooks', null, [webhook]),
    // Eight subscriptions for each channel, 1,000 on a page.
    listSubscriptions: () => {
      const list = { accounts: new Set(channels.map((one) => one.twitterUserId)), activity: [], fault: null }
      return call('listSubscriptions', null, list, (8 * MANY) / 1_000)
    },
    subscribeToRevocations: () => call('subscribeToRevocations', null, undefined),
    endFormerSubscriptions: () => call('endFormerSubscriptions', null, 0),
    me: ({ token }) => call('me', token, { id: token, username: 'shop' }),
    directMessages: ({ token }) => call('directMessages', token, emptyPage),
    mentions: async ({ token }) => {
      const current = Math.floor(time.now / (15 * 60_000))
      if (current !== window) used = 0
      window = current
      used++
      if (used <= limit) return call('mentions', token, emptyPage)
      await call('refused', null, null)
      throw new XError(429, 'Too Many Requests')
    },
  })
}

const encryption: Encryption = {
  encrypt: async (text) => text,
  decrypt: async (text, id) => {
    if (id === broken) throw new Error('KMS: AccessDenied')
    return text
  },
}

const tokensOf = (id: string) => JSON.stringify({ token: id.slice('twitter-'.length), secret: 's' })
/** Reads of several items count as one. */
const counted = async <T>(answer: T): Promise<T> => {
  reads++
  return answer
}

const stores = () => ({
  channels: untouched<ChannelStore>('channels', {
    list: () => counted(channels),
    extension: () => counted({ enabled: true, enabledAt: null }),
    encryptedTokens: (id) => counted(tokensOf(id)),
    encryptedTokensOf: (ids) => counted(new Map(ids.map((id) => [id, tokensOf(id)]))),
    ownWebhook: () => counted({ ...webhook, formerIds: [] }),
    saveOwnWebhook: async () => {},
    inactivityWasNotified: async (id, since) => change(id, { inactivityNotifiedFrom: since }),
  }),
  health: untouched<HealthStore>('health', {
    webhook: () => counted(webhookHealth),
    saveWebhook: async (health) => {
      webhookHealth = health
    },
    channelHealths: (ids) => counted(pick(healths, ids)),
    saveChannel: async (id, health) => void healths.set(id, health),
    mentionsMarks: (ids) => counted(pick(marks, ids)),
    saveMentionsMark: async (id, mark) => void marks.set(id, mark),
    turn: (schedule) => counted(turns.get(schedule) ?? firstTurn),
    saveTurn: async (schedule, turn) => void turns.set(schedule, turn),
    notedOutage: async () => null,
  }),
})

function pick<T>(all: ReadonlyMap<string, T>, ids: readonly string[]): Map<string, T> {
  return new Map(ids.flatMap((id) => (all.has(id) ? [[id, all.get(id) as T]] : [])))
}

type Run = (event: { time: string }, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<void>

/** One run of a schedule as Lambda makes it, then the time until the next; resolves to its error's words, or null. */
async function once(name: 'mentions' | 'reconcile' | 'inactivity', run: Run): Promise<string | null> {
  const began = time.now
  const deadline = began + functions[name].timeoutSeconds * 1000
  const context = { getRemainingTimeInMillis: () => deadline - time.now }
  const ended = run({ time: new Date(began).toISOString() }, context).then(
    () => null,
    (error: Error) => error.message,
  )
  const outcome = await time.until(ended)
  expect(time.now).toBeLessThan(deadline)
  const next = time.pause(began + schedules[name].everyMinutes * 60_000 - time.now)
  await time.until(next)
  return outcome
}

const log = (entry: LogEntry) => void logged.push(entry)
const did = (event: string) => logged.filter((entry) => entry.event === event)
const lastOf = (event: string) => did(event).at(-1)
const findings = () => did('failed').map(({ channelId, error }) => `${channelId}: ${error}`)

describe('the poll of mentions', () => {
  const runOf = () =>
    createMentionsPoll({ ...stores(), events: untouched('events'), reading: x(), encryption, log }) as Run

  test('asks for every channel in one run; one that throws and one that hangs stop nobody', async () => {
    const outcome = await once('mentions', runOf())
    expect(outcome).toBe('2 of 10000 channels could not be polled')
    expect(lastOf('mentions_polled')).toMatchObject({ channels: MANY, attended: MANY, failed: 2, left: 0 })
    expect(findings()).toEqual([expect.stringContaining(`${broken}: `), expect.stringContaining(`${hanging}: `)])
    expect(marks.size).toBe(MANY - 2)
    // The list, the switch, where it stopped; tokens and marks of 100 channels at a time.
    expect(reads).toBe(3 + 2 * 100)
  })

  test('asks for no channel twice before every other, if X allows the app 450 calls in 15 minutes', async () => {
    limit = 450
    const run = runOf()
    // 23 windows of 450 calls.
    for (let n = 0; n < (23 * 15) / schedules.mentions.everyMinutes; n++) await once('mentions', run)
    expect(marks.size).toBe(MANY - 2)
    const times = [...asked.values()]
    expect(Math.max(...times)).toBeLessThanOrEqual(2)
    // What X refuses is no error of ours: the two channels are the only findings.
    expect(new Set(did('failed').map(({ channelId }) => channelId))).toEqual(new Set([broken, hanging]))
    expect(calls.get('refused') ?? 0).toBeLessThan(0.5 * Number(calls.get('mentions')))
  })
})

describe('reconcile', () => {
  const runOf = () =>
    createReconcile({
      ...stores(),
      tickets: untouched('tickets'),
      chatKeys: untouched('chatKeys'),
      events: untouched('events'),
      ...portsOf(x()),
      encryption,
      notify: async () => true,
      publicUrl,
      eventSource: 'x-activity',
      log,
    }) as Run

  beforeEach(() => {
    for (const { id } of channels) healths.set(id, { healthyAt: start.toISOString(), fault: null, backfill: null })
  })

  test('lists subscriptions once a run, and asks each channel in order for access within eleven runs', async () => {
    const run = runOf()
    for (let n = 0; n < 11; n++) await once('reconcile', run)
    expect([calls.get('webhooks'), calls.get('listSubscriptions')]).toEqual([2 * 11, 11])
    expect(asked.size).toBe(MANY - 1)
    expect(Math.max(...asked.values())).toBe(1)
    expect(new Set(did('failed').map(({ channelId }) => channelId))).toEqual(new Set([broken, hanging]))
  })

  test('stores nothing of a channel for which X answers after the run has given it up', async () => {
    const outage = { from: start.toISOString(), to: start.toISOString() }
    const backfill = { ...outage, mentions: notRead, directMessages: notRead }
    const known: ChannelHealth = { healthyAt: start.toISOString(), fault: null, backfill }
    channels = channels.filter(({ id }) => id === hanging)
    healths = new Map([[hanging, known]])
    lateMs = 90_000
    expect(await once('reconcile', runOf())).toBe('1 of 1 channels could not be reconciled')
    expect(findings()).toEqual([`${hanging}: Error: did not end within 60 s`])
    expect(healths).toEqual(new Map([[hanging, known]]))
  })

  test('after an outage of all, reads back every channel in a few runs; the webhook forgets it at once', async () => {
    webhookHealth = { ...webhookHealth, outageForChannels: { from: start.toISOString(), to: start.toISOString() } }
    const run = runOf()
    const left: unknown[] = []
    for (let n = 0; n < 4; n++) {
      await once('reconcile', run)
      left.push(lastOf('reconciled')?.left)
      expect(webhookHealth.outageForChannels).toBeNull()
    }
    expect(left[0]).toBeGreaterThan(0)
    const behind = [...healths].filter(([, { backfill }]) => backfill !== null)
    expect(behind).toHaveLength(2)
    expect(behind.map(([id]) => id)).toEqual([broken, hanging])
    expect(calls.get('directMessages')).toBe(MANY - 2)
  })
})

describe('the report of inactivity', () => {
  const runOf = () =>
    createInactivityReport({
      endpoints: untouched<EndpointStore>('endpoints', { list: async () => [] }),
      ...stores(),
      counts: { lastMessageAt: async ({ lastMessageAt }) => lastMessageAt },
      ...portsOf(x()),
      encryption,
      notify: async (_about, channelId, mail) => {
        await mail()
        await time.pause(ANSWER_MS)
        mails.push(String(channelId))
        return true
      },
      publicUrl,
      log,
    }) as Run

  test('of 10,000 silent channels comes for each once; one that throws and one that hangs silence nobody', async () => {
    channels = channels.map((channel) => ({ ...channel, noMessagesHours: 1 }))
    time.now += 3600_000
    const run = runOf()
    const left: unknown[] = []
    for (let n = 0; n < 6; n++) {
      await once('inactivity', run)
      left.push(lastOf('inactivity_reported')?.left)
    }
    expect(new Set(mails).size).toBe(mails.length)
    expect(mails).toHaveLength(MANY - 1)
    expect(mails).not.toContain(hanging)
    // The tokens that do not decrypt are told in the mail of their channel, and to those who operate the helpdesk.
    expect(mails).toContain(broken)
    expect(findings().filter((one) => one.startsWith(broken))).toHaveLength(1)
    expect(left[0]).toBeGreaterThan(0)
    expect(left.at(-1)).toBe(0)
    expect([calls.get('webhooks'), calls.get('listSubscriptions')]).toEqual([6, 6])
  })
})
