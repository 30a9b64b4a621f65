import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Page, Route } from 'playwright-core'
import type { Message, Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { axeViolations, browserForTests } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { type ConsoleOptions, customer, message, neighbour, openConsole, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
const tell = (from: string, text: string) => product.onX('POST', 'direct-messages', { from, to: shop.username, text })
let direct: Ticket
let mention: Ticket

beforeAll(async () => {
  await tell(customer, 'Hi!')
  await tell(customer, 'Where is my order?')
  await product.onX('POST', 'posts', { by: neighbour, text: `@${shop.username} are you open?` })
  const of = (kind: string, count: number) => async () =>
    (await product.tickets()).find((one) => one.kind === kind && one.messageCount === count)
  direct = await eventually('the direct ticket', of('direct', 2))
  mention = await eventually('the mention ticket', of('mention', 1))
})

const at = async (ticket: Ticket, options: ConsoleOptions = {}) => {
  const { page } = await openConsole(browser.open, product, 'agent', {
    at: `/tickets/${ticket.id}`,
    width: 1440,
    ...options,
  })
  return page
}
const box = (page: Page) => page.getByRole('textbox', { name: /^Public reply/ })

describe('messages', () => {
  test('of one author in a row say the name once, and to screen readers each time', async () => {
    const page = await at(direct)
    await message(page, 'Hi!').locator('strong').getByText('Demo Customer').waitFor()
    expect(await message(page, 'Where is my order?').locator('strong').count()).toBe(0)
    expect(await page.getByRole('article', { name: 'Demo Customer, Direct message' }).count()).toBe(2)
  })

  test('say in a menu why they are here; it opens and closes by keyboard', async () => {
    const page = await at(mention)
    const more = message(page, 'are you open?').getByRole('button', { name: 'More about this message' })
    await more.focus()
    await page.keyboard.press('Enter')
    await page.getByText('Why it is here:').waitFor()
    await page.getByRole('link', { name: 'See on X' }).waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByText('Why it is here:').waitFor({ state: 'detached' })
    expect(await more.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
  })

  test('do not promise what was not looked up', async () => {
    const parent = { id: '11', url: 'https://x.com/other/status/11', text: null, author: null, createdAt: null }
    const page = await at(mention, {
      prepare: (one) =>
        one.route(/\/messages\?/, async (route) => {
          const body = (await (await route.fetch()).json()) as { messages: Message[] }
          const messages = body.messages.map((known) => ({
            ...known,
            parent: { ...parent, attachments: [], status: 'pending' },
            incompleteBecause: 'the customer’s limit for today is reached',
          }))
          await route.fulfill({ json: { ...body, messages } })
        }),
    })
    await page.getByText('We did not look up what X left out').waitFor()
    expect(await page.getByText('We do not have its text yet').count()).toBe(0)
  })

  test('from before come when one scrolls up to them, and what is read stays in its place', async () => {
    const [known] = await product.messages(direct.id)
    const many = Array.from({ length: 250 }, (_, n) => ({ ...known, id: `message-${n}`, text: `number ${n} of many` }))
    const page = await at(direct, {
      prepare: (one) =>
        one.route(/\/messages\?/, (route) => {
          const query = new URL(route.request().url()).searchParams
          const end = Number(query.get('cursor') ?? many.length)
          const start = Math.max(0, end - Number(query.get('limit')))
          const messages = many.slice(start, end).reverse()
          return route.fulfill({ json: { messages, nextCursor: start > 0 ? String(start) : null } })
        }),
    })
    await message(page, 'number 249 of many').waitFor()
    expect(await message(page, 'number 149 of many').count()).toBe(0)
    const watched = message(page, 'number 151 of many')
    // In one step, before anything can be loaded.
    const before = await watched.evaluate((element) => {
      element.closest('.conversation-scroll')?.scrollTo({ top: 200 })
      return element.getBoundingClientRect().y
    })
    await message(page, 'number 149 of many').waitFor({ state: 'attached' })
    await eventually('the same place', async () => Math.abs(((await watched.boundingBox())?.y ?? 0) - before) < 3)
  })
})

test('a picture above that comes late leaves the newest message in view', async () => {
  const [known] = await product.messages(direct.id)
  const held: Route[] = []
  const url = `${product.url}/late.svg`
  const photo = { id: '1', type: 'photo', url, previewUrl: null, contentType: null, size: 1, status: 'stored' }
  const texts = ['with a picture', 'the newest']
  const page = await at(direct, {
    height: 600,
    prepare: async (one) => {
      await one.route(url, (route) => void held.push(route))
      await one.route(/\/messages\?/, (route) => {
        const messages = texts.map((text, n) => ({
          ...known,
          id: `message-${n}`,
          text,
          attachments: n === 0 ? [photo] : [],
        }))
        return route.fulfill({ json: { messages: messages.reverse(), nextCursor: null } })
      })
    },
  })
  await message(page, 'the newest').waitFor()
  const picture = await eventually('the call for the picture', () => held[0])
  const body = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="900"/>'
  await picture.fulfill({ contentType: 'image/svg+xml', body })
  const pane = page.locator('.conversation-scroll')
  await eventually('the picture', () => pane.evaluate((element) => element.scrollHeight > element.clientHeight))
  await eventually('the newest message in view', async () => {
    const [shown, newest] = [await pane.boundingBox(), await message(page, 'the newest').boundingBox()]
    return shown && newest && newest.y + newest.height <= shown.y + shown.height
  })
})

test('the own reply comes into view, and raises no «new message»', async () => {
  for (let n = 0; n < 12; n++) await tell(customer, `line ${n} of twelve`)
  await eventually('all lines', async () => (await product.messages(direct.id)).length === 14)
  const page = await at(direct, { height: 600 })
  await message(page, 'line 11 of twelve').waitFor()
  const pane = page.locator('.conversation-scroll')
  await pane.evaluate((element) => element.scrollTo({ top: 0 }))
  await page.getByRole('textbox', { name: 'Reply by direct message' }).fill('On its way.')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await eventually('the reply in view', async () => {
    const [shown, own] = [await pane.boundingBox(), await message(page, 'On its way.').boundingBox()]
    return shown && own && own.y + own.height <= shown.y + shown.height
  })
  expect(await page.getByRole('button', { name: /new message/ }).count()).toBe(0)
})

describe('the form', () => {
  test('says what a link costs, and removes it', async () => {
    const page = await at(mention)
    await box(page).fill('See https://example.com/hours and example.com, we are.')
    await page.getByText('Costs $0.20: it is a public post with a link').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Remove links' }).click()
    expect(await box(page).inputValue()).toBe('See and, we are.')
    await page.getByText('Costs $0.01').waitFor()
    expect(await box(page).evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
  })

  test('of a mention leads to the direct messages of its author: to X, until they have a ticket', async () => {
    const page = await at(mention)
    const onX = page.getByRole('link', { name: 'Write a direct message on X' })
    expect(await onX.getAttribute('href')).toBe(
      `https://x.com/messages/compose?recipient_id=${encodeURIComponent(mention.customer.id)}`,
    )
    await tell(neighbour, 'In private: my number is 4711')
    const own = await eventually('the direct ticket', async () =>
      (await product.tickets()).find((one) => one.kind === 'direct' && one.customer.id === mention.customer.id),
    )
    await page.reload()
    await page.getByRole('link', { name: 'Write a direct message', exact: true }).click()
    await page.waitForURL(`**/tickets/${own.id}`)
    await message(page, 'In private').waitFor()
  })
})
