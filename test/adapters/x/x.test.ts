import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { AccountTokens } from '../../../lambdas/core/ports/x.ts'
import type { XAnswer } from '../../../lambdas/core/replies/sending.ts'
import { attached } from '../../../lambdas/core/tickets/attachment.ts'
import type { EventSource } from '../../../lambdas/core/x/event-source.ts'
import { readActivity } from '../../../lambdas/core/x/payload/read-activity.ts'
import { crcAnswer } from '../../../lambdas/core/x/signature.ts'
import { polledEvents, type QueuedEvent, splitWebhookBody } from '../../../lambdas/core/x/webhook-body.ts'
import { startX, type XSimulator } from '../../../local/x-simulator/simulator.ts'
import { decideOnX } from '../../support/authorize.ts'
import { files } from '../../support/files.ts'
import { type WholeX, xAt } from '../../support/x.ts'

const keys = { consumerKey: 'test-key', consumerSecret: 'test-secret' }
const app = { app: async () => ({ key: keys.consumerKey, secret: keys.consumerSecret }) }
const shop = { id: '770', username: 'the_shop' }
const ann = { id: '771', username: 'ann' }

let x: XSimulator
let hook: Server
let hookUrl: string
let tokens: AccountTokens
const ours = (eventSource: EventSource = 'account-activity') => xAt(x.url, app, eventSource)

/** Subscribes the shop as connecting does; gives how many subscriptions were made. */
async function subscribe(api: WholeX, webhookId: string): Promise<number> {
  const webhook = { id: webhookId, formerIds: [] }
  const list = await api.listSubscriptions(webhookId)
  const made = await api.subscribe(tokens, shop, webhook, list)
  await api.repoint(shop, webhook, list)
  return made
}

