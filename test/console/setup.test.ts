import { expect, test } from '@jest/globals'
import type { Page, Route } from 'playwright-core'
import { eventually } from '../local/support.ts'
import { axeViolations, browserForTests, noFaults, screenshot } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { answersTaken, customer, goTo, heading, openConsole, shop } from './support.ts'

const product = productForTests()
const browser = browserForTests()
const step = (page: Page, name: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { level: 2, name }) })

/** Looks at the page with axe and takes a picture of it, at three widths. */
async function look(page: Page, name: string): Promise<void> {
  const found: unknown[] = []
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 800 })
    await screenshot(page, `${name}-${width}`)
    found.push(...(await axeViolations(page)))
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    if (overflow > 0) found.push({ width, overflow })
  }
  await page.setViewportSize({ width: 1280, height: 800 })
  expect(found).toEqual([])
}

test('an administrator without a channel begins with the checklist, and gets from there to a message', async () => {
  const { page, faults } = await openConsole(browser.open, product, 'administrator')
  await heading(page, 'Setup').waitFor()
  await page.getByText('3 of 7 steps done').waitFor()
  await step(page, 'Keys of the X app').getByText('Done', { exact: true }).waitFor()
  await step(page, 'Permissions of the X app').getByText('Not known', { exact: true }).waitFor()
  const webhook = step(page, 'Webhook')
  await webhook.getByText('Add the first channel: that registers it.').waitFor()
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await webhook.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Copied.').first().waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${product.url}/webhooks/twitter`)
  await look(page, 'setup-first')

  await step(page, 'First channel').getByRole('link', { name: 'Go to channels' }).click()
  await page.getByRole('button', { name: 'Add Channel' }).click()
  await page.getByRole('button', { name: 'Twitter' }).click()
  await page.getByRole('radio', { name: `@${shop.username}` }).check()
  await page.getByRole('button', { name: /^(Allow|Authorize)/ }).click()
  await heading(page, shop.username).waitFor()
  const state = page.getByRole('region', { name: 'State' })
  await state.getByText('Works', { exact: true }).waitFor()
  await state.getByText('None in 30 days').waitFor()
  await state.getByText('15 of 15').waitFor()

  await product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text: 'Hello' })
  await eventually('the ticket', async () => (await product.tickets()).length === 1)
  await page.reload()
  await state.getByText('Works', { exact: true }).waitFor()
  await state.getByText('$0.01, no budget').waitFor()
  expect(await state.getByText('None in 30 days').count()).toBe(0)
  await look(page, 'channel-works')

  await page.goto(`${product.url}/channels`)
  await page.getByRole('main').getByRole('link', { name: 'Setup' }).click()
  await page.getByText('Everything is set up').waitFor()
  await page.getByRole('link', { name: 'Go to the tickets' }).click()
  await heading(page, 'Tickets').waitFor()
  await page.goto(product.url)
  await heading(page, 'Tickets').waitFor()
  expect(faults).toEqual(noFaults)
})

test('the page of a channel says what is wrong and what to do, and notices when that ends', async () => {
  const path = `/channels/twitter-${shop.id}`
  const { page } = await openConsole(browser.open, product, 'administrator', { at: path })
  const state = page.getByRole('region', { name: 'State' })
  await state.getByText('Works', { exact: true }).waitFor()
  for (const name of ['Direct messages', 'Mentions']) await page.getByRole('switch', { name }).uncheck()
  await page.getByRole('button', { name: 'Save' }).click()
  await state.getByText('Direct messages and mentions are both off: nothing becomes a ticket.').waitFor()
  await page.getByRole('switch', { name: 'Mentions' }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await state.getByText('Works', { exact: true }).waitFor()
  await product.onX('POST', 'revoke', { userId: shop.id })
  await eventually('the lost access', async () => {
    const params = { id: `twitter-${shop.id}` }
    return (await product.helpdesk.call('GET /api/channels/{id}', { params })).status === 'needs_reconnection'
  })
  await page.reload()
  await state.getByText('X no longer accepts our access to the account').waitFor()
  await state.getByRole('button', { name: 'Reconnect' }).waitFor()
  await look(page, 'channel-lost')
})

test('agents have no checklist', async () => {
  const { page } = await openConsole(browser.open, product, 'agent', { at: '/setup' })
  await page.getByText('administrators').first().waitFor()
  expect(await page.getByRole('listitem').filter({ hasText: 'Keys of the X app' }).count()).toBe(0)
  await page.goto(product.url)
  await heading(page, 'Tickets').waitFor()
})

test('a page that is opened before it is known where to begin stays open', async () => {
  const { page } = await openConsole(browser.open, product, 'administrator', { at: '/extensions' })
  const held: Route[] = []
  await page.route(/\/api\/channels$/, (route) => void held.push(route))
  await page.goto(product.url)
  const question = await eventually('the question where to begin', () => held[0])
  await goTo(page, 'Extensions')
  const answer = page.waitForResponse(/\/api\/channels$/)
  await question.continue()
  await answer
  await answersTaken(page)
  expect(new URL(page.url()).pathname).toBe('/extensions')
  await heading(page, 'Extensions').waitFor()
  expect(held).toHaveLength(1)
})
