import { describe, expect, test } from '@jest/globals'
import type { ChannelChange } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { productForTests } from '../support/product.ts'
import { ann, shop } from '../support/x-payloads.ts'

const channelId = `twitter-${shop.id}`

const product = productForTests(() => product.addToX(shop, ann))

const params = { id: channelId }
const channel = () => product.helpdesk.call('GET /api/channels/{id}', { params })
const set = (body: ChannelChange) => product.admin.call('PATCH /api/channels/{id}', { params, body })
const hoursFrom = (time: string | null, hours: number) =>
  new Date(Date.parse(time ?? '') + hours * 3600_000).toISOString()

/** A customer writes; gives the time at which it came in. */
async function write(text: string): Promise<string> {
  const before = (await channel()).lastMessageAt
  await product.onX('POST', 'direct-messages', { from: ann.id, to: shop.id, text })
  return eventually('the message', async () => {
    const { lastMessageAt } = await channel()
    return lastMessageAt !== null && lastMessageAt !== before ? lastMessageAt : undefined
  })
}

describe('an administrator sets up by the API', () => {
  test('a disabled extension lets no channel be added; enabled, Allow connects one', async () => {
    const toggle = (enabled: boolean) => product.admin.call('PATCH /api/extensions/twitter', { body: { enabled } })
    await toggle(false)
    await expect(product.beginConnecting()).rejects.toThrow(/409.*disabled/)
    await toggle(true)
    expect(await product.connectByOAuth(shop)).toBe(`/channels/${channelId}`)
  })

  test('mentions off: the mention is among the ignored, with its reason', async () => {
    await set({ mentions: false })
    const post = await product.onX<{ id: string }>('POST', 'posts', { by: ann.id, text: `@${shop.username} hello?` })
    const event = await eventually('the ignored mention', async () => {
      const { events } = await product.admin.call('GET /api/events', { query: { channelId } })
      return events.find((one) => one.externalId === post.id)
    })
    expect(event.reason).toBe('mentions are switched off for this channel')
    expect(await product.tickets()).toEqual([])
  })
})

describe('administrators hear', () => {
  test('of 2 hours without a message once, and again after a new message and another 2 hours', async () => {
    await set({ noMessagesHours: 2, name: 'Our <b>shop</b>' })
    const first = await write('one')
    await product.schedule('inactivity', hoursFrom(first, 1.9))
    expect(await product.mails()).toEqual([])
    for (const hours of [2, 2.1, 20]) await product.schedule('inactivity', hoursFrom(first, hours))
    const [mail, ...more] = await product.mails()
    expect(more).toEqual([])
    expect(mail).toMatchObject({ subject: 'No messages for 2 h: Our <b>shop</b>', to: ['admin@example.com'] })
    for (const part of [
      'Our webhook at X: OK',
      'The subscription of the account: OK',
      'Our access to the account: OK',
      `/channels/${channelId}`,
    ]) {
      expect(mail?.text).toContain(part)
      expect(mail?.html).toContain(part)
    }
    expect(mail?.html).not.toContain('<b>')
    const second = await write('two')
    await product.schedule('inactivity', hoursFrom(second, 1.9))
    expect(await product.mails()).toHaveLength(1)
    await product.schedule('inactivity', hoursFrom(second, 2))
    expect(await product.mails()).toHaveLength(2)
  })

  test('of an account that took our access away once; connected again it is the same channel', async () => {
    await product.onX('POST', 'revoke', { userId: shop.id })
    await eventually('the revocation', async () => (await channel()).status === 'needs_reconnection')
    for (let n = 0; n < 2; n++) await product.schedule('inactivity')
    const mails = await product.mails()
    expect(mails).toHaveLength(3)
    expect(mails.map(({ subject }) => subject)).toContain('Connect again: Our <b>shop</b>')
    expect(await product.connectByOAuth(shop)).toBe(`/channels/${channelId}`)
    expect(await channel()).toMatchObject({
      status: 'connected',
      name: 'Our <b>shop</b>',
      mentions: false,
      noMessagesHours: 2,
    })
  })
})
