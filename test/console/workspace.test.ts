import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Locator, Page } from 'playwright-core'
import type { Message, Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { axeViolations, browserForTests } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { heading, message, openConsole, openTickets, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
let direct: Ticket
let mention: Ticket

beforeAll(async () => {
  ;({ direct, mention } = await openTickets(product))
})

const list = (page: Page) => page.getByRole('list', { name: /^Tickets, / })
const box = (page: Page) => page.getByRole('textbox', { name: 'Reply by direct message' })
const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true })

describe('list and ticket', () => {
  test('stand side by side; filter, loaded rows and draft survive the way there and back', async () => {
    const { page } = await openConsole(browser.open, product, 'administrator', {
      at: '/tickets?show=waiting&order=waiting',
      width: 1440,
    })
    await list(page).getByRole('link', { name: direct.subject }).click()
    await heading(page, direct.subject).waitFor()
    expect(new URL(page.url()).search).toBe('?show=waiting&order=waiting')
    expect(await list(page).isVisible()).toBe(true)
    await box(page).fill('half a sentence')
    await page.getByRole('link', { name: 'Next ticket in the list' }).click()
    await heading(page, mention.subject).waitFor()
    await page.getByRole('link', { name: 'Previous ticket in the list' }).click()
    await heading(page, direct.subject).waitFor()
    expect(await box(page).inputValue()).toBe('half a sentence')
  })

  test('have the filters behind one button, which says how many are chosen', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: `/tickets/${direct.id}`, width: 1440 })
    await list(page).waitFor()
    const order = page.getByRole('combobox', { name: 'Order' })
    expect(await order.isVisible()).toBe(false)
    await page.setViewportSize({ width: 390, height: 800 })
    await page.getByRole('link', { name: 'Tickets', exact: true }).first().click()
    await page.getByRole('button', { name: 'Filters', exact: true }).click()
    await order.selectOption('Longest waiting')
    await page.waitForURL('**?order=waiting')
    const chosen = page.getByRole('button', { name: 'Filters, 1 chosen' })
    expect(await chosen.getAttribute('aria-expanded')).toBe('true')
    expect(await axeViolations(page)).toEqual([])
    await chosen.click()
    await order.waitFor({ state: 'hidden' })
  })

  test('leave the form and its button in view while a keyboard takes half of a phone', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', {
      at: `/tickets/${mention.id}`,
      width: 390,
      height: 400,
    })
    await page.getByRole('textbox', { name: /^Public reply/ }).fill('We are.')
    await page.getByText('Costs $0.01').waitFor()
    const place = await page.getByRole('button', { name: 'Reply publicly' }).boundingBox()
    expect(place?.y).toBeGreaterThan(0)
    expect((place?.y ?? 1_000) + (place?.height ?? 0)).toBeLessThanOrEqual(400)
    expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).toBe(false)
  })

  test('come one after the other on a phone, with the form in view', async () => {
    const { page } = await openConsole(browser.open, product, 'administrator', {
      at: `/tickets/${direct.id}`,
      width: 390,
      height: 700,
    })
    await message(page, 'Where is my order?').waitFor()
    expect(await list(page).isVisible()).toBe(false)
    const place = await box(page).boundingBox()
    expect((place?.y ?? 1_000) + (place?.height ?? 0)).toBeLessThan(700)
    await page.getByRole('link', { name: 'Tickets', exact: true }).first().click()
    await heading(page, 'Tickets').waitFor()
    await list(page).waitFor()
  })

  test('by «Longest waiting» the first is who has waited longest', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: '/tickets?show=waiting', width: 1440 })
    await page.getByRole('combobox', { name: 'Order' }).selectOption('Longest waiting')
    await page.getByRole('list', { name: 'Tickets, longest waiting first' }).waitFor()
    const waiting = (await product.tickets({ waiting: 'true' })).toSorted((a, b) =>
      String(a.waitingSince).localeCompare(String(b.waitingSince)),
    )
    expect(waiting).toHaveLength(2)
    for (const [at, { subject }] of waiting.entries())
      await page
        .locator(`[aria-posinset="${at + 1}"]`)
        .getByRole('link', { name: subject })
        .waitFor()
  })

  test('a tab shows how many customers wait, and a row what they wrote last', async () => {
    const { page } = await openConsole(browser.open, product, 'administrator', { at: '/tickets', width: 1440 })
    await page.getByRole('link', { name: /^Waiting ?2$/ }).waitFor()
    const row = list(page).getByRole('listitem').filter({ hasText: direct.subject })
    const { height = 0 } = (await row.boundingBox()) ?? {}
    expect(height).toBeGreaterThanOrEqual(40)
    expect(height).toBeLessThanOrEqual(48)
  })
})

