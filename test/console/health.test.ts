import { expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { browserForTests, noFaults } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { addChannel, answersTaken, customer, heading, holdFirst, openConsole, shop } from './support.ts'

const product = productForTests()
const browser = browserForTests()
const switchExtension = (enabled: boolean) => product.admin.call('PATCH /api/extensions/twitter', { body: { enabled } })
const statusOf = async () =>
  (await product.helpdesk.call('GET /api/channels/{id}', { params: { id: `twitter-${shop.id}` } })).status

test('while the extension is off, agents are told whom to ask, and administrators where to go', async () => {
  await switchExtension(false)
  const { page, faults } = await openConsole(browser.open, product, 'agent')
  const told = page.getByRole('status').filter({ hasText: 'The Twitter extension is off' })
  await told.getByText('Ask an administrator of the helpdesk.').waitFor()
  await page.getByText('what people write to your accounts does not become tickets').waitFor()
  expect(await page.getByRole('link', { name: 'Go to extensions' }).count()).toBe(0)
  expect(faults).toEqual(noFaults)

  const { page: other } = await openConsole(browser.open, product, 'administrator', { at: '/tickets' })
  await other.getByRole('link', { name: 'Go to extensions' }).click()
  await other.getByRole('switch').check()
  await other.getByRole('link', { name: 'Tickets', exact: true }).click()
  await other.getByText('No account is connected yet').waitFor()
  expect(await other.getByText('The Twitter extension is off').count()).toBe(0)
})

test('who goes on to the tickets while the extension is being switched on reads there that it is on', async () => {
  await switchExtension(false)
  const { page } = await openConsole(browser.open, product, 'administrator', { at: '/extensions' })
  const switching = await holdFirst(page, 'PATCH', /\/api\/extensions\/twitter$/)
  await page.getByRole('switch').check()
  const change = await switching()
  const looking = await holdFirst(page, 'GET', /\/api\/extensions$/)
  await page.getByRole('link', { name: 'Tickets', exact: true }).click()
  const look = await looking()
  const before = await look.fetch()
  await change.continue()
  // Sooner than the next look of the page, which is after a minute.
  const isOn = page.getByText('No account is connected yet')
  await isOn.waitFor({ timeout: 45_000 })
  // And an older answer changes nothing.
  await look.fulfill({ response: before })
  await answersTaken(page)
  expect(await isOn.count()).toBe(1)
})

test('a channel that lost its access is told on the tickets; Cancel and another account change nothing', async () => {
  const { page, faults } = await openConsole(browser.open, product, 'administrator')
  await addChannel(page)
  await product.onX('POST', 'revoke', { userId: shop.id })
  await eventually('the lost access', async () => (await statusOf()) === 'needs_reconnection')
  await page.getByRole('link', { name: 'Tickets', exact: true }).click()
  const told = page.getByRole('status').filter({ hasText: `We lost access to the account of ${shop.username}` })
  await told.getByRole('link', { name: 'Go to the channel' }).click()
  await heading(page, shop.username).waitFor()

  await page.getByRole('button', { name: 'Reconnect' }).click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await heading(page, shop.username).waitFor()
  await page.getByText('You pressed Cancel on X. Nothing changed.').waitFor()
  await page.getByRole('button', { name: 'Dismiss' }).click()

  await page.getByRole('button', { name: 'Reconnect' }).click()
  await page.getByRole('radio', { name: `@${customer}` }).check()
  await page.getByRole('button', { name: /^(Allow|Authorize)/ }).click()
  await page.getByText(`You are signed in on X as @${customer}, which is another account`).waitFor()
  expect((await product.helpdesk.call('GET /api/channels')).channels).toHaveLength(1)
  expect(await statusOf()).toBe('needs_reconnection')
  expect(faults).toEqual(noFaults)

  await page.getByRole('button', { name: 'Reconnect' }).click()
  await page.getByRole('radio', { name: `@${shop.username}` }).check()
  await page.getByRole('button', { name: /^(Allow|Authorize)/ }).click()
  await eventually('the access', async () => (await statusOf()) === 'connected')
})

test('a person who stays on a page with unsaved settings can press Reconnect again', async () => {
  const { page } = await openConsole(browser.open, product, 'administrator', { at: `/channels/twitter-${shop.id}` })
  await page.getByLabel('Name').fill('Not saved yet')
  await page.getByText('You have unsaved changes.').waitFor()
  let asked = 0
  page.on('dialog', (dialog) => {
    asked += 1
    void dialog.dismiss()
  })
  const reconnect = page.getByRole('button', { name: 'Reconnect' })
  for (const n of [1, 2]) {
    await reconnect.click()
    await eventually('the question of the browser', () => asked === n)
    await eventually('the idle button', async () => (await reconnect.getAttribute('aria-busy')) === null)
  }
  expect(await page.getByLabel('Name').inputValue()).toBe('Not saved yet')
})
