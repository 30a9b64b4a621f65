import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Mail } from '../../lambdas/core/channels/mails.ts'
import { weekdays } from '../../lambdas/core/channels/quiet-hours.ts'
import { XError } from '../../lambdas/core/ports/x.ts'
import type { SubscriptionList } from '../../lambdas/core/x/subscriptions.ts'
import { createNotifier } from '../../lambdas/use-cases/notify-administrators.ts'
import { createInactivityReport } from '../../lambdas/use-cases/report-inactivity.ts'
import { ampleTime } from '../support/ample-time.ts'
import { noEncryption } from '../support/encryption.ts'
import { newEndpoint } from '../support/endpoint.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'
import type { WholeX } from '../support/x.ts'
import { portsOf } from '../support/x.ts'

let stores: TestStores
let clock = new Date('2026-01-01T00:00:00.000Z')
let mails: Mail[] = []
let mailIsDown = false
let logged: Readonly<Record<string, unknown>>[] = []
let webhooks = [{ id: 'w', url: 'https://here.example/webhooks/twitter', valid: true }]
const whole = { accounts: new Set(['77']), activity: [], fault: null }
let listed: SubscriptionList = whole
let token: XError | null = null
let encryption = noEncryption
const account = { twitterUserId: '77', username: 'shop', encryptedTokens: '{"token":"t","secret":"s"}' }
const id = 'twitter-77'

beforeAll(async () => {
  stores = await startStores(() => clock)
})
afterAll(() => stores.stop())
beforeEach(async () => {
  await stores.stop()
  clock = new Date('2026-01-01T00:00:00.000Z')
  stores = await startStores(() => clock)
  mails = []
  mailIsDown = false
  logged = []
  token = null
  listed = whole
  encryption = noEncryption
  webhooks = [{ id: 'w', url: 'https://here.example/webhooks/twitter', valid: true }]
  await stores.channels.connect({ ...account, at: clock.toISOString() })
  await stores.channels.saveOwnWebhook({ id: 'w', url: 'https://here.example/webhooks/twitter', formerIds: [] })
  await stores.changeChannel(id, { noMessagesHours: 2 }, clock.toISOString())
})

const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * 3600_000).toISOString()

function run(hours: number, recipients = 1) {
  const x = untouched<WholeX>('x', {
    webhooks: async () => webhooks,
    listSubscriptions: async () => listed,
    me: async () => {
      if (token) throw token
      return { id: '77', username: 'shop' }
    },
  })
  const mailer = {
    recipients,
    async send(mail: Mail) {
      if (mailIsDown) throw new Error('SES is away')
      mails.push(mail)
    },
  }
  const report = createInactivityReport({
    endpoints: stores.endpoints,
    channels: stores.channels,
    counts: stores.counts,
    health: stores.health,
    ...portsOf(x),
    encryption,
    notify: createNotifier(mailer, () => {}),
    publicUrl: 'https://here.example',
    log: (entry) => logged.push(entry),
  })
  return report({ time: at(hours) }, ampleTime)
}

test('one mail a silence, and the next after a new message and another silence', async () => {
  await run(1.9)
  expect(mails).toHaveLength(0)
  for (const hours of [2, 3, 30]) await run(hours)
  expect(mails.map((mail) => mail.subject)).toEqual(['No messages for 2 h: shop'])
  await stores.channels.saveLastMessageAt(id, at(31))
  await run(32.9)
  expect(mails).toHaveLength(1)
  await run(33)
  expect(mails).toHaveLength(2)
})

test('one mail each time that encrypted messages can no longer be read: what happened, what it means, what to do', async () => {
  const state = async (name: 'readable' | 'replaced_on_x' | 'refused_by_x', notified?: true) =>
    stores.chatKeys.saveState(id, { state: name, keyVersion: '1000', reason: 'X answered 403: no.', notified })
  await stores.changeChannel(id, { noMessagesHours: null }, clock.toISOString())
  await state('readable')
  await run(0.1)
  expect(mails).toHaveLength(0)
  await state('replaced_on_x')
  mailIsDown = true
  await run(0.2)
  mailIsDown = false
  for (const hours of [0.3, 0.4]) await run(hours)
  expect(mails.map(({ subject }) => subject)).toEqual(['Encrypted messages are not read: shop'])
  for (const words of [
    'were replaced on X',
    'nobody can answer them here',
    'Enter the new PIN',
    '/channels/twitter-77',
  ])
    expect(mails[0]?.text).toContain(words)
  await state('refused_by_x')
  for (const hours of [0.5, 0.6]) await run(hours)
  expect(mails).toHaveLength(2)
  for (const words of ['X refuses our calls', 'X answered 403: no.', 'answer these customers on X'])
    expect(mails[1]?.text).toContain(words)
})

test('no mail of encrypted messages that a channel has never read', async () => {
  await stores.chatKeys.saveState(id, { state: 'refused_by_x', reason: 'X answered 403: no.' })
  await run(0.1)
  expect(mails).toHaveLength(0)
})

test('a mail that cannot be sent is tried again by the next run, and is one mail in the end', async () => {
  mailIsDown = true
  await run(2)
  await run(3)
  mailIsDown = false
  await run(4)
  await run(5)
  expect(mails).toHaveLength(1)
})