describe('a reply', () => {
  const at = (prepare: (page: Page) => Promise<unknown>) =>
    openConsole(browser.open, product, 'agent', { at: `/tickets/${direct.id}`, prepare, width: 1440 })
  const outbound = (known: Message | undefined, more: Partial<Message>) =>
    ({
      ...known,
      id: 'reply-1',
      direction: 'outbound',
      text: 'What we wrote',
      entities: [],
      author: { id: 'kim', username: null, name: 'Kim' },
      ...more,
    }) as Message
  const answerWith = (page: Page, more: () => Partial<Message> | null) =>
    page.route(/\/messages\?/, async (route) => {
      const answer = await route.fetch()
      const body = (await answer.json()) as { messages: Message[] }
      const reply = more()
      const messages = reply ? [outbound(body.messages.at(-1), reply), ...body.messages] : body.messages
      await route.fulfill({ json: { ...body, messages } })
    })
  const inState = (status: 'failed' | 'unknown' | 'pending' | 'cancelled'): Partial<Message> => ({
    delivery: { status, reason: status === 'cancelled' ? null : 'X said so', attempts: 1, dueAt: null },
  })

  test.each([
    ['failed', 'Change', 'cancelled'],
    ['failed', 'Discard', 'cancelled'],
    ['pending', 'Cancel this reply', 'cancelled'],
    ['unknown', 'It is on X', 'sent'],
  ] as const)('that is %s: «%s»', async (status, button, as) => {
    const resolved: unknown[] = []
    const [first] = await product.messages(direct.id)
    const { page } = await at(async (one) => {
      await answerWith(one, () => inState(resolved.length === 0 ? status : 'cancelled'))
      await one.route(/\/resolve$/, async (route) => {
        resolved.push(route.request().postDataJSON())
        await route.fulfill({ json: outbound(first, inState('cancelled')) })
      })
    })
    await message(page, 'What we wrote').getByRole('button', { name: button }).click()
    if (button === 'Discard') await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click()
    await eventually('the call', () => resolved.length === 1)
    expect(resolved).toEqual([{ as }])
    if (button === 'Change')
      await eventually('the text', async () => (await box(page).inputValue()) === 'What we wrote')
  })

  test('is sent and its ticket solved in one step', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: `/tickets/${mention.id}`, width: 1440 })
    await page.getByRole('textbox', { name: /^Public reply/ }).fill('We are, until six.')
    await page.getByRole('button', { name: 'Send and solve' }).click()
    await message(page, 'We are, until six.').getByText('Sent', { exact: true }).waitFor()
    const status = page.getByRole('combobox', { name: 'Status' })
    await eventually('the status', async () => (await status.inputValue()) === 'solved')
    const params = { id: mention.id }
    expect((await product.helpdesk.call('GET /api/tickets/{id}', { params })).status).toBe('solved')
    await product.helpdesk.call('PATCH /api/tickets/{id}', { params, body: { status: 'open' } })
  })

  test('is not sent without a picture that could not be uploaded', async () => {
    const { page } = await at((one) => one.route(/\/api\/attachments$/, (route) => route.fulfill({ status: 500 })))
    await box(page).fill('See the picture')
    await page.locator('input[type=file]').setInputFiles({
      name: 'map.png',
      mimeType: 'image/png',
      buffer: Buffer.from('png'),
    })
    await page.getByText('A file was not uploaded.').waitFor()
    expect(await send(page).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Remove map.png' }).click()
    expect(await send(page).isDisabled()).toBe(false)
  })

  test('asks first if a colleague has replied since it was begun', async () => {
    let hasReplied = false
    let posted = 0
    const { page } = await at(async (one) => {
      await answerWith(one, () => (hasReplied ? inState('pending') : null))
      await one.route(/\/replies$/, (route) => {
        posted += 1
        return route.fulfill({ status: 500 })
      })
    })
    await box(page).fill('My answer')
    hasReplied = true
    await send(page).click()
    await page.getByRole('dialog').getByText('Kim has replied meanwhile').waitFor()
    await page.getByRole('button', { name: 'Do not send' }).click()
    expect(posted).toBe(0)
    await send(page).click()
    await page.getByRole('button', { name: 'Send mine too' }).click()
    await eventually('the reply', () => posted === 1)
  })

  test('drafted by one person is not there for the next one at the same browser', async () => {
    const { page } = await at(async () => {})
    await box(page).fill('a secret')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Name').waitFor()
    await page.goto(`${product.url}/tickets/${direct.id}`)
    await page.getByLabel('Name').fill('administrator')
    await page.getByLabel('Password').fill('local')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await box(page).waitFor()
    expect(await box(page).inputValue()).toBe('')
    expect(await page.evaluate<string>('JSON.stringify(sessionStorage)')).not.toContain('a secret')
  })
})

