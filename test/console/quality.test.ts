import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { consoleFiles } from '../../build/console.ts'
import type { Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { axeViolations, browserForTests, type OpenedPage, openPage, screenshot } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { liveAShopDay } from './shop-day.ts'
import { customer, goTo, message, openConsole, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
let direct: Ticket
let mention: Ticket

beforeAll(async () => {
  direct = (await liveAShopDay(product)).direct
  const text = `@${shop.username} do you ship to Sweden? averyveryveryverylongwordwithoutanyspaceinit`
  await product.onX('POST', 'posts', { by: customer, text })
  mention = await eventually('the mention ticket', async () =>
    (await product.tickets()).find(({ subject }) => subject.includes('Sweden')),
  )
  await product.reply(mention.id, { text: 'We do!' })
})

/** The pages by the name of their screenshot, each in the state that shows most. */
const pages = (): [name: string, address: string, act: (page: Page) => Promise<unknown>][] => [
  ['tickets', '/tickets', (page) => page.getByRole('link', { name: 'My order 4711' }).waitFor()],
  ['tickets-none', '/tickets?status=spam', (page) => page.getByText('No ticket matches').waitFor()],
  ['tickets-search', '/tickets?q=order', (page) => page.locator('mark').first().waitFor()],
  [
    'customer',
    `/customers/${direct.customer.id}`,
    async (page) => {
      await page.getByRole('button', { name: /^Read/ }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Read the profile on X' }).click()
      await page.getByText('on the simulated X').waitFor()
    },
  ],
  ['ticket-direct', `/tickets/${direct.id}`, (page) => message(page, 'The right one leaves the shop today').waitFor()],
  [
    'ticket-mention',
    `/tickets/${mention.id}`,
    async (page) => {
      await message(page, 'We do!').waitFor()
      await page.getByRole('button', { name: /^Public reply/ }).click()
      await page.getByRole('textbox', { name: /^Public reply/ }).fill('x'.repeat(290))
      await page.getByText('The text is too long for X.').waitFor()
    },
  ],
  [
    'ticket-menu',
    `/tickets/${mention.id}`,
    async (page) => {
      await page.getByRole('textbox', { name: /^Public reply/ }).fill('See https://example.com/norway')
      await page.getByRole('button', { name: 'Remove link' }).waitFor()
      await page.getByRole('button', { name: 'More about this message' }).first().click()
      await page.getByText('Why it is here:').waitFor()
    },
  ],
  [
    'alerts',
    '/tickets',
    async (page) => {
      await page.getByRole('button', { name: 'Notifications' }).click()
      await page.getByRole('dialog', { name: 'Notifications' }).waitFor()
    },
  ],
  ['reports', '/reports', (page) => page.getByRole('img', { name: 'Customers who wait now' }).waitFor()],
  ['reports-by-tag', '/reports?by=tag', (page) => page.getByRole('img', { name: /opened and closed, Tag/ }).waitFor()],
  ['channels', '/channels', (page) => page.getByRole('link', { name: shop.username }).waitFor()],
  ['channels-error', '/channels?error=app_permissions', (page) => page.getByRole('alert').waitFor()],
  ['channels-add', '/channels', (page) => page.getByRole('button', { name: 'Add Channel' }).click()],
  [
    'channel',
    `/channels/twitter-${shop.id}`,
    async (page) => {
      await page.getByLabel('No messages (h)').fill('1000')
      await page.getByRole('button', { name: 'Add hours' }).click()
      await page.getByRole('button', { name: 'Add rule' }).click()
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Enter whole hours').waitFor()
    },
  ],
  [
    'channel-disconnect',
    `/channels/twitter-${shop.id}`,
    async (page) => {
      await page.getByRole('button', { name: 'Disconnect' }).click()
      await page.getByRole('dialog').waitFor()
    },
  ],
  ['audit', '/audit', (page) => page.getByRole('cell', { name: 'Connected an account' }).waitFor()],
  ['audit-none', '/audit?person=nobody', (page) => page.getByText('Nothing in the trail').waitFor()],
  ['webhooks-none', '/webhook-endpoints', (page) => page.getByText('No address yet').waitFor()],
  ['setup', '/setup', (page) => page.getByText('Everything is set up').waitFor()],
  [
    'setup-missing',
    '/setup',
    async (page) => {
      await product.onX('POST', 'settings', { approvedCallbacks: ['https://elsewhere.example.com/callback'] })
      await page.getByRole('button', { name: 'Check again' }).click()
      await page.getByText('6 of 7 steps done').waitFor()
      await product.onX('POST', 'settings', { approvedCallbacks: null })
    },
  ],
  [
    'channel-fails',
    `/channels/twitter-${shop.id}`,
    async (page) => {
      const enable = (enabled: boolean) => product.admin.call('PATCH /api/extensions/twitter', { body: { enabled } })
      await page.getByText('Works', { exact: true }).waitFor()
      await enable(false)
      await page.reload()
      await page.getByText('The extension is off').waitFor()
      await enable(true)
    },
  ],
  ['extensions', '/extensions', (page) => page.getByRole('switch').waitFor()],
  ['not-found', '/nowhere', (page) => page.getByText('The console has no page').waitFor()],
]

describe.each([
  ['light', 1440],
  ['dark', 1440],
  ['dark', 1024],
  ['light', 390],
  ['dark', 360],
] as const)('every page, %s and %s pixels wide', (colorScheme, width) => {
  test('passes axe, fits the screen, and violates no security policy', async () => {
    const { page, faults } = await openConsole(browser.open, product, 'administrator', {
      colorScheme,
      width,
      height: 800,
    })
    const found: unknown[] = []
    for (const [name, address, act] of pages()) {
      await page.goto(`${product.url}${address}`)
      await page.locator('main h1').waitFor()
      await act(page)
      await screenshot(page, `${name}-${colorScheme}-${width}`)
      for (const { id, impact, at } of await axeViolations(page)) found.push({ name, id, impact, at })
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      if (overflow > 0) found.push({ name, overflow })
      // On a phone a table of many numbers may be scrolled sideways.
      const sideways =
        "[...document.querySelectorAll('.table-scroll')].some((one) => one.scrollWidth > one.clientWidth)"
      if (width >= 1024 && (await page.evaluate<boolean>(sideways))) found.push({ name, sideways: true })
      // Without this, unsaved settings would block the way to the next page.
      await page.evaluate("addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)")
    }
    expect(found).toEqual([])
    expect(faults.cspViolations).toEqual([])
    expect(faults.foreignRequests).toEqual([])
  })
})

describe('by keyboard', () => {
  let opened: OpenedPage
  beforeAll(async () => {
    // One page for all of these tests.
    opened = await openConsole((options) => openPage(browser.launched(), options), product, 'administrator')
  })
  afterAll(() => opened?.context.close())
  const focused = () => opened.page.evaluate<string>('document.activeElement?.textContent ?? ""')

  test('the first focus is the link that skips the navigation', async () => {
    const { page } = opened
    await page.goto(`${product.url}/tickets`)
    await page.getByRole('link', { name: 'My order 4711' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement?.id')).toBe('content')
  })

  test('the heading of a new page gets the focus', async () => {
    await goTo(opened.page, 'Channels')
    await eventually('the focus on the heading', async () => (await focused()) === 'Channels')
  })

  test('a reply is written and sent', async () => {
    const { page } = opened
    await page.goto(`${product.url}/tickets/${mention.id}`)
    await page.getByRole('button', { name: /^Public reply/ }).focus()
    await page.keyboard.press('Enter')
    await eventually('the focus in the box', () =>
      page.evaluate<boolean>('document.activeElement?.tagName === "TEXTAREA"'),
    )
    await page.keyboard.type('By keyboard')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('article').filter({ hasText: 'By keyboard' }).waitFor()
  })

  test('Escape cancels a dialog, and nothing happens', async () => {
    const { page } = opened
    await page.goto(`${product.url}/channels/twitter-${shop.id}`)
    await page.getByRole('button', { name: 'Disconnect' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.getByRole('button', { name: 'Disconnect' }).count()).toBe(1)
  })
})

test('the first load of the tickets takes less than 55 KB of script, gzipped', async () => {
  const { page } = await openConsole(browser.open, product, 'agent')
  // Signed in already, with nothing in the browser's cache: what the page alone asks for until the list is there.
  await page
    .context()
    .newCDPSession(page)
    .then((session) => session.send('Network.clearBrowserCache'))
  const scripts = new Map<string, Promise<Buffer>>()
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.set(response.url(), response.body())
  })
  await page.goto(`${product.url}/tickets`)
  await page.getByRole('link', { name: 'My order 4711' }).waitFor()
  const sizes = await Promise.all([...scripts.values()].map(async (script) => gzipSync(await script).length))
  const size = sizes.reduce((sum, one) => sum + one, 0)
  expect(size).toBeGreaterThan(10_000)
  expect(size).toBeLessThan(55_000)
})

test('all scripts of the console together are smaller than 85 KB, gzipped', async () => {
  const built = await consoleFiles()
  const scripts = readdirSync(join(built, 'assets'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(built, 'assets', name)))
  const size = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0)
  expect(size).toBeGreaterThan(10_000)
  expect(size).toBeLessThan(85_000)
})

test('the page has no inline script or style, which the security policy forbids', async () => {
  const page = readFileSync(join(await consoleFiles(), 'index.html'), 'utf8')
  expect(page).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)/)
})
