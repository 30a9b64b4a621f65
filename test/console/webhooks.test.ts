import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { type Served, served } from '../local/support.ts'
import { axeViolations, browserForTests, noFaults, screenshot } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { goTo, openConsole } from './support.ts'

const product = productForTests()
const browser = browserForTests()

/** A program that takes what is signed with its secret. */
let program: Served
let secret = ''
let isBroken = false
const taken: string[] = []
beforeAll(async () => {
  program = await served(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    if (isBroken) return void response.writeHead(500).end('out of order')
    try {
      const event = new Webhook(secret).verify(body, request.headers as Record<string, string>) as { type: string }
      taken.push(`${event.type} ${request.headers['webhook-id']}`)
      response.end('thank you')
    } catch {
      response.writeHead(401).end('not signed')
    }
  })
})
afterAll(() => program.stop())

test('an administrator adds an address, tries it, sends an event again, changes its secret, and removes it', async () => {
  const { page, faults } = await openConsole(browser.open, product, 'administrator')
  const found: unknown[] = []
  const look = async (name: string) => {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 })
      await screenshot(page, `${name}-${width}`)
      found.push(...(await axeViolations(page)))
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      if (overflow > 0) found.push({ name, width, overflow })
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  }
  const button = (name: string) => page.getByRole('main').getByRole('button', { name, exact: true })
  const confirm = (name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click()
  await goTo(page, 'Webhooks')
  await page.getByText('No address yet').waitFor()

  await button('Add address').first().click()
  await page.getByLabel('Address (URL)').fill('https://10.0.0.1/events')
  await page.getByLabel('Channel changed').uncheck()
  await button('Add address').last().click()
  await page.getByText('The address must be a public address, not 10.0.0.1.').waitFor()
  await look('webhooks-add')
  await page.getByLabel('Address (URL)').fill(program.url)
  await button('Add address').last().click()
  secret = await page.getByLabel('Secret').inputValue()
  expect(secret).toMatch(/^whsec_/)
  await page.getByText('Message deleted').waitFor()
  await look('webhooks-secret')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await button('Copy').click()
  await page.getByText('Copied.').first().waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(secret)
  await button('I have it').click()
  expect(await page.content()).not.toContain('whsec_')

  /** Asks for the deliveries until one is there. */
  const deliveries = async (text: string) => {
    const row = page.getByRole('row').filter({ hasText: text })
    while ((await row.count()) === 0) await button('Refresh').click()
    return row.first()
  }
  await button('Send a test event').click()
  const delivered = await deliveries('thank you')
  expect(await delivered.textContent()).toContain('Delivered')
  expect(await delivered.textContent()).toContain('200')
  isBroken = true
  await button('Send a test event').click()
  const failed = await deliveries('out of order')
  expect(await failed.textContent()).toContain('answered 500')
  await page.reload()
  await page.getByText('The address takes no events').waitFor()
  await button('Recent deliveries').click()
  await deliveries('out of order')
  await look('webhooks')

  isBroken = false
  const before = taken.length
  await (await deliveries('thank you')).getByRole('button', { name: 'Send again' }).click()
  await page.getByText('The event is on its way again.').first().waitFor()
  while ((await page.getByRole('row').filter({ hasText: 'thank you' }).count()) < 2) await button('Refresh').click()
  expect(taken).toHaveLength(before + 1)
  expect(new Set(taken).size).toBe(1)

  await button('New secret').click()
  await confirm('New secret')
  const next = await page.getByLabel('Secret').inputValue()
  expect(next).not.toBe(secret)
  await button('I have it').click()
  await page.getByText('The earlier secret is valid too until').waitFor()

  await button('Disable').click()
  await confirm('Disable')
  await page.getByText('We send nothing to this address').waitFor()
  expect(await button('Send a test event').isDisabled()).toBe(true)
  await look('webhooks-disabled')
  await button('Enable').click()
  await page.getByText('We send nothing to this address').waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('heading', { name: program.url }).waitFor()
  expect(await page.content()).not.toContain('whsec_')
  await button('Delete').click()
  await confirm('Delete')
  await page.getByText('No address yet').waitFor()
  expect(found).toEqual([])
  // The browser's own line about the address that was refused.
  expect(faults).toEqual({ ...noFaults, errors: [expect.stringContaining('status of 422')] })
})

test('an agent has no such page', async () => {
  const { page } = await openConsole(browser.open, product, 'agent', { at: '/webhook-endpoints' })
  await page.getByRole('main').getByText('administrator').first().waitFor()
  expect(await page.getByRole('link', { name: 'Webhooks' }).count()).toBe(0)
})
