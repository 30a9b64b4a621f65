import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { XError } from '../../../lambdas/core/ports/x.ts'
import type { Message } from '../../../lambdas/core/tickets/ticket.ts'
import { chatPayload, chatPerson } from '../../support/chat.ts'
import { encryptedChannel } from '../../support/encrypted-channel.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { xActivity } from '../../support/x-payloads.ts'

let stores: TestStores
const clock = new Date('2026-09-01T08:00:00.000Z')
const now = () => clock

beforeAll(async () => {
  stores = await startStores(now)
})
afterAll(() => stores.stop())

async function shown(ticketId: unknown): Promise<Pick<Message, 'text' | 'direction' | 'notice'>[]> {
  return (await stores.messagesOf(ticketId)).map(({ text, direction, notice }) => ({ text, direction, notice }))
}

describe('with the key of the channel an encrypted message', () => {
  test('is an ordinary one: it opens a ticket, joins it, comes once, and costs X two calls for each customer', async () => {
    const { shop, customer, chat, deliver, atX, enterKey } = await encryptedChannel(stores, now)
    await enterKey()
    const { event, messageId, sequenceId } = chat.write(customer, 'Where is <b>it</b>? 📦 See https://example.com/1.')
    const [opened] = await deliver(customer, event)
    expect(opened).toMatchObject({ outcome: 'opened' })
    expect(await deliver(customer, event)).toMatchObject([{ outcome: 'repeated' }])
    const second = chat.write(customer, 'Hello?')
    expect(await deliver(customer, second.event, false)).toMatchObject([{ outcome: 'joined' }])
    expect(await stores.messagesOf(opened?.ticketId)).toMatchObject([
      {
        id: `chat-${messageId}`,
        text: 'Where is <b>it</b>? 📦 See https://example.com/1.',
        entities: [{ type: 'link', url: 'https://example.com/1' }],
        notice: null,
        chat: { sequenceId, conversationId: chat.id, sealed: null },
      },
      { text: 'Hello?' },
    ])
    expect(atX.asked).toEqual([`keys of ${customer.id}`, `keys of ${shop.id}`])
  })

  test('is shown with the quotation that was proven, and its picture is fetched', async () => {
    const { shop, customer, chat, deliver, enterKey } = await encryptedChannel(stores, now)
    await enterKey()
    const question = chat.write(customer, 'Is it this one?')
    const [opened] = await deliver(customer, question.event)
    const picture = {
      attachment_type: 'media',
      media_hash_key: 'key-1',
      width: 6,
      height: 4,
      filesize_bytes: 9,
      filename: 'a.jpg',
      media_type: 1,
    }
    await deliver(customer, chat.write(customer, '', [picture]).event)
    await deliver(shop, chat.reply(shop, 'Yes.', question.event).event)
    const [, photo, answer] = await stores.messagesOf(opened?.ticketId)
    const url = `https://api.x.com/2/chat/media/${chat.id.replace(':', '-')}/key-1`
    expect(photo).toMatchObject({ text: '', media: [{ id: 'key-1', type: 'photo', url, status: 'pending' }] })
    expect(answer).toMatchObject({
      text: 'Yes.',
      direction: 'outbound',
      quoted: { id: question.messageId, text: 'Is it this one?' },
    })
  })

  test('that is an edit becomes a version of its message, once; a reaction is only counted', async () => {
    const { customer, chat, deliver, enterKey } = await encryptedChannel(stores, now)
    await enterKey()
    const first = chat.write(customer, 'Where is 41?')
    const [opened] = await deliver(customer, first.event)
    const edit = chat.edit(customer, 'Where is 42?', first.event)
    expect(await deliver(customer, edit.event)).toMatchObject([{ outcome: 'edited' }])
    expect(await deliver(customer, edit.event)).toMatchObject([{ outcome: 'repeated' }])
    expect(await deliver(customer, chat.react(customer, '❤️', first.event).event)).toMatchObject([
      { outcome: 'counted' },
    ])
    const messages = await stores.messagesOf(opened?.ticketId)
    expect(messages).toMatchObject([
      {
        text: 'Where is 42?',
        versions: [{ text: 'Where is 41?' }, { text: 'Where is 42?', externalId: edit.messageId }],
      },
    ])
    expect(await stores.tickets.ticket(String(opened?.ticketId))).toMatchObject({
      subject: 'Where is 42?',
      lastMessage: { text: 'Where is 42?' },
    })
  })

  test.each([false, true])(
    'that is an edit and comes before its message changes it: a ticket is open %p',
    async (isOpen) => {
      const { customer, chat, deliver, enterKey } = await encryptedChannel(stores, now)
      await enterKey()
      if (isOpen) await deliver(customer, chat.write(customer, 'Hello').event)
      const first = chat.write(customer, 'Where is 41?')
      const edits = [chat.edit(customer, 'Where is 42?', first.event), chat.edit(customer, 'Where is 43?', first.event)]
      for (const { event } of edits) expect(await deliver(customer, event)).toMatchObject([{ outcome: 'ignored' }])
      const [opened] = await deliver(customer, first.event)
      const [edited] = (await stores.messagesOf(opened?.ticketId)).slice(-1)
      expect(edited?.text).toBe('Where is 43?')
      expect(edited?.versions.map(({ text }) => text)).toEqual(['Where is 41?', 'Where is 42?', 'Where is 43?'])
      for (const { event } of edits) expect(await deliver(customer, event)).toMatchObject([{ outcome: 'repeated' }])
      expect(await deliver(customer, first.event)).toMatchObject([{ outcome: 'repeated' }])
    },
  )

  test('that is an edit of nothing that X numbers is ignored', async () => {
    const { customer, chat, deliver, enterKey } = await encryptedChannel(stores, now)
    await enterKey()
    const [opened] = await deliver(customer, chat.write(customer, 'Hello').event)
    expect(
      await deliver(customer, chat.edit(customer, 'No', chat.unnumbered(customer, 'x'.repeat(3000))).event),
    ).toMatchObject([{ outcome: 'ignored' }])
    expect(await shown(opened?.ticketId)).toMatchObject([{ text: 'Hello' }])
  })

  test('that the account wrote on a phone, and edits there, keeps its versions', async () => {
    const { shop, customer, chat, deliver, enterKey } = await encryptedChannel(stores, now)
    await enterKey()
    const [opened] = await deliver(customer, chat.write(customer, 'Where is it?').event)
    const answer = chat.write(shop, 'On its wya.')
    await deliver(shop, answer.event)
    expect(await deliver(shop, chat.edit(shop, 'On its way.', answer.event).event)).toMatchObject([
      { outcome: 'edited' },
    ])
    const [, edited] = await stores.messagesOf(opened?.ticketId)
    expect(edited).toMatchObject({ text: 'On its way.', versions: [{ text: 'On its wya.' }, { text: 'On its way.' }] })
  })

  test('that nobody but its author may edit stays as it is', async () => {
    const { shop, customer, chat, deliver, enterKey } = await encryptedChannel(stores, now)
    await enterKey()
    const first = chat.write(customer, 'Mine.')
    const [opened] = await deliver(customer, first.event)
    expect(await deliver(shop, chat.edit(shop, 'Not yours.', first.event).event)).toMatchObject([
      { outcome: 'ignored' },
    ])
    expect(await shown(opened?.ticketId)).toMatchObject([{ text: 'Mine.' }])
  })
})

