import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { notRead } from '../../../lambdas/core/channels/outage.ts'
import type { ChatEventsPage } from '../../../lambdas/core/ports/chat.ts'
import { createHistoryReader } from '../../../lambdas/use-cases/chat/read-history.ts'
import { chatPayload } from '../../support/chat.ts'
import { encryptedChannel } from '../../support/encrypted-channel.ts'
import { routeAtOnce } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { xActivity } from '../../support/x-payloads.ts'

let stores: TestStores
const now = () => new Date('2026-09-01T08:00:00.000Z')
const since = '2026-08-01T00:00:00.000Z'

beforeAll(async () => {
  stores = await startStores(now)
})
afterAll(() => stores.stop())

/** A channel with its key and an open ticket. `readBack` reads these pages of X, newest first. */
async function begin() {
  const all = await encryptedChannel(stores, now)
  await all.enterKey()
  const [opened] = await all.deliver(all.customer, all.chat.write(all.customer, 'Hello').event)
  const events = {
    send: (list: Parameters<typeof routeAtOnce>[1], id: string) => routeAtOnce(all.router, list, id),
  }
  let listed = 0
  return {
    ...all,
    messages: async () => (await stores.messagesOf(opened?.ticketId)).map(({ text, notice }) => notice?.reason ?? text),
    item: (by: string, event: string, createdAt = '2026-08-23T11:00:00.000Z') => ({
      id: String(++listed),
      sender_id: by,
      conversation_id: all.chat.id,
      created_at: createdAt,
      encoded_event: event,
    }),
    async readBack(...pages: Partial<ChatEventsPage>[]) {
      const all_ = pages.map((page, at) => ({
        items: [],
        keyChanges: [],
        next: pages[at + 1] ? String(at + 1) : null,
        ...page,
      }))
      const read = createHistoryReader({
        ...stores,
        events,
        xChat: {
          events: async (_tokens, _id, next) => all_[Number(next ?? 0)] ?? { items: [], keyChanges: [], next: null },
        },
        log: () => {},
      })
      await read(all.channel, { token: 't', secret: 's' }, { from: since, notBefore: since }, notRead, now())
    },
  }
}

describe('reading an encrypted conversation back', () => {
  test('brings each message once, also a damaged one, which a list names by another id than its delivery', async () => {
    const { channel, shop, customer, chat, router, messages, item, readBack } = await begin()
    const damaged = { ...chatPayload(customer.id, chat.id, '!!! no event !!!'), created_at_msec: '1787482800250' }
    await router.deliver(xActivity({ id: shop.id, username: channel.username }, 'chat.received', damaged))
    expect(await messages()).toEqual(['Hello', 'broken'])
    const page = { items: [item(customer.id, '!!! no event !!!', '2026-08-23T11:00:00Z')] }
    await readBack(page)
    await readBack(page)
    expect(await messages()).toEqual(['Hello', 'broken'])
  })

  test('uses the changes of the key, wherever in its pages they stand', async () => {
    const { shop, customer, chat, atX, messages, item, readBack } = await begin()
    chat.changeKey(customer, [customer, shop])
    const second = chat.current().event
    const early = item(customer.id, chat.write(customer, 'under the second key').event)
    chat.changeKey(customer, [customer, shop])
    const third = chat.current().event
    const late = item(customer.id, chat.write(customer, 'under the third key').event)
    const asked = atX.asked.length
    await readBack({ items: [late] }, { items: [item(customer.id, third), early], keyChanges: [third, second] })
    expect(await messages()).toEqual(['Hello', 'under the second key', 'under the third key'])
    expect(atX.asked).toHaveLength(asked)
  })
})
