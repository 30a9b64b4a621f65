import { test } from '@jest/globals'
import { browserForTests } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { openConsole } from './support.ts'

const product = productForTests(undefined, { EVENT_SOURCE: 'account-activity' })
const browser = browserForTests()

test('administrators read on the page of channels when their event system ends, and what to do', async () => {
  const { page } = await openConsole(browser.open, product, 'administrator', { at: '/channels' })
  await page.getByText('The event system of these channels ends').waitFor()
  await page.getByText('set the event source to x-activity').waitFor()
})

test("beyond X's limit of subscriptions they read how many channels fit", async () => {
  const at = '/channels?error=subscription_limit&total=1500&others=1204&channels=37&fit=37'
  const { page } = await openConsole(browser.open, product, 'administrator', { at })
  await page.getByRole('alert').getByText('So 37 channels fit, and 37 are subscribed.').waitFor()
})
