import { afterEach, describe, expect, test } from '@jest/globals'
import type { TwitterApi } from 'twitter-api-v2'
import { accountAt, appAt, type Body, control, customer, everything, neighbour, refusalOf, shop } from './support.ts'

const all = everything()
afterEach(() => all.stop())

describe('sending a post', () => {
  test('answers 201 with an id greater than all earlier ids', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    const ids: bigint[] = []
    for (const text of ['one', 'two', 'three']) {
      const { data } = await client.v2.tweet(text)
      expect(data).toEqual({ id: expect.stringMatching(/^\d{19}$/), text, edit_history_tweet_ids: [data.id] })
      ids.push(BigInt(data.id))
    }
    x.control.clock(new Date('2020-01-01T00:00:00Z'))
    ids.push(BigInt((await client.v2.tweet('in the past')).data.id))
    expect(ids).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)))
    expect(new Set(ids).size).toBe(4)
  })

  test('is refused under a post whose author has not mentioned the account', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    const foreign = x.control.post({ by: customer, text: 'Nobody asked' })
    const refusal = {
      code: 403,
      data: {
        title: 'Authorization Error',
        status: 403,
        detail: 'You can only reply to or quote posts where you are mentioned or are the author.',
        type: 'https://api.x.com/2/problems/not-authorized-for-resource',
      },
    }
    expect(await refusalOf(client.v2.reply('Hello', foreign.id))).toMatchObject(refusal)
    expect(await refusalOf(client.v2.quote('Look', foreign.id))).toMatchObject(refusal)
    x.control.settings({ replyRule: false })
    await client.v2.reply('Hello', foreign.id)
  })

  test('is allowed under posts that mention or quote the account, and under its own posts', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    const own = x.control.post({ by: shop, text: 'News' })
    const mention = x.control.post({ by: customer, text: 'Hello @demo_shop' })
    const quote = x.control.post({ by: customer, text: 'Look', quotes: own.id })
    const implicit = x.control.post({ by: customer, text: 'Anybody?', inReplyTo: mention.id })
    for (const { id } of [own, mention, quote, implicit]) await client.v2.reply(`To ${id}`, id)
  })

  test('with the text of an earlier post is refused as a duplicate, until that post is deleted', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    const { data } = await client.v2.tweet('The very same')
    expect(await refusalOf(client.v2.tweet('The very same'))).toMatchObject({
      code: 403,
      data: { title: 'Forbidden', detail: 'You are not allowed to create a Tweet with duplicate content.' },
    })
    await accountAt(x, customer).v2.tweet('The very same')
    await client.v2.deleteTweet(data.id)
    await client.v2.tweet('The very same')
  })

  test('with the same text to the same person is a duplicate, to another person it is not', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    const [one, two] = [customer, customer].map((by, n) => x.control.post({ by, text: `@demo_shop ${n}` }).id)
    const other = x.control.post({ by: neighbour, text: '@demo_shop' })
    await client.v2.reply('Please write us a message', one ?? '')
    expect((await refusalOf(client.v2.reply('Please write us a message', two ?? ''))).code).toBe(403)
    await client.v2.reply('Please write us a message', other.id)
  })

  test('under a deleted post is refused', async () => {
    const x = await all.x()
    const { id } = x.control.post({ by: customer, text: '@demo_shop hello' })
    x.control.deletePost(id)
    expect(await refusalOf(accountAt(x, shop).v2.reply('Hello', id))).toMatchObject({
      code: 403,
      data: { detail: expect.stringContaining('deleted or not visible') },
    })
  })

  test('of more than 280 weighted characters is refused: a link counts 23, an emoji 2', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    const link = `https://example.com/${'long'.repeat(60)}`
    await client.v2.tweet(`${'x'.repeat(256)} ${link}`)
    expect((await refusalOf(client.v2.tweet(`${'x'.repeat(257)} ${link}`))).code).toBe(403)
    await client.v2.tweet('😀'.repeat(140))
    expect((await refusalOf(client.v2.tweet('😀'.repeat(141)))).code).toBe(403)
    expect((await refusalOf(client.v2.tweet(''))).code).toBe(400)
  })

  test('is limited to 100 in 15 minutes for an account, as the headers say', async () => {
    const x = await all.x()
    x.control.clock(new Date('2026-05-01T12:00:00Z'))
    const client = accountAt(x, shop)
    for (let n = 0; n < 100; n += 1) await client.v2.tweet(`post ${n}`)
    const refusal = await refusalOf(client.v2.tweet('one too many'))
    expect(refusal).toMatchObject({
      code: 429,
      rateLimitError: true,
      data: { title: 'Too Many Requests', status: 429 },
    })
    expect(refusal.rateLimit).toMatchObject({ limit: 100, remaining: 0 })
    const seconds = (refusal.rateLimit?.reset ?? 0) - Date.parse('2026-05-01T12:00:00Z') / 1000
    expect(seconds).toBeGreaterThanOrEqual(900)
    expect(seconds).toBeLessThan(930)
    await accountAt(x, customer).v2.tweet('another account')
    x.control.clock(new Date(((refusal.rateLimit?.reset ?? 0) + 1) * 1000))
    await client.v2.tweet('the window is over')
  })
})

