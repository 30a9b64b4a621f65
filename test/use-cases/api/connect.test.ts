import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { LogEntry } from '../../../lambdas/core/log-events.ts'
import { SubscriptionLimitError, XError, type XWebhook } from '../../../lambdas/core/ports/x.ts'
import { type ApiOptions, apiOver } from '../../support/api.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import type { WholeX } from '../../support/x.ts'
import { portsOf } from '../../support/x.ts'

const administrator = { sub: 'admin', scope: 'helpdesk-twitter/admin' }
const publicUrl = 'https://helpdesk.example'
let clock = new Date()
/** The account that gives access. */
let account = { id: '77', username: 'shop' }
const now = () => clock
let stores: TestStores
let calls: string[]
let webhooks: XWebhook[]
let failing: Partial<Record<keyof WholeX, XError>>
let subscribed: string[]
/** X subscribes, and its list shows that later. */
let listsLater = false
let logged: LogEntry[] = []
let requests = 0

/** An X whose every call is noted, and fails as told. */
const x = new Proxy({} as WholeX, {
  get(_, name: keyof WholeX) {
    const answers: Partial<Record<keyof WholeX, (...args: never[]) => unknown>> = {
      requestToken: () => ({
        token: `request-${++requests}`,
        secret: 'request secret',
        authorizeUrl: 'https://x/authorize',
      }),
      accessToken: () => ({ token: 'account token', secret: 'account secret' }),
      me: () => account,
      webhooks: () => webhooks,
      createWebhook: (url: string) => {
        webhooks = [...webhooks, { id: 'new', url, valid: true }]
        return webhooks.at(-1)
      },
      listSubscriptions: () => ({ accounts: new Set(subscribed), activity: [], fault: null }),
      subscribe: () => {
        if (!listsLater) subscribed = ['77']
        return 8
      },
      repoint: () => 0,
      deleteWebhook: (id: string) => {
        webhooks = webhooks.filter((one) => one.id !== id)
      },
    }
    return async (...args: never[]) => {
      calls.push(name)
      const error = failing[name]
      if (error) throw error
      return answers[name]?.(...args)
    }
  },
})

/** Encryption that can be seen through in tests, and not by looking for the text. */
const encryption = {
  encrypt: async (text: string, context: string) => Buffer.from(`${context}|${text}`).toString('base64'),
  decrypt: async (encrypted: string, context: string) => {
    const [belongsTo, text] = Buffer.from(encrypted, 'base64').toString().split('|')
    if (belongsTo !== context) throw new Error('encrypted for another context')
    return String(text)
  },
}

beforeAll(async () => {
  stores = await startStores(now)
})
afterAll(() => stores.stop())
beforeEach(() => {
  account = { id: '77', username: 'shop' }
  clock = new Date('2026-01-01T12:00:00.000Z')
  calls = []
  webhooks = []
  subscribed = []
  listsLater = false
  failing = {}
})

const call = (method: string, path: string, options: ApiOptions = {}) =>
  apiOver(stores, now, { ...portsOf(x), encryption, publicUrl, log: (entry) => logged.push(entry) })(
    method,
    path,
    options,
  )

/** Begins to connect; gives the request token and the browser's cookie. */
async function begin(query: Record<string, string> = {}) {
  const answer = await call('POST', '/api/channels/twitter/connect', { claims: administrator, query })
  expect(answer.statusCode).toBe(201)
  return {
    token: `request-${requests}`,
    cookie: String(answer.cookies?.[0]?.split(';')[0]),
    setCookie: answer.cookies?.[0],
  }
}
async function comeBack(query: Record<string, string>, cookie?: string) {
  const answer = await call('GET', '/api/channels/twitter/callback', {
    query,
    ...(cookie ? { cookies: [cookie] } : {}),
  })
  expect(answer.statusCode).toBe(302)
  return String(answer.headers?.location)
}
const allowed = (token: string) => ({ oauth_token: token, oauth_verifier: 'verifier' })
const failure = (code: string) => `${publicUrl}/channels?error=${code}`

