import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { deadLettersOf } from '../support/dead-letters.ts'
import { customer, encryptedJourney, neighbour, shop } from '../support/encrypted-journey.ts'
import { files } from '../support/files.ts'
import { productForTests } from '../support/product.ts'

const pin = '73194'
const newPin = '86420'
const stranger = { id: '1483000000000000004', username: 'demo_stranger' }

const product = productForTests(async () => {
  await product.addToX(stranger)
  await product.connectByOAuth(shop)
  await makeKeys(shop.id, pin)
})
const { write, forge, makeKeys, keysOf, enter, channel, ticketOf, messageWith, answers, events } =
  encryptedJourney(product)

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
    const picture = files.png('map')
    const body = { contentType: 'image/png', size: picture.length }
    const { id, uploadUrl } = await product.helpdesk.call('POST /api/attachments', { body })
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
    await forge('signature', { text: 'Pay to me' })
    await forge('broken')
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
    await makeKeys(shop.id, newPin)
    // X is asked at most once a minute about a conversation, so somebody writes of whom it was not asked yet.
    await write('after the new keys', { from: neighbour })
    await messageWith('the notice', (one) => one.notice?.reason === 'key_replaced', neighbour)
    const { encryptedChat } = await eventually('the state', async () => {
      const found = await channel()
      return found.encryptedChat.state === 'replaced_on_x' ? found : undefined
    })
    expect(encryptedChat.reason).toContain('replaced')
    await enter({ pin: newPin })
    await messageWith('the text', (one) => one.text === 'after the new keys', neighbour)
  })

  test('of a group is no ticket', async () => {
    await write('to all', { group: [neighbour] })
    await write('marker')
    await messageWith('the marker', (one) => one.text === 'marker')
    expect((await product.messages((await ticketOf(customer)).id)).some((one) => one.text === 'to all')).toBe(false)
  })
})

test('neither key nor PIN nor text is in the log, the queues, their files or the dead letters', async () => {
  const { giveUpAtOnce, count, receive } = deadLettersOf(product)
  await giveUpAtOnce('events')
  // X is asked for the keys of somebody new, and does not answer.
  await product.onX('POST', 'answers', { path: `/2/users/${stranger.id}/public_keys`, status: 503, times: 20 })
  const { encoded } = await write('Never to be read', { from: stranger.id })
  await eventually('the dead letter', async () => (await count('events')) > 0)
  const letters = JSON.stringify(await receive('events'))
  expect(letters).toContain(encoded)

  const secrets = [...(await keysOf(shop.id)), ...(await keysOf(customer)), pin, newPin, ...(await texts())]
  const places = { log: product.output, letters, ...queueFiles() }
  expect(Object.keys(places)).toEqual(expect.arrayContaining(['fauxqs.db', 'fauxqs.db-wal', 'fauxqs.db-shm']))
  // Else the search would find nothing in them, whatever they hold.
  expect(Object.values(queueFiles()).some((content) => content.includes(encoded))).toBe(true)
  const found = Object.entries(places).flatMap(([place, content]) =>
    secrets.filter((secret) => content.includes(secret)).map((secret) => `${secret} in ${place}`),
  )
  expect(found).toEqual([])
})

/** What people wrote, as a phone shows it. */
async function texts(): Promise<string[]> {
  const shown = (await events()).flatMap(({ phones }) => Object.values(phones).map(({ text }) => text ?? ''))
  const long = [...new Set(shown)].filter((text) => text.length > 5)
  expect(long).toEqual(expect.arrayContaining(['Where is my parcel?', 'Here it is', 'Never to be read']))
  return long
}

/** The database of the queues and dead letters, and what belongs to it, by their names. */
function queueFiles(): Record<string, string> {
  const all = readdirSync(product.dataDir, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    all
      .filter((one) => one.isFile() && one.name.startsWith('fauxqs'))
      .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')]),
  )
}
