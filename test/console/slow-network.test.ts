import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import type { Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { browserForTests } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import {
  answersTaken,
  customer,
  heading,
  holdFirst,
  message,
  neighbour,
  openConsole,
  openTickets,
  shop,
} from './support.ts'

// What people do while an answer is under way is not lost when it comes.
const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
let direct: Ticket
let mention: Ticket

beforeAll(async () => {
  ;({ direct, mention } = await openTickets(product))
  const [entry] = await product.messages(mention.id)
  const second = { by: neighbour, text: `@${shop.username} and on Sunday?`, inReplyTo: entry?.externalId }
  await product.onX('POST', 'posts', second)
  await eventually('the second post', async () => (await product.messages(mention.id)).length === 2)
})

const at = async ({ id }: Ticket) => {
  const { page } = await openConsole(browser.open, product, 'agent', { at: `/tickets/${id}`, width: 1440 })
  return page
}
const box = (page: Page) => page.getByRole('textbox', { name: 'Reply by direct message' })
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

describe('a reply', () => {
  test('stays in view when an answer comes that was asked for before it', async () => {
    const page = await at(direct)
    await message(page, 'Where is my order?').waitFor()
    const held = await holdFirst(page, 'GET', /\/messages\?/)
    await product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text: 'It was blue.' })
    const asked = await held()
    const answer = await asked.fetch()
    await box(page).fill('We send a blue one.')
    await button(page, 'Send').click()
    await message(page, 'We send a blue one.').waitFor()
    const later = page.waitForResponse(/\/messages\?/)
    await asked.fulfill({ response: answer })
    await later
    await message(page, 'It was blue.').waitFor()
    expect(await message(page, 'We send a blue one.').count()).toBe(1)
  })

  test('keeps what is written while its picture is uploaded', async () => {
    const page = await at(direct)
    const held = await holdFirst(page, 'POST', /\/api\/attachments$/)
    await box(page).fill('See')
    const picture = { name: 'map.png', mimeType: 'image/png', buffer: Buffer.from('png') }
    await page.locator('input[type=file]').setInputFiles(picture)
    const upload = await held()
    await box(page).fill('See the map')
    await upload.continue()
    await page
      .getByRole('listitem')
      .filter({ hasText: /^map\.png $/ })
      .waitFor()
    expect(await box(page).inputValue()).toBe('See the map')
    await page.reload()
    await box(page).waitFor()
    expect(await box(page).inputValue()).toBe('See the map')
    await box(page).fill('')
  })

  test('keeps its picture on the way to another ticket and back, also when the upload ends meanwhile', async () => {
    const page = await at(direct)
    const held = await holdFirst(page, 'POST', /\/api\/attachments$/)
    const picture = { name: 'map.png', mimeType: 'image/png', buffer: Buffer.from('png') }
    await page.locator('input[type=file]').setInputFiles(picture)
    const upload = await held()
    const list = page.getByRole('list', { name: /^Tickets, / })
    await list.getByRole('link', { name: mention.subject }).click()
    await heading(page, mention.subject).waitFor()
    const stored = page.waitForResponse((answer) => answer.request().method() === 'PUT')
    await upload.continue()
    await stored
    await page.goBack()
    await heading(page, direct.subject).waitFor()
    await button(page, 'Remove map.png').waitFor()
    await eventually('the button', () => button(page, 'Send').isEnabled())
    await page.reload()
    await button(page, 'Remove map.png').waitFor()
    expect(await button(page, 'Send').isEnabled()).toBe(true)
    await button(page, 'Remove map.png').click()
    expect(await button(page, 'Send').isEnabled()).toBe(false)
  })

  test('whose upload was cut off by leaving the page says so, and is not sent without its picture', async () => {
    const page = await at(direct)
    const held = await holdFirst(page, 'POST', /\/api\/attachments$/)
    await box(page).fill('See the map')
    const picture = { name: 'map.png', mimeType: 'image/png', buffer: Buffer.from('png') }
    await page.locator('input[type=file]').setInputFiles(picture)
    await held()
    await page.reload()
    await page.getByText('A file was not uploaded.').waitFor()
    expect(await button(page, 'Send').isEnabled()).toBe(false)
    await button(page, 'Remove map.png').click()
    await eventually('the button', () => button(page, 'Send').isEnabled())
    await box(page).fill('')
  })

  test('cannot be changed while it is being sent, and is sent once however often one presses', async () => {
    const page = await at(direct)
    const held = await holdFirst(page, 'POST', /\/replies$/)
    await box(page).fill('On its way.')
    await box(page).press('Control+Enter')
    const sending = await held()
    await box(page).press('Control+Enter')
    await box(page).press('End')
    await page.keyboard.type(' Soon.')
    await button(page, 'Send and solve').click({ force: true })
    expect(await box(page).inputValue()).toBe('On its way.')
    await sending.continue()
    await message(page, 'On its way.').waitFor()
    await eventually('the empty form', async () => (await box(page).inputValue()) === '')
    await box(page).press('A')
    expect(await box(page).inputValue()).toBe('A')
    const ours = (await product.messages(direct.id)).filter(({ text }) => text === 'On its way.')
    expect(ours).toHaveLength(1)
    await box(page).fill('')
  })

  test('keeps its link while it is being sent', async () => {
    const page = await at(mention)
    const held = await holdFirst(page, 'POST', /\/replies$/)
    const form = page.getByRole('textbox', { name: /^Public reply/ })
    await form.fill('See https://example.com/hours')
    const removeLink = button(page, 'Remove link')
    await removeLink.waitFor()
    await button(page, 'Reply publicly').click()
    const sending = await held()
    await removeLink.click()
    expect(await form.inputValue()).toBe('See https://example.com/hours')
    await sending.fulfill({ status: 409, json: { status: 409, detail: 'the channel is disconnected' } })
    await page.getByText('The channel is disconnected.').waitFor()
    await removeLink.click()
    expect(await form.inputValue()).toBe('See')
    await form.fill('')
  })

  test('leaves the agent at the entry that was chosen while it was being sent', async () => {
    const page = await at(mention)
    const answer = async (text: string) => {
      await message(page, text)
        .getByRole('button', { name: /^Public reply/ })
        .click()
      return page.getByRole('textbox', { name: /^Public reply/ })
    }
    const held = await holdFirst(page, 'POST', /\/replies$/)
    await (await answer('and on Sunday?')).fill('From ten on.')
    await button(page, 'Reply publicly').click()
    const sending = await held()
    await (await answer('are you open?')).fill('We are.')
    await sending.continue()
    await message(page, 'From ten on.').waitFor()
    expect(await page.getByRole('textbox', { name: /^Public reply/ }).inputValue()).toBe('We are.')
  })

  test('that fails after the agent has gone on is told where the agent is', async () => {
    const page = await at(direct)
    const held = await holdFirst(page, 'POST', /\/replies$/)
    await box(page).fill('Too late')
    await button(page, 'Send').click()
    const sending = await held()
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Reports' }).click()
    await heading(page, 'Reports').waitFor()
    await sending.fulfill({ status: 409, json: { status: 409, detail: 'the channel is disconnected' } })
    await page.locator('.toast').getByText('The reply to Demo Customer was not sent').waitFor()
    await page.goBack()
    await eventually('its text in the form', async () => (await box(page).inputValue()) === 'Too late')
    await box(page).fill('')
  })
})

