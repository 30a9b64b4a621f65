import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createLaterReading } from '../../../lambdas/use-cases/chat/read-later.ts'
import { chatPerson } from '../../support/chat.ts'
import { boundEncryption, encryptedChannel } from '../../support/encrypted-channel.ts'
import { routeAtOnce } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'

let stores: TestStores
const now = () => new Date('2026-08-24T12:00:00.000Z')

beforeAll(async () => {
  stores = await startStores(now)
})
afterAll(() => stores.stop())

test('a new key brings no notices of what was read with the one before, such as edits', async () => {
  const { channel, shop, customer, chat, deliver, router, atX, enterKey } = await encryptedChannel(stores, now)
  await enterKey()
  const first = chat.write(customer, 'Where is 41?')
  const [opened] = await deliver(customer, first.event)
  const edit = chat.edit(customer, 'Where is 42?', first.event)
  await deliver(customer, edit.event)
  const renewed = chatPerson(shop.id, String(Date.parse('2026-08-24T00:00:00Z')))
  atX.add(renewed)
  await enterKey(renewed)
  const items = [edit.event, first.event].map((event, at) => ({
    id: String(at),
    sender_id: customer.id,
    conversation_id: chat.id,
    encoded_event: event,
  }))
  const { readLastDays } = createLaterReading({
    ...stores,
    encryption: boundEncryption,
    events: { send: (list, id) => routeAtOnce(router, list, id) },
    xChat: { events: async () => ({ items, keyChanges: [], next: null }) },
    now,
    log: () => {},
  })
  await readLastDays((await stores.channels.get(channel.id)) ?? channel)
  const messages = await stores.messagesOf(opened?.ticketId)
  expect(messages.map(({ text, notice }) => notice?.reason ?? text)).toEqual(['Where is 42?'])
})
