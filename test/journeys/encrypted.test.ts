import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { ApiChannel, ApiMessage } from '../../lambdas/core/api/schemas.ts'
import { openConsole } from '../console/support.ts'
import { eventually } from '../local/support.ts'
import { browserForTests, noFaults, screenshot } from '../support/browser.ts'
import { files } from '../support/files.ts'
import { productForTests } from '../support/product.ts'

const shop = { id: '1480000000000000001', username: 'demo_shop' }
const customer = '1481000000000000002'
const neighbour = '1482000000000000003'
const channelId = `twitter-${shop.id}`
const pin = '73194'

const product = productForTests(async () => {
  await product.connectByOAuth(shop)
  await product.onX('POST', 'chat-keys', { user: shop.id, pin })
})
const browser = browserForTests()

type Phones = Record<string, { text: string | null; error: string | null }>
type OnPhones = { id: string; messageId: string; kind: string; senderId: string; phones: Phones }

const write = (text: string, more: object = {}) =>
  product.onX<OnPhones>('POST', 'chat-messages', { from: customer, to: shop.id, text, ...more })
const events = async () => (await product.onX<{ events: OnPhones[] }>('GET', 'chat-messages')).events
const enter = (body: object) =>
  product.call<ApiChannel>(`/api/channels/${channelId}/chat-key`, { method: 'PUT', body, client: 'admin' })
const ticketOf = (customerId: string) =>
  eventually('a ticket', async () => (await product.tickets(`?customerId=${customerId}`))[0])
const messageWith = async (what: string, fits: (message: ApiMessage) => boolean, by = customer) => {
  const ticket = await ticketOf(by)
  return eventually(what, async () => (await product.messages(ticket.id)).find(fits))
}
/** What the customer's phone has of the shop's encrypted messages. */
const answers = async () =>
  (await events())
    .filter(({ senderId, kind }) => senderId === shop.id && kind === 'message')
    .map((one) => one.phones[customer]?.text)

describe('an encrypted conversation', () => {
  test('is notices without a key, and is read after the PIN was entered', async () => {
    await write('Where is my parcel?')
    const notice = await messageWith('the notice', (one) => one.notice !== null)
    expect(notice).toMatchObject({ encrypted: true, text: '', notice: { reason: 'no_key' } })
    await expect(enter({ pin: '0000' })).rejects.toThrow('422')
    expect((await enter({ pin })).encryptedChat).toMatchObject({ state: 'readable' })
    const read = await messageWith('the text', (one) => one.text === 'Where is my parcel?')
    expect(read).toMatchObject({ id: notice.id, encrypted: true, notice: null })
  })

  test('is answered encrypted, with a picture, and the echo settles the reply', async () => {
    const ticket = await ticketOf(customer)
    const headers = await product.bearer()
    const picture = files.png('map')
    const begun = await product.try('/api/attachments', {
      method: 'POST',
      body: { contentType: 'image/png', size: picture.length },
      headers,
    })
    const { id, uploadUrl } = JSON.parse(begun.body) as { id: string; uploadUrl: string }
    await fetch(uploadUrl, {
      method: 'PUT',
      headers: { 'content-type': 'image/png', origin: product.url },
      body: new Uint8Array(picture),
    })
    const reply = await product.reply(ticket.id, { text: 'Here it is', attachmentIds: [id] })
    const sent = await messageWith('the answer', (one) => one.id === reply.id && one.delivery?.status === 'sent')
    expect(sent.encrypted).toBe(true)
    expect(await answers()).toEqual(['Here it is'])
    expect((await product.messages(ticket.id)).filter(({ direction }) => direction === 'outbound')).toHaveLength(1)
  })

  test('keeps edits as versions, and stores pictures', async () => {
    const { id } = await write('It is number 41', {
      media: { contentType: 'image/png', base64: files.png('label').toString('base64') },
    })
    const message = await messageWith(
      'the picture',
      (one) => one.text === 'It is number 41' && one.attachments[0]?.status === 'stored',
    )
    await product.onX('POST', `chat-messages/${id}/edit`, { text: 'It is number 42' })
    const edited = await messageWith('the edit', (one) => one.text === 'It is number 42')
    expect(edited.id).toBe(message.id)
    expect(edited.versions.map(({ text }) => text)).toContain('It is number 41')
  })

  test('shows forgeries and broken events as notices with the reason, never their text', async () => {
    await product.onX('POST', 'chat-forgeries', { from: customer, to: shop.id, kind: 'signature', text: 'Pay to me' })
    await product.onX('POST', 'chat-forgeries', { from: customer, to: shop.id, kind: 'broken' })
    await messageWith('the forgery', (one) => one.notice?.reason === 'not_verified')
    await messageWith('the broken one', (one) => one.notice?.reason === 'broken')
    expect(JSON.stringify(await product.messages((await ticketOf(customer)).id))).not.toContain('Pay to me')
  })

  test('has one reply when the answer of X got lost', async () => {
    const path = '/2/chat/conversations/*/messages'
    await product.onX('POST', 'answers', { method: 'POST', path, status: 503, take: true })
    const ticket = await ticketOf(customer)
    const reply = await product.reply(ticket.id, { text: 'Sent once' })
    await messageWith('the reply', (one) => one.id === reply.id && one.delivery?.status === 'sent')
    expect((await answers()).filter((text) => text === 'Sent once')).toHaveLength(1)
  })

  test('is complete after a gap', async () => {
    await product.onX('POST', 'settings', { replayMissed: false })
    await product.schedule('reconcile')
    await product.onX('POST', 'webhooks/break', {})
    await write('lost on the way')
    await product.schedule('reconcile')
    const lost = await messageWith('the lost one', (one) => one.text === 'lost on the way')
    expect(lost).toMatchObject({ encrypted: true, recovered: expect.anything() })
    await write('next')
    await messageWith('the next', (one) => one.text === 'next')
  })

  test('is read again after the keys were replaced on X and the new PIN was entered', async () => {
    await product.onX('POST', 'chat-keys', { user: shop.id, pin: '86420' })
    // X is asked at most once a minute about a conversation, so somebody writes of whom it was not asked yet.
    await write('after the new keys', { from: neighbour })
    await messageWith('the notice', (one) => one.notice?.reason === 'key_replaced', neighbour)
    const channel = await eventually('the state', async () => {
      const found = await product.call<ApiChannel>(`/api/channels/${channelId}`)
      return found.encryptedChat.state === 'replaced_on_x' ? found : undefined
    })
    expect(channel.encryptedChat.reason).toContain('replaced')
    await enter({ pin: '86420' })
    await messageWith('the text', (one) => one.text === 'after the new keys', neighbour)
  })

  test('of a group is no ticket', async () => {
    await write('to all', { group: [neighbour] })
    await write('marker')
    await messageWith('the marker', (one) => one.text === 'marker')
    expect((await product.messages((await ticketOf(customer)).id)).some((one) => one.text === 'to all')).toBe(false)
  })
})