describe('connecting an account', () => {
  test('ends with a channel named after the account, both switches on, subscribed, its tokens sealed', async () => {
    const { token, cookie, setCookie } = await begin()
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/)
    expect(await comeBack(allowed(token), cookie)).toBe(`${publicUrl}/channels/twitter-77`)
    expect(await stores.channels.get('twitter-77')).toMatchObject({
      name: 'shop',
      username: 'shop',
      directMessages: true,
      mentions: true,
      status: 'connected',
    })
    expect(calls).toEqual([
      ...['requestToken', 'accessToken', 'me', 'webhooks', 'createWebhook'],
      ...['listSubscriptions', 'subscribe', 'listSubscriptions', 'repoint', 'subscribeToRevocations'],
    ])
    const sealed = String(await stores.channels.encryptedTokens('twitter-77'))
    expect(sealed).not.toContain('account')
    expect(JSON.parse(await encryption.decrypt(sealed, 'twitter-77'))).toEqual({
      token: 'account token',
      secret: 'account secret',
    })
    expect(webhooks).toMatchObject([{ url: `${publicUrl}/webhooks/twitter` }])
  })

  test('the same account again keeps channel, name and settings, and renews the tokens', async () => {
    const known = await stores.channels.connect({
      twitterUserId: '77',
      username: 'shop',
      name: 'Our shop',
      at: now().toISOString(),
    })
    await stores.revoke(known.id)
    clock = new Date('2026-02-01T12:00:00.000Z')
    const { token, cookie } = await begin()
    await comeBack(allowed(token), cookie)
    expect(await stores.channels.get(known.id)).toEqual({
      ...known,
      name: 'Our shop',
      status: 'connected',
      connectedAt: clock.toISOString(),
    })
    expect(await stores.channels.list()).toHaveLength(1)
  })

  test('our webhook that is there is kept, a sleeping one woken, one of a former address replaced, a foreign one untouched', async () => {
    const url = `${publicUrl}/webhooks/twitter`
    const run = async (there: XWebhook[]) => {
      calls = []
      webhooks = there
      const { token, cookie } = await begin()
      expect(await comeBack(allowed(token), cookie)).toContain('/channels/twitter-77')
      return calls.filter((name) => name.endsWith('Webhook'))
    }
    expect(await run([{ id: 'w1', url, valid: true }])).toEqual([])
    expect(await run([{ id: 'w1', url, valid: false }])).toEqual(['validateWebhook'])
    await stores.channels.saveOwnWebhook({
      id: 'former',
      url: 'https://former.example/webhooks/twitter',
      formerIds: [],
    })
    const foreign = { id: 'foreign', url: 'https://somebody.else/hook', valid: true }
    expect(await run([foreign, { id: 'former', url: 'https://former.example/webhooks/twitter', valid: true }])).toEqual(
      ['deleteWebhook', 'createWebhook'],
    )
    expect(webhooks.map((one) => one.id)).toEqual(['foreign', 'new'])
  })

  test('Cancel, a stale, repeated and foreign callback and a missing cookie each lead back with their own message', async () => {
    const cancelled = await begin()
    expect(await comeBack({ denied: cancelled.token }, cancelled.cookie)).toBe(failure('cancelled'))
    expect(await comeBack(allowed(cancelled.token), cancelled.cookie)).toBe(failure('repeated'))

    const used = await begin()
    await comeBack(allowed(used.token), used.cookie)
    expect(await comeBack(allowed(used.token), used.cookie)).toBe(failure('repeated'))

    const mine = await begin()
    const theirs = await begin()
    expect(await comeBack(allowed(mine.token), theirs.cookie)).toBe(failure('foreign'))
    expect(await comeBack(allowed(mine.token))).toBe(failure('missing_cookie'))
    expect(await comeBack(allowed('unheard-of'), mine.cookie)).toBe(failure('stale'))
    expect(await comeBack({}, mine.cookie)).toBe(failure('stale'))
    clock = new Date(clock.getTime() + 15 * 60_000)
    expect(await comeBack(allowed(mine.token), mine.cookie)).toBe(failure('stale'))
  })

  test('again: another account changes nothing, and how it ended is said on the page of the channel', async () => {
    const first = await begin()
    await comeBack(allowed(first.token), first.cookie)
    const before = await stores.channels.get('twitter-77')
    const page = `${publicUrl}/channels/twitter-77`
    const again = () => begin({ channelId: 'twitter-77' })

    const cancelled = await again()
    expect(await comeBack({ denied: cancelled.token }, cancelled.cookie)).toBe(`${page}?error=cancelled`)
    account = { id: '78', username: 'other_shop' }
    const other = await again()
    expect(await comeBack(allowed(other.token), other.cookie)).toBe(`${page}?error=other_account&username=other_shop`)
    expect(await stores.channels.get('twitter-78')).toBeNull()
    expect(await stores.channels.get('twitter-77')).toEqual(before)
    account = { id: '77', username: 'shop_renamed' }
    const same = await again()
    expect(await comeBack(allowed(same.token), same.cookie)).toBe(page)
    expect(await stores.channels.get('twitter-77')).toMatchObject({ username: 'shop_renamed' })

    const query = { channelId: 'twitter-404' }
    const unknown = await call('POST', '/api/channels/twitter/connect', { claims: administrator, query })
    expect(unknown.statusCode).toBe(404)
  })

  test('while the extension is off nothing begins, and what had begun does not end', async () => {
    const begun = await begin()
    await stores.channels.setExtension(false, now().toISOString())
    const refused = await call('POST', '/api/channels/twitter/connect', { claims: administrator })
    expect([refused.statusCode, JSON.parse(refused.body ?? '').detail]).toEqual([
      409,
      expect.stringContaining('disabled'),
    ])
    calls = []
    expect(await comeBack(allowed(begun.token), begun.cookie)).toBe(failure('extension_disabled'))
    expect(calls).toEqual([])
    await stores.channels.setExtension(true, now().toISOString())
    const again = await begin()
    expect(await comeBack(allowed(again.token), again.cookie)).toContain('/channels/twitter-77')
  })

  test('two callbacks at once: one connects', async () => {
    const { token, cookie } = await begin()
    const places = await Promise.all([comeBack(allowed(token), cookie), comeBack(allowed(token), cookie)])
    expect(places.sort()).toEqual([`${publicUrl}/channels/twitter-77`, failure('repeated')])
  })

  test.each<[keyof WholeX, XError, string]>([
    ['accessToken', new XError(401, '32 Could not authenticate you.'), 'refused_by_x'],
    ['me', new XError(null, 'socket hang up'), 'x_unreachable'],
    ['createWebhook', new XError(400, 'WebhookLimitExceeded'), 'webhook_limit'],
    ['createWebhook', new XError(400, 'CrcValidationFailed'), 'webhook_unreachable'],
    ['subscribe', new XError(400, 'SubscriptionLimitExceeded'), 'subscription_limit'],
    ['subscribe', new XError(403, '(https://api.twitter.com/2/problems/oauth1-permissions)'), 'app_permissions'],
  ])('a failure half-way (%s) leaves no half channel and says what it was', async (name, error, code) => {
    await stores.stop()
    stores = await startStores(now)
    const { token, cookie } = await begin()
    failing = { [name]: error }
    expect(await comeBack(allowed(token), cookie)).toBe(failure(code))
    expect(await stores.channels.list()).toEqual([])
    expect(await stores.channels.encryptedTokens('twitter-77')).toBeNull()
  })

  test("beyond X's limit of subscriptions the administrator learns how many there are and how many channels fit", async () => {
    const { token, cookie } = await begin()
    const use = { total: 1_500, others: 1_204, channels: 37 }
    failing = { subscribe: new SubscriptionLimitError(new XError(400, 'SubscriptionLimitExceeded'), use) }
    expect(await comeBack(allowed(token), cookie)).toBe(
      failure('subscription_limit&total=1500&others=1204&channels=37&fit=37'),
    )
  })

  test('an account that X subscribes and does not list yet is connected, and the log says so', async () => {
    const { token, cookie } = await begin()
    logged = []
    listsLater = true
    expect(await comeBack(allowed(token), cookie)).toContain('/channels/twitter-77')
    expect(logged.map(({ event }) => event)).toEqual(['subscription_unlisted', 'connected'])
  })

  test('what X refuses at the beginning is said in words', async () => {
    const detailOf = async (error: XError) => {
      failing = { requestToken: error }
      const { statusCode, body } = await call('POST', '/api/channels/twitter/connect', { claims: administrator })
      expect(statusCode).toBe(502)
      return JSON.parse(body ?? '').detail
    }
    expect(await detailOf(new XError(403, '415 Callback URL not approved for this client application.'))).toContain(
      'CallbackUrl',
    )
    expect(await detailOf(new XError(401, '32 Could not authenticate you.'))).toContain('consumerKey')
    expect(await detailOf(new XError(null, 'ECONNREFUSED'))).toContain('try again')
  })
})