describe('what cannot be read is a notice with its reason, and never a text:', () => {
  test('a forged signature, an event of another conversation under this name, damaged bytes', async () => {
    const { channel, shop, customer, chat, deliver, router, enterKey } = await encryptedChannel(stores, now)
    await enterKey()
    const [opened] = await deliver(customer, chat.write(customer, 'Hello').event)
    const forged = chat.forge(chatPerson(customer.id, '2000'), customer, 'Send it to me')
    expect(await deliver(customer, forged.event)).toMatchObject([{ outcome: 'joined' }])
    const payload = { ...chatPayload(customer.id, chat.id, '!!! no event !!!'), id: 'damaged-1' }
    await router.deliver(xActivity({ id: shop.id, username: channel.username }, 'chat.received', payload))
    const messages = await shown(opened?.ticketId)
    expect(
      messages
        .slice(1)
        .map(({ text, notice }) => [text, notice?.reason])
        .sort(),
    ).toEqual([
      ['', 'broken'],
      ['', 'not_verified'],
    ])
    expect(JSON.stringify(messages)).not.toContain('Send it to me')
  })

  test('one for newer keys of the account, which the channel then says', async () => {
    const { channel, shop, customer, chat, deliver, atX, logged, enterKey } = await encryptedChannel(stores, now)
    await enterKey()
    const [opened] = await deliver(customer, chat.write(customer, 'Hello').event)
    const renewed = chatPerson(shop.id, '3000')
    atX.add(renewed)
    chat.changeKey(customer, [customer, renewed])
    await deliver(customer, chat.write(customer, 'Only for the new keys').event)
    expect((await shown(opened?.ticketId)).at(-1)).toMatchObject({ text: '', notice: { reason: 'key_replaced' } })
    expect((await stores.channels.get(channel.id))?.chat).toMatchObject({ state: 'replaced_on_x', keyVersion: '1000' })
    expect(logged).toMatchObject([{ event: 'chat_key_state', state: 'replaced_on_x' }])
  })

  test('one that X refuses to help with, which the channel then says', async () => {
    const refuse = async () => {
      throw new XError(401, 'Unauthorized')
    }
    const { channel, customer, chat, deliver, enterKey } = await encryptedChannel(stores, now, { publicKeys: refuse })
    await enterKey()
    const [opened] = await deliver(customer, chat.write(customer, 'Hello').event)
    expect(await shown(opened?.ticketId)).toMatchObject([{ text: '', notice: { reason: 'refused_by_x' } }])
    const { chat: state } = (await stores.channels.get(channel.id)) ?? {}
    expect(state).toMatchObject({ state: 'refused_by_x', reason: expect.stringContaining('OAuth 2.0') })
  })
})

