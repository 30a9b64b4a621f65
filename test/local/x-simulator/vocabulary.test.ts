import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { TwitterApi } from 'twitter-api-v2'
import type { XSimulator } from '../../../local/x-simulator/simulator.ts'
import type { Post } from '../../../local/x-simulator/state.ts'
import { accountAt, type Body, control, customer, everything, neighbour, shop } from './support.ts'

const all = everything()
afterEach(() => all.stop())

let x: XSimulator
let client: TwitterApi
/** An entry of a customer, and another's answer to it that mentions the shop. */
let entry: Post
let answer: Post
beforeEach(async () => {
  x = await all.x()
  client = accountAt(x, shop)
  entry = x.control.post({ by: customer, text: '@demo_shop hello' })
  answer = x.control.post({ by: neighbour, text: '@demo_shop me too', inReplyTo: entry.id })
})

const mentions = async (query: Record<string, string>): Promise<Body> => client.v2.get(`users/${shop}/mentions`, query)

const oldQuery = {
  'tweet.fields': 'author_id,created_at,in_reply_to_user_id,referenced_tweets',
  expansions: 'referenced_tweets.id,referenced_tweets.id.author_id',
}
const newQuery = {
  'post.fields': 'created_at',
  expansions: 'author_id,in_reply_to_user_id,referenced_posts,edit_history_post_ids',
}

describe('a list of posts', () => {
  test('asked for in the old names comes in the old names', async () => {
    const { data, includes } = await mentions(oldQuery)
    expect(data[0]).toEqual({
      id: answer.id,
      text: '@demo_customer @demo_shop me too',
      author_id: neighbour,
      created_at: expect.any(String),
      in_reply_to_user_id: customer,
      referenced_tweets: [{ type: 'replied_to', id: entry.id }],
      edit_history_tweet_ids: [answer.id],
    })
    expect(includes.tweets).toMatchObject([{ id: entry.id, author_id: customer }])
    expect(includes.users.map(({ id }: { id: string }) => id)).toEqual([customer])
  })

  test('asked for in the new names comes in the new names: who wrote and what is answered are expansions', async () => {
    const { data, includes } = await mentions(newQuery)
    expect(data[0]).toEqual({
      id: answer.id,
      text: '@demo_customer @demo_shop me too',
      author_id: neighbour,
      created_at: expect.any(String),
      in_reply_to_user_id: customer,
      referenced_posts: [{ type: 'replied_to', id: entry.id }],
      edit_history_post_ids: [answer.id],
    })
    expect(includes.posts).toMatchObject([{ id: entry.id, author_id: customer }])
    expect(includes.users.map(({ id }: { id: string }) => id).sort()).toEqual([shop, customer, neighbour])
  })

  test.each([
    ['an old expansion', { 'post.fields': 'conversation_id', expansions: 'referenced_tweets.id' }],
    ['what is an expansion now', { 'post.fields': 'conversation_id,author_id,referenced_posts,in_reply_to_user_id' }],
    ['an old name', { 'post.fields': 'conversation_id,note_tweet,referenced_tweets', 'tweet.fields': 'created_at' }],
    ['an unknown name', { 'post.fields': 'conversation_id,nothing', expansions: 'nothing' }],
  ])('asked for in the new names passes over %s', async (_, query) => {
    const { data, includes } = await mentions(query)
    expect(data[0]).toEqual({ id: answer.id, text: expect.any(String), conversation_id: entry.id })
    expect(includes).toBeUndefined()
  })

  test('asked for in the old names passes over new and unknown names', async () => {
    const query = { 'tweet.fields': 'conversation_id,referenced_posts,nothing', expansions: 'referenced_posts' }
    const { data, includes } = await mentions(query)
    expect(data[0]).toEqual({
      id: answer.id,
      text: expect.any(String),
      conversation_id: entry.id,
      edit_history_tweet_ids: [answer.id],
    })
    expect(includes).toBeUndefined()
  })

  test('lacks what the old names ask for once X understands them no more', async () => {
    await control(x, 'POST', 'settings', { oldDialect: false })
    const { data, includes } = await mentions(oldQuery)
    expect(data[0]).toEqual({ id: answer.id, text: expect.any(String) })
    expect(includes).toBeUndefined()
    expect((await mentions(newQuery)).data[0]).toMatchObject({ author_id: neighbour, created_at: expect.any(String) })
  })

  test.each([
    ['old', oldQuery],
    ['old', newQuery],
    ['new', oldQuery],
    ['new', newQuery],
  ] as const)('comes in the %s names only, when the settings say so', async (answerNames, query) => {
    x.control.settings({ answerNames })
    const { data, includes } = await mentions(query)
    const isNew = answerNames === 'new'
    expect(data[0]).toHaveProperty(isNew ? 'referenced_posts' : 'referenced_tweets')
    expect(Object.keys(includes)).toContain(isNew ? 'posts' : 'tweets')
    expect(JSON.stringify({ data, includes })).not.toMatch(isNew ? /tweet/ : /_posts|"posts"/)
  })
})

