import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import type { Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { browserForTests, noFaults } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { customer, message, neighbour, openConsole, shop } from './support.ts'

// Attachments and validation, end to end: browser, API, bucket, queues and the simulated X.
const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
let mention: Ticket

/** A valid PNG of one pixel: browsers show it, and X accepts it. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

beforeAll(async () => {
  await product.onX('POST', 'posts', { by: neighbour, text: `@${shop.username} are you open?` })
  mention = await eventually('the ticket', async () => (await product.tickets())[0])
})

const at = (address: string) => openConsole(browser.open, product, 'agent', { at: address })

const replyTo = async (page: Page, text: string) => {
  await page.getByRole('button', { name: /^Public reply/ }).click()
  await page.getByRole('textbox', { name: /^Public reply/ }).fill(text)
}

type OnX = { id: string; by?: string; text: { full: string }; mediaIds: string[] }

/** The bytes of the pictures of the shop's post with that text, as X has them. */
async function sentWith(text: string): Promise<Buffer[]> {
  const post = await eventually('the post on X', async () => {
    const { posts } = await product.onX<{ posts: OnX[] }>('GET', 'posts')
    return posts.find((one) => one.text.full.includes(text))
  })
  return Promise.all(
    post.mediaIds.map(async (id) => Buffer.from(await (await fetch(`${product.xUrl}/_x/media/${id}`)).arrayBuffer())),
  )
}

test('a picture in a direct message is loaded from the bucket, and the message is answered', async () => {
  const media = { contentType: 'image/png', base64: picture.toString('base64') }
  await product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text: 'Broken, see', media })
  const ticket = await eventually('the ticket', async () => {
    const found = (await product.tickets()).find((one) => one.kind === 'direct')
    const [first] = found ? await product.messages(found.id) : []
    return first?.attachments[0]?.status === 'stored' ? found : undefined
  })
  const { page, faults } = await at(`/tickets/${ticket.id}`)
  const shown = page.getByRole('img', { name: /^Picture from/ })
  await shown.waitFor()
  const width = () => page.evaluate(`document.querySelector('img[alt^="Picture from"]')?.naturalWidth`)
  await eventually('the picture', async () => (await width()) === 1)
  expect(await shown.getAttribute('src')).toContain('X-Amz-Signature')
  await page.getByRole('textbox', { name: /^(Reply|Direct message|Message)/ }).fill('We send another.')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await message(page, 'We send another.').getByText('Sent').waitFor()
  expect(faults).toEqual(noFaults)
})

describe('a public reply', () => {
  test('sends the picture that the agent chose to X', async () => {
    const { page, faults } = await at(`/tickets/${mention.id}`)
    await replyTo(page, 'with a picture')
    const choose = page.locator('input[type="file"]')
    await choose.setInputFiles([{ name: 'letter.pdf', mimeType: 'application/pdf', buffer: Buffer.from('x') }])
    await page.getByText('X does not accept letter.pdf.').waitFor()
    await choose.setInputFiles([{ name: 'parcel.png', mimeType: 'image/png', buffer: picture }])
    await page.getByRole('button', { name: 'Remove parcel.png' }).waitFor()
    await page.getByRole('button', { name: 'Reply publicly' }).click()
    await message(page, 'with a picture').getByText('Sent').waitFor()
    expect((await sentWith('with a picture')).map((bytes) => bytes.equals(picture))).toEqual([true])
    expect(faults).toEqual(noFaults)
  })

  test.each(['paste', 'drop'])('accepts a picture by %s', async (way) => {
    const { page } = await at(`/tickets/${mention.id}`)
    await replyTo(page, `taken by ${way}`)
    await page.evaluate(`(() => {
      const bytes = Uint8Array.from(atob('${picture.toString('base64')}'), (one) => one.charCodeAt(0))
      const data = new DataTransfer()
      data.items.add(new File([bytes], 'taken.png', { type: 'image/png' }))
      const given = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data }
      const event = '${way}' === 'paste' ? new ClipboardEvent('paste', given) : new DragEvent('drop', given)
      document.querySelector('textarea').dispatchEvent(event)
    })()`)
    await page.getByRole('button', { name: 'Remove taken.png' }).waitFor()
    await page.getByRole('button', { name: 'Reply publicly' }).click()
    await message(page, `taken by ${way}`).getByText('Sent').waitFor()
    expect((await sentWith(`taken by ${way}`)).map((bytes) => bytes.equals(picture))).toEqual([true])
  })

  test('a file whose content is no picture is refused before sending', async () => {
    const { page } = await at(`/tickets/${mention.id}`)
    await replyTo(page, 'no picture at all')
    const buffer = Buffer.from('<script>alert(1)</script>')
    await page.locator('input[type="file"]').setInputFiles([{ name: 'page.png', mimeType: 'image/png', buffer }])
    await page.getByText('is not a JPEG, PNG').waitFor()
    expect(await page.getByRole('button', { name: 'Reply publicly' }).isDisabled()).toBe(true)
  })

  test('is validated while it is written: its price, the higher price with a link, and its length', async () => {
    const { page } = await at(`/tickets/${mention.id}`)
    await replyTo(page, 'Gladly.')
    await page.getByText('Costs $0.010: it is a public reply to somebody who mentioned the account').waitFor()
    const box = page.getByRole('textbox', { name: /^Public reply/ })
    await box.fill('See https://example.com/menu')
    await page.getByText(/Costs \$0\.20: it is a public post with a link/).waitFor()
    await box.fill('x'.repeat(281))
    await page.getByText('281 / 280').waitFor()
    expect(await page.getByRole('button', { name: 'Reply publicly' }).isDisabled()).toBe(true)
  })
})
