import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { XError } from '../../../lambdas/core/ports/x.ts'
import { chatPerson } from '../../support/chat.ts'
import { encryptedChannel } from '../../support/encrypted-channel.ts'
import { startStores, type TestStores } from '../../support/stores.ts'

let stores: TestStores
let clock: Date
const now = () => clock

beforeAll(async () => {
  stores = await startStores(now)
})
beforeEach(() => {
  clock = new Date('2026-09-01T08:00:00.000Z')
})
afterAll(() => stores.stop())

/** A channel with its key, and what a ticket shows. */
async function begin(more = {}) {
  const channel = await encryptedChannel(stores, now, more)
  await channel.enterKey()
  const first = async (text: string) =>
    String((await channel.deliver(channel.customer, channel.chat.write(channel.customer, text).event))[0]?.ticketId)
  const shown = async (ticketId: string) =>
    (await stores.messagesOf(ticketId)).map(({ text, notice }) => notice?.reason ?? text)
  return { ...channel, first, shown }
}

describe('X is asked at once', () => {
  test('about a new key of the conversation, which the event does not bring', async () => {
    const events = async () => ({ items: [], keyChanges: [all.chat.current().event], next: null })
    const all = await begin({ events })
    const { customer, shop, chat, deliver, first, shown } = all
    const ticketId = await first('Hello')
    for (const text of ['under the second key', 'under the third key']) {
      chat.changeKey(customer, [customer, shop])
      await deliver(customer, chat.write(customer, text).event, false)
    }
    expect(await shown(ticketId)).toEqual(['Hello', 'under the second key', 'under the third key'])
  })

  test('about one whose change stands some pages back', async () => {
    const pages = ['1', '2', null]
    const events = async (_tokens: unknown, _id: string, next: string | null) => {
      const keyChanges = next === '2' ? [all.chat.current().event] : []
      return { items: [], keyChanges, next: pages[Number(next ?? 0)] ?? null }
    }
    const all = await begin({ events })
    const { customer, shop, chat, deliver, first, shown } = all
    const ticketId = await first('Hello')
    chat.changeKey(customer, [customer, shop])
    await deliver(customer, chat.write(customer, 'long after the change').event, false)
    expect(await shown(ticketId)).toEqual(['Hello', 'long after the change'])
  })

  test('about new keys of the customer', async () => {
    const { customer, chat, deliver, atX, first, shown } = await begin()
    const ticketId = await first('Hello')
    const renewed = chatPerson(customer.id, '2500')
    atX.add(renewed)
    await deliver(customer, chat.write(renewed, 'signed with my new keys').event)
    expect(await shown(ticketId)).toEqual(['Hello', 'signed with my new keys'])
  })

  test('after the key was replaced and entered again', async () => {
    const events = async () => ({ items: [], keyChanges: [all.chat.current().event], next: null })
    const all = await begin({ events })
    const { customer, shop, chat, deliver, atX, enterKey, first, shown } = all
    const ticketId = await first('Hello')
    const renewed = chatPerson(shop.id, '3000')
    atX.add(renewed)
    chat.changeKey(customer, [customer, renewed])
    const { event } = chat.write(customer, 'for the new keys')
    await deliver(customer, event, false)
    expect(await shown(ticketId)).toEqual(['Hello', 'key_replaced'])
    await enterKey(renewed)
    await deliver(customer, event, false)
    expect(await shown(ticketId)).toEqual(['Hello', 'for the new keys'])
  })
})

describe('X is asked no more than necessary:', () => {
  test('about the same key once a minute, about ever new ones ten times an hour', async () => {
    const { customer, shop, chat, deliver, atX, first } = await begin()
    await first('Hello')
    const asked = () => atX.asked.filter((one) => one === 'events').length
    chat.changeKey(customer, [customer, shop])
    for (let n = 0; n < 3; n++) await deliver(customer, chat.write(customer, `Unread ${n}`).event, false)
    expect(asked()).toBe(1)
    clock = new Date(clock.getTime() + 61_000)
    await deliver(customer, chat.write(customer, 'A minute later').event, false)
    expect(asked()).toBe(2)
    for (let n = 0; n < 12; n++) {
      chat.changeKey(customer, [customer, shop])
      await deliver(customer, chat.write(customer, `Under a new key ${n}`).event, false)
    }
    // The first question was about the keys of the customer.
    expect(asked()).toBe(9)
    clock = new Date(clock.getTime() + 3600_000)
    await deliver(customer, chat.write(customer, 'An hour later').event, false)
    expect(asked()).toBe(10)
  })

  test('while it refuses, too; and each notice says that it does', async () => {
    let calls = 0
    const publicKeys = async () => {
      calls++
      throw new XError(403, 'Forbidden')
    }
    const { customer, chat, deliver, first, shown } = await begin({ publicKeys })
    const ticketId = await first('Hello')
    await deliver(customer, chat.write(customer, 'Hello?').event)
    expect(await shown(ticketId)).toEqual(['refused_by_x', 'refused_by_x'])
    expect(calls).toBe(1)
  })
})
