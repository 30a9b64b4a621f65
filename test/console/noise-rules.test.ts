import { beforeAll, expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { axeViolations, browserForTests, noFaults, screenshot } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { customer, neighbour, openConsole, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()

const post = (by: string, text: string) => product.onX('POST', 'posts', { by, text: `@${shop.username} ${text}` })
const params = { id: `twitter-${shop.id}` }
const rules = async () => (await product.helpdesk.call('GET /api/channels/{id}', { params })).rules

beforeAll(async () => {
  await post(neighbour, 'join our GIVEAWAY now')
  await post(customer, 'where is my order?')
  await eventually('both tickets', async () => (await product.tickets()).length === 2)
})

test('an administrator writes rules against noise, tries them on the last days, applies them, and reads why there is no ticket', async () => {
  const at = `/channels/twitter-${shop.id}`
  const { page, faults } = await openConsole(browser.open, product, 'administrator', { at })
  const card = page.getByRole('region', { name: 'Rules against noise' })
  const button = (name: string) => card.getByRole('button', { name, exact: true })
  const found: unknown[] = []
  const look = async (name: string) => {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 })
      await card.scrollIntoViewIfNeeded()
      await screenshot(page, `${name}-${width}`)
      found.push(...(await axeViolations(page)))
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      if (overflow > 0) found.push({ name, width, overflow })
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  }

  await card.getByText('No rules: every message becomes a ticket.').waitFor()
  await button('Add rule').click()
  await card.getByLabel('Rule name').fill('Giveaways')
  await card.getByLabel('One of these words').fill(`free crypto\n${shop.username}`)
  expect(await button('Apply rules').count()).toBe(0)
  await button('Try on the last 7 days').click()
  await card.getByText(`a word is in every mention: @${shop.username} itself`).waitFor()
  await look('noise-rules-refused')
  await card.getByLabel('One of these words').fill('free crypto\ngiveaway')
  await button('Try on the last 7 days').click()
  await card.getByText('2 tickets began a conversation since').waitFor()
  await card
    .getByRole('cell', { name: /^ignored 1/ })
    .getByRole('link', { name: /GIVEAWAY/ })
    .waitFor()
  await look('noise-rules-tried')
  expect(await rules()).toEqual([])
  await button('Apply rules').click()
  await page.getByText('Rules applied.').first().waitFor()
  const giveaways = { name: 'Giveaways', kinds: ['mention'], outcome: 'ignore', words: ['free crypto', 'giveaway'] }
  expect(await rules()).toEqual([giveaways])

  await post(neighbour, 'another giveaway')
  const reasons = async () => {
    const { events } = await product.admin.call('GET /api/events')
    return events.map(({ reason }) => reason)
  }
  await eventually('the event without a ticket', async () => (await reasons()).includes('the rule «Giveaways»'))
  await page.reload()
  await page.getByRole('cell', { name: 'the rule «Giveaways»' }).waitFor()
  expect(await product.tickets()).toHaveLength(2)

  await button('Add rule').click()
  const added = card.getByRole('group', { name: 'Rule 2' })
  await added.getByLabel('Rule name').fill('Strangers')
  await added.getByLabel('What it does').selectOption('adds a tag to the ticket')
  await added.getByLabel('Tag').fill('stranger')
  await added.getByLabel('Verified account').selectOption('not verified')
  await button('Move up').last().focus()
  await page.keyboard.press('Enter')
  expect(await card.locator('summary').allTextContents()).toEqual(['Strangers', 'Giveaways'])
  const focused = "document.activeElement.closest('li').querySelector('summary').textContent"
  expect(await page.evaluate(focused)).toBe('Strangers')
  await button('Try on the last 7 days').click()
  await card.getByRole('cell', { name: /^tagged 2/ }).waitFor()

  await product.admin.call('PATCH /api/channels/{id}', { params, body: { rules: [] } })
  await button('Apply rules').click()
  await card.getByText('Somebody else changed the settings of this channel meanwhile').waitFor()
  await look('noise-rules-overtaken')
  await button('Apply rules').click()
  await page.getByText('Rules applied.').first().waitFor()
  const strangers = { name: 'Strangers', kinds: ['mention'], outcome: 'tag', tag: 'stranger', verified: false }
  expect(await rules()).toEqual([strangers, giveaways])
  expect(found).toEqual([])
  expect(faults).toEqual({ ...noFaults, errors: [expect.stringContaining('422'), expect.stringContaining('412')] })
})
