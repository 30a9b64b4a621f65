import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Recovery } from '../../../lambdas/core/ports/chat.ts'
import { XError } from '../../../lambdas/core/ports/x.ts'
import type { QueuedEvent } from '../../../lambdas/core/x/webhook-body.ts'
import { apiOver } from '../../support/api.ts'
import { chatPerson } from '../../support/chat.ts'
import { boundEncryption, encryptedChannel } from '../../support/encrypted-channel.ts'
import { routeAtOnce } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'

let stores: TestStores
let clock = new Date('2026-09-01T08:00:00.000Z')
const now = () => clock
const claims = { sub: 'lee', 'cognito:groups': '[administrators]' }
const PIN = '4711-secret-pin'

beforeAll(async () => {
  stores = await startStores(now)
})
afterAll(() => stores.stop())

/** A channel whose administrators call the API; `recover` answers for X's key store. */
async function begin(recover: (pin: string) => Recovery = () => ({ is: 'not_registered' })) {
  const channel = await encryptedChannel(stores, now)
  const logged: object[] = []
  const queued: QueuedEvent[] = []
  const call = apiOver(stores, now, {
    encryption: boundEncryption,
    cipher: channel.cipher,
    xChat: channel.atX.xChat,
    recovery: { recover: async (_config, pin) => recover(pin) },
    eventQueue: {
      send: async (events) => {
        queued.push(...events)
        await routeAtOnce(channel.router, events, 'test')
      },
    },
    log: (entry) => logged.push(entry),
  })
  const path = `/api/channels/${channel.channel.id}/chat-key`
  const api = async (method: string, body?: object, to = path) => {
    const { statusCode, body: text } = await call(method, to, {
      claims,
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: statusCode, answer: JSON.parse(String(text)) as Record<string, unknown>, text: String(text) }
  }
  return { ...channel, api, call, logged, queued }
}

const base64 = (key: Uint8Array) => Buffer.from(key).toString('base64')

describe('the key of a channel', () => {
  test('is entered by the PIN: what was a notice is read by itself, and neither PIN nor key is told anywhere', async () => {
    let key: Uint8Array = new Uint8Array()
    const { api, shop, customer, chat, deliver, logged, queued } = await begin((pin) =>
      pin === PIN ? { is: 'recovered', key: Uint8Array.from(key) } : { is: 'wrong_pin', guessesLeft: 19 },
    )
    key = shop.key
    const [opened] = await deliver(customer, chat.write(customer, 'A secret question').event)
    const { status, answer, text } = await api('PUT', { pin: PIN })
    expect(status).toBe(200)
    expect(answer.encryptedChat).toEqual({
      state: 'readable',
      keyVersion: '1000',
      fingerprint: expect.stringMatching(/^[\w-]{40,}$/),
      since: now().toISOString(),
    })
    expect(await stores.messagesOf(opened?.ticketId)).toMatchObject([{ text: 'A secret question', notice: null }])
    const everything = [text, JSON.stringify(logged), JSON.stringify(queued)].join()
    for (const secret of [PIN, base64(shop.key), Buffer.from(shop.key).toString('hex'), 'A secret question']) {
      expect(everything).not.toContain(secret)
    }
    expect(JSON.stringify(await stores.chatKeys.accountKey(`twitter-${shop.id}`))).toContain('sealed')
  })

  test('is entered as a file in each of its forms', async () => {
    const { api, shop } = await begin()
    const forms = [
      base64(shop.key),
      Buffer.from(shop.key).toString('hex'),
      `${Buffer.from(shop.key).toString('base64url')}\n`,
      JSON.stringify({ private_keys: base64(shop.key), version: '1000' }),
      Buffer.from(`${base64(shop.key)}\n`).toString('base64'),
    ]
    for (const keyFile of forms) expect((await api('PUT', { keyFile })).status).toBe(200)
  })

  test.each<[string, (own: Uint8Array) => object, string]>([
    ['63 bytes', (own) => ({ keyFile: base64(own.subarray(1)) }), 'keyFile: has 63 bytes; a key has 64'],
    ['no key at all', () => ({ keyFile: 'äöü' }), 'keyFile: is neither base64 nor hexadecimal digits'],
    ['bytes that are no key', () => ({ keyFile: base64(new Uint8Array(64)) }), 'keyFile: holds no key'],
    ['the key of another account', () => ({ keyFile: base64(chatPerson('1', '1').key) }), 'the key of another account'],
    ['both fields', (own) => ({ pin: '1', keyFile: base64(own) }), 'must have either pin or keyFile'],
    ['neither field', () => ({}), 'must have either pin or keyFile'],
  ])('is refused with the reason: %s', async (_name, body, reason) => {
    const { api, shop, channel } = await begin()
    const { status, answer } = await api('PUT', body(shop.key))
    expect([status, answer.detail]).toEqual([422, expect.stringContaining(reason)])
    expect(await stores.chatKeys.accountKey(channel.id)).toBeNull()
  })

  test('that was replaced on X is refused, and the newer one is taken', async () => {
    const { api, shop, atX } = await begin()
    const renewed = chatPerson(shop.id, '3000')
    atX.add(renewed)
    expect((await api('PUT', { keyFile: base64(shop.key) })).answer.detail).toContain('an earlier key of the account')
    expect((await api('PUT', { keyFile: base64(renewed.key) })).answer.encryptedChat).toMatchObject({
      keyVersion: '3000',
    })
  })

  test('is not tried with more than three PINs an hour, and never with the last five guesses', async () => {
    let left = 18
    const { api, call, channel } = await begin(() => ({ is: 'wrong_pin', guessesLeft: --left }))
    const { status, answer } = await api('PUT', { pin: '0' })
    expect([status, answer.detail]).toEqual([422, 'pin: is wrong; X accepts 17 more before it destroys the backup'])
    const shown = JSON.parse(String((await call('GET', `/api/channels/${channel.id}`, { claims })).body))
    expect(shown.encryptedChat).toMatchObject({ state: 'pin_needed', guessesLeft: 17 })
    await api('PUT', { pin: '0' })
    await api('PUT', { pin: '0' })
    expect(await api('PUT', { pin: '0' })).toMatchObject({ status: 409 })
    expect(left).toBe(15)
    clock = new Date(clock.getTime() + 3600_000)
    left = 6
    await api('PUT', { pin: '0' })
    expect((await api('PUT', { pin: '0' })).answer.detail).toContain('X accepts only 5 more PINs')
    expect(left).toBe(5)
  })

  test('is not tried with more PINs by callers at the same time', async () => {
    let tried = 0
    const { api } = await begin(() => ({ is: 'wrong_pin', guessesLeft: 20 - ++tried }))
    const answers = await Promise.all(Array.from({ length: 20 }, (_, pin) => api('PUT', { pin: String(pin) })))
    expect(tried).toBeLessThanOrEqual(3)
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(tried)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(20 - tried)
  })

  test('is in the audit trail before it is tried, with how it was entered and without PIN or key', async () => {
    const { api, shop, channel, call } = await begin(() => ({ is: 'wrong_pin', guessesLeft: 19 }))
    await api('PUT', { pin: PIN })
    await api('PUT', { keyFile: base64(shop.key) })
    await api('DELETE')
    const text = String((await call('GET', '/api/audit', { claims, query: { object: channel.id } })).body)
    const { entries } = JSON.parse(text) as { entries: { kind: string; before: object; after: object }[] }
    const known = { state: 'readable', keyVersion: '1000' }
    expect(entries.map(({ kind, before, after }) => ({ kind, before, after }))).toEqual(
      expect.arrayContaining([
        { kind: 'chat_key_entered', before: { state: 'off', keyVersion: null }, after: { by: 'PIN' } },
        { kind: 'chat_key_entered', before: { state: 'pin_needed', keyVersion: null }, after: { by: 'key file' } },
        { kind: 'chat_key_forgotten', before: known, after: null },
      ]),
    )
    expect(entries).toHaveLength(3)
    for (const secret of [PIN, base64(shop.key)]) expect(text).not.toContain(secret)
  })

  test('of an account without keys on X, or where X refuses, is a state in words', async () => {
    const { api, atX, call, channel } = await begin()
    const state = async () =>
      JSON.parse(String((await call('GET', `/api/channels/${channel.id}`, { claims })).body)).encryptedChat
    expect(await state()).toEqual({ state: 'off' })
    atX.xChat.publicKeys = async () => ({ keys: [], recoveryConfig: null })
    expect(await api('PUT', { pin: '1' })).toMatchObject({ status: 409 })
    expect(await state()).toMatchObject({ state: 'not_used_on_x', reason: expect.stringContaining('X app') })
    atX.xChat.publicKeys = async () => {
      throw new XError(403, 'Unsupported Authentication')
    }
    expect(await api('PUT', { pin: '1' })).toMatchObject({ status: 409 })
    expect(await state()).toMatchObject({ state: 'refused_by_x', reason: expect.stringContaining('OAuth 2.0') })
    atX.xChat.publicKeys = async () => {
      throw new XError(null, 'no answer')
    }
    expect(await api('PUT', { pin: '1' })).toMatchObject({ status: 502 })
  })

  test('is forgotten by a call, and when the channel is disconnected', async () => {
    const { api, channel, enterKey } = await begin()
    await enterKey()
    expect((await api('DELETE')).answer.encryptedChat).toEqual({ state: 'off' })
    expect(await stores.chatKeys.accountKey(channel.id)).toBeNull()
    await enterKey()
    await stores.channels.disconnect(channel.id)
    expect(await stores.chatKeys.accountKey(channel.id)).toBeNull()
    expect((await stores.channels.get(channel.id))?.chat).toBeUndefined()
  })
})

test('«Read now» reads one notice again; what is no notice is refused', async () => {
  const { api, customer, chat, deliver, enterKey } = await begin()
  const { event, messageId } = chat.write(customer, 'Read me later')
  const [opened] = await deliver(customer, event)
  const readNow = `/api/tickets/${opened?.ticketId}/messages/chat-${messageId}/read-now`
  const before = await api('POST', undefined, readNow)
  expect(before).toMatchObject({ status: 202, answer: { encrypted: true, notice: { reason: 'no_key' } } })
  await enterKey()
  await api('POST', undefined, readNow)
  expect(await stores.messagesOf(opened?.ticketId)).toMatchObject([{ text: 'Read me later', notice: null }])
  expect(await api('POST', undefined, readNow)).toMatchObject({ status: 409 })
  expect(await api('POST', undefined, readNow.replace('chat-', 'chat-no-'))).toMatchObject({ status: 404 })
})

test('a reply stays encrypted while there is a key, also when X lists none for a moment: it is refused, and not sent in the open', async () => {
  const { api, shop, customer, chat, deliver, atX, call } = await begin()
  await api('PUT', { keyFile: base64(shop.key) })
  const [opened] = await deliver(customer, chat.write(customer, 'Encrypted').event)
  atX.xChat.publicKeys = async () => ({ keys: [], recoveryConfig: null })
  expect((await api('PUT', { pin: '1' })).status).toBe(409)
  const body = JSON.stringify({ text: 'Hello' })
  const answer = await call('POST', `/api/tickets/${opened?.ticketId}/replies`, {
    claims,
    body,
    query: { dryRun: 'true' },
  })
  expect(JSON.parse(String(answer.body))).toMatchObject({
    encrypted: true,
    problems: [{ code: 'chat_key_unusable' }],
  })
})

test('once a key is entered, what the conversations of open tickets had before is read back, each message once', async () => {
  const { api, shop, customer, chat, deliver, atX } = await begin()
  const missed = chat.write(customer, 'Never delivered')
  const answer = chat.write(shop, 'Written on the phone')
  const delivered = chat.write(customer, 'Delivered')
  const [opened] = await deliver(customer, delivered.event)
  clock = new Date('2026-08-24T08:00:00.000Z')
  const item = (by: string, event: string) => ({ sender_id: by, conversation_id: chat.id, encoded_event: event })
  atX.xChat.events = async () => ({
    items: [item(customer.id, delivered.event), item(shop.id, answer.event), item(customer.id, missed.event)],
    keyChanges: [chat.current().event],
    next: null,
  })
  expect((await api('PUT', { keyFile: base64(shop.key) })).status).toBe(200)
  const messages = (await stores.messagesOf(opened?.ticketId)).map(({ text, direction, recovered }) => [
    text,
    direction,
    recovered,
  ])
  expect(messages).toEqual([
    ['Never delivered', 'inbound', 'poll'],
    ['Written on the phone', 'outbound', 'poll'],
    ['Delivered', 'inbound', null],
  ])
})
