import { afterEach, describe, expect, test } from '@jest/globals'
import { accountAt, appAt, type Body, everything, shop } from '../local/x-simulator/support.ts'
import { deviations } from './deviations.ts'
import { conformanceTo, type Exchange, type OpenApi } from './openapi.ts'
import { startRecorder } from './recorder.ts'

const post = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', pattern: '^[0-9]{1,19}$' }, text: { type: 'string' } },
}
/** A document in the form of X's, with two calls. */
const document: OpenApi = {
  paths: {
    '/2/tweets': {
      post: {
        security: [{ UserToken: [] }],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { type: 'object', properties: { text: { type: 'string' } }, additionalProperties: false },
            },
          },
        },
        responses: {
          201: { content: { 'application/json': { schema: { type: 'object', properties: { data: post } } } } },
        },
      },
    },
    '/2/tweets/{id}': {
      get: {
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[0-9]{1,19}$' } },
          { $ref: '#/components/parameters/Fields' },
        ],
        security: [{ UserToken: [] }],
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/PostAnswer' } } } },
          default: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } },
        },
      },
    },
  },
  components: {
    parameters: {
      Fields: {
        name: 'post.fields',
        in: 'query',
        schema: { type: 'array', items: { type: 'string', enum: ['id', 'text', 'created_at'] } },
      },
    },
    schemas: {
      Post: { ...post, properties: { ...post.properties, created_at: { type: 'string', format: 'date-time' } } },
      PostAnswer: { type: 'object', properties: { data: { $ref: '#/components/schemas/Post' } } },
      Problem: { type: 'object', required: ['title'], properties: { title: { type: 'string' } } },
    },
  },
}
const findingsOf = conformanceTo(document)

const all = everything()
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
  await all.stop()
})

/** A simulator with a recorder before it, and a post. */
async function started() {
  const x = await all.x()
  const recorder = await startRecorder(x.url)
  stops.push(recorder.stop)
  const recorded = { ...x, url: recorder.url }
  const { id } = x.control.post({ by: shop, text: 'News' })
  const findings = () => recorder.exchanges.flatMap(findingsOf)
  return { x, own: accountAt(recorded, shop), recorded, id, findings }
}

describe('a recorded call', () => {
  test('that keeps to the document has no findings', async () => {
    const { own, id, findings } = await started()
    await own.v2.get(`tweets/${id}`, { 'post.fields': 'created_at' } as Body)
    expect(findings()).toEqual([])
  })

  test.each([
    ['an undocumented field', { data: { id: '1', secret: true } }, '/data/secret is not documented'],
    ['a missing field', { data: { text: 'x' } }, "/data must have required property 'id'"],
    ['a number for an id', { data: { id: 1 } }, '/data/id must be string'],
    [
      'a time of another form',
      { data: { id: '1', created_at: 'today' } },
      '/data/created_at must match format "date-time"',
    ],
  ])('is found when its answer is broken by %s', async (_, body, fault) => {
    const { x, own, id, findings } = await started()
    x.control.answer({ path: '/2/tweets/*', status: 200, body })
    await own.v2.get(`tweets/${id}`)
    expect(findings()).toEqual([`GET /2/tweets/{id}: answer ${fault}`])
  })

  test('is found when it asks for a value or by a name that is not documented', async () => {
    const { own, id, findings } = await started()
    await own.v2.get(`tweets/${id}`, { 'post.fields': 'author_id', 'tweet.fields': 'created_at' } as Body)
    expect(findings()).toEqual([
      'GET /2/tweets/{id}: query post.fields/* "author_id" is not documented',
      'GET /2/tweets/{id}: query tweet.fields is not documented',
    ])
  })

  test('is found when its body or its status is not documented', async () => {
    const { own, findings } = await started()
    await own.v2.post('tweets', { text: 'more', nullcast: false } as Body)
    expect(findings()).toEqual([
      'POST /2/tweets: body /nullcast is not documented',
      'POST /2/tweets: answer /data/edit_history_tweet_ids is not documented',
    ])
    await own.v2.post('tweets', {}).catch(() => {})
    expect(findings()).toContain('POST /2/tweets: status 400: must be one of 201')
  })

  test('is found when it has other credentials, or is no documented call', async () => {
    const { recorded, id, findings } = await started()
    const app = await appAt(recorded)
    await app.v2.get(`tweets/${id}`, { 'post.fields': 'id' } as Body)
    await app.v2.get('users/1480000000000000001')
    expect(findings()).toEqual([
      'POST /oauth2/token: the call is not documented',
      'GET /2/tweets/{id}: credentials BearerToken: must be one of UserToken',
      'GET /2/users/{id}: the call is not documented',
    ])
  })

  test('is found when its error is none of those documented', () => {
    const exchange = (answer: object): Exchange => ({
      method: 'GET',
      path: '/2/tweets/1',
      query: new URLSearchParams(),
      authorization: 'OAuth oauth_token="1"',
      contentType: '',
      body: Buffer.alloc(0),
      status: 403,
      answer: JSON.stringify(answer),
    })
    expect(findingsOf(exchange({ title: 'Forbidden' }))).toEqual([])
    expect(findingsOf(exchange({ error: 'no' }))).toEqual([
      'GET /2/tweets/{id}: answer 403: is none of the documented errors',
    ])
  })
})

test('a known deviation excuses what it names and nothing beside it', () => {
  const isKnown = (finding: string) => deviations.some(({ pattern }) => pattern.test(finding))
  expect(isKnown('GET /2/users/{id}/mentions: query tweet.fields is not documented')).toBe(true)
  for (const other of [
    'GET /2/users/{id}/mentions: query tweet.field is not documented',
    'GET /2/users/{id}/mentions: query expansions/* "author" is not documented',
    'GET /2/users/{id}/mentions: answer /data/*/tweets is not documented',
    'POST /2/activity/subscriptions: body /event_type "oauth.revoked" is not documented',
    'POST /2/activity/subscriptions: answer /data/subscription_id is not documented',
  ]) {
    expect(isKnown(other)).toBe(false)
  }
})