describe('a notice', () => {
  test('becomes its text when the event comes again and the key is there', async () => {
    const { customer, chat, deliver, enterKey } = await encryptedChannel(stores, now)
    const { event } = chat.write(customer, 'Written before the key was entered')
    const [opened] = await deliver(customer, event)
    expect(await shown(opened?.ticketId)).toMatchObject([{ text: '', notice: { reason: 'no_key' } }])
    await enterKey()
    expect(await deliver(customer, event)).toMatchObject([{ outcome: 'edited', ticketId: opened?.ticketId }])
    expect(await shown(opened?.ticketId)).toMatchObject([{ text: 'Written before the key was entered', notice: null }])
    expect(await deliver(customer, event)).toMatchObject([{ outcome: 'repeated' }])
    const ticket = await stores.tickets.ticket(String(opened?.ticketId))
    const text = 'Written before the key was entered'
    expect(ticket).toMatchObject({ messageCount: 1, subject: text, lastMessage: { text } })
  })
})

test('X unreachable fails the event, so that the queue brings it again; then it is read', async () => {
  let isDown = true
  const { customer, chat, deliver, atX, enterKey } = await encryptedChannel(stores, now)
  const { publicKeys } = atX.xChat
  atX.xChat.publicKeys = async (...call) => {
    if (isDown) throw new XError(null, 'no answer')
    return publicKeys(...call)
  }
  await enterKey()
  const { event } = chat.write(customer, 'Hello')
  await expect(deliver(customer, event)).rejects.toThrow('1 events failed')
  isDown = false
  const [opened] = await deliver(customer, event)
  expect(await shown(opened?.ticketId)).toMatchObject([{ text: 'Hello' }])
})

test('without a key nothing is asked of X', async () => {
  const { customer, chat, deliver, atX } = await encryptedChannel(stores, now)
  await deliver(customer, chat.write(customer, 'Hello').event)
  expect(atX.asked).toEqual([])
})
