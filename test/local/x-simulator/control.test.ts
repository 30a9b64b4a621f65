import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { ApiRequestError } from 'twitter-api-v2'
import { eventually, temporaryFolder } from '../support.ts'
import { accountAt, appAt, type Body, control, customer, everything, refusalOf, shop, subscribed } from './support.ts'

const all = everything()
const folder = temporaryFolder()
afterEach(() => all.stop())
afterAll(() => folder.remove())

describe('scripted answers', () => {
  test('replace X’s answers for a number of calls, which are not executed', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    const body = {
      detail: 'credits depleted',
      status: 402,
      title: 'Payment Required',
      type: 'https://api.x.com/2/problems/credits-depleted',
    }
    await control(x, 'POST', 'answers', { method: 'POST', path: '/2/tweets', status: 402, body, times: 2 })
    for (const text of ['one', 'two'])
      expect(await refusalOf(client.v2.tweet(text))).toMatchObject({ code: 402, data: body })
    expect(x.control.posts()).toEqual([])
    await client.v2.tweet('three')
    expect(x.control.posts()).toHaveLength(1)
  })

  test('can follow the execution of the call: the message is sent, and the answer is a 503', async () => {
    const [x, receiver] = [await all.x(), await all.receiver()]
    await subscribed(x, receiver, shop)
    const client = accountAt(x, shop)
    x.control.answer({ method: 'POST', path: '/2/dm_conversations/with/*', status: 503, take: true })
    expect((await refusalOf(client.v2.sendDmToParticipant(customer, { text: 'Hello' }))).code).toBe(503)
    expect(x.control.directMessages()).toMatchObject([{ written: 'Hello' }])
    await eventually('the echo', () => receiver.received.length === 1)
    await client.v2.sendDmToParticipant(customer, { text: 'Hello' })
  })

  test('match a method and a path, exactly or with a star, and have their own headers', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    x.control.answer({
      method: 'GET',
      path: '/2/users/*',
      status: 429,
      headers: { 'x-rate-limit-limit': '75', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '1800000000' },
    })
    await client.v2.tweet('not concerned')
    expect(await refusalOf(client.v2.me())).toMatchObject({
      code: 429,
      rateLimit: { limit: 75, remaining: 0, reset: 1_800_000_000 },
    })
    x.control.answer({ path: '/2/users', status: 500 })
    await client.v2.me()
    expect(x.control.answers()).toHaveLength(1)
    x.control.clearAnswers()
    expect(x.control.answers()).toEqual([])
  })

  test('can be delayed, or never come', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    x.control.answer({ path: '/2/tweets', delayMs: 30 })
    const before = performance.now()
    await client.v2.tweet('late')
    expect(performance.now() - before).toBeGreaterThan(25)
    x.control.answer({ path: '/2/tweets', hang: true, take: true })
    const aborted = client.v2.post('tweets', { text: 'no answer' }, { timeout: 50 } as Body)
    const outcome = aborted.then(
      () => 'answered',
      (error: unknown) => error,
    )
    await eventually('the post', () => x.control.posts().length === 2)
    await all.stop()
    expect(await outcome).toBeInstanceOf(ApiRequestError)
  })
})

