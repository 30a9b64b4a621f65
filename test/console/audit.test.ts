import { expect, test } from '@jest/globals'
import { browserForTests, noFaults } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { addChannel, goTo, heading, openConsole, shop } from './support.ts'

const product = productForTests()
const browser = browserForTests()

test('an administrator sees who did what, narrows it by the address, and downloads it', async () => {
  const { page, faults } = await openConsole(browser.open, product, 'administrator')
  await addChannel(page)
  await page.getByLabel('Name').fill('Our shop')
  await page.getByRole('button', { name: 'Save' }).click()
  await heading(page, 'Our shop').waitFor()
  const agent = await openConsole(browser.open, product, 'agent', { at: '/audit' })
  await agent.page.getByText('administrator').first().waitFor()

  await goTo(page, 'Audit')
  const rows = page.getByRole('row')
  const changed = rows.filter({ hasText: 'Changed a channel' })
  await changed.getByText(`${shop.username} → Our shop`).waitFor()
  expect(await changed.getByText('administrator').count()).toBe(1)
  expect(await changed.getByText('127.0.0.1').count()).toBe(1)
  expect(await rows.filter({ hasText: 'Connected an account' }).count()).toBe(1)
  expect(await rows.filter({ hasText: 'Signed in' }).filter({ hasText: 'administrator' }).count()).toBe(1)

  await page.getByLabel('What').selectOption('Changed a channel')
  await page.waitForURL('**/audit?kind=channel_changed')
  await rows.filter({ hasText: 'Signed in' }).first().waitFor({ state: 'detached' })
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download CSV' }).click()
  const stream = await (await download).createReadStream()
  let csv = ''
  for await (const chunk of stream) csv += chunk
  expect(csv.split('\r\n')).toEqual([
    '\ufefftime,person,person id,address,kind,object,before,after',
    expect.stringMatching(/^[^,]+,administrator,administrator,127\.0\.0\.1,channel_changed,twitter-\d+,.*Our shop/),
    '',
  ])
  await changed.getByRole('link', { name: `twitter-${shop.id}` }).click()
  await heading(page, 'Our shop').waitFor()
  expect([faults, agent.faults]).toEqual([noFaults, noFaults])
})
