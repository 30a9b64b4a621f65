import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Page, Route } from 'playwright-core'
import type { Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { axeViolations, browserForTests } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { customer, heading, message, openConsole, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
const directMessage = (text: string) =>
  product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text })
let ticket: Ticket

beforeAll(async () => {
  await directMessage('Where is my order?')
  ticket = await eventually('the ticket', async () => (await product.tickets())[0])
})

const isList = (url: URL) => url.pathname === '/api/tickets'
const row = (page: Page, number: number) => page.locator(`[aria-posinset="${number}"]`)
const topOf = async (page: Page, number: number) => (await row(page, number).boundingBox())?.y ?? Number.NaN

/** Answers a list of so many tickets, of which the second page has all after the first 50; each may be opened. */
const answerMany = (count: number) => async (page: Page) => {
  const many = Array.from({ length: count }, (_, n) => ({ ...ticket, id: `ticket-${n}`, subject: `subject ${n}` }))
  await page.route(isList, (route) => {
    const isFirst = new URL(route.request().url()).searchParams.get('cursor') === null
    const [tickets, nextCursor] = isFirst ? [many.slice(0, 50), 'more'] : [many.slice(50), null]
    return route.fulfill({ json: { tickets, nextCursor } })
  })
  await page.route(/\/api\/tickets\/ticket-\d+$/, (route) => {
    const id = new URL(route.request().url()).pathname.split('/').at(-1)
    return route.fulfill({ json: many.find((one) => one.id === id) })
  })
  await page.route(/\/api\/tickets\/ticket-\d+\/messages\?/, (route) =>
    route.fulfill({ json: { messages: [], nextCursor: null } }),
  )
}

async function openMany(count: number): Promise<Page> {
  const options = { at: '/tickets', width: 1440, prepare: answerMany(count) }
  const { page } = await openConsole(browser.open, product, 'agent', options)
  await row(page, 1).waitFor()
  await page.evaluate('scrollTo(0, 2_000)')
  await page.locator(`[aria-setsize="${count}"]`).first().waitFor()
  await page.evaluate('scrollTo(0, 0)')
  await row(page, 1).waitFor()
  return page
}

/** Scrolls on from a place, 150 pixels a frame, and gives the time of the median frame. */
const scrollFrom = (page: Page, start: number) =>
  page.evaluate<number>(`new Promise((resolve) => {
    const steps = 20, times = []
    let before = performance.now()
    const step = () => {
      const now = performance.now()
      times.push(now - before)
      before = now
      if (times.length > steps) return resolve(times.sort((a, b) => a - b)[steps / 2])
      scrollTo(0, ${start} + 150 * times.length)
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })`)

describe('a list of 10,000 tickets', () => {
  test('has a bounded number of rows in the page, wherever one scrolls, and is scrolled to its end', async () => {
    const page = await openMany(10_000)
    for (const number of [1, 5_000, 10_000]) {
      await page.evaluate(
        `scrollTo(0, document.querySelector('.tickets').offsetTop + ${number - 5} * document.querySelector('.tickets').clientHeight / 10000)`,
      )
      await row(page, number).getByRole('link').waitFor()
      expect(await page.locator('.ticket-row').count()).toBeLessThan(120)
    }
    expect(await axeViolations(page)).toEqual([])
  })

  test('takes about as long for a frame of scrolling as one of 200', async () => {
    const [few, many] = [await openMany(200), await openMany(10_000)]
    // In turn, so that what else the machine does falls on both.
    const ratios: number[] = []
    for (let n = 0; n < 3; n++) ratios.push((await scrollFrom(many, 60_000 * n)) / (await scrollFrom(few, 0)))
    // With all rows in the page it would be tens of times as long.
    expect(ratios.toSorted((a, b) => a - b)[1]).toBeLessThan(3)
  })

  test('keeps its place while a ticket is opened and closed, and gives it the focus again', async () => {
    const page = await openMany(10_000)
    await page.evaluate('scrollTo(0, 200_000)')
    await row(page, 4_860).waitFor()
    const before = await topOf(page, 4_860)
    await row(page, 4_860).getByRole('link').click()
    await heading(page, 'subject 4859').waitFor()
    expect(Math.abs((await topOf(page, 4_860)) - before)).toBeLessThan(2)
    await page.keyboard.press('j')
    await heading(page, 'subject 4860').waitFor()
    const next = await topOf(page, 4_861)
    await page.keyboard.press('u')
    await heading(page, 'Tickets').waitFor()
    await eventually('the same place', async () => Math.abs((await topOf(page, 4_861)) - next) < 2)
    expect(await page.evaluate('document.activeElement.textContent')).toBe('subject 4860')
  })

  test('keeps the row with the focus, however far one scrolls', async () => {
    const page = await openMany(10_000)
    await row(page, 3).getByRole('link').focus()
    await page.evaluate('scrollTo(0, 200_000)')
    await row(page, 4_860).waitFor()
    expect(await page.evaluate('document.activeElement.textContent')).toBe('subject 2')
  })
})

