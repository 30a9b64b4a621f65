import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readActivity } from '../../../lambdas/core/x/payload/read-activity.ts'
import { polledEvents } from '../../../lambdas/core/x/webhook-body.ts'
import { xAt } from '../../support/x.ts'
import { ann, idAt, shop } from '../../support/x-payloads.ts'

const tokens = { token: 'token', secret: 'secret' }
const at = '2026-09-01T10:00:00.000Z'
const postId = idAt(at)

/** X's fields of a post and of a message that are only there when they are asked for, and the words that ask for them. */
const fields: Readonly<Record<string, { old: readonly string[]; new: readonly string[]; value: unknown }>> = {
  author_id: { old: ['tweet.fields'], new: ['expansions'], value: ann.id },
  created_at: { old: ['tweet.fields', 'dm_event.fields'], new: ['post.fields', 'dm_event.fields'], value: at },
  sender_id: { old: ['dm_event.fields'], new: ['expansions'], value: ann.id },
  dm_conversation_id: {
    old: ['dm_event.fields'],
    new: ['dm_event.fields'],
    value: `${[shop.id, ann.id].sort().join('-')}`,
  },
  referenced_tweets: { old: ['tweet.fields'], new: [], value: [{ type: 'replied_to', id: '7' }] },
  referenced_posts: { old: [], new: ['expansions'], value: [{ type: 'replied_to', id: '7' }] },
}

type Vocabulary = 'old' | 'new'

let server: Server
let understands: readonly Vocabulary[] = ['old']
/** True: X refuses what it does not understand, with 400. */
let refuses = false
let asked: Vocabulary[] = []
let answers: (status: number) => number = (status) => status

/** An X that knows one post and one message, and gives the fields that it understands. */
beforeEach(async () => {
  understands = ['old']
  refuses = false
  asked = []
  answers = (status) => status
  server = createServer((request, response) => {
    request.resume()
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    const isMessage = pathname.includes('dm_events')
    const query = (name: string) => searchParams.get(name)?.split(',') ?? []
    const isOld = isMessage ? query('dm_event.fields').includes('sender_id') : searchParams.has('tweet.fields')
    asked.push(isOld ? 'old' : 'new')
    const item = Object.fromEntries(
      Object.entries(fields)
        .filter(([name, field]) =>
          understands.some((vocabulary) => field[vocabulary].some((parameter) => query(parameter).includes(name))),
        )
        .map(([name, { value }]) => [name, value]),
    )
    const whole = {
      id: isMessage ? '5' : postId,
      text: 'hello',
      ...(isMessage ? { event_type: 'MessageCreate' } : {}),
      ...item,
    }
    const isForeign = refuses && !understands.includes(isOld ? 'old' : 'new')
    response.statusCode = answers(isForeign ? 400 : 200)
    response.setHeader('content-type', 'application/json')
    const problem = {
      title: 'Invalid Request',
      errors: [{ message: 'The query parameter [post.fields] is not one of […]' }],
    }
    const isOne = /\/tweets\/\d+$/.test(pathname)
    const body = { data: isOne ? whole : [whole], meta: { result_count: 1 } }
    response.end(JSON.stringify(response.statusCode === 200 ? body : problem))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const open = () =>
  xAt(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    { app: async () => ({ key: 'key', secret: 'secret' }) },
    'x-activity',
  )

const directMessages = 'the list of direct messages'
const calls: Readonly<Record<string, (x: ReturnType<typeof open>) => Promise<unknown>>> = {
  'the list of mentions': (x) => x.mentions(tokens, shop, { time: at }, null).then(({ items }) => items),
  [directMessages]: (x) => x.directMessages(tokens, null).then(({ items }) => items),
  'one post': (x) => x.post(tokens, postId),
  'own posts': (x) => x.findSent(tokens, ann, { kind: 'post', inReplyTo: '7' }, 'hello', at),
  'own messages': (x) => x.findSent(tokens, ann, { kind: 'direct_message', recipientId: shop.id }, 'hello', at),
}

test(`${directMessages} is asked for in words of both vocabularies, and in the new one alone when X refuses the old`, async () => {
  const x = open()
  const whole = await calls[directMessages]?.(x)
  understands = ['new']
  expect(await calls[directMessages]?.(x)).toEqual(whole)
  refuses = true
  for (let n = 0; n < 2; n++) expect(await calls[directMessages]?.(x)).toEqual(whole)
  expect(asked).toEqual(['old', 'old', 'old', 'new', 'new'])
})

describe.each(Object.entries(calls).filter(([name]) => name !== directMessages))('%s', (_name, call) => {
  test('is asked for in the old vocabulary as long as that brings everything', async () => {
    const x = open()
    for (let n = 0; n < 2; n++) await call(x)
    expect(asked).toEqual(['old', 'old'])
  })

  test.each([false, true])(
    'comes in the new one when the old names end (refused: %s), which is remembered',
    async (refused) => {
      const whole = await call(open())
      understands = ['new']
      refuses = refused
      asked = []
      const x = open()
      // Old and new names of references are read alike later (vocabulary.ts).
      const named = (answer: unknown) =>
        JSON.parse(JSON.stringify(answer).replaceAll('referenced_posts', 'referenced_tweets'))
      for (let n = 0; n < 2; n++) expect(named(await call(x))).toEqual(named(whole))
      expect(asked).toEqual(['old', 'new', 'new'])
    },
  )

  test('goes back to the old one when the new one brings nothing any more', async () => {
    const x = open()
    understands = ['new']
    await call(x)
    understands = ['old']
    asked = []
    for (let n = 0; n < 2; n++) await call(x)
    expect(asked).toEqual(['new', 'old', 'old'])
  })

  test('is not settled by half an answer: a refusal of the second call is the refusal of both', async () => {
    understands = ['new']
    answers = (status) => (asked.length === 2 ? 429 : status)
    await expect(call(open())).rejects.toMatchObject({ status: 429 })
  })
})

describe('what X gives in neither vocabulary', () => {
  beforeEach(() => {
    understands = []
  })

  test('comes as it is in a list, and reads as unreadable with the field that is missing', async () => {
    const x = open()
    const reasons = [
      ...polledEvents('mentions', shop.id, await x.mentions(tokens, shop, { time: at }, null), at),
      ...polledEvents('dm_events', shop.id, await x.directMessages(tokens, null), at),
    ].map((event) => readActivity(event))
    expect(reasons).toEqual([{ unreadable: 'author_id: is missing' }, { unreadable: 'sender_id: is missing' }])
  })

  test('is an error where one post is looked up, not a post that is gone', async () => {
    await expect(open().post(tokens, postId)).rejects.toMatchObject({
      status: 200,
      detail: `X gave the post ${postId} without its author_id`,
    })
  })

  test('is an error where we look for what was sent, so that nothing is sent twice', async () => {
    for (const name of ['own posts', 'own messages']) {
      await expect(calls[name]?.(open())).rejects.toMatchObject({
        status: 200,
        detail: expect.stringContaining('left out'),
      })
    }
  })
})
