import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Locator, Page } from 'playwright-core'
import { eventually } from '../local/support.ts'
import { browserForTests, noFaults, screenshot } from '../support/browser.ts'
import { channelId, customer, encryptedJourney, neighbour, shop } from '../support/encrypted-journey.ts'
import { productForTests } from '../support/product.ts'
import { message, openConsole } from './support.ts'

const pin = '73194'
const product = productForTests(async () => {
  await product.connectByOAuth(shop)
  await makeKeys(shop.id, pin)
})
const browser = browserForTests()
const { write, makeKeys, keysOf, ticketOf, messageWith } = encryptedJourney(product)

/** A valid PNG of one pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

beforeAll(async () => {
  await write('Where is my parcel?')
  await messageWith('the notice', ({ notice }) => notice?.reason === 'no_key')
})

const openAs = (person: 'administrator' | 'agent', at: string) => openConsole(browser.open, product, person, { at })
const openTicket = async (by: string) => openAs('agent', `/tickets/${(await ticketOf(by)).id}`)
const locks = (within: Page | Locator) => within.locator('svg[data-icon="lock"]')

describe('the settings of a channel', () => {
  test('take the PIN: a wrong one says how many X still accepts, the right one reads what was a notice', async () => {
    const { page, faults } = await openAs('administrator', `/channels/${channelId}`)
    await page.getByText('Off: encrypted messages are notices').waitFor()
    await page.getByText('Only for your company’s own account').waitFor()
    const field = page.getByLabel('PIN of the account')
    const enter = page.getByRole('button', { name: 'Enter PIN' })
    await field.fill('0000')
    await enter.click()
    await page.getByText('The PIN is wrong; X accepts 19 more before it destroys the backup.').waitFor()
    expect(await field.inputValue()).toBe('')
    await screenshot(page, 'encrypted-wrong-pin')
    await page.reload()
    await page.getByText('The PIN of the account is needed').waitFor()
    await page.getByText('X accepts 19 more PINs').waitFor()
    await field.fill(pin)
    await screenshot(page, 'encrypted-pin')
    await enter.click()
    await page.getByText('Encrypted messages are read and answered').waitFor()
    expect(await page.content()).not.toContain(pin)
    await messageWith('the text', ({ text }) => text === 'Where is my parcel?')
    expect(faults.errors).toEqual([expect.stringContaining('422')])
  })
})

describe('an encrypted message', () => {
  test('has the lock, which nothing else has; a ticket of private messages has an envelope', async () => {
    await product.onX('POST', 'direct-messages', { from: neighbour, to: shop.id, text: 'Not encrypted' })
    const { page, faults } = await openTicket(neighbour)
    await message(page, 'Not encrypted').waitFor()
    expect(await locks(page).count()).toBe(0)
    const envelopes = page.locator('.ticket-row svg[data-icon="envelope"]')
    await eventually('the rows of the list', async () => (await envelopes.count()) === 2)
    const encrypted = await openTicket(customer)
    const read = message(encrypted.page, 'Where is my parcel?')
    await read.waitFor()
    expect(await locks(read).count()).toBe(1)
    expect(await read.textContent()).toContain('Encrypted')
    expect(await locks(encrypted.page.getByRole('list', { name: /^Tickets, / })).count()).toBe(0)
    expect([faults, encrypted.faults]).toEqual([noFaults, noFaults])
  })

  test('is answered with a picture, and the form says that it goes encrypted', async () => {
    const { page, faults } = await openTicket(customer)
    await page.getByLabel('Reply by direct message').fill('Here it is')
    await page.getByText('It goes encrypted.').waitFor()
    expect(await locks(page.locator('.reply-form')).count()).toBe(1)
    await page
      .locator('input[type="file"]')
      .setInputFiles([{ name: 'map.png', mimeType: 'image/png', buffer: picture }])
    await page.getByRole('button', { name: 'Remove map.png' }).waitFor()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await message(page, 'Here it is').getByText('Sent').waitFor()
    await screenshot(page, 'encrypted-ticket')
    expect(await locks(message(page, 'Here it is')).count()).toBe(1)
    expect(await pictureOnPhone('Here it is')).toEqual(picture)
    expect(faults).toEqual(noFaults)
  })

  test('that was not read is read by «Read now» when the key of its conversation has come', async () => {
    await product.onX('POST', 'settings', { chatKeyChanges: 'never' })
    const path = '/2/chat/conversations/*/events'
    await product.onX('POST', 'answers', { method: 'GET', path, status: 200, body: { data: [], meta: {} }, times: 20 })
    await write('without its key', { from: neighbour })
    await messageWith('the notice', ({ notice }) => notice?.reason === 'conversation_key_missing', neighbour)
    await product.onX('POST', 'settings', { chatKeyChanges: 'always' })
    await write('with the key', { from: neighbour })
    const { page, faults } = await openTicket(neighbour)
    await message(page, 'with the key').waitFor()
    await page.getByText('with a key of the conversation that X has not given us').waitFor()
    await screenshot(page, 'encrypted-notice')
    await page.getByRole('button', { name: 'Read now' }).click()
    await message(page, 'without its key').waitFor()
    expect(await page.getByRole('button', { name: 'Read now' }).count()).toBe(0)
    expect(faults).toEqual(noFaults)
  })
})

test('«Forget the key» asks first; then messages are notices, until the key file is chosen', async () => {
  const { page, faults } = await openAs('administrator', `/channels/${channelId}`)
  await page.getByRole('button', { name: 'Forget the key' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Forget the key' }).click()
  await page.getByText('Off: encrypted messages are notices').waitFor()
  await write('while it was off')
  await messageWith('the notice', ({ notice }) => notice?.reason === 'no_key')
  const [key = ''] = await keysOf(shop.id)
  const buffer = Buffer.from(key, 'base64')
  await page.getByLabel('Or a key file').setInputFiles([{ name: 'key', mimeType: 'application/octet-stream', buffer }])
  await page.getByText('Encrypted messages are read and answered').waitFor()
  await messageWith('the text', ({ text }) => text === 'while it was off')
  expect(faults).toEqual(noFaults)
})

/** The picture of the shop's message with that text, as the phone of the customer opens it. */
async function pictureOnPhone(text: string): Promise<Buffer> {
  const src = await eventually('the message on the phone', async () => {
    const view = await fetch(`${product.xUrl}/page/view?person=${customer}&shop=${shop.id}`)
    const { messages } = (await view.json()) as { messages: { text: string; media: { src: string } | null }[] }
    return messages.find((one) => one.text === text)?.media?.src
  })
  return Buffer.from(await (await fetch(`${product.xUrl}${src}`)).arrayBuffer())
}
