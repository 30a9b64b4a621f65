import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { eventually } from '../local/support.ts'
import { axeViolations, browserForTests } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { customer, heading, openConsole, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
const directMessage = (text: string) =>
  product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text })

beforeAll(async () => {
  await directMessage('Where is my order?')
  await eventually('the ticket', async () => (await product.tickets())[0])
})

/** Records what the page asks of the browser's notifications, and leaves the asking to the browser. */
const record = (page: Page) =>
  page.addInitScript(`
    window.asked = 0
    window.shown = []
    const Own = window.Notification
    window.Notification = class extends Own {
      static requestPermission() { window.asked += 1; return Own.requestPermission() }
      constructor(title, options) { super(title, options); window.shown.push(this) }
    }
  `)

const openDialog = async (page: Page) => {
  await page.getByRole('button', { name: 'Notifications' }).click()
  await page.getByRole('dialog', { name: 'Notifications' }).waitFor()
}
const asked = (page: Page) => page.evaluate<number>('window.asked')

describe('nothing tells unless the person chose it', () => {
  test('the number of waiting customers is in the title for who wants it, on every page', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: '/tickets', prepare: record })
    await page.getByRole('link', { name: /^Waiting ?1$/ }).waitFor()
    expect(await page.title()).toBe('Tickets · Helpdesk')
    await openDialog(page)
    expect(await axeViolations(page)).toEqual([])
    await page.getByRole('switch', { name: 'Number in the title of the tab' }).focus()
    await page.keyboard.press('Space')
    await eventually('the number', async () => (await page.title()) === '(1) Tickets · Helpdesk')
    await page.keyboard.press('Escape')
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Notifications')
    await page.goto(`${product.url}/reports`)
    await eventually('the number', async () => (await page.title()) === '(1) Reports · Helpdesk')
    expect(await asked(page)).toBe(0)
  })

  test('the browser is asked only when the person switches notifications on, and a refusal is explained', async () => {
    // With no permission a browser without a screen refuses; with the default it would wait for an answer.
    const { page } = await openConsole(browser.open, product, 'agent', {
      at: '/tickets',
      prepare: record,
      context: { permissions: [] },
    })
    await openDialog(page)
    const notify = page.getByRole('switch', { name: 'Notifications of your browser' })
    expect([await asked(page), await notify.isChecked()]).toEqual([0, false])
    await notify.click()
    await page.getByRole('alert').filter({ hasText: 'Your browser blocks notifications of this page.' }).waitFor()
    expect([await asked(page), await notify.isChecked()]).toEqual([1, false])
  })

  test('a message that comes while the person looks elsewhere is notified, and a click leads to it', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', {
      at: '/tickets',
      prepare: record,
      context: { permissions: ['notifications'] },
    })
    await openDialog(page)
    const first = page.waitForResponse((answer) => answer.url().includes('/api/tickets?limit=20'))
    await page.getByRole('switch', { name: 'Notifications of your browser' }).click()
    await first
    await page.keyboard.press('Escape')
    await page.evaluate('document.hasFocus = () => false')
    await directMessage('Are you there?')
    const shown = () => page.evaluate<string[]>('window.shown.map(({ title, body }) => title + ": " + body)')
    await eventually('the notification', async () => (await shown()).length > 0)
    expect(await shown()).toEqual(['New message from Demo Customer: Are you there?'])
    await page.evaluate('window.shown[0].onclick()')
    await heading(page, 'Where is my order?').waitFor()
  })
})
