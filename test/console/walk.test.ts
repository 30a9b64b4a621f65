import { describe, expect, test } from '@jest/globals'
import type { Locator, Page } from 'playwright-core'
import { eventually } from '../local/support.ts'
import { browserForTests, type Faults } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { heading, message, shop } from './support.ts'

/** How a person works: with the mouse and letters, or with the keyboard alone. */
type Hands = {
  press(target: Locator): Promise<void>
  tick(target: Locator): Promise<void>
  write(target: Locator, text: string): Promise<void>
  /** Chooses the other one of two tabs. */
  turnTo(tab: Locator, other: Locator): Promise<void>
}

const mouse: Hands = {
  press: (target) => target.click(),
  tick: (target) => target.click(),
  async write(target, text) {
    await target.click()
    await target.page().keyboard.type(text)
  },
  turnTo: (tab) => tab.click(),
}

/** More stops than any page has. */
const MAX_STOPS = 150

async function reach(target: Locator): Promise<void> {
  await target.waitFor()
  const hasFocus = () => target.evaluate((element) => element === element.ownerDocument.activeElement)
  for (let stop = 0; stop < MAX_STOPS; stop++) {
    if (await hasFocus()) return
    await target.page().keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${target}.`)
}

const keyboard: Hands = {
  async press(target) {
    await reach(target)
    await target.page().keyboard.press('Enter')
  },
  async tick(target) {
    await reach(target)
    await target.page().keyboard.press('Space')
  },
  async write(target, text) {
    await reach(target)
    await target.page().keyboard.press('End')
    await target.page().keyboard.type(text)
  },
  async turnTo(_, other) {
    await reach(other)
    await other.page().keyboard.press('ArrowRight')
  },
}

// As README says: from a clean start to an answered mention, an answered encrypted message, a failed reply that was
// mended, and a report.
describe.each([
  ['the mouse', mouse],
  ['the keyboard alone', keyboard],
] as const)('the way through README with %s', (_, hands) => {
  const product = productForTests()
  const browser = browserForTests()

  test('leads to an answered mention, an answered encrypted message, a mended reply, and a report', async () => {
    const { page: desk, context, faults } = await browser.open({ width: 1440, height: 900 })
    const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
    const goTo = async (name: string) => {
      await hands.press(desk.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }))
      await heading(desk, name).waitFor()
    }

    await desk.goto(product.url)
    await hands.write(desk.getByLabel('Name'), 'administrator')
    await hands.write(desk.getByLabel('Password'), 'local')
    await hands.press(button(desk, 'Sign in'))
    await heading(desk, 'Setup').waitFor()
    await goTo('Channels')
    await hands.press(button(desk, 'Add Channel'))
    await hands.press(button(desk, 'Twitter'))
    await hands.press(button(desk, 'Allow'))
    await heading(desk, shop.username).waitFor()

    const phone = await context.newPage()
    await phone.goto(product.xUrl)
    await hands.turnTo(phone.getByRole('tab', { name: 'Posts' }), phone.getByRole('tab', { name: 'Messages' }))
    await hands.write(phone.getByLabel('Write a post'), 'do you ship to Norway?')
    await hands.press(button(phone, 'Post'))

    await goTo('Tickets')
    await hands.press(desk.getByRole('link', { name: 'do you ship to Norway?' }))
    await hands.press(desk.getByRole('button', { name: 'Public reply to Demo Customer' }))
    await desk.locator('textarea:focus').waitFor()
    await desk.keyboard.type('We do, within a week.')
    await hands.press(button(desk, 'Reply publicly'))
    await message(desk, 'We do, within a week.').getByText('Sent', { exact: true }).waitFor()
    await phone.locator('article').filter({ hasText: 'We do, within a week.' }).waitFor()

    await hands.turnTo(phone.getByRole('tab', { name: 'Messages' }), phone.getByRole('tab', { name: 'Posts' }))
    await hands.tick(phone.getByLabel('Encrypted', { exact: true }))
    await hands.write(phone.getByLabel('Write a message'), 'My number is 4711.')
    await hands.press(button(phone, 'Send message'))
    await phone.getByText('Their PIN is 1234.').waitFor()

    await goTo('Channels')
    await hands.press(desk.getByRole('link', { name: shop.username }))
    await hands.write(desk.getByLabel('PIN of the account'), '1234')
    await hands.press(button(desk, 'Enter PIN'))
    await button(desk, 'Forget the key').waitFor()
    await goTo('Tickets')
    await hands.press(desk.getByRole('list', { name: /^Tickets, / }).getByRole('link', { name: 'My number is 4711.' }))
    await message(desk, 'My number is 4711.').waitFor()
    const box = desk.getByRole('textbox', { name: 'Reply by direct message' })
    await hands.write(box, 'Thank you, found it.')
    await hands.press(button(desk, 'Send'))
    await message(desk, 'Thank you, found it.').getByText('Sent', { exact: true }).waitFor()
    await phone.getByRole('log').getByText('Thank you, found it.').waitFor()

    await hands.press(button(phone, 'Refuse the next public reply'))
    await phone.getByText('X refuses the next public reply').waitFor()
    const openMention = async () => {
      await goTo('Tickets')
      await hands.press(desk.getByRole('list', { name: /^Tickets, / }).getByRole('link', { name: 'ship to Norway?' }))
    }
    await openMention()
    const publicBox = desk.getByRole('textbox', { name: 'Public reply to Demo Customer' })
    await hands.write(publicBox, 'It costs 9 euros.')
    await hands.press(button(desk, 'Reply publicly'))
    const failed = message(desk, 'It costs 9 euros.')
    await failed.getByText('The simulated X was told to refuse it.').waitFor()
    await desk.getByRole('link', { name: /^Failed ?1$/ }).waitFor()
    await hands.press(failed.getByRole('button', { name: 'Change' }))
    await eventually('its text in the form', async () => (await publicBox.inputValue()) === 'It costs 9 euros.')
    await hands.write(publicBox, ' Or nothing from 50 euros on.')
    await hands.press(button(desk, 'Reply publicly'))
    await message(desk, 'from 50 euros on').getByText('Sent', { exact: true }).waitFor()
    await hands.turnTo(phone.getByRole('tab', { name: 'Posts' }), phone.getByRole('tab', { name: 'Messages' }))
    await phone.locator('article').filter({ hasText: 'It costs 9 euros. Or nothing from 50 euros on.' }).waitFor()

    await goTo('Reports')
    const total = desk.getByRole('row', { name: /^Total/ })
    await total.waitFor()
    expect((await total.getByRole('cell').allInnerTexts()).slice(0, 5)).toEqual(['2', '0', '2', '4', '2'])
    expect(serious(faults)).toEqual([])
  })
})

/** What is wrong beside the answers that the browser logs as errors by itself. */
const serious = ({ errors, cspViolations, foreignRequests }: Faults) => [
  ...errors.filter((one) => !one.startsWith('Failed to load resource')),
  ...cspViolations,
  ...foreignRequests,
]
