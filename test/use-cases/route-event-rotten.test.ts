import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { routerOver } from '../support/router.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { ann, directMessageItem, directMessages, idAt, posts, shop, xActivity } from '../support/x-payloads.ts'

const now = () => new Date('2026-06-01T12:00:00.000Z')
let stores: TestStores
let ids = 0

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
})
afterAll(() => stores.stop())

const id = () => idAt(now(), ++ids)
const half = '\ud83d'
const text = (some: string) => directMessages(shop, { id: id(), from: ann, to: shop, text: some })
const writtenAt = (created_timestamp: string) => ({
  for_user_id: shop.id,
  direct_message_events: [{ ...directMessageItem({ id: id(), from: ann, to: shop }), created_timestamp }],
})

const rotten: [string, () => object, string | null][] = [
  ['half a character in a text', () => text(`hi ${half}`), 'hi \ufffd'],
  [
    'half a character in a name',
    () => directMessages(shop, { id: id(), from: { ...ann, name: half }, to: shop }),
    'Hello',
  ],
  ['characters that are none', () => text('a\ufffe\uffffb'), 'a\ufffe\uffffb'],
  ['a character of code 0', () => text('a\u0000b'), null],
  ['the last moment that a date can have', () => writtenAt('8640000000000000'), 'Hello'],
  ['a moment beyond it', () => writtenAt('8640000000000001'), 'Hello'],
  ['an id of 40 digits', () => directMessages(shop, { id: '9'.repeat(40), from: ann, to: shop }), 'Hello'],
  [
    'an encrypted message of the year 1970',
    () => xActivity(shop, 'chat.received', { id: 'aa', sender_id: ann.id, created_at_msec: '0' }),
    '',
  ],
  [
    'fifty pictures',
    () => {
      const one = (n: number) => ({
        id_str: String(n),
        type: 'photo',
        media_url_https: 'https://pbs.twimg.com/media/a.jpg',
      })
      const more = { extended_entities: { media: Array.from({ length: 50 }, (_, n) => one(n)) } }
      return posts(shop, { id: id(), by: ann, text: '@shop look', mentions: [shop], more })
    },
    '@shop look',
  ],
  [
    'a post that answers itself',
    () => {
      const own = id()
      return posts(shop, { id: own, by: ann, text: '@shop hi', mentions: [shop], answers: { id: own, by: ann } })
    },
    null,
  ],
]

test.each(rotten)('%s becomes a message', async (_what, delivery, shown) => {
  const sent = JSON.parse(JSON.stringify(delivery()))
  const [routed] = await routerOver(stores, now).deliver(sent)
  expect(['opened', 'joined']).toContain(routed?.outcome)
  const items = await stores.messagesOf(routed?.ticketId)
  if (shown !== null) expect(items.map((message) => message.text)).toContain(shown)
})

test('a message that is larger than an item of the table is recorded, and its author is heard on', async () => {
  const url = `https://a.example/${'a'.repeat(150_000)}`
  const entities = { urls: [{ url: 'https://t.co/a', expanded_url: url, indices: [0, 14] }] }
  const large = directMessages(shop, { id: id(), from: ann, to: shop, text: 'https://t.co/a', entities })
  const router = routerOver(stores, now)
  expect(await router.deliver(large, text('after it'))).toMatchObject([{ outcome: 'unreadable' }, {}])
})

test('thousands of marks of the same word are placed in time', async () => {
  const hashtags = Array.from({ length: 3_000 }, () => ({ text: 'a', indices: [0, 2] }))
  const many = directMessages(shop, { id: id(), from: ann, to: shop, text: '#a'.repeat(3_000), entities: { hashtags } })
  expect(await routerOver(stores, now).deliver(many)).toHaveLength(1)
})