beforeAll(async () => {
  x = await startX({ port: 0, ...keys })
  for (const user of [shop, ann]) x.control.addUser(user)
  hook = createServer((request, response) => {
    const token = new URL(request.url ?? '', 'http://localhost').searchParams.get('crc_token') ?? undefined
    request.resume()
    response.end(JSON.stringify(token ? crcAnswer(token, keys.consumerSecret) : {}))
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  hookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/webhooks/twitter`
  const request = await ours().requestToken('http://localhost:3000/callback')
  const back = await decideOnX(request.authorizeUrl, shop.id, 'allow')
  tokens = await ours().accessToken(request, back.searchParams.get('oauth_verifier') ?? '')
})
afterEach(() => x.control.clearAnswers())
afterAll(async () => {
  await x.stop()
  hook.closeAllConnections()
  hook.close()
})

describe('the bearer token of the app', () => {
  const logins = () => x.control.calls().filter(({ path }) => path === '/oauth2/token').length

  test('is asked for once, however many calls are made, at once too', async () => {
    const api = ours()
    const before = logins()
    await Promise.all([api.webhooks(), api.webhooks(), api.webhooks()])
    await api.webhooks()
    expect(logins() - before).toBe(1)
  })

  test('is asked for anew when X refuses it, and the call is made again', async () => {
    const api = ours()
    await api.webhooks()
    const before = logins()
    x.control.answer({ method: 'GET', path: '/2/webhooks', status: 401 })
    expect(await api.webhooks()).toEqual([])
    expect(logins() - before).toBe(1)
  })

  test('that X refuses again is an error, and one that X did not give is asked for by the next call', async () => {
    const api = ours()
    x.control.answer({ method: 'GET', path: '/2/webhooks', status: 401, times: 2 })
    await expect(api.webhooks()).rejects.toMatchObject({ status: 401 })
    const other = ours()
    x.control.answer({ method: 'POST', path: '/oauth2/token', status: 503 })
    await expect(other.webhooks()).rejects.toMatchObject({ status: 503 })
    expect(await other.webhooks()).toEqual([])
  })
})

describe('connecting', () => {
  test('the whole way of OAuth, real signatures included, ends with the account that allowed it', async () => {
    expect(await ours().me(tokens)).toEqual(shop)
  })

  test('wrong keys of the app, a wrong verifier and a callback that X does not know are told apart', async () => {
    const wrong = xAt(x.url, { app: async () => ({ key: keys.consumerKey, secret: 'wrong' }) }, 'account-activity')
    await expect(wrong.requestToken('http://localhost:3000/callback')).rejects.toMatchObject({ status: 401 })
    const request = await ours().requestToken('http://localhost:3000/callback')
    await expect(ours().accessToken(request, 'guessed')).rejects.toMatchObject({ status: 401 })
    x.control.settings({ approvedCallbacks: ['https://only.example/callback'] })
    await expect(ours().requestToken('http://localhost:3000/callback')).rejects.toMatchObject({
      status: 403,
      detail: expect.stringContaining('415'),
    })
    x.control.settings({ approvedCallbacks: null })
  })

  test.each(['account-activity', 'x-activity'] as const)(
    '%s: webhook and subscription, once more is no error, and gone again',
    async (source) => {
      const api = ours(source)
      const webhook = await api.createWebhook(hookUrl)
      expect(await api.webhooks()).toEqual([{ id: webhook.id, url: hookUrl, valid: true }])
      await api.validateWebhook(webhook.id)
      expect(await subscribe(api, webhook.id)).toBe(source === 'account-activity' ? 1 : 8)
      expect(await subscribe(api, webhook.id)).toBe(0)
      const subscribed = () => {
        const { subscriptions, activitySubscriptions } = x.control.state()
        return [subscriptions, activitySubscriptions].map((list) => Object.keys(list).length)
      }
      expect(subscribed()).toEqual(source === 'account-activity' ? [1, 0] : [0, 8])
      expect((await api.listSubscriptions(webhook.id)).accounts).toEqual(new Set([shop.id]))
      await api.unsubscribe(shop, { id: webhook.id, formerIds: [] })
      expect(subscribed()).toEqual([0, 0])
      await api.deleteWebhook(webhook.id)
      expect(await api.webhooks()).toEqual([])
    },
  )

  test('the app subscribes to revocations once, as the app; a refusal of X harms nothing', async () => {
    const api = ours('x-activity')
    const webhook = { ...(await api.createWebhook(hookUrl)), formerIds: [] }
    const revocations = () => x.control.state().activitySubscriptions.map(({ eventType }) => eventType)
    const path = '/2/activity/subscriptions'
    x.control.answer({ path, method: 'POST', status: 400, body: { detail: 'InvalidEventType' } })
    for (const expected of [[], ['oauth.revoke'], ['oauth.revoke']]) {
      await api.subscribeToRevocations(webhook, await api.listSubscriptions(webhook.id))
      expect(revocations()).toEqual(expected)
    }
    // One that another product of the same app has stays as it is.
    const list = { accounts: new Set<string>(), fault: null }
    const [own] = (await api.listSubscriptions(webhook.id)).activity
    if (!own) throw new Error('there is no subscription')
    const before = x.control.calls().length
    await api.subscribeToRevocations(webhook, { ...list, activity: [{ ...own, webhookId: '99' }] })
    expect(
      x.control
        .calls()
        .slice(before)
        .map(({ method }) => method),
    ).not.toContain('PUT')
    x.control.state().activitySubscriptions.length = 0
    await api.deleteWebhook(webhook.id)
  })

  describe('among the subscriptions of a large app', () => {
    let webhookId: string
    const since = new Date().toISOString()
    const foreign = (n: number) => ({
      id: String(7_000 + n),
      eventType: 'post.create',
      userId: `9${n}`,
      direction: null,
      tag: null,
      webhookId: '88',
      createdAt: since,
      updatedAt: since,
    })
    const others = (count: number) =>
      x.control.state().activitySubscriptions.push(...Array.from({ length: count }, (_, n) => foreign(n)))
    const all = () => x.control.state().activitySubscriptions
    const accounts = async () => (await ours('x-activity').listSubscriptions(webhookId)).accounts

    beforeEach(async () => {
      webhookId = (await ours().createWebhook(hookUrl)).id
    })
    afterEach(async () => {
      x.control.clearAnswers()
      all().length = 0
      await ours().deleteWebhook(webhookId)
    })

    test('an account is connected and found behind the first page', async () => {
      others(1_200)
      await subscribe(ours('x-activity'), webhookId)
      expect(await accounts()).toEqual(new Set([shop.id]))
      expect(all()).toHaveLength(1_208)
    })

    test('one that is missing makes the account incomplete, and subscribing again completes it', async () => {
      const api = ours('x-activity')
      await subscribe(api, webhookId)
      all().shift()
      expect(await accounts()).toEqual(new Set())
      expect(await subscribe(api, webhookId)).toBe(1)
      expect(await accounts()).toEqual(new Set([shop.id]))
    })

    test('those that go to another webhook are pointed to ours, and are not made twice', async () => {
      const api = ours('x-activity')
      await subscribe(api, webhookId)
      for (const one of all()) one.webhookId = '88'
      expect(await accounts()).toEqual(new Set())
      expect(await subscribe(api, webhookId)).toBe(0)
      expect(await accounts()).toEqual(new Set([shop.id]))
      expect(all()).toHaveLength(8)
    })

    test('disconnecting removes those of the account on our webhook and no other', async () => {
      others(1_200)
      const api = ours('x-activity')
      await subscribe(api, webhookId)
      await api.unsubscribe(shop, { id: webhookId, formerIds: [] })
      expect(all().map(({ userId }) => userId)).not.toContain(shop.id)
      expect(all()).toHaveLength(1_200)
    })

    test.each<[string, number, object | null]>([
      ['by its name', 400, { errors: [{ message: 'SubscriptionLimitExceeded: ' }] }],
      ['in other words', 403, { detail: 'You have reached the limit of subscriptions of your plan.' }],
      ['without a word, at the limit of the plan', 403, { title: 'Forbidden' }],
    ])('beyond the limit, told %s, nothing half done stays, and the numbers are told', async (_, status, body) => {
      others(1_497)
      const path = '/2/activity/subscriptions'
      // Three more fit; the first is answered without an id.
      x.control.answer({ path, method: 'POST', status: 204, body: {}, take: true })
      x.control.answer({ path, method: 'POST', delayMs: 0, times: 2 })
      x.control.answer({ path, method: 'POST', status, body })
      await expect(subscribe(ours('x-activity'), webhookId)).rejects.toMatchObject({
        status,
        detail: expect.stringContaining('SubscriptionLimitExceeded'),
        use: { total: 1_500, others: 1_497, channels: 0 },
      })
      expect(all()).toHaveLength(1_497)
    })

    test('a refusal for another reason is told as it is', async () => {
      x.control.answer({
        path: '/2/activity/subscriptions',
        method: 'POST',
        status: 403,
        body: { detail: 'suspended' },
      })
      await expect(subscribe(ours('x-activity'), webhookId)).rejects.toMatchObject({ status: 403, detail: 'suspended' })
    })

    test('one that X says exists counts as made before, shown in the list or not', async () => {
      const body = { errors: [{ message: 'DuplicateSubscriptionFailed: Subscription already exists' }] }
      x.control.answer({ path: '/2/activity/subscriptions', method: 'POST', status: 409, body, times: 4 })
      x.control.answer({ path: '/2/activity/subscriptions', method: 'POST', status: 400, body, times: 4 })
      expect(await subscribe(ours('x-activity'), webhookId)).toBe(0)
      expect(await accounts()).toEqual(new Set())
    })
  })

  test.each(['flat', 'nested', 'list', 'empty'])(
    'a creation that X answers in the form «%s» is understood',
    async (form) => {
      const body = { subscription_id: '1', event_type: 'dm.received' }
      const answers = {
        flat: { status: 201, body: { data: body } },
        nested: { status: 201, body: { data: { subscription: body } } },
        list: { status: 201, body: { data: [body], meta: { total_subscriptions: 1 } } },
        empty: { status: 204, body: {} },
      } as const
      const api = ours('x-activity')
      const webhook = await api.createWebhook(hookUrl)
      const answer = answers[form as keyof typeof answers]
      x.control.answer({ path: '/2/activity/subscriptions', method: 'POST', ...answer, take: true, times: 8 })
      expect(await subscribe(api, webhook.id)).toBe(8)
      expect((await api.listSubscriptions(webhook.id)).accounts).toEqual(new Set([shop.id]))
      await api.unsubscribe(shop, { id: webhook.id, formerIds: [] })
      await api.deleteWebhook(webhook.id)
    },
  )

  test('a list that repeats a page is read once and says so', async () => {
    const one = { subscription_id: '1', event_type: 'post.create', filter: { user_id: shop.id }, webhook_id: 'w' }
    const body = { data: [one], meta: { next_token: 'again' } }
    x.control.answer({ path: '/2/activity/subscriptions', method: 'GET', status: 200, body, times: 10 })
    const list = await ours('x-activity').listSubscriptions('1')
    x.control.clearAnswers()
    expect(list.activity.map(({ id }) => id)).toEqual(['1'])
    expect(list.fault).toBe('the list of subscriptions repeats a page')
  })

  test('a webhook that does not answer the CRC is refused by its name', async () => {
    await expect(ours().createWebhook('http://127.0.0.1:9/nobody')).rejects.toMatchObject({
      status: 400,
      detail: expect.stringContaining('CrcValidationFailed'),
    })
  })

  test('a token that was taken back is a 401, and taking it back works', async () => {
    const request = await ours().requestToken('http://localhost:3000/callback')
    const back = await decideOnX(request.authorizeUrl, ann.id, 'allow')
    const hers = await ours().accessToken(request, back.searchParams.get('oauth_verifier') ?? '')
    await ours().invalidate(hers)
    await expect(ours().me(hers)).rejects.toMatchObject({ status: 401 })
  })

  test('an X that is not there is no answer', async () => {
    const nobody = xAt('http://127.0.0.1:9', app, 'account-activity')
    await expect(nobody.requestToken('http://localhost:3000/callback')).rejects.toMatchObject({ status: null })
  })
})

const isoOf = (seconds: number) => new Date(seconds * 1000).toISOString()

describe('sending and looking back', () => {
  const toAnn = { kind: 'direct_message', recipientId: ann.id } as const
  const since = new Date(Date.now() - 1000).toISOString()
  const entry = () => x.control.post({ by: ann.id, text: `@the_shop question ${Math.random()}` })
  const idOf = (answer: XAnswer) => (answer.is === 'sent' ? answer.externalId : '')

  test('a direct message arrives, and is found again', async () => {
    const text = 'On its way 😀 & soon, see https://example.com/a?b=c'
    const answer = await ours().send(tokens, toAnn, text)
    expect(answer).toMatchObject({ is: 'sent', resets: { account: null, app: null } })
    expect(x.control.directMessages().at(-1)).toMatchObject({
      text: { full: expect.stringContaining('😀 &amp; soon') },
    })
    const found = await ours().findSent(tokens, shop, toAnn, text, since)
    expect(found).toEqual([answer.is === 'sent' ? answer.externalId : ''])
    expect(await ours().findSent(tokens, shop, toAnn, 'never sent', since)).toEqual([])
  })

  test('a public reply stands under the entry, and is found again by its place and text', async () => {
    const target = { kind: 'post', inReplyTo: entry().id } as const
    const text = 'Yes & gladly: https://example.com/open'
    const answer = await ours().send(tokens, target, text)
    expect(answer).toMatchObject({ is: 'sent' })
    const found = await ours().findSent(tokens, shop, target, text, since)
    expect(found).toEqual([answer.is === 'sent' ? answer.externalId : ''])
    expect(await ours().findSent(tokens, shop, { ...target, inReplyTo: '1' }, text, since)).toEqual([])
  })

  test('what an account sent is found however much it, or the customer, wrote since', async () => {
    const target = { kind: 'post', inReplyTo: entry().id } as const
    const [post, message] = [
      await ours().send(tokens, target, 'The first of many'),
      await ours().send(tokens, toAnn, 'Before the flood'),
    ]
    for (let n = 0; n < 130; n++) {
      x.control.post({ by: shop.id, text: `to everybody ${n}` })
      x.control.directMessage({ from: ann.id, to: shop.id, text: `why ${n}` })
    }
    expect(await ours().findSent(tokens, shop, target, 'The first of many', since)).toEqual([idOf(post)])
    expect(await ours().findSent(tokens, shop, toAnn, 'Before the flood', since)).toEqual([idOf(message)])
  })

  test('a list that goes on beyond what is read does not say that something is missing', async () => {
    const data = [{ id: '9', text: 'Other', author_id: shop.id, sender_id: shop.id, created_at: since }]
    const body = { data, meta: { result_count: 1, next_token: 'more' } }
    for (const path of ['/2/users/*/tweets', '/2/dm_conversations/*']) {
      x.control.answer({ path, status: 200, body, times: 5 })
    }
    const target = { kind: 'post', inReplyTo: '7' } as const
    await expect(ours().findSent(tokens, shop, target, 'Hi', since)).rejects.toThrow('more than 500 items')
    await expect(ours().findSent(tokens, shop, toAnn, 'Hi', since)).rejects.toThrow('more than 500 items')
  })

  describe('with files', () => {
    const bytes = files.mp4('film', 5_000_000)
    const counts: number[] = []
    const upload = (category: string, contentType: string, content: Buffer) =>
      ours().upload(tokens, { attachmentId: 'a', contentType, size: content.length, category }, async (from, count) => {
        counts.push(count)
        return content.subarray(from, from + count)
      })
    const attachment = (contentType: string) => attached({ id: 'a' }, { key: 'k', contentType, size: 1 })

    test('a film is handed in part by part, asked about, and stands in the reply', async () => {
      const uploadedMedia = await upload('tweet_video', 'video/mp4', bytes)
      expect(uploadedMedia).toMatchObject({ attachmentId: 'a', ready: false })
      expect(Date.parse(uploadedMedia.expiresAt)).toBeGreaterThan(Date.now() + 23 * 3_600_000)
      expect(await ours().uploadState(tokens, uploadedMedia.mediaId)).toEqual({ ready: true, checkAfterSeconds: 0 })
      expect(x.control.media(uploadedMedia.mediaId)?.bytes.equals(bytes)).toBe(true)
      expect([counts.length, Math.max(...counts)]).toEqual([3, 2 * 1024 * 1024])
      const target = { kind: 'post', inReplyTo: entry().id } as const
      expect(await ours().send(tokens, target, '', [uploadedMedia.mediaId])).toMatchObject({ is: 'sent' })
      expect(x.control.posts().at(-1)?.mediaIds).toEqual([uploadedMedia.mediaId])
    })

    test('replies with the same words are found by their files, the very same ones first', async () => {
      const one = await upload('dm_image', 'image/png', files.png('one'))
      const two = await upload('dm_image', 'image/png', files.png('two'))
      const text = 'same words'
      const sentIds: string[] = []
      for (const mediaIds of [[], [one.mediaId], [two.mediaId]]) {
        const answer = await ours().send(tokens, toAnn, text, mediaIds)
        sentIds.push(answer.is === 'sent' ? answer.externalId : answer.is)
      }
      const find = (uploadedMedia?: typeof one) =>
        ours().findSent(
          tokens,
          shop,
          toAnn,
          text,
          since,
          uploadedMedia && { media: [attachment('image/png')], uploadedMedia: [uploadedMedia] },
        )
      expect(await find()).toEqual([sentIds[0]])
      expect(await find(one)).toEqual([sentIds[1], sentIds[2]])
      expect(await find(two)).toEqual([sentIds[2], sentIds[1]])
    })

    test('a public reply with a photo, a link and no more is found again', async () => {
      const photo = await upload('tweet_image', 'image/png', files.png('public'))
      const target = { kind: 'post', inReplyTo: entry().id } as const
      for (const text of ['See https://example.com/a?b=c', '']) {
        const answer = await ours().send(tokens, target, text, [photo.mediaId])
        const found = await ours().findSent(tokens, shop, target, text, since, {
          media: [attachment('image/png')],
          uploadedMedia: [photo],
        })
        expect(found).toEqual([answer.is === 'sent' ? answer.externalId : answer.is])
        expect(await ours().findSent(tokens, shop, target, text, since)).toEqual([])
      }
    })

    test('what X does not take of a category is a refusal with its words', async () => {
      await expect(upload('tweet_image', 'image/gif', files.gif('wrong'))).rejects.toMatchObject({
        status: 400,
        detail: expect.stringContaining('image/gif'),
      })
    })
  })

  test('a refusal comes with status and words, a limit with the time at which it ends', async () => {
    const body = {
      title: 'Forbidden',
      status: 403,
      detail: 'You do not have permission to DM one or more participants.',
      type: 'about:blank',
    }
    x.control.answer({ path: '/2/dm_conversations/*', status: 403, body })
    expect(await ours().send(tokens, toAnn, 'hi')).toEqual({
      is: 'refused',
      status: 403,
      detail: body.detail,
      resets: { account: null, app: null },
    })
    const reset = Math.floor(Date.now() / 1000) + 600
    const headers = { 'x-rate-limit-limit': '15', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(reset) }
    x.control.answer({ path: '/2/dm_conversations/*', status: 429, body: { title: 'Too Many Requests' }, headers })
    expect(await ours().send(tokens, toAnn, 'hi')).toMatchObject({
      is: 'refused',
      status: 429,
      resets: { account: new Date(reset * 1000).toISOString(), app: null },
    })
  })

  test('of a daily limit it is the day that counts; a limit without a time has none', async () => {
    const seconds = Math.floor(Date.now() / 1000)
    const headers = {
      'x-rate-limit-limit': '100',
      'x-rate-limit-remaining': '57',
      'x-rate-limit-reset': String(seconds + 60),
      'x-user-limit-24hour-limit': '17',
      'x-user-limit-24hour-remaining': '0',
      'x-user-limit-24hour-reset': String(seconds + 40_000),
    }
    const body = { title: 'Too Many Requests' }
    x.control.answer({ path: '/2/dm_conversations/*', status: 429, body, headers })
    const daily = await ours().send(tokens, toAnn, 'hi')
    expect(daily).toMatchObject({ status: 429, resets: { account: isoOf(seconds + 40_000), app: null } })
    const silent = { 'x-rate-limit-reset': '', 'x-rate-limit-remaining': '', 'x-rate-limit-limit': '' }
    x.control.answer({ path: '/2/dm_conversations/*', status: 429, body, headers: silent })
    expect(await ours().send(tokens, toAnn, 'hi')).toMatchObject({ status: 429, resets: { account: null, app: null } })
  })

  test('the day of the app is no limit of the account, whether it is used up with the last message or refuses one', async () => {
    const seconds = Math.floor(Date.now() / 1000)
    const headers = {
      'x-rate-limit-limit': '15',
      'x-rate-limit-remaining': '9',
      'x-rate-limit-reset': String(seconds + 60),
      'x-app-limit-24hour-limit': '1440',
      'x-app-limit-24hour-remaining': '0',
      'x-app-limit-24hour-reset': String(seconds + 40_000),
    }
    const resets = { account: null, app: isoOf(seconds + 40_000) }
    const path = '/2/dm_conversations/*'
    x.control.answer({ path, status: 429, body: { title: 'Too Many Requests' }, headers })
    expect(await ours().send(tokens, toAnn, 'hi')).toMatchObject({ status: 429, resets })
    x.control.answer({ path, status: 201, body: { data: { dm_conversation_id: '1-2', dm_event_id: '7' } }, headers })
    expect(await ours().send(tokens, toAnn, 'hi')).toMatchObject({ is: 'sent', resets })
  })

  test("a public reply is found under X's old and new names of its reference", async () => {
    const target = { kind: 'post', inReplyTo: '7' } as const
    for (const name of ['referenced_tweets', 'referenced_posts']) {
      const always = { author_id: shop.id, created_at: since }
      const other = { ...always, id: '8', text: 'Hi', [name]: [{ type: 'quoted', id: '7' }] }
      const own = { ...always, id: '9', text: '@ann Hi', [name]: [{ type: 'replied_to', id: '7' }] }
      x.control.answer({ path: '/2/users/*/tweets', status: 200, body: { data: [other, own] } })
      expect(await ours().findSent(tokens, shop, target, 'Hi', since)).toEqual(['9'])
    }
  })

  test('503 after X took it is a refusal by an ill X; nobody there is certainly not sent', async () => {
    x.control.answer({ path: '/2/dm_conversations/*', status: 503, body: {}, take: true })
    expect(await ours().send(tokens, toAnn, 'taken')).toMatchObject({ is: 'refused', status: 503 })
    expect(await ours().findSent(tokens, shop, toAnn, 'taken', since)).toHaveLength(1)
    const nobody = xAt('http://127.0.0.1:9', app, 'account-activity')
    expect(await nobody.send(tokens, toAnn, 'hi')).toMatchObject({ is: 'unreached' })
  })

  test('the last of a window says when the next begins', async () => {
    x.control.limits({ posts: { limit: 1, windowSeconds: 900 } })
    const target = { kind: 'post', inReplyTo: entry().id } as const
    expect(await ours().send(tokens, target, 'the last one')).toMatchObject({ is: 'refused', status: 429 })
    x.control.limits({ posts: { limit: 100, windowSeconds: 900 } })
  })
})

describe("X's lists of what may have been missed", () => {
  const picture = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
  const readFrom = (events: readonly QueuedEvent[]) =>
    events.map((event) => {
      const reading = readActivity(event)
      if ('unreadable' in reading) throw new Error(reading.unreadable)
      const { receivedAt: _received, ...activity } = reading.activity
      return activity
    })
  /** What the Account Activity API delivered of the newest things, oldest first. */
  async function delivered(count: number) {
    const bodies = x.control.deliveries().map(({ body }) => body)
    return readFrom(bodies.slice(-count).flatMap((body) => splitWebhookBody(body, '2026-01-01T00:00:00.000Z').events))
  }

  /** The list also tells that nobody is verified: by `false` in a delivery X means the badge of the old kind alone. */
  const withVerified = (all: readonly object[]) =>
    all.map((one) => ({ ...one, facts: { ...Reflect.get(one, 'facts'), verified: false } }))

  beforeAll(async () => {
    const webhook = await ours().createWebhook(hookUrl)
    await subscribe(ours(), webhook.id)
  })

  test('messages in the list read as delivered ones do: text, links, pictures, people and time', async () => {
    const media = { contentType: 'image/gif', bytes: picture }
    x.control.directMessage({ from: ann.id, to: shop.id, text: 'Fish & chips 😀 https://example.com/a?b=1 #now' })
    x.control.directMessage({ from: ann.id, to: shop.id, text: 'verify', media })
    x.control.directMessage({ from: shop.id, to: ann.id, text: 'thanks' })
    const page = await ours().directMessages(tokens, null)
    const listed = readFrom(polledEvents('dm_events', shop.id, page, '2026-01-01T00:00:00.000Z').slice(-3))
    // The list calls a file by the key of its kind, and deliveries by its plain id.
    const plain = (all: object) => JSON.parse(JSON.stringify(all).replace(/"id":"(3|7|16)_/g, '"id":"'))
    expect(plain(listed)).toEqual(plain(withVerified(await delivered(3))))
  })

  test('mentions in the list read as delivered ones do', async () => {
    const first = x.control.post({ by: ann.id, text: `@${shop.username} Fish & chips 😀 https://example.com/a?b=1` })
    x.control.post({ by: ann.id, text: 'and more', inReplyTo: first.id })
    const page = await ours().mentions(tokens, shop, { time: first.createdAt }, null)
    const listed = readFrom(polledEvents('mentions', shop.id, page, '2026-01-01T00:00:00.000Z').slice(-2))
    // The list includes the answered post, the Account Activity API does not.
    const known = (all: object) =>
      JSON.parse(JSON.stringify(all).replace('"addressesAccount":true', '"addressesAccount":null'))
    expect(listed[1]).toMatchObject({ inReplyTo: { postId: first.id, addressesAccount: true } })
    expect(known(listed)).toEqual(withVerified(await delivered(2)))
  })

  test('a message of a group is no conversation of two, and is unreadable', () => {
    const item = { id: '1', event_type: 'MessageCreate', sender_id: ann.id, dm_conversation_id: '99', text: 'hi' }
    const [event] = polledEvents('dm_events', shop.id, { items: [item], includes: {} }, '2026-01-01T00:00:00.000Z')
    expect(event && readActivity(event)).toEqual({
      unreadable: 'dm_conversation_id is not a conversation of the account with one person',
    })
  })
})