test('a ticket that is opened from the list shows its row’s data until the answer is there', async () => {
  const held: Route[] = []
  let isHeld = true
  const { page } = await openConsole(browser.open, product, 'agent', {
    at: '/tickets',
    width: 1440,
    prepare: (one) =>
      one.route(new RegExp(`/api/tickets/${ticket.id}`), (route) => {
        if (!isHeld) return route.continue()
        held.push(route)
        return undefined
      }),
  })
  await page.getByRole('link', { name: ticket.subject }).click()
  await heading(page, ticket.subject).waitFor()
  await page.getByRole('complementary', { name: 'Details' }).getByText(`@${customer}`).waitFor()
  await eventually('the call', () => held.length > 0)
  expect(await message(page, 'Where is my order?').count()).toBe(0)
  isHeld = false
  for (const route of held) await route.continue()
  await message(page, 'Where is my order?').waitFor()
})

test('a row marks replies that failed, wait or are in doubt, and has two tags and the number of the others', async () => {
  const marked = {
    ...ticket,
    tags: ['one', 'two', 'three', 'four', 'five'],
    replies: { failed: 1, waiting: 1, unknown: 2 },
  }
  const { page } = await openConsole(browser.open, product, 'agent', {
    at: '/tickets?show=failed',
    width: 1440,
    prepare: (one) => one.route(isList, (route) => route.fulfill({ json: { tickets: [marked], nextCursor: null } })),
  })
  for (const words of ['A reply failed', 'A reply waits to be sent', '2 replies are in doubt'])
    await row(page, 1).getByText(words).waitFor()
  const tags = page.getByRole('list', { name: 'Tags' }).getByRole('listitem')
  expect(await tags.allInnerTexts()).toEqual(['one', 'two', '+3'])
  expect(await page.getByRole('link', { name: 'Failed' }).getAttribute('aria-current')).toBe('page')
  expect(await axeViolations(page)).toEqual([])
})

test('on a network of two seconds a ticket has its heading within the six frames that 100 ms have', async () => {
  const { page, context } = await openConsole(browser.open, product, 'agent', { at: '/tickets', width: 1440 })
  await page.getByRole('link', { name: ticket.subject }).waitFor()
  const network = await context.newCDPSession(page)
  const slow = { offline: false, latency: 2_000, downloadThroughput: 50_000, uploadThroughput: 50_000 }
  await network.send('Network.emulateNetworkConditions', slow)
  const frames = await page.evaluate<number>(`new Promise((resolve) => {
    document.querySelector('.ticket-row a').click()
    let frames = 0
    const look = () => {
      if (document.querySelector('h1')?.textContent === ${JSON.stringify(ticket.subject)}) return resolve(frames)
      frames += 1
      requestAnimationFrame(look)
    }
    look()
  })`)
  expect(frames).toBeLessThanOrEqual(6)
  await message(page, 'Where is my order?').waitFor()
})

describe('a ticket', () => {
  const ofTicket = (page: Page) => row(page, 1)

  test('is unread from a message of the customer on, until the person looks at it', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: '/tickets', width: 1440 })
    await ofTicket(page).waitFor()
    expect(await page.getByText('Unread').count()).toBe(0)
    await directMessage('Hello?')
    await ofTicket(page).getByText('Unread').waitFor()
    await page.getByRole('link', { name: ticket.subject }).click()
    await message(page, 'Hello?').waitFor()
    await eventually('it is read', async () => (await page.getByText('Unread').count()) === 0)
    await page.reload()
    await ofTicket(page).waitFor()
    expect(await page.getByText('Unread').count()).toBe(0)
    const stored = await page.evaluate<string>('JSON.stringify(localStorage)')
    expect(stored).toContain('seen ')
    expect(stored).not.toContain(ticket.customer.id)
  })

  test('that one person has looked at is unread still for the next one at the same browser', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: '/tickets', width: 1440 })
    await ofTicket(page).waitFor()
    const signIn = async (name: string) => {
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Password').fill('local')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await ofTicket(page).first().waitFor()
    }
    await signIn('administrator')
    await directMessage('Anybody?')
    await ofTicket(page).getByText('Unread').waitFor()
    await page.getByRole('link', { name: ticket.subject }).click()
    await message(page, 'Anybody?').waitFor()
    await eventually('it is read', async () => (await page.getByText('Unread').count()) === 0)
    await signIn('agent')
    await ofTicket(page).getByText('Unread').waitFor()
  })
})