test('a long post has only its beginning as text, and all of it as a note', async () => {
  const text = `@demo_shop ${'long '.repeat(70)}https://example.com/end`
  const { id } = x.control.post({ by: customer, text })
  const old = (await client.v2.get(`tweets/${id}`, { 'tweet.fields': 'note_tweet,entities' })) as Body
  expect([...old.data.text].length).toBeLessThanOrEqual(280)
  expect(old.data.entities.urls).toBeUndefined()
  expect(old.data.note_tweet).toMatchObject({
    text: expect.stringMatching(/long https:\/\/t\.co\/\w+$/),
    entities: { urls: [{ expanded_url: 'https://example.com/end' }] },
  })
  const now = (await client.v2.get(`tweets/${id}`, { 'post.fields': 'note_post' })) as Body
  expect(now.data.note_post).toEqual(old.data.note_tweet)
})

test('a new post is answered in the old names, or in the new ones when the settings say so', async () => {
  const { data } = (await client.v2.post('tweets', { text: 'one' })) as Body
  expect(data.edit_history_tweet_ids).toEqual([data.id])
  x.control.settings({ answerNames: 'new' })
  const second = ((await client.v2.post('tweets', { text: 'two' })) as Body).data
  expect(second).toEqual({ id: second.id, text: 'two', edit_history_post_ids: [second.id] })
})

describe('direct messages', () => {
  const query = {
    'dm_event.fields': 'created_at,participant_ids,sender_id,referenced_tweets',
    expansions: 'sender_id,referenced_tweets.id',
  }
  const messages = async (asked: Record<string, string>): Promise<Body> => client.v2.get('dm_events', asked)
  beforeEach(() => {
    x.control.directMessage({ from: customer, to: shop, text: `https://x.com/demo_customer/status/${entry.id}` })
  })

  test('name their ends as fields in the old names, and as expansions in the new', async () => {
    const old = await messages(query)
    expect(old.data[0]).toMatchObject({
      sender_id: customer,
      participant_ids: [customer, shop],
      referenced_tweets: [{ id: entry.id }],
    })
    expect(old.includes.tweets).toMatchObject([{ id: entry.id }])
    const now = await messages({ 'post.fields': 'created_at', expansions: 'sender_id,referenced_posts' })
    expect(now.data[0]).toMatchObject({ sender_id: customer, referenced_posts: [{ id: entry.id }] })
    expect(now.includes.posts).toMatchObject([{ id: entry.id, created_at: expect.any(String) }])
  })

  test('lack what only the old names ask for once X understands them no more', async () => {
    x.control.settings({ oldDialect: false })
    const { data, includes } = await messages(query)
    expect(Object.keys(data[0]).sort()).toEqual(['created_at', 'event_type', 'id', 'sender_id', 'text'])
    expect(Object.keys(includes)).toEqual(['users'])
  })
})