describe('looking up', () => {
  test('a post comes with its words, its author and its pictures; the handles before an answer are no words', async () => {
    const first = x.control.post({ by: ann.id, text: '@the_shop Fish &amp; chips? See https://example.com/menu' })
    const answer = x.control.post({ by: shop.id, text: 'Yes & 😀', inReplyTo: first.id })
    expect(await ours().post(tokens, first.id)).toMatchObject({
      id: first.id,
      url: `https://x.com/i/status/${first.id}`,
      text: '@the_shop Fish &amp; chips? See https://example.com/menu',
      author: { id: ann.id, username: 'ann' },
      createdAt: first.createdAt,
      media: [],
    })
    expect(await ours().post(tokens, answer.id)).toMatchObject({ text: 'Yes & 😀', author: { username: 'the_shop' } })
    const bytes = Buffer.from('a picture')
    const picture = x.control.post({ by: ann.id, text: 'verify', media: [{ contentType: 'image/png', bytes }] })
    expect(await ours().post(tokens, picture.id)).toMatchObject({ text: 'verify', media: [{ type: 'photo' }] })
  })

  test('a person comes with the name', async () => {
    expect(await ours().user(tokens, ann.id)).toMatchObject({ id: ann.id, username: 'ann', name: 'ann' })
  })

  test('what X does not show is null: nobody there, deleted, protected, withheld', async () => {
    const gone = x.control.post({ by: ann.id, text: 'gone' })
    x.control.deletePost(gone.id)
    expect(await ours().post(tokens, gone.id)).toBeNull()
    expect(await ours().post(tokens, '1')).toBeNull()
    expect(await ours().user(tokens, '1')).toBeNull()
    for (const status of [403, 404]) {
      x.control.answer({ path: '/2/*', status, times: 2 })
      expect(await ours().post(tokens, gone.id)).toBeNull()
      expect(await ours().user(tokens, ann.id)).toBeNull()
    }
    const withheld = { copyright: true, country_codes: ['XY'], scope: 'tweet' }
    const data = { id: '5', text: 'This Post is withheld', author_id: ann.id, withheld }
    x.control.answer({ path: '/2/tweets/5', status: 200, body: { data } })
    expect(await ours().post(tokens, '5')).toBeNull()
  })

  test('an X that is ill or no longer accepts the access says so', async () => {
    for (const status of [401, 429, 503]) {
      x.control.answer({ path: '/2/tweets/*', status, body: {} })
      await expect(ours().post(tokens, '5')).rejects.toMatchObject({ status })
    }
  })
})