describe('disconnecting', () => {
  const remove = (id: string) => call('DELETE', `/api/channels/${id}`, { claims: administrator })

  beforeEach(async () => {
    const { token, cookie } = await begin()
    await comeBack(allowed(token), cookie)
    calls = []
  })

  test('unsubscribes, takes the token back at X and erases it here; the channel stays listed', async () => {
    const answer = await remove('twitter-77')
    expect([answer.statusCode, JSON.parse(answer.body ?? '').status]).toEqual([200, 'disconnected'])
    expect(calls).toEqual(['unsubscribe', 'invalidate'])
    expect(await stores.channels.encryptedTokens('twitter-77')).toBeNull()
    expect((await stores.channels.list()).map((one) => one.status)).toEqual(['disconnected'])
    expect((await remove('twitter-77')).statusCode).toBe(200)
    expect((await remove('none')).statusCode).toBe(404)
  })

  test('goes through when X has forgotten us already, and changes nothing while X cannot be asked', async () => {
    failing = { unsubscribe: new XError(503, 'over capacity') }
    expect((await remove('twitter-77')).statusCode).toBe(502)
    expect((await stores.channels.get('twitter-77'))?.status).toBe('connected')
    failing = { unsubscribe: new XError(404, 'SubscriptionNotFound'), invalidate: new XError(401, 'Unauthorized') }
    expect((await remove('twitter-77')).statusCode).toBe(200)
  })
})