describe('the control calls', () => {
  test('do what people do', async () => {
    const x = await all.x()
    const ann = (await control(x, 'POST', 'users', { username: 'test_ann', name: 'Ann' })).body
    expect(ann).toMatchObject({ id: expect.stringMatching(/^\d{19}$/), username: 'test_ann' })
    await control(x, 'PATCH', `users/${ann.id}`, { acceptsMessages: false })
    const post = (await control(x, 'POST', 'posts', { by: 'test_ann', text: '@demo_shop hello' })).body
    await control(x, 'POST', 'direct-messages', { from: '@test_ann', to: shop, text: 'hello' })
    await control(x, 'POST', 'chat-messages', { from: ann.id, to: shop, text: 'secret' })
    const picture = { contentType: 'image/png', base64: Buffer.from('picture').toString('base64') }
    await control(x, 'POST', 'direct-messages', { from: ann.id, to: shop, media: picture })
    expect((await control(x, 'GET', 'users')).body.users).toHaveLength(4)
    expect((await control(x, 'GET', 'posts')).body.posts).toMatchObject([
      { id: post.id, authorId: ann.id, written: '@demo_shop hello' },
    ])
    expect((await control(x, 'GET', 'direct-messages')).body.directMessages).toHaveLength(2)
    expect((await control(x, 'GET', 'media')).body.media).toHaveLength(1)
    expect((await control(x, 'DELETE', `posts/${post.id}`)).body).toEqual({ done: true })
    expect((await control(x, 'GET', 'posts')).body.posts[0].deletedAt).not.toBeNull()
  })

  test('return webhooks, deliveries and calls, and change how X behaves', async () => {
    const [x, receiver] = [await all.x(), await all.receiver()]
    const id = await subscribed(x, receiver, shop)
    expect((await control(x, 'GET', 'webhooks')).body).toMatchObject({
      webhooks: [{ id, valid: true }],
      subscriptions: [{ webhookId: id, userId: shop }],
    })
    expect((await control(x, 'POST', 'challenges')).body).toEqual({ faults: { [id]: null } })
    await control(x, 'POST', 'echoes', { hold: true })
    await control(x, 'POST', 'direct-messages', { from: customer, to: shop, text: 'hello' })
    expect((await control(x, 'GET', 'deliveries')).body.deliveries).toMatchObject([
      { status: 'held', event: 'direct_message_events', userId: shop },
    ])
    await control(x, 'POST', 'echoes', { release: true })
    await control(x, 'POST', 'revoke', { userId: shop })
    await eventually('both', () => receiver.received.length === 2)
    expect((await control(x, 'GET', 'calls')).body.calls).toContainEqual({
      method: 'POST',
      path: '/2/webhooks',
      status: 200,
    })
    const { body } = await control(x, 'POST', 'clock', { now: '2030-01-01T00:00:00Z' })
    expect(body.now).toMatch(/^2030-01-01T00:00:0/)
    await control(x, 'POST', 'clock', { now: null })
    expect((await control(x, 'POST', 'limits', { posts: { limit: 1 } })).body.posts).toEqual({
      limit: 1,
      windowSeconds: 900,
    })
    expect((await control(x, 'POST', 'settings', { replyRule: false })).body).toMatchObject({
      replyRule: false,
      webhookLimit: 1,
    })
    expect((await control(x, 'POST', 'tokens', { userId: customer })).body.token).toMatch(new RegExp(`^${customer}-`))
  })

  test('are all described in README.md', async () => {
    const { body } = await control(await all.x(), 'GET', '')
    const readme = readFileSync(new URL('../../../local/x-simulator/README.md', import.meta.url), 'utf8')
    expect(body.calls.filter((call: string) => !readme.includes(`\`${call}\``))).toEqual([])
    expect(body.calls.length).toBeGreaterThan(20)
  })

  test('name what is wrong with a body', async () => {
    const x = await all.x()
    const cases: [string, string, unknown, string][] = [
      ['POST', 'posts', { by: 'nobody', text: 'x' }, 'There is no user «nobody»'],
      ['POST', 'posts', { by: shop, text: 'x', inReplyTo: '1' }, 'inReplyTo: there is no post «1»'],
      ['POST', 'posts', { by: shop }, 'text: A post needs text or media.'],
      ['POST', 'posts', { text: 'x' }, 'by: '],
      ['POST', 'users', { username: 'demo_shop' }, 'The username «demo_shop» is taken'],
      ['POST', 'users', { username: 'no username' }, 'is not a username'],
      ['POST', 'answers', { path: '/2/tweets' }, 'status, delayMs or hang is needed'],
      ['POST', 'answers', { path: '/2/tweets', status: 'x' }, 'status: '],
      ['POST', 'clock', { now: 'tomorrow' }, 'now: '],
      ['POST', 'limits', { likes: {} }, 'likes'],
      ['POST', 'webhooks/break', { id: '1' }, 'id: there is no webhook «1»'],
      ['POST', 'webhooks/repair', { id: '1' }, 'id: there is no webhook «1»'],
      ['POST', 'drop', {}, 'either count or until is needed'],
      ['POST', 'drop', { count: 1, until: 'repaired' }, 'either count or until is needed'],
      ['POST', 'drop', { until: 'tomorrow' }, 'until: '],
    ]
    for (const [method, path, body, sentence] of cases) {
      const answer = await control(x, method, path, body)
      expect([answer.status, answer.body.error]).toEqual([400, expect.stringContaining(sentence)])
    }
    const unknown = await control(x, 'GET', 'nothing')
    expect(unknown).toMatchObject({ status: 404, body: { calls: expect.arrayContaining(['POST /_x/posts']) } })
  })
})

