import { expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { browserForTests, noFaults } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { customer, goTo, heading, message, neighbour, openConsole, shop } from './support.ts'

// What people read when something was not fetched, and when a secret is being replaced.
const product = productForTests(() => product.connectByOAuth(shop), {
  LOOKUPS_PER_CUSTOMER: '0',
  MEGABYTES_PER_CUSTOMER: '0',
  X_CONSUMER_SECRET_PREVIOUS: 'the-secret-before',
})
const browser = browserForTests()

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

test('a message above the limits of its customer is there, and says what was not fetched and why', async () => {
  const question = await product.onX<{ id: string }>('POST', 'posts', { by: neighbour, text: 'Who repairs phones?' })
  const media = [{ contentType: 'image/png', base64: png }]
  const text = `@${shop.username} do you? See mine`
  await product.onX('POST', 'posts', { by: customer, text, inReplyTo: question.id, media })
  const ticket = await eventually('the ticket and what became of its picture', async () => {
    const found = (await product.tickets())[0]
    const [first] = found ? await product.messages(found.id) : []
    return first?.incompleteBecause && first.attachments[0]?.status === 'unavailable' ? found : undefined
  })
  const { page, faults } = await openConsole(browser.open, product, 'agent', { at: `/tickets/${ticket.id}` })
  const shown = message(page, 'See mine')
  await shown.getByText('We did not look up what X left out of this message: 0 look-ups are allowed').waitFor()
  await shown.getByText('Picture cannot be downloaded from X right now. We try again.').waitFor()
  await shown.getByText('Reason: with it, more than 0 MB would be downloaded for this customer today (UTC).').waitFor()
  expect(faults).toEqual(noFaults)
})

test('administrators see under Channels that the secret of the X app is being replaced', async () => {
  const { page, faults } = await openConsole(browser.open, product, 'administrator')
  await goTo(page, 'Channels')
  await heading(page, 'Channels').waitFor()
  await page.getByText('The secret of the X app is being replaced').waitFor()
  await page.getByText('X has not signed with the previous secret since it was replaced:').waitFor()
  await page.getByText('It can go when X has not signed with it for a day.').waitFor()
  expect(faults).toEqual(noFaults)
})
