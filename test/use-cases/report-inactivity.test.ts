import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Mail } from '../../lambdas/core/channels/mails.ts'
import { XError } from '../../lambdas/core/ports/x.ts'
import { createNotifier } from '../../lambdas/use-cases/notify-administrators.ts'
import { createInactivityReport } from '../../lambdas/use-cases/report-inactivity.ts'
import { noEncryption } from '../support/encryption.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'
import type { WholeX } from '../support/x.ts'
import { portsOf } from '../support/x.ts'

let stores: TestStores
let clock = new Date('2026-01-01T00:00:00.000Z')
let mails: Mail[] = []
let mailIsDown = false
let webhooks = [{ id: 'w', url: 'https://here.example/webhooks/twitter', valid: true }]
let token: XError | null = null
const encryption = noEncryption
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
  token = null
  webhooks = [{ id: 'w', url: 'https://here.example/webhooks/twitter', valid: true }]
  await stores.channels.connect({ ...account, at: clock.toISOString() })
  await stores.channels.saveOwnWebhook({ id: 'w', url: 'https://here.example/webhooks/twitter', formerIds: [] })
  await stores.channels.change(id, { noMessagesHours: 2 }, clock.toISOString())
})

const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * 3600_000).toISOString()

function run(hours: number, recipients = 1) {
  const x = untouched<WholeX>('x', {
    webhooks: async () => webhooks,
    listSubscriptions: async () => ({ accounts: new Set(['77']), activity: [], fault: null }),
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
    channels: stores.channels,
    ...portsOf(x),
    encryption,
    notify: createNotifier(mailer, () => {}),
    publicUrl: 'https://here.example',
  })
  return report({ time: at(hours) })
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

test('with nobody to tell nothing is sent and nothing is forgotten', async () => {
  await run(2, 0)
  await run(3)
  expect(mails).toHaveLength(1)
})