describe('a data file', () => {
  test('keeps users, tokens, webhooks, posts and media over a restart, and ids still increase', async () => {
    const dataFile = join(folder.path, 'x', 'state.json')
    const receiver = await all.receiver()
    const before = await all.x({ dataFile })
    const id = await subscribed(before, receiver, shop)
    const client = accountAt(before, shop)
    const { data } = await client.v2.tweet('still here')
    const media = await client.v2.uploadMedia(Buffer.from('picture'), { media_type: 'image/png' as never })
    const token = before.control.token(shop)
    before.control.echoes({ hold: true })
    before.control.directMessage({ from: customer, to: shop, text: 'under way' })
    await before.stop()

    const x = await all.x({ dataFile })
    expect(x.control.token(shop)).toEqual(token)
    expect(x.control.media(media)?.bytes.toString()).toBe('picture')
    expect((await accountAt(x, shop).v2.singleTweet(data.id)).data.text).toBe('still here')
    expect(BigInt((await accountAt(x, shop).v2.tweet('next')).data.id)).toBeGreaterThan(BigInt(data.id))
    expect(await (await appAt(x)).v2.get('webhooks')).toMatchObject({ data: [{ id, valid: true }] })
    await eventually('what was under way', () => receiver.received.some(({ raw }) => raw.includes('under way')))
  })

  test('keeps missed deliveries and the drop over a restart, so that a replay can deliver them', async () => {
    const dataFile = join(folder.path, 'missed.json')
    const receiver = await all.receiver()
    const before = await all.x({ dataFile })
    const webhook_id = await subscribed(before, receiver, shop)
    before.control.clock(new Date('2026-05-01T12:00:00Z'))
    before.control.drop({ count: 2 })
    before.control.directMessage({ from: customer, to: shop, text: 'missed before' })
    await before.stop()

    const x = await all.x({ dataFile })
    x.control.directMessage({ from: customer, to: shop, text: 'missed after' })
    x.control.clock(new Date('2026-05-01T13:00:00Z'))
    const job = { webhook_id, from_date: '202605011200', to_date: '202605011230' }
    await (await appAt(x)).v2.post('webhooks/replay', job)
    await eventually('both and the end', () => receiver.received.length === 3)
    expect(receiver.received.map(({ raw }) => /missed \w+|Complete/.exec(raw)?.[0])).toEqual([
      'missed before',
      'missed after',
      'Complete',
    ])
  })

  test('is written before each answer, so that a kill loses nothing that was confirmed', async () => {
    const dataFile = join(folder.path, 'killed.json')
    const x = await all.x({ dataFile })
    await accountAt(x, shop).v2.tweet('confirmed')
    expect(JSON.parse(readFileSync(dataFile, 'utf8')).posts).toMatchObject([{ written: 'confirmed' }])
  })

  test('written by an earlier version is completed with what that did not know', async () => {
    const dataFile = join(folder.path, 'earlier.json')
    const settings = { webhookLimit: 7, limits: { posts: { limit: 5, windowSeconds: 900 } } }
    const users = [{ id: shop, username: 'demo_shop', name: 'Demo Shop', createdAt: '2022-01-09T01:53:20.000Z' }]
    writeFileSync(dataFile, JSON.stringify({ settings, users }))
    const x = await all.x({ dataFile })
    expect(x.control.state().settings).toMatchObject({
      webhookLimit: 7,
      eventNames: 'old',
      limits: { posts: { limit: 5 }, mentions: { limit: 300 } },
    })
    expect(x.control.users()).toMatchObject([{ username: 'demo_shop', protected: false, acceptsMessages: true }])
  })

  test('that is not valid is refused with an error that says what to do', async () => {
    const dataFile = join(folder.path, 'broken.json')
    writeFileSync(dataFile, '{')
    await expect(all.x({ dataFile })).rejects.toThrow('Delete it and start again')
  })
})
