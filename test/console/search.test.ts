import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import type { Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { browserForTests } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { heading, openConsole, openTickets, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
let direct: Ticket
let mention: Ticket

beforeAll(async () => {
  ;({ direct, mention } = await openTickets(product, 'Where is order #4711?'))
})

const field = (page: Page) => page.getByRole('searchbox', { name: 'Search tickets' })
const row = (page: Page, { subject }: Ticket) =>
  page.getByRole('list', { name: /^Tickets, / }).getByRole('link', { name: subject })
const focused = (page: Page) => page.evaluate<string>('document.activeElement?.getAttribute("aria-label") ?? ""')

describe('the search field', () => {
  test('leaves the ticket open that is open beside it, also when its ticket is not among those found', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: `/tickets/${direct.id}`, width: 1440 })
    await heading(page, direct.subject).waitFor()
    await row(page, direct).waitFor()
    await field(page).pressSequentially('open')
    await page.waitForURL(`**/tickets/${direct.id}?*q=open*`)
    await row(page, direct).waitFor({ state: 'detached' })
    await row(page, mention).waitFor()
    await heading(page, direct.subject).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/tickets/${direct.id}`)
    expect(await focused(page)).toBe('Search tickets')
  })

  test('shows the tickets that have the words, marks these, and stays in the address', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: '/tickets' })
    await row(page, mention).waitFor()
    await field(page).pressSequentially('47')
    await row(page, mention).waitFor({ state: 'detached' })
    await row(page, direct).waitFor()
    await eventually('the mark', async () => (await page.locator('mark').allTextContents()).includes('47'))
    await eventually('the address', () => new URL(page.url()).searchParams.get('q') === '47')
    // It is still being written in.
    expect(await focused(page)).toBe('Search tickets')

    await page.reload()
    await row(page, direct).waitFor()
    expect(await field(page).inputValue()).toBe('47')
    expect(await row(page, mention).count()).toBe(0)
    await field(page).fill('')
    await row(page, mention).waitFor()
    expect(await page.locator('mark').count()).toBe(0)
  })

  test('shows the words where they are, not what was written last, and takes a text for nothing else', async () => {
    const words = 'with the walrus <img src=x onerror=alert(1)>'
    await product.onX('POST', 'direct-messages', {
      from: 'demo_neighbour',
      to: shop.username,
      text: `${'So. '.repeat(60)}${words}`,
    })
    await product.onX('POST', 'direct-messages', { from: 'demo_neighbour', to: shop.username, text: 'Thank you' })
    const { page } = await openConsole(browser.open, product, 'agent', { at: '/tickets?q=walrus' })
    const item = page.getByRole('list', { name: /^Tickets, / }).getByRole('listitem')
    await item.getByText(words).waitFor()
    expect(await item.locator('mark').allTextContents()).toEqual(['walrus'])
    expect(await item.getByText('Thank you').count()).toBe(0)
    await field(page).fill('')
    await item.getByText('Thank you').waitFor()
  })

  test('finds by name, and says where nothing is found', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: '/tickets?q=neighbour' })
    await row(page, mention).waitFor()
    expect(await row(page, direct).count()).toBe(0)
    await field(page).fill('nothing like it')
    await page.getByText('No ticket matches').waitFor()
    await page.getByRole('link', { name: 'Clear filters' }).click()
    await row(page, direct).waitFor()
    expect(await field(page).inputValue()).toBe('')
  })

  test('is reached by /, which is in the list of the keys', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: '/tickets' })
    await row(page, direct).waitFor()
    await page.keyboard.press('/')
    expect(await focused(page)).toBe('Search tickets')
    // Where letters are text, they stay text.
    await page.keyboard.type('4/7?')
    expect(await field(page).inputValue()).toBe('4/7?')
    await heading(page, 'Tickets').focus()
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('Search').waitFor()
  })
})

test("a customer's page has all their tickets, the block, and the profile that is read on X after its price", async () => {
  const { page } = await openConsole(browser.open, product, 'agent', { at: `/tickets/${direct.id}`, width: 1440 })
  await page.getByRole('link', { name: 'Demo Customer' }).click()
  await heading(page, 'Demo Customer').waitFor()
  await page.getByRole('link', { name: direct.subject }).waitFor()
  expect(await page.getByRole('link', { name: mention.subject }).count()).toBe(0)

  await page.getByRole('button', { name: 'Read the profile on X' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('$0.01').waitFor()
  await dialog.getByRole('button', { name: 'Read the profile on X' }).click()
  await page.getByText('Demo Customer on the simulated X').waitFor()
  await page.getByRole('button', { name: 'Read it again' }).waitFor()
  await page.reload()
  await page.getByText('Demo Customer on the simulated X').waitFor()

  await page.getByRole('button', { name: 'Block this customer' }).click()
  await dialog.getByRole('button', { name: /^Block/ }).click()
  await page.getByText('This customer is blocked').waitFor()
  await page.getByRole('button', { name: 'Unblock' }).click()
  await page.getByRole('button', { name: 'Block this customer' }).waitFor()
  await page.getByRole('link', { name: direct.subject }).click()
  await heading(page, direct.subject).waitFor()
})

describe('where the deployment has left search out', () => {
  const without = productForTests(() => without.connectByOAuth(shop), { SEARCH: 'off' })

  test('there is no search field, and no key for it', async () => {
    const { page } = await openConsole(browser.open, without, 'agent', { at: '/tickets' })
    await page.getByRole('navigation', { name: 'Status' }).waitFor()
    expect(await field(page).count()).toBe(0)
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('Ctrl + Enter').waitFor()
    expect(await page.getByRole('dialog').getByText('Search').count()).toBe(0)
  })
})
