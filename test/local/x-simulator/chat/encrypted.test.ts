import { afterEach, describe, expect, test } from '@jest/globals'
import { latestKeys } from '../../../../local/x-simulator/chat/account-keys.ts'
import { conversationKeysOf, conversationOf } from '../../../../local/x-simulator/chat/conversations.ts'
import { withEngine } from '../../../../local/x-simulator/chat/engine.ts'
import type { XSimulator } from '../../../../local/x-simulator/simulator.ts'
import { files } from '../../../support/files.ts'
import {
  accountAt,
  type Body,
  control,
  customer,
  delivered,
  everything,
  messageOf,
  neighbour,
  shop,
  subscribed,
  subscribedToActivity,
} from '../support.ts'

const all = everything()
afterEach(() => all.stop())

const conversation = conversationOf(shop, customer)
const path = `chat/conversations/${customer}`

/** A simulator in which the customer has written encrypted once, and the shop's client. */
async function written() {
  const x = await all.x()
  const question = x.control.chat.write({ from: customer, to: shop, text: 'Where is it?' })
  return { x, question, own: accountAt(x, shop) }
}

/** What an app posts: sealed with the shop's own keys, as the product does. */
function sealed(x: XSimulator, text: string) {
  const state = x.control.state()
  const keys = latestKeys(state, shop)
  const [key] = conversationKeysOf(state, shop, conversation)
  if (!keys || !key) throw new Error('the shop has no key')
  const message = withEngine(keys, (engine) => engine.encryptMessage({ ...key, conversationId: conversation, text }))
  return {
    message_id: message.messageId,
    encoded_message_create_event: message.encryptedContent,
    encoded_message_event_signature: message.encodedEventSignature,
  }
}

const onPhone = (x: XSimulator, userId: string) =>
  x.control.chat.events().flatMap(({ phones }) => phones[userId]?.text ?? [])

describe('an encrypted message', () => {
  test('comes signed by its author, with the change of the key, and both people read it', async () => {
    const [x, receiver] = [await all.x(), await all.receiver()]
    const webhook = await subscribed(x, receiver)
    await subscribedToActivity(x, webhook, shop, 'chat.received', 'chat.sent')
    const { id, messageId } = x.control.chat.write({ from: customer, to: shop, text: 'Where is it?' })
    const [delivery] = await delivered(x, receiver, 1)
    expect(delivery).toMatchObject({
      signed: true,
      body: {
        data: {
          event_type: 'chat.received',
          payload: {
            id: messageId,
            sender_id: customer,
            conversation_id: conversation,
            conversation_key_change_event: expect.any(String),
            message_event_signature: { signature_version: '7', signing_public_key: expect.any(String) },
          },
        },
      },
    })
    x.control.chat.write({ from: shop, to: customer, text: 'On its way', replyTo: id })
    const [, sent] = await delivered(x, receiver, 2)
    expect(sent?.body.data.event_type).toBe('chat.sent')
    expect(onPhone(x, shop)).toEqual(['Where is it?', 'On its way'])
    expect(onPhone(x, customer)).toEqual(onPhone(x, shop))
  })

  test('may be edited, liked, forged or broken, and goes into groups', async () => {
    const { x, question } = await written()
    x.control.chat.edit(question.id, 'Where is my parcel?')
    x.control.chat.react(question.id, shop, '❤️')
    x.control.chat.forge({ from: customer, to: shop, kind: 'signature' })
    x.control.chat.forge({ from: customer, to: shop, kind: 'broken' })
    const group = x.control.chat.write({ from: customer, to: shop, text: 'all', group: [neighbour] })
    expect(group.conversationId).toMatch(/^g\d+$/)
    expect(onPhone(x, shop)).toEqual(['Where is it?', 'Where is my parcel?', '❤️', 'all'])
    expect(onPhone(x, neighbour)).toEqual(['all'])
    expect(x.control.chat.events().map(({ phones }) => phones[shop]?.error)).toEqual(
      expect.arrayContaining([expect.stringContaining('ECDSA mismatch'), expect.stringContaining('Parse error')]),
    )
  })

  test('after new keys of the shop is for these only', async () => {
    const { x } = await written()
    x.control.chat.setKeys(shop, '9999')
    x.control.chat.write({ from: customer, to: shop, text: 'after' })
    expect(onPhone(x, shop)).toEqual(['after'])
    expect(onPhone(x, customer)).toEqual(['Where is it?', 'after'])
  })
})

describe('the calls of direct messages', () => {
  test('say nothing about an encrypted conversation', async () => {
    const x = await all.x()
    const { id } = x.control.directMessage({ from: customer, to: shop, text: 'plain' })
    const own = accountAt(x, shop)
    expect(((await own.v2.get('dm_events')) as Body).data).toHaveLength(1)
    x.control.chat.write({ from: customer, to: shop, text: 'secret' })
    expect(((await own.v2.get('dm_events')) as Body).data).toBeUndefined()
    expect(await own.v2.get(`dm_events/${id}`)).toEqual({})
    x.control.settings({ onlyEncrypted: true })
    const [status, detail] = await messageOf(own.v2.sendDmToParticipant(customer, { text: 'plain' }))
    expect([status, detail]).toEqual([403, expect.stringContaining('onlyEncryptedMessagesAllowed')])
  })
})