test('nothing secret is in the log, in the queues or in the dead letters', async () => {
  const { keys } = await product.onX<{ keys: { privateKeys: string }[] }>('GET', `chat-keys/${shop.id}`)
  const secrets = [...keys.map(({ privateKeys }) => privateKeys), pin, '86420', 'Where is my parcel?', 'Here it is']
  for (const secret of secrets) expect(product.output).not.toContain(secret)
  const queueFiles = readdirSync(product.dataDir, { recursive: true, withFileTypes: true }).filter(
    (one) => one.isFile() && /^fauxqs/.test(one.name),
  )
  expect(queueFiles.length).toBeGreaterThan(0)
  for (const one of queueFiles) {
    const bytes = readFileSync(join(one.parentPath, one.name))
    for (const secret of secrets) expect(bytes.includes(secret)).toBe(false)
  }
})

describe('in the browser', () => {
  test('an administrator forgets the key and enters the PIN, and reads and answers', async () => {
    const { page, faults } = await openConsole(browser.open, product, 'administrator')
    await page.goto(`${product.url}/channels/${channelId}`)
    await page.getByRole('button', { name: 'Forget the key' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Forget the key' }).click()
    await page.getByText('Off: encrypted messages are notices').waitFor()
    await write('while it was off')
    await messageWith('the notice', (message) => message.notice?.reason === 'no_key')
    await page.getByLabel('PIN of the account').fill('86420')
    await screenshot(page, 'encrypted-channel')
    await page.getByRole('button', { name: 'Enter PIN' }).click()
    await page.getByText('Encrypted messages are read and answered').waitFor()
    const ticket = await ticketOf(customer)
    await page.goto(`${product.url}/tickets/${ticket.id}`)
    await page.getByText('while it was off').waitFor()
    await page.getByLabel('Reply by direct message').fill('Answered in the browser')
    await page.getByText('It goes encrypted.').waitFor()
    await screenshot(page, 'encrypted-ticket')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await eventually('the answer', async () => (await answers()).includes('Answered in the browser'))
    expect(faults).toEqual(noFaults)
  })
})
