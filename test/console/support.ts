import type { Page, Route } from 'playwright-core'
import type { Ticket } from '../../client/src/calls.ts'
import type { PersonName } from '../../local/identity/clients.ts'
import { eventually } from '../local/support.ts'
import type { OpenedPage, PageOptions } from '../support/browser.ts'
import type { Product } from '../support/product.ts'

/** The account of the shop and two people; the simulated X starts with them. */
export const shop = { id: '1480000000000000001', username: 'demo_shop' }
export const customer = 'demo_customer'
export const neighbour = 'demo_neighbour'

export type ConsoleOptions = PageOptions & {
  readonly at?: string
  readonly prepare?: (page: Page) => Promise<unknown>
}

/**
 * Opens the console in a new page, at an address, and signs a person in on the sign-in page.
 * @param prepare given the page before anything is loaded
 */
export async function openConsole(
  open: (options: PageOptions) => Promise<OpenedPage>,
  product: Product,
  person: PersonName,
  { at = '/', prepare = async () => {}, ...options }: ConsoleOptions = {},
): Promise<OpenedPage> {
  const opened = await open(options)
  const { page } = opened
  await prepare(page)
  await page.goto(`${product.url}${at}`)
  await page.getByLabel('Name').fill(person)
  await page.getByLabel('Password').fill('local')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
  return opened
}

export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })

/** Opens a page by the navigation. */
export async function goTo(
  page: Page,
  place: 'Tickets' | 'Reports' | 'Channels' | 'Extensions' | 'Webhooks' | 'Audit',
): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: place }).click()
  await heading(page, place).waitFor()
}

/** Connects the shop with the mouse: Add Channel, Twitter, and Allow on X. */
export async function addChannel(page: Page): Promise<void> {
  await goTo(page, 'Channels')
  await page.getByRole('button', { name: 'Add Channel' }).click()
  await page.getByRole('button', { name: 'Twitter' }).click()
  await page.getByRole('radio', { name: `@${shop.username}` }).check()
  await page.getByRole('button', { name: /^(Allow|Authorize)/ }).click()
  await page.waitForURL(`**/channels/twitter-${shop.id}`)
  await heading(page, shop.username).waitFor()
}

/** The message of the conversation that contains the text. */
export const message = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text })

/** A direct message of the customer and a mention by the neighbour, and the tickets that they open. */
export async function openTickets(product: Product, text = 'Where is my order?') {
  await product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text })
  await product.onX('POST', 'posts', { by: neighbour, text: `@${shop.username} are you open?` })
  const of = (kind: Ticket['kind']) =>
    eventually(`the ${kind} ticket`, async () => (await product.tickets()).find((one) => one.kind === kind))
  return { direct: await of('direct'), mention: await of('mention') }
}

/** Holds the first call, such as `POST /replies`; the others go on. */
export async function holdFirst(page: Page, method: string, address: RegExp): Promise<() => Promise<Route>> {
  let held: Route | undefined
  await page.route(address, (route) => {
    if (held || route.request().method() !== method) return route.continue()
    held = route
    return undefined
  })
  return () => eventually(`${method} ${address}`, () => held)
}

/** Waits until the page has taken the answers that it got: it has when another call after them is answered. */
export const answersTaken = (page: Page) => page.evaluate('fetch("/config.json").then((answer) => answer.text())')