describe('an app', () => {
  test('sends a message, which the customer reads; a repeat of its id is the same message', async () => {
    const { x, own } = await written()
    const body = sealed(x, 'On its way')
    const first: Body = await own.v2.post(`${path}/messages`, body)
    expect(await own.v2.post(`${path}/messages`, body)).toEqual(first)
    expect(onPhone(x, customer)).toEqual(['Where is it?', 'On its way'])
    x.control.settings({ chatRepeats: 'refuse' })
    expect((await messageOf(own.v2.post(`${path}/messages`, body)))[0]).toBe(409)
    const page: Body = await own.v2.get(`${path}/events`, { 'chat_message_event.fields': 'sender_id' })
    expect(page.data.map((one: Body) => one.sender_id)).toEqual([shop, customer])
    expect(page.meta.conversation_key_events).toHaveLength(1)
    x.control.settings({ chatKeyEvents: 'inline' })
    const inline: Body = await own.v2.get(`${path}/events`)
    expect(inline.data).toHaveLength(3)
  })

  test('hears by an event why a message is not delivered', async () => {
    const { x, own } = await written()
    const failures = () =>
      x.control.chat.events().filter(({ kind, receivers }) => kind === 'failure' && receivers.join() === shop).length
    x.control.chat.fail('recipientNotTrusted', 1)
    await own.v2.post(`${path}/messages`, sealed(x, 'one'))
    expect(failures()).toBe(1)
    x.control.chat.setKeys(customer)
    await own.v2.post(`${path}/messages`, sealed(x, 'two'))
    expect(failures()).toBe(2)
    x.control.settings({ chatFailures: 'answer' })
    expect(await messageOf(own.v2.post(`${path}/messages`, sealed(x, 'three')))).toEqual([403, 'recipientKeyChanged'])
    expect(onPhone(x, customer)).toEqual([])
  })

  test('needs a message that can be parsed, a conversation of its account, and OAuth 2.0 if X says so', async () => {
    const { x, own } = await written()
    const body = { ...sealed(x, 'one'), encoded_message_create_event: 'AAAA' }
    expect((await messageOf(own.v2.post(`${path}/messages`, body)))[0]).toBe(400)
    const other = accountAt(x, neighbour)
    const foreign = conversation.replace(':', '-')
    expect((await messageOf(other.v2.get(`chat/conversations/${foreign}/events`)))[0]).toBe(403)
    x.control.settings({ chatNeedsOAuth2: true })
    expect((await messageOf(own.v2.get('chat/conversations')))[1]).toContain('OAuth 2.0 User Context')
  })

  test('uploads a file in parts and gets back the same ciphertext', async () => {
    const { own } = await written()
    const bytes = files.png('sealed')
    const ids = conversation.replace(':', '-')
    const begun: Body = await own.v2.post('chat/media/upload/initialize', {
      conversation_id: ids,
      total_bytes: bytes.length,
    })
    const { session_id, media_hash_key } = begun.data
    const named = { conversation_id: ids, media_hash_key }
    await own.v2.post(`chat/media/upload/${session_id}/append`, {
      ...named,
      segment_index: 0,
      media: bytes.toString('base64'),
    })
    await own.v2.post(`chat/media/upload/${session_id}/finalize`, { ...named, num_parts: '1' })
    const back = (await own.v2.get(`chat/media/${ids}/${media_hash_key}`, {}, { forceParseMode: 'buffer' })) as Body
    expect(Buffer.from(back).equals(bytes)).toBe(true)
    expect((await messageOf(own.v2.get(`chat/media/${customer}/${media_hash_key}`)))[0]).toBe(400)
  })
})

describe('the backup of a key', () => {
  test('opens with the PIN, counts wrong ones, and is not there for others', async () => {
    const { x, own } = await written()
    const fields = { 'public_key.fields': 'public_key,signing_public_key,juicebox_config' }
    const { data }: Body = await own.v2.get(`users/${shop}/public_keys`, fields)
    const { token } = data[0].juicebox_config.token_map[0].value
    const recover = async (pin: string) => (await control(x, 'POST', 'juicebox/recover', { token, pin })).body
    expect(await recover('0000')).toEqual({ error: 'invalid_pin', guessesRemaining: 19 })
    expect(await recover('1234')).toEqual({ key: x.control.chat.keys(shop)[0]?.privateKeys })
    for (let guess = 0; guess < 20; guess += 1) await recover('0000')
    expect(await recover('1234')).toEqual({ error: 'not_registered' })
    x.control.settings({ keyRecovery: false })
    expect(await recover('1234')).toEqual({ error: 'transient' })
    const others: Body = await own.v2.get(`users/${customer}/public_keys`, fields)
    expect(others.data[0].juicebox_config).toBeUndefined()
    const none: Body = await own.v2.get(`users/${neighbour}/public_keys`, fields)
    expect(none.data).toEqual([])
  })
})
