import { expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { axeViolations, browserForTests, noFaults, screenshot } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { customer, openConsole, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop), { USEDESK: 'local', USEDESK_PORT: '0' })
const browser = browserForTests()

test('Usedesk stands among the webhooks by its name, with what it got, and without what only a setting changes', async () => {
  await product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text: 'Are the red ones back?' })
  await eventually('the ticket', async () => (await product.tickets()).length === 1)
  for (const [width, colorScheme] of [
    [1440, 'light'],
    [1024, 'dark'],
    [390, 'light'],
  ] as const) {
    const { page, faults } = await openConsole(browser.open, product, 'administrator', {
      at: '/webhook-endpoints',
      width,
      colorScheme,
    })
    const card = page.getByRole('region', { name: 'Usedesk' })
    await card.getByText('Enabled', { exact: true }).waitFor()
    await card.getByRole('button', { name: 'Recent deliveries' }).click()
    await eventually('what it got', async () => {
      await card.getByRole('button', { name: 'Refresh' }).click()
      return (await card.getByText(/create\/ticket \d+/).count()) > 0
    })
    expect(await card.getByRole('button', { name: /^(New secret|Delete)$/ }).count()).toBe(0)
    expect(await axeViolations(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await screenshot(page, `webhooks-usedesk-${width}`)
    expect(faults).toEqual(noFaults)
  }
})