describe('by keyboard', () => {
  const focused = (target: Locator) => target.evaluate((element) => element === element.ownerDocument.activeElement)

  test('Tab leads from the status to the form before any menu of a message', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: `/tickets/${direct.id}`, width: 1440 })
    await message(page, 'Where is my order?').waitFor()
    await page.getByRole('combobox', { name: 'Status' }).focus()
    const menu = page.getByRole('button', { name: 'More about this message' }).first()
    await eventually('the form', async () => {
      await page.keyboard.press('Tab')
      expect(await focused(menu)).toBe(false)
      return focused(box(page))
    })
  })

  test('? lists the keys, and Escape leads back to where the focus was, as it does from a question', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: `/tickets/${direct.id}`, width: 1440 })
    const block = page.getByRole('button', { name: 'Block this customer' })
    for (const [key, dialog] of [
      ['?', 'Keyboard shortcuts'],
      ['Enter', /Block/],
    ] as const) {
      await block.focus()
      await page.keyboard.press(key)
      await page.getByRole('dialog', { name: dialog }).waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog', { name: dialog }).waitFor({ state: 'hidden' })
      await eventually('the focus', () => focused(block))
    }
  })

  test('j and k go along the list, r begins a reply, ? lists the keys, and Escape closes the list', async () => {
    const { page } = await openConsole(browser.open, product, 'agent', { at: `/tickets/${direct.id}`, width: 1440 })
    await page
      .getByRole('link', { name: /^(Next|Previous) ticket in the list/ })
      .first()
      .waitFor()
    const isFirst = (await page.getByRole('link', { name: 'Next ticket in the list' }).count()) > 0
    await page.keyboard.press(isFirst ? 'j' : 'k')
    await heading(page, mention.subject).waitFor()
    await page.getByRole('textbox', { name: /^Public reply/ }).waitFor()
    await page.keyboard.press('r')
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
    await page.keyboard.type('jk?')
    expect(await page.getByRole('textbox', { name: /^Public reply/ }).inputValue()).toBe('jk?')
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click()
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Next ticket').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })
})

test('a poll that fails is told, with the time of what the page shows', async () => {
  let fails = false
  const { page } = await openConsole(browser.open, product, 'agent', {
    at: '/tickets',
    prepare: (one) =>
      one.route(/\/api\/tickets\?/, (route) => (fails ? route.fulfill({ status: 500, json: {} }) : route.continue())),
  })
  await page.getByRole('link', { name: direct.subject }).waitFor()
  fails = true
  await page.getByText(/^The helpdesk does not answer as it should\. This page is as of \d\d:\d\d/).waitFor()
  fails = false
  await page.getByText('The helpdesk does not answer as it should.').waitFor({ state: 'detached' })
})
