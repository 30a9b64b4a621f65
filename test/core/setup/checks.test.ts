import { describe, expect, test } from '@jest/globals'
import { type Channel, newChannel } from '../../../lambdas/core/channels/channel.ts'
import { type ChannelHealth, unknownChannelHealth } from '../../../lambdas/core/channels/health.ts'
import { NoAppKeysError } from '../../../lambdas/core/ports/platform.ts'
import { XError, type XWebhook } from '../../../lambdas/core/ports/x.ts'
import type { Asked } from '../../../lambdas/core/setup/check.ts'
import {
  channelCheck,
  type MailFacts,
  mailCheck,
  messageCheck,
  permissionsCheck,
} from '../../../lambdas/core/setup/helpdesk.ts'
import { callbackCheck, keysCheck, type WebhookFacts, webhookCheck } from '../../../lambdas/core/setup/x-app.ts'

const url = 'https://helpdesk.example.com/webhooks/twitter'
const callbackUrl = 'https://helpdesk.example.com/api/channels/twitter/callback'
const at = '2026-03-12T09:30:00.000Z'

describe('the keys of the X app', () => {
  test.each<[string, Asked<readonly XWebhook[]>, string, RegExp]>([
    ['are done when X lists webhooks to them', { value: [] }, 'done', /X accepts them/],
    [
      'are missing before they are put in',
      { error: new NoAppKeysError('the secret is empty') },
      'missing',
      /^The secret/,
    ],
    ['are missing when X does not know them', { error: new XError(401, 'Unauthorized') }, 'missing', /does not accept/],
    [
      'are missing when X gives no bearer token for them',
      { error: new XError(403, '99 Unable to verify your credentials') },
      'missing',
      /does not accept/,
    ],
    ['need credits', { error: new XError(402, 'CreditsDepleted') }, 'missing', /credits .* used up/],
    [
      'need an app that X admits',
      { error: new XError(403, 'client-not-enrolled.') },
      'missing',
      /\(403: client-not-enrolled\)/,
    ],
    ['are not asked about while X limits us', { error: new XError(429, 'Too Many') }, 'not_known', /limits our calls/],
    [
      'are not asked about while X does not answer',
      { error: new XError(null, 'no answer') },
      'not_known',
      /^X could not/,
    ],
    ['are not asked about while X is ill', { error: new XError(503, 'over capacity') }, 'not_known', /503/],
    [
      'are not asked about when our secret cannot be read',
      { error: new Error('secretsmanager.GetSecretValue: 400 AccessDeniedException') },
      'not_known',
      /^Our secret store could not be asked \(.*AccessDenied/,
    ],
  ])('%s', (_, asked, is, found) => {
    expect(keysCheck(asked)).toMatchObject({ step: 'keys', is, found: expect.stringMatching(found) })
  })
})

describe('the callback address', () => {
  test.each<[string, Asked<unknown>, string, RegExp]>([
    ['is done when X lets a sign-in begin', { value: {} }, 'done', /X knows it/],
    [
      'is missing when X does not know it, and is named to the letter',
      { error: new XError(403, '415 Callback URL not approved for this client application.') },
      'missing',
      /https:\/\/helpdesk\.example\.com\/api\/channels\/twitter\/callback\./,
    ],
    ['waits for the keys', { error: new XError(401, '32 Could not authenticate you.') }, 'not_known', /without keys/],
    ['waits for keys at all', { error: new NoAppKeysError('none') }, 'not_known', /without keys/],
    ['is not known while X does not answer', { error: new XError(500, 'ill') }, 'not_known', /^X could not be asked/],
  ])('%s', (_, asked, is, found) => {
    expect(callbackCheck(asked, callbackUrl)).toMatchObject({
      step: 'callback',
      is,
      found: expect.stringMatching(found),
    })
  })
})

describe('the webhook', () => {
  const ours = { id: '1', url, valid: true }
  const other = { id: '2', url: 'https://elsewhere.example.com/x', valid: true }
  const right: WebhookFacts = {
    url,
    flaw: { value: null },
    webhooks: { value: [other, ours] },
    isConnected: true,
    isRealX: true,
  }
  test.each<[string, Partial<WebhookFacts>, string, RegExp, RegExp | null]>([
    ['is done when X delivers', {}, 'done', /^X delivers to https/, null],
    [
      'is done when X delivers, although it does not answer here, which is said',
      { flaw: { value: 'it does not answer' } },
      'done',
      /when we called it just now, it does not answer\.$/,
      null,
    ],
    [
      'is repaired by ourselves when X has stopped',
      { webhooks: { value: [{ ...ours, valid: false }] } },
      'missing',
      /^X has stopped/,
      /^Wait 15 minutes/,
    ],
    [
      'needs somebody when X has stopped and it still answers wrong',
      { webhooks: { value: [{ ...ours, valid: false }] }, flaw: { value: 'it answers with 500' } },
      'missing',
      /: it answers with 500\.$/,
      /consumer|API Key Secret/,
    ],
    [
      'is registered by the first channel, and other webhooks are told',
      { webhooks: { value: [other] }, isConnected: false },
      'missing',
      /does not have it yet/,
      /^Add the first channel.* 1 other webhook at X/,
    ],
    [
      'comes back by itself',
      { webhooks: { value: [] } },
      'missing',
      /X does not have it\.$/,
      /^Wait 15 minutes[^.]*\.$/,
    ],
    [
      'cannot be an address of this machine for the real X',
      { url: 'http://localhost:3000/webhooks/twitter', webhooks: { value: [] } },
      'missing',
      /cannot reach http:\/\/localhost/,
      /PUBLIC_URL/,
    ],
    [
      'can be one for a simulator',
      { url: 'http://localhost:3000/webhooks/twitter', webhooks: { value: [] }, isRealX: false, isConnected: false },
      'missing',
      /answers as X wants it/,
      /^Add the first channel/,
    ],
    [
      'says why X would not accept it',
      { webhooks: { value: [] }, flaw: { value: 'it does not answer (ECONNREFUSED)' }, isConnected: false },
      'missing',
      /will not accept .*, because it does not answer \(ECONNREFUSED\)\.$/,
      /leads to this helpdesk/,
    ],
    [
      'is tried also while X cannot be asked',
      { webhooks: { error: new XError(503, 'ill') } },
      'not_known',
      /answers as X wants it\. Whether X delivers/,
      /keys/,
    ],
    [
      'cannot be tried without the secret',
      { webhooks: { error: new NoAppKeysError('none') }, flaw: { error: new NoAppKeysError('none') } },
      'not_known',
      /without the keys/,
      /First put in the keys/,
    ],
  ])('%s', (_, facts, is, found, todo) => {
    const check = webhookCheck({ ...right, ...facts })
    expect(check).toMatchObject({ step: 'webhook', is, found: expect.stringMatching(found) })
    if (todo === null) expect(check.todo).toBeNull()
    else expect(check.todo).toMatch(todo)
  })
})

describe('mails', () => {
  const right: MailFacts = {
    from: 'helpdesk@example.com',
    isVerified: true,
    administrators: ['anna@example.com', 'bert@example.com'],
    unconfirmed: [],
  }
  test('are done when everybody has confirmed', () => {
    expect(mailCheck({ value: right })).toMatchObject({
      is: 'done',
      found: 'anna@example.com and bert@example.com get them, from helpdesk@example.com.',
      todo: null,
    })
  })
  test.each<[Partial<MailFacts>, RegExp, RegExp]>([
    [{ administrators: [] }, /Nobody gets mails/, /cdk\.json/],
    [
      { isVerified: false },
      /SES may not send from helpdesk@example\.com yet/,
      /Open the mail that AWS sent to helpdesk@/,
    ],
    [{ unreached: ['bert@example.com'] }, /sandbox, where it does not send to bert@example\.com/, /production access/],
    [{ unconfirmed: ['anna@example.com'] }, /^anna@example\.com did not confirm/, /Subscription Confirmation/],
  ])('lack what %j says', (facts, found, todo) => {
    const check = mailCheck({ value: { ...right, ...facts } })
    expect(check).toMatchObject({
      is: 'missing',
      found: expect.stringMatching(found),
      todo: expect.stringMatching(todo),
    })
  })
  test('name all that is lacking at once', () => {
    const { found, todo } = mailCheck({ value: { ...right, isVerified: false, unconfirmed: ['anna@example.com'] } })
    expect(found).toMatch(/SES may not send .* anna@example\.com did not confirm/)
    expect(todo).toMatch(/Open the mail .* Each opens the mail/)
  })
  test('are not known when AWS refuses', () => {
    expect(mailCheck({ error: new Error('AccessDenied') })).toMatchObject({
      is: 'not_known',
      found: 'AWS could not be asked (AccessDenied).',
    })
  })
})

const channelOf = (username: string, fields: Partial<Channel> = {}): Channel => ({
  ...newChannel({ id: `twitter-${username}`, twitterUserId: username, username, at }),
  ...fields,
})
const on = { value: { enabled: true, enabledAt: null } }

describe('the first channel', () => {
  test.each<[string, readonly Channel[], boolean, string, RegExp]>([
    ['is done with one', [channelOf('shop')], true, 'done', /^@shop is connected\.$/],
    [
      'is done with many, of which some are named',
      ['a', 'b', 'c', 'd', 'e'].map((name) => channelOf(name)),
      true,
      'done',
      /^@a, @b, @c and 2 more are connected\.$/,
    ],
    ['is missing without', [], true, 'missing', /^No account/],
    [
      'is missing after it was disconnected',
      [channelOf('shop', { status: 'disconnected' })],
      true,
      'missing',
      /^No account/,
    ],
    [
      'needs its access back',
      [channelOf('shop', { status: 'needs_reconnection' })],
      true,
      'missing',
      /access to @shop/,
    ],
    ['waits for the extension', [channelOf('shop')], false, 'missing', /^The extension is off/],
  ])('%s', (_, channels, enabled, is, found) => {
    const extension = { value: { enabled, enabledAt: null } }
    expect(channelCheck({ value: channels }, extension)).toMatchObject({ is, found: expect.stringMatching(found) })
  })
  test('is not known when the table does not answer', () => {
    expect(channelCheck({ error: new Error('no table') }, on)).toMatchObject({ is: 'not_known' })
  })
})

describe('the permissions of the X app', () => {
  const fault = {
    advice: 'The X app lacks the permission «Read, Write and Direct Messages».',
    since: at,
    notified: false,
  }
  const healths = (health: Partial<ChannelHealth>) =>
    new Map([['twitter-shop', { ...unknownChannelHealth, ...health }]])
  test.each<[string, readonly Channel[], Partial<ChannelHealth>, string]>([
    ['are proved by a connected channel', [channelOf('shop')], {}, 'done'],
    ['are missing when X refuses its subscription for them', [channelOf('shop')], { fault }, 'missing'],
    [
      'are proved by a channel that lacks something else',
      [channelOf('shop')],
      { fault: { ...fault, advice: 'No credits' } },
      'done',
    ],
    ['are not known before', [channelOf('shop', { status: 'needs_reconnection' })], { fault }, 'not_known'],
  ])('%s', (_, channels, health, is) => {
    expect(permissionsCheck({ value: channels }, { value: healths(health) })).toMatchObject({ is })
  })
})

test('the first message is there when any channel had one', () => {
  expect(messageCheck({ value: [channelOf('shop')] })).toMatchObject({ is: 'missing' })
  const some = [
    channelOf('a'),
    channelOf('b', { lastMessageAt: at }),
    channelOf('c', { lastMessageAt: '2026-03-11T00:00:00.000Z' }),
  ]
  expect(messageCheck({ value: some })).toMatchObject({
    is: 'done',
    found: 'The last one came on 2026-03-12 at 09:30 UTC.',
  })
})