test('the mail says what is broken: the webhook, the token', async () => {
  webhooks = [{ id: 'w', url: 'https://here.example/webhooks/twitter', valid: false }]
  token = new XError(401, 'Unauthorized')
  await run(2)
  expect(mails[0]?.text).toContain('X has disabled it')
  expect(mails[0]?.text).toContain('Our access to the account: X no longer accepts it')
  expect(mails[0]?.text).toContain('The subscription of the account: OK')
})

test('a list of subscriptions that is not whole says nothing of an account that is not in it', async () => {
  listed = { accounts: new Set<string>(), activity: [], fault: 'the list of subscriptions repeats a page' }
  await run(2)
  expect(mails[0]?.text).toContain('The subscription of the account: not checked')
  listed = { ...listed, fault: null }
  await stores.channels.saveLastMessageAt(id, at(3))
  await run(5)
  expect(mails[1]?.text).toContain('The subscription of the account: X does not deliver for this account')
})

test('in hours in which silence is expected no mail leaves, and they do not count', async () => {
  const days = [...weekdays]
  const quietHours = { timeZone: 'America/New_York', weekly: [{ days, from: '18:00', to: '09:00' }] }
  await stores.changeChannel(id, { quietHours, noMessagesHours: 4 }, clock.toISOString())
  // It is 19:00 in New York at midnight UTC: the day begins at 14:00.
  for (const hours of [4, 13.9, 14, 17.9]) await run(hours)
  expect(mails).toEqual([])
  await run(18)
  expect(mails[0]?.text).toContain('The hours in which you expect silence are not counted.')
  // Two hours of the evening and two of the next morning.
  await stores.channels.saveLastMessageAt(id, at(21))
  for (const hours of [23.5, 30, 38, 39.9]) await run(hours)
  expect(mails).toHaveLength(1)
  await run(40)
  expect(mails).toHaveLength(2)
})

test('an account that took our access away is told once, and again after it was connected and taken away again', async () => {
  await stores.revoke(id)
  await stores.revoke(id)
  for (const hours of [1, 2, 9]) await run(hours)
  expect(mails.map((mail) => mail.subject)).toEqual(['Connect again: shop'])
  await stores.channels.connect({ ...account, at: at(10) })
  await stores.revoke(id)
  await run(11)
  expect(mails).toHaveLength(2)
})

test('an endpoint that we disabled is told once, and one that an administrator disabled is not', async () => {
  const endpoint = {
    ...newEndpoint(at(0)),
    status: 'disabled' as const,
    disabledBecause: `it has taken no event since ${at(0)}`,
  }
  await stores.endpoints.add(endpoint)
  await stores.endpoints.add({ ...endpoint, id: 'other', disabledBecause: null })
  mailIsDown = true
  await run(1).catch(() => {})
  mailIsDown = false
  for (const hours of [1, 1.1]) await run(hours)
  expect(mails).toHaveLength(1)
  expect(mails[0]?.subject).toBe('An endpoint gets no more events')
  expect(mails[0]?.text).toContain(`${endpoint.url}, because it has taken no event since ${at(0)}`)
  expect(mails[0]?.text).toContain('https://here.example/webhook-endpoints')
})

test('with nobody to tell nothing is sent and nothing is forgotten', async () => {
  await run(2, 0)
  await run(3)
  expect(mails).toHaveLength(1)
})

describe('what one channel throws', () => {
  beforeEach(async () => {
    for (const other of ['78', '79']) {
      await stores.channels.connect({
        ...account,
        twitterUserId: other,
        username: `shop${other}`,
        at: clock.toISOString(),
      })
      await stores.changeChannel(`twitter-${other}`, { noMessagesHours: 2 }, clock.toISOString())
    }
  })

  test('is told in its mail and fails the run, and the mails of those behind it leave', async () => {
    const decrypt = async (text: string, channelId: string) => {
      if (channelId === id) throw new Error('KMS: AccessDenied')
      return text
    }
    encryption = { ...noEncryption, decrypt }
    await stores.revoke('twitter-79')
    await expect(run(2)).rejects.toThrow('1 of 3 channels could not be reported')
    expect(mails.map(({ subject }) => subject).sort()).toEqual([
      'Connect again: shop79',
      'No messages for 2 h: shop',
      'No messages for 2 h: shop78',
    ])
    const [own] = mails.filter(({ subject }) => subject === 'No messages for 2 h: shop')
    expect(own?.text).toContain('No check failed, but not all could be made')
    expect(own?.text).toContain('Our access to the account: not checked, because the check failed on our side')
    expect(logged).toContainEqual(expect.objectContaining({ event: 'failed', channelId: id }))
    await run(3)
    expect(mails).toHaveLength(3)
  })

  test.each([
    [429, 'X limits our calls at the moment'],
    [500, 'X answered 500'],
    [503, 'X answered 503'],
    [null, 'X answered nothing'],
  ])('is no sign of a broken channel if X could not be asked: %s', async (status, because) => {
    token = new XError(status, 'not now')
    await run(2)
    expect(mails).toHaveLength(3)
    const mail = mails.find(({ subject }) => subject.endsWith(': shop'))
    expect(mail?.text).toContain('No check failed, but not all could be made')
    expect(mail?.text).toContain(`Our access to the account: not checked, because ${because}`)
    expect(logged.at(-1)).toMatchObject({ event: 'inactivity_reported', channels: 3, attended: 3, failed: 0, left: 0 })
  })
})
