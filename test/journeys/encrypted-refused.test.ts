import { describe, expect, test } from '@jest/globals'
import { channelId, customer, encryptedJourney, neighbour, shop } from '../support/encrypted-journey.ts'
import { productForTests } from '../support/product.ts'

const stranger = { id: '1483000000000000004', username: 'demo_stranger' }
const regular = { id: '1484000000000000005', username: 'demo_regular' }

const product = productForTests(async () => {
  await product.addToX(stranger, regular)
  await product.connectByOAuth(shop)
  for (const user of [shop.id, neighbour]) await makeKeys(user, '73194')
})
const { write, forge, makeKeys, keysOf, enter, refusedKey, channel, ticketOf, messageWith } = encryptedJourney(product)

const newest = async (user: string) => (await keysOf(user))[0] ?? ''
const without = (bytes: number, key: string) => Buffer.from(key, 'base64').subarray(bytes).toString('base64')

describe('a key file', () => {
  test('of 63 bytes, of another account or of no key is refused with the reason, and nothing changes', async () => {
    await write('Is it there?')
    const [own, others] = [await newest(shop.id), await newest(neighbour)]
    const refused = [
      [without(1, own), 'keyFile: has 63 bytes; a key has 64'],
      [others, 'keyFile: holds the key of another account'],
      ['no key!', 'keyFile: is neither base64 nor hexadecimal digits'],
    ] as const
    for (const [keyFile, detail] of refused) {
      expect(await refusedKey({ keyFile })).toEqual({ status: 422, detail: expect.stringContaining(detail) })
    }
    expect((await channel()).encryptedChat).toEqual({ state: 'off' })
    await messageWith('the notice', ({ notice }) => notice?.reason === 'no_key')
  })

  test('as X’s tools export it opens what was a notice', async () => {
    expect((await enter({ keyFile: await newest(shop.id) })).encryptedChat).toMatchObject({ state: 'readable' })
    await messageWith('the text', ({ text }) => text === 'Is it there?')
  })

  test('that was replaced on X is refused, and the one that replaced it reads what came meanwhile', async () => {
    const before = await newest(shop.id)
    await makeKeys(shop.id, '86420')
    await write('after the new keys', { from: neighbour })
    await messageWith('the notice', ({ notice }) => notice?.reason === 'key_replaced', neighbour)
    const { detail } = await refusedKey({ keyFile: before })
    expect(detail).toContain('holds an earlier key of the account, which was replaced on X')
    await enter({ keyFile: await newest(shop.id) })
    await messageWith('the text', ({ text }) => text === 'after the new keys', neighbour)
  })
})

describe('nothing is lost or blocked', () => {
  test('by an event of 5 MB: it is a notice, and the next message is read', async () => {
    const { encoded } = await forge('broken', { size: 3_750_000 })
    expect(encoded.length).toBe(5_000_000)
    await write('after the large one')
    await messageWith('the next', ({ text }) => text === 'after the large one')
    await messageWith('the notice', ({ notice }) => notice?.reason === 'broken')
    const { events } = await product.admin.call('GET /api/events')
    expect(events).toEqual([])
  })

  test('by a customer of whom X lists no keys: a notice that does not show the text', async () => {
    const path = `/2/users/${stranger.id}/public_keys`
    await product.onX('POST', 'answers', { method: 'GET', path, status: 200, body: { data: [] } })
    await write('Nobody can prove this', { from: stranger.id })
    await messageWith('the notice', ({ notice }) => notice?.reason === 'not_verified', stranger.id)
    const messages = await product.messages((await ticketOf(stranger.id)).id)
    expect(JSON.stringify(messages)).not.toContain('Nobody can prove this')
  })

  test('by a customer who has no keys: they are answered by a direct message', async () => {
    await product.onX('POST', 'direct-messages', { from: regular.id, to: shop.id, text: 'As ever' })
    const { id, channel: from } = await ticketOf(regular.id)
    expect(from.id).toBe(channelId)
    const reply = await product.reply(id, { text: 'As ever, too' })
    const sent = (one: { id: string; delivery: { status: string } | null }) =>
      one.id === reply.id && one.delivery?.status === 'sent'
    expect(await messageWith('the answer', sent, regular.id)).toMatchObject({ encrypted: false })
    expect((await messageWith('the first', ({ text }) => text === 'Is it there?', customer)).encrypted).toBe(true)
  })
})