test('a change that fails after the person has gone on is told where the person is', async () => {
  const page = await at(direct)
  const held = await holdFirst(page, 'PATCH', /\/api\/tickets\//)
  await page.getByRole('combobox', { name: 'Status' }).selectOption('Solved')
  const changing = await held()
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Reports' }).click()
  await heading(page, 'Reports').waitFor()
  await changing.fulfill({ status: 503, json: { status: 503, detail: '' } })
  await page.locator('.toast').getByText('What you did on the page before failed.').waitFor()
})

test('settings that are written while others are saved stay, and are not yet saved', async () => {
  const id = `twitter-${shop.id}`
  const { page } = await openConsole(browser.open, product, 'administrator', { at: `/channels/${id}` })
  const hours = page.getByLabel('No messages (h)')
  const held = await holdFirst(page, 'PATCH', /\/api\/channels\//)
  await page.getByLabel('Name').fill('Our shop')
  await button(page, 'Save').click()
  const saving = await held()
  await hours.fill('24')
  await saving.continue()
  await heading(page, 'Our shop').waitFor()
  expect(await hours.inputValue()).toBe('24')
  await page.getByText('You have unsaved changes.').waitFor()
  await button(page, 'Save').click()
  const settings = () => product.helpdesk.call('GET /api/channels/{id}', { params: { id } })
  await eventually('the hours', async () => (await settings()).noMessagesHours === 24)
  expect(await settings()).toMatchObject({ name: 'Our shop' })
})

test('an address that is sent twice by Enter is added once', async () => {
  const { page } = await openConsole(browser.open, product, 'administrator', { at: '/webhook-endpoints' })
  const held = await holdFirst(page, 'POST', /\/api\/webhook-endpoints$/)
  await button(page, 'Add address').first().click()
  const address = page.getByLabel('Address (URL)')
  await address.fill('http://localhost:9/events')
  await address.press('Enter')
  const adding = await held()
  await address.press('Enter')
  const answer = page.waitForResponse((one) => one.request() === adding.request())
  await adding.continue()
  await answer
  await page.getByLabel('Secret').waitFor()
  expect((await product.admin.call('GET /api/webhook-endpoints')).endpoints).toHaveLength(1)
})

test('a status that was set stays when an answer comes that was asked for before it', async () => {
  const page = await at(direct)
  await message(page, 'Where is my order?').waitFor()
  const held = await holdFirst(page, 'GET', new RegExp(`/api/tickets/${direct.id}$`))
  await product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text: 'Hello?' })
  await eventually('the message', async () => (await product.messages(direct.id)).at(-1)?.text === 'Hello?')
  const asked = await held()
  const answer = await asked.fetch({ headers: { ...asked.request().headers(), 'if-none-match': '' } })
  expect(answer.status()).toBe(200)
  const status = page.getByRole('combobox', { name: 'Status' })
  await status.selectOption('Pending')
  await page.getByText('Status set to Pending.').first().waitFor()
  await asked.fulfill({ response: answer })
  await answersTaken(page)
  expect(await status.inputValue()).toBe('pending')
})

test('rules that are written while others are applied stay', async () => {
  const { page } = await openConsole(browser.open, product, 'administrator', { at: `/channels/twitter-${shop.id}` })
  const held = await holdFirst(page, 'PATCH', /\/api\/channels\//)
  await button(page, 'Add rule').click()
  await page.getByLabel('Rule name').fill('Giveaways')
  await page.getByLabel('One of these words').fill('giveaway')
  await button(page, 'Try on the last 7 days').click()
  await button(page, 'Apply rules').click()
  const applying = await held()
  await page.getByLabel('Rule name').fill('Raffles')
  await applying.continue()
  await page.getByText('Rules applied.').first().waitFor()
  expect(await page.getByLabel('Rule name').inputValue()).toBe('Raffles')
})