describe('reading', () => {
  test('a timeline is newest first, in pages, since an id or a time, with the requested fields', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    const mention = x.control.post({ by: customer, text: '@demo_shop hello' })
    const ids: string[] = []
    for (let n = 0; n < 12; n += 1) ids.push((await client.v2.tweet(`post ${n}`)).data.id)
    const reply = await client.v2.reply('an answer', mention.id)

    const first = await client.v2.userTimeline(shop, { max_results: 5 })
    expect(first.meta).toMatchObject({ result_count: 5, newest_id: reply.data.id, next_token: expect.any(String) })
    expect(first.tweets.map(({ id }) => id)).toEqual([reply.data.id, ...ids.slice(8).reverse()])
    await first.fetchNext()
    expect(first.tweets).toHaveLength(10)

    const since = await client.v2.userTimeline(shop, {
      since_id: ids[10] ?? '',
      'tweet.fields': ['author_id', 'created_at', 'referenced_tweets', 'entities'],
    })
    expect(since.tweets).toEqual([
      {
        id: reply.data.id,
        text: '@demo_customer an answer',
        edit_history_tweet_ids: [reply.data.id],
        author_id: shop,
        created_at: expect.stringMatching(/Z$/),
        referenced_tweets: [{ type: 'replied_to', id: mention.id }],
        entities: { mentions: [{ start: 0, end: 14, username: 'demo_customer', id: customer }] },
      },
      {
        id: ids[11],
        text: 'post 11',
        edit_history_tweet_ids: [ids[11]],
        author_id: shop,
        created_at: expect.anything(),
      },
    ])
    const later = new Date(Date.now() + 60_000).toISOString()
    expect((await client.v2.userTimeline(shop, { start_time: later })).meta).toEqual({ result_count: 0 })
    expect((await refusalOf(client.v2.userTimeline(shop, { max_results: 1 }))).code).toBe(400)
  })

  test('mentions are the posts of others that mention the account, explicitly or implicitly', async () => {
    const x = await all.x()
    const mention = x.control.post({ by: customer, text: 'Hello @demo_shop' })
    const implicit = x.control.post({ by: customer, text: 'Anybody?', inReplyTo: mention.id })
    x.control.post({ by: customer, text: 'unrelated' })
    x.control.post({ by: shop, text: 'I am @demo_shop' })
    const { tweets, includes } = await accountAt(x, shop).v2.userMentionTimeline(shop, { expansions: ['author_id'] })
    expect(tweets.map(({ id }) => id)).toEqual([implicit.id, mention.id])
    expect(includes.users).toEqual([{ id: customer, name: 'Demo Customer', username: 'demo_customer' }])
  })

  test('mentions are polled since an id or a time, in pages, with all fields that a message needs', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    x.control.clock(new Date('2026-05-01T12:00:00Z'))
    const first = x.control.post({ by: customer, text: 'Hello @demo_shop' })
    x.control.clock(new Date('2026-05-01T13:00:00Z'))
    const implicit = x.control.post({ by: customer, text: 'Anybody?', inReplyTo: first.id })
    const more = Array.from({ length: 6 }, (_, n) => x.control.post({ by: neighbour, text: `@demo_shop ${n}` }))
    const newest = more.map(({ id }) => id).reverse()

    const since = await client.v2.userMentionTimeline(shop, {
      since_id: first.id,
      max_results: 5,
      expansions: ['author_id'],
      'tweet.fields': [
        'author_id',
        'created_at',
        'conversation_id',
        'entities',
        'in_reply_to_user_id',
        'referenced_tweets',
      ],
    })
    expect(since.tweets.map(({ id }) => id)).toEqual(newest.slice(0, 5))
    expect(since.meta).toMatchObject({ result_count: 5, newest_id: newest[0], next_token: expect.any(String) })
    await since.fetchNext()
    expect(since.tweets.map(({ id }) => id)).toEqual([...newest, implicit.id])
    expect(since.meta.next_token).toBeUndefined()
    expect(since.tweets.at(-1)).toEqual({
      id: implicit.id,
      text: '@demo_shop Anybody?',
      edit_history_tweet_ids: [implicit.id],
      author_id: customer,
      created_at: expect.stringMatching(/^2026-05-01T13:00:/),
      conversation_id: first.id,
      in_reply_to_user_id: customer,
      referenced_tweets: [{ type: 'replied_to', id: first.id }],
      entities: { mentions: [{ start: 0, end: 10, username: 'demo_shop', id: shop }] },
    })
    const people = since.includes.users.map(({ username }) => username)
    expect([...new Set(people)].sort()).toEqual(['demo_customer', 'demo_neighbour'])

    const timed = { start_time: '2026-05-01T11:00:00Z', end_time: '2026-05-01T12:30:00Z' }
    expect((await client.v2.userMentionTimeline(shop, timed)).tweets.map(({ id }) => id)).toEqual([first.id])
    const nothing = await (await appAt(x)).v2.get(`users/${shop}/mentions`, { since_id: newest[0] } as Body)
    expect(nothing).toEqual({ meta: { result_count: 0 } })
  })

  test('a page token is valid for its own list, until the control expires it', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    for (let n = 0; n < 6; n += 1) x.control.post({ by: customer, text: `@demo_shop ${n}` })
    const page = async (list: string, pagination_token?: string): Promise<Body> =>
      client.v2.get(list, { max_results: 5, ...(pagination_token ? { pagination_token } : {}) })
    const list = `users/${shop}/mentions`
    const { next_token } = (await page(list)).meta
    expect((await page(list, next_token)).data).toHaveLength(1)
    for (const call of [page(`users/${shop}/tweets`, next_token), page(list, 'nothing-of-this-kind')]) {
      expect((await refusalOf(call)).code).toBe(400)
    }
    x.control.expirePageTokens()
    expect((await refusalOf(page(list, next_token))).code).toBe(400)
    expect((await page(list, (await page(list)).meta.next_token)).data).toHaveLength(1)
  })

  test('mentions end before an id', async () => {
    const x = await all.x()
    const [first, second] = ['1', '2'].map((text) => x.control.post({ by: customer, text: `@demo_shop ${text}` }))
    const { tweets } = await accountAt(x, shop).v2.userMentionTimeline(shop, { until_id: second?.id ?? '' })
    expect(tweets.map(({ id }) => id)).toEqual([first?.id])
  })

  test('a repost is in the timeline of who reposts, and no mention', async () => {
    const x = await all.x()
    const original = x.control.post({ by: shop, text: 'News' })
    const { id } = x.control.repost(original.id, customer)
    const client = accountAt(x, shop)
    const fields = { 'tweet.fields': 'referenced_tweets' } as Body
    expect((await client.v2.userTimeline(customer, fields)).tweets).toMatchObject([
      { id, text: 'RT @demo_shop: News', referenced_tweets: [{ type: 'retweeted', id: original.id }] },
    ])
    expect((await client.v2.userTimeline(customer, { exclude: ['retweets'] })).tweets).toEqual([])
    expect((await client.v2.userMentionTimeline(shop)).tweets).toEqual([])
    x.control.deletePost(original.id)
    expect((await client.v2.userTimeline(customer)).tweets).toEqual([])
  })

  test('the posts of a protected user are seen by its followers only, in every list and look-up', async () => {
    const x = await all.x()
    const { id } = x.control.post({ by: customer, text: '@demo_shop for followers' })
    const quote = x.control.post({ by: neighbour, text: 'look, @demo_shop', quotes: id })
    const change = { protected: true, followers: ['demo_neighbour'] }
    expect((await control(x, 'PATCH', `users/${customer}`, change)).status).toBe(200)
    const seenBy = async (client: TwitterApi) => [
      ((await client.v2.get(`users/${shop}/mentions`)) as Body).data?.map((one: Body) => one.id),
      ((await client.v2.get(`users/${customer}/tweets`)) as Body).data?.length ?? 0,
      'data' in ((await client.v2.get(`tweets/${id}`)) as Body),
      ((await client.v2.get(`tweets/${quote.id}`, { expansions: 'referenced_tweets.id' })) as Body).includes?.tweets
        .length ?? 0,
    ]
    expect(await seenBy(accountAt(x, neighbour))).toEqual([[quote.id, id], 1, true, 1])
    for (const client of [accountAt(x, shop), await appAt(x)]) {
      expect(await seenBy(client)).toEqual([[quote.id], 0, false, 0])
    }
    expect(await accountAt(x, shop).v2.get(`tweets/${id}`)).toMatchObject({
      errors: [{ title: 'Authorization Error' }],
    })
    expect((await refusalOf(accountAt(x, shop).v2.reply('hello', id))).data.detail).toContain('not visible to you')
  })

  test('mentions go back 800 posts', async () => {
    const x = await all.x()
    const first = x.control.post({ by: customer, text: '@demo_shop 0' })
    for (let n = 1; n <= 800; n += 1) x.control.post({ by: customer, text: `@demo_shop ${n}` })
    const { tweets } = await (await accountAt(x, shop).v2.userMentionTimeline(shop, { max_results: 100 })).fetchLast(
      900,
    )
    expect(tweets).toHaveLength(800)
    expect(tweets.map(({ id }) => id)).not.toContain(first.id)
  })

  test('posts are looked up by id; a missing post is an error inside a 200', async () => {
    const x = await all.x()
    const client = accountAt(x, shop)
    const { id } = x.control.post({ by: customer, text: 'A & B' })
    expect((await client.v2.singleTweet(id)).data).toMatchObject({ id, text: 'A &amp; B' })
    const both = (await client.v2.tweets([id, '1'])) as Body
    expect(both.data).toHaveLength(1)
    expect(both.errors).toMatchObject([{ resource_id: '1', title: 'Not Found Error' }])
    x.control.deletePost(id)
    expect(await client.v2.singleTweet(id)).toMatchObject({
      errors: [{ detail: `Could not find tweet with id: [${id}].` }],
    })
  })

  test('users are looked up by id and by username', async () => {
    const x = await all.x()
    const app = await appAt(x)
    const fields = { 'user.fields': ['profile_image_url'] as const }
    const user = {
      id: customer,
      name: 'Demo Customer',
      username: 'demo_customer',
      profile_image_url: expect.any(String),
    }
    expect((await app.v2.get(`users/${customer}`, fields as Body)) as Body).toEqual({ data: user })
    expect((await app.v2.userByUsername('DEMO_customer')).data).toMatchObject({ id: customer })
    expect(await app.v2.users([customer, '1'])).toMatchObject({
      data: [{ id: customer }],
      errors: [{ resource_id: '1' }],
    })
    expect(await app.v2.user('1')).toMatchObject({ errors: [{ title: 'Not Found Error' }] })
  })

  test('an account can delete only its own posts, and only once', async () => {
    const x = await all.x()
    const { id } = x.control.post({ by: customer, text: 'mine' })
    expect((await refusalOf(accountAt(x, shop).v2.deleteTweet(id))).code).toBe(403)
    expect(await accountAt(x, customer).v2.deleteTweet(id)).toEqual({ data: { deleted: true } })
    expect((await refusalOf(accountAt(x, customer).v2.deleteTweet(id))).code).toBe(404)
  })
})
