import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Page, Response } from 'playwright-core'
import type { Message, Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { browserForTests } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { type ConsoleOptions, customer, message, openConsole, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
const directMessage = (text: string) =>
  product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text })
let ticket: Ticket

beforeAll(async () => {
  await directMessage('Where is my order?')
  ticket = await eventually('the ticket', async () => (await product.tickets())[0])
})

const isList = (url: string) => /\/api\/tickets\?/.test(url)
const isTicket = (url: string) => /\/api\/tickets\/[^/?]+$/.test(url)
const isMessages = (url: string) => /\/messages\?/.test(url)

/** Opens an address on a clock of the test, and records the API's answers. */
async function openOnClock(at: string, prepare: ConsoleOptions['prepare'] = async () => {}) {
  const answers: Response[] = []
  let asked = 0
  const isPolled = (url: string) => isList(url) || isTicket(url) || isMessages(url)
  const { page } = await openConsole(browser.open, product, 'agent', {
    at,
    prepare: async (opened) => {
      await opened.clock.install()
      opened.on('request', (request) => isPolled(request.url()) && asked++)
      opened.on('response', (response) => isPolled(response.url()) && answers.push(response))
      await prepare(opened)
    },
  })
  /** Lets time pass, in steps long enough for each answer to come; returns the answers that came. */
  const pass = async (seconds: number): Promise<Response[]> => {
    const before = answers.length
    for (let n = 0; n < seconds; n++) {
      await page.clock.runFor(1_000)
      for (let known = -1; known < asked; ) {
        known = asked
        await eventually('the answer', () => answers.length === asked)
        // The page has taken the answer when it has made another call after it; it may have asked for more by then.
        await page.evaluate('fetch("/").then((answer) => answer.text())')
      }
    }
    return answers.slice(before)
  }
  /** Lets time pass until every call of half a minute is answered that nothing has changed. */
  const settle = () =>
    eventually('only answers that nothing has changed', async () => {
      // The page counts as used.
      await page.mouse.move(Math.random() * 9, 9)
      return (await pass(30)).every((answer) => answer.status() === 304 || isMessages(answer.url()))
    })
  return { page, pass, settle }
}

/** Records every change of what the page shows in its main part. */
const watchMain = (page: Page) =>
  page.evaluate(`
    window.changes = 0
    new MutationObserver((records) => { window.changes += records.length })
      .observe(document.querySelector('main'), { subtree: true, childList: true, attributes: true, characterData: true })
  `)
const changesOf = (page: Page) => page.evaluate<number>('window.changes')

describe('a list', () => {
  test('in which nothing is new is asked for by its entity tag, and stays as it is', async () => {
    const { page, pass, settle } = await openOnClock('/tickets')
    const link = page.getByRole('link', { name: 'Where is my order?' })
    await link.waitFor()
    await settle()
    await link.focus()
    await watchMain(page)
    const polls = await pass(20)
    expect(new Set(polls.map((answer) => answer.status()))).toEqual(new Set([304]))
    expect(await changesOf(page)).toBe(0)
    await product.helpdesk.call('PATCH /api/tickets/{id}', { params: { id: ticket.id }, body: { tags: ['urgent'] } })
    await eventually('the new tag', async () => {
      await pass(1)
      return (await page.getByRole('main').getByRole('listitem').filter({ hasText: 'urgent' }).count()) > 0
    })
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Where is my order?')
  })

  test('that nobody uses is asked for more rarely, and at once when somebody comes back', async () => {
    const { page, pass } = await openOnClock('/tickets')
    await page.mouse.move(10, 10)
    const whileUsed = (await pass(60)).length
    await pass(90)
    expect((await pass(60)).length).toBeLessThan(whileUsed / 3)
    const asking = page.waitForRequest((request) => isList(request.url()))
    await page.mouse.move(20, 20)
    await asking
  })
})

describe('an open ticket', () => {
  const address = () => `/tickets/${ticket.id}`
  const limitsIn = (answers: readonly Response[]) =>
    answers
      .map((answer) => answer.url())
      .flatMap((url) => (isMessages(url) ? [new URL(url).searchParams.get('limit')] : []))

  test('in which nothing is new is asked for by its entity tag, and its messages once a minute', async () => {
    const { page, pass, settle } = await openOnClock(address())
    await message(page, 'Where is my order?').waitFor()
    await settle()
    await watchMain(page)
    await page.mouse.move(20, 20)
    const answers = await pass(60)
    const polls = answers.filter((answer) => isTicket(answer.url()))
    expect(new Set(polls.map((answer) => answer.status()))).toEqual(new Set([304]))
    expect(limitsIn(answers).length).toBeLessThan(polls.length / 5)
    await directMessage('And where are you?')
    await eventually('the new message', async () => {
      await pass(1)
      return (await message(page, 'And where are you?').count()) > 0
    })
  })

  /** Changes the first message of the answer, as long as `change` says something. */
  const changeFirst = (change: () => Partial<Message>) => (page: Page) =>
    page.route(isMessagesOf, async (route) => {
      const answer = await route.fetch()
      const body = (await answer.json()) as { messages: Message[] }
      const messages = body.messages.map((one) => (one.text === 'Where is my order?' ? { ...one, ...change() } : one))
      await route.fulfill({ json: { ...body, messages } })
    })
  const isMessagesOf = (url: URL) => isMessages(url.href)

  test('shows within a minute what does not change it: a deletion on X', async () => {
    let change: Partial<Message> = {}
    const { page, pass, settle } = await openOnClock(
      address(),
      changeFirst(() => change),
    )
    await message(page, 'Where is my order?').waitFor()
    await settle()
    await page.mouse.move(30, 30)
    change = { deletedAt: '2026-01-02T00:00:00Z' }
    await pass(60)
    expect(await page.getByText('Deleted on X').count()).toBe(1)
  })

  test('with a reply under way asks for the messages from that reply on, until it is sent', async () => {
    await directMessage('A last question')
    await eventually(
      'the last question',
      async () => (await product.messages(ticket.id)).at(-1)?.text === 'A last question',
    )
    const count = (await product.messages(ticket.id)).length
    const delivery = (status: 'pending' | 'sent') => ({ status, reason: null, attempts: 1, dueAt: null })
    let status: 'pending' | 'sent' = 'pending'
    const reply = () => ({ direction: 'outbound' as const, delivery: delivery(status) })
    const { page, pass, settle } = await openOnClock(address(), changeFirst(reply))
    await message(page, 'Where is my order?').waitFor()
    await settle()
    await page.mouse.move(40, 40)
    expect(limitsIn(await pass(20))).toContain(String(count))
    status = 'sent'
    await pass(5)
    await message(page, 'Where is my order?').getByText('Sent').waitFor()
    expect(limitsIn(await pass(20))).not.toContain(String(count))
  })
})
