import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import type { Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { browserForTests } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { customer, message, openConsole, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
let ticket: Ticket

beforeAll(async () => {
  await product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text: 'Where is my order?' })
  ticket = await eventually('the ticket', async () => (await product.tickets())[0])
})

const at = (person: 'agent' | 'administrator') =>
  openConsole(browser.open, product, person, { at: `/tickets/${ticket.id}`, width: 1440 })
const box = (page: Page) => page.getByRole('textbox', { name: 'Reply by direct message' })
const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true })
const texts = async () =>
  (await product.messages(ticket.id)).flatMap(({ direction, text }) => (direction === 'outbound' ? [text] : []))

test('two people in one ticket see each other’s work, keep their own, and are asked before they answer twice', async () => {
  const [{ page: kim }, { page: lee }] = [await at('agent'), await at('administrator')]
  await box(lee).fill('It comes tomorrow.')
  for (const [page, tag] of [
    [kim, 'by kim'],
    [lee, 'by lee'],
  ] as const) {
    await page.getByLabel('Add a tag').fill(tag)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
  }
  for (const [page, tag] of [
    [kim, 'by lee'],
    [lee, 'by kim'],
  ] as const)
    await page.getByRole('button', { name: `Remove the tag ${tag}` }).waitFor()
  await box(kim).fill('It was sent today.')
  await send(kim).click()
  await message(lee, 'It was sent today.').waitFor()
  expect(await box(lee).inputValue()).toBe('It comes tomorrow.')
  await send(lee).click()
  await lee.getByRole('dialog').getByText('agent has replied meanwhile').waitFor()
  await lee.getByRole('button', { name: 'Do not send' }).click()
  expect(await texts()).toEqual(['It was sent today.'])
})

describe('a network that fails', () => {
  test('while one writes is told, loses no text, and the reply goes out once it is back', async () => {
    const { page, context } = await at('agent')
    await box(page).fill('Written in a tunnel.')
    await context.setOffline(true)
    await send(page).click()
    await page.getByText('You are offline.').waitFor()
    await page.getByText('Send it again: the customer gets it only once.').waitFor()
    expect(await box(page).inputValue()).toBe('Written in a tunnel.')
    await context.setOffline(false)
    await page.getByText('You are offline.').waitFor({ state: 'detached' })
    await send(page).click()
    await message(page, 'Written in a tunnel.').waitFor()
    expect((await texts()).filter((text) => text === 'Written in a tunnel.')).toHaveLength(1)
  })

  test('after the reply arrived sends it once, however often the agent presses', async () => {
    const { page } = await at('agent')
    let lost = 0
    await page.route(/\/replies$/, async (route) => {
      if (lost > 1) return route.continue()
      lost += 1
      await route.fetch()
      return route.abort()
    })
    await box(page).fill('Whose answer is lost.')
    for (const n of [1, 2]) {
      await send(page).click()
      await eventually('the lost answer', () => lost === n)
      await page.getByText('Send it again: the customer gets it only once.').waitFor()
    }
    await send(page).click()
    await eventually('the empty form', async () => (await box(page).inputValue()) === '')
    expect((await texts()).filter((text) => text === 'Whose answer is lost.')).toHaveLength(1)
  })
})
