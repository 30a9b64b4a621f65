import { expect, test } from '@jest/globals'
import { eventually } from '../local/support.ts'
import { axeViolations, browserForTests } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { customer, message, openConsole, shop } from './support.ts'

const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()

test('an answer is hidden and shown again, a reply deleted, a customer muted: each after its price', async () => {
  const post = (body: object) => product.onX<{ id: string }>('POST', 'posts', body)
  const ours = await post({ by: shop.username, text: 'New shoes!' })
  await post({ by: customer, text: `@${shop.username} buy gold`, inReplyTo: ours.id })
  const ticket = await eventually('the ticket', async () => (await product.tickets())[0])
  await product.reply(ticket.id, { text: 'We sell shoes.' })
  await eventually('the reply', async () =>
    (await product.messages(ticket.id)).some((one) => one.direction === 'outbound' && one.externalId !== null),
  )
  const { page } = await openConsole(browser.open, product, 'agent')
  await page.goto(`${product.url}/tickets/${ticket.id}`)
  const dialog = page.getByRole('dialog')
  const entry = message(page, 'buy gold')

  const more = { name: 'More about this message' }
  await entry.getByRole('button', more).click()
  await entry.getByRole('button', { name: 'Hide on X' }).click()
  await dialog.getByText('X charges $0.005.').waitFor()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await entry.getByRole('button', { name: 'Hide on X' }).click()
  await dialog.getByRole('button', { name: 'Hide on X' }).click()
  await entry.getByText('Hidden on X,').waitFor()
  await entry.getByRole('button', { name: 'Show on X' }).click()
  await dialog.getByRole('button', { name: 'Show on X' }).click()
  await entry.getByRole('button', { name: 'Hide on X' }).waitFor()

  await message(page, 'We sell shoes.').getByRole('button', more).click()
  await message(page, 'We sell shoes.').getByRole('button', { name: 'Delete on X' }).click()
  await dialog.getByText('X charges $0.01.').waitFor()
  await dialog.getByRole('button', { name: 'Delete on X' }).click()
  await page.getByText('Deleted on X,').waitFor()

  await page.getByText('On X', { exact: true }).click()
  await page.getByRole('button', { name: 'Mute', exact: true }).click()
  await dialog.getByText('X charges $0.015.').waitFor()
  await dialog.getByRole('button', { name: 'Mute' }).click()
  await page.getByRole('status').filter({ hasText: 'Muted on X.' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
})
