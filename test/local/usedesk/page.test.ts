import { afterEach, describe, expect, test } from '@jest/globals'
import type { Usedesk } from '../../../local/usedesk/usedesk.ts'
import { axeViolations, browserForTests, noFaults, type PageOptions, screenshot } from '../../support/browser.ts'
import { eventually } from '../support.ts'
import { call, everything, openTicket, upload } from './support.ts'

const all = everything()
const browser = browserForTests()
afterEach(() => all.stop())

/** The smallest picture there is. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** The page of the agent, with the list drawn. */
async function pageOf(usedesk: Usedesk, options: PageOptions = {}, hash = '') {
  const one = await browser.open(options)
  await one.page.goto(`${usedesk.url}/${hash}`)
  await one.page.getByRole('navigation', { name: 'Tickets' }).or(one.page.getByRole('article')).first().waitFor()
  return one
}

describe('the agent in Usedesk', () => {
  test('sees tickets, answers publicly with a file and privately, and sets a status; the events say so', async () => {
    const receiver = await all.receiver()
    const usedesk = await all.usedesk({ redirectUrl: receiver.url })
    const id = await openTicket(usedesk, { tag: 'Twitter:Direct, vip', subject: 'Message from Mia' })
    const { page, faults } = await pageOf(usedesk)
    await page.getByText('Not Usedesk, but a stand-in').waitFor()
    await page.getByRole('link', { name: /Mia Kurz/ }).click()
    await page.getByRole('heading', { name: 'Message from Mia' }).waitFor()
    await page.getByLabel('Public answer', { exact: true }).last().fill('On its <way>.\nAnna')
    await page.getByLabel('Files').setInputFiles({ name: 'parcel.png', mimeType: 'image/png', buffer: png })
    await page.getByRole('button', { name: 'Send answer' }).click()
    await page.getByRole('img', { name: 'parcel.png, from Agent in Usedesk' }).waitFor()
    await page.getByRole('radio', { name: 'Private note' }).check()
    await page.getByRole('textbox', { name: 'Private note' }).fill('Ask the carrier')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('log').getByText('Ask the carrier').waitFor()
    await page.getByLabel('Set status').selectOption('Solved')
    await page.locator('.conversation-top .badge').getByText('Solved').waitFor()

    const written = usedesk.control.tickets()[0]?.comments.slice(1)
    expect(written).toMatchObject([
      { message: '<p>On its &lt;way&gt;.<br>Anna</p>', type: 'public', from: 'user', byApi: false },
      { message: '<p>Ask the carrier</p>', type: 'private', from: 'user' },
    ])
    expect(usedesk.control.file(written?.[0]?.files[0]?.key ?? '')).toEqual(png)
    await eventually('five events', () => receiver.bodies.length === 5)
    expect(receiver.bodies.at(-1)).toMatchObject({ ticket_id: id, new_status: 2 })
    await screenshot(page, 'usedesk')
    expect(faults).toEqual(noFaults)
  })

  test('sees new comments by themselves, with marks and pictures, and what is written stays with its ticket', async () => {
    const usedesk = await all.usedesk()
    const first = await openTicket(usedesk, { subject: 'First' })
    const second = await openTicket(usedesk, { subject: 'Second', client_name: 'Noah Lang' })
    const { page, faults } = await pageOf(usedesk, {}, `#${first}`)
    await page.getByRole('textbox', { name: 'Public answer' }).fill('half a sen')
    await page.getByRole('link', { name: /Noah Lang/ }).click()
    await page.getByRole('heading', { name: 'Second' }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Public answer' }).inputValue()).toBe('')
    const comment = { ticket_id: String(second), message: 'See', from: 'client', type: 'public' }
    await upload(usedesk, 'create/comment', comment, [['files[]', new File([png], 'a b.png', { type: 'image/png' })]])
    const picture = page.getByRole('img', { name: 'a b.png, from Noah Lang' })
    await picture.waitFor()
    expect(await page.evaluate("document.querySelector('.media img').decode().then(() => 'shown')")).toBe('shown')
    await call(usedesk, 'create/comment', { ticket_id: second, message: 'X refused it.' })
    const refused = page.getByRole('listitem').filter({ hasText: 'X refused it.' })
    await refused.getByText('Private').waitFor()
    await refused.getByText('From the channel').waitFor()
    await page.getByRole('link', { name: /Mia Kurz/ }).click()
    await page.getByRole('heading', { name: 'First' }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Public answer' }).inputValue()).toBe('half a sen')
    expect(faults).toEqual(noFaults)
  })

  test('enters the Redirect URL, sees violations and events, and sends one again', async () => {
    const receiver = await all.receiver()
    const usedesk = await all.usedesk()
    const { page, faults } = await pageOf(usedesk, {}, '#connection')
    await page.getByText('None: every call keeps to the documentation.').waitFor()
    await page.getByLabel('Redirect URL').fill(receiver.url)
    await page.getByRole('button', { name: 'Save' }).click()
    await eventually('it', () => usedesk.control.settings({}).redirectUrl === receiver.url)
    receiver.status = 401
    await openTicket(usedesk)
    await page.getByText('401').first().waitFor()
    receiver.status = 200
    await page.getByRole('button', { name: /^Send again: ticket/ }).click()
    await page.getByText('200').waitFor()
    await call(usedesk, 'ticket', { ticket_id: 'x' })
    await page.getByText('ticket: ticket_id: is no number').waitFor()
    expect(faults).toEqual(noFaults)
  })

  test('gets an error in words, and keeps what is written while the stand-in is away', async () => {
    const usedesk = await all.usedesk()
    const id = await openTicket(usedesk)
    const { page } = await pageOf(usedesk, {}, `#${id}`)
    await page.getByRole('button', { name: 'Send answer' }).click()
    await page.getByText('Write a text.').waitFor()
    await page.getByRole('textbox', { name: 'Public answer' }).fill('not lost')
    await usedesk.stop()
    await page.getByText('does not answer. Is it still running? The page tries again every second.').waitFor()
    await page.getByRole('button', { name: 'Send answer' }).click()
    await page.locator('.composer').getByText('does not answer').waitFor()
    expect(await page.getByRole('textbox', { name: 'Public answer' }).inputValue()).toBe('not lost')
  })
})

describe('the page', () => {
  test('shows HTML of comments without any effect of it', async () => {
    const usedesk = await all.usedesk()
    const message =
      '<p>One<br>two</p><img src=x onerror="document.title=1"><script>document.title=2</script><a href="javascript:document.title=3">bad</a> <a href="https://example.com/">good</a>'
    const id = await openTicket(usedesk, { message, subject: '<b>Bold</b>' })
    const { page, faults } = await pageOf(usedesk, {}, `#${id}`)
    const html = page.getByRole('log').locator('.html')
    await html.getByText('two').waitFor()
    expect(await page.getByRole('heading', { level: 2 }).textContent()).toBe('<b>Bold</b>')
    expect(await html.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual([
      'https://example.com/',
    ])
    expect(await html.locator('img, script').count()).toBe(0)
    expect(await page.title()).toBe('Usedesk, simulated')
    expect(faults).toEqual(noFaults)
  })

  test.each(['light', 'dark'] as const)(
    'passes axe in %s, at three widths, with nothing cut off',
    async (colorScheme) => {
      const receiver = await all.receiver()
      const usedesk = await all.usedesk({ redirectUrl: receiver.url })
      const id = await openTicket(usedesk, {
        subject: 'x'.repeat(120),
        tag: 'Twitter: Mention, vip',
        message: 'y'.repeat(120),
      })
      await openTicket(usedesk, { status: 6, client_name: 'Noah Lang', subject: 'Another' })
      await call(usedesk, 'create/comment', { ticket_id: id, message: 'X refused it.' })
      usedesk.control.comment({ ticketId: id, text: 'Sorry!', type: 'public' })
      for (const width of [1440, 1024, 390]) {
        const { page, context, faults } = await pageOf(usedesk, { width, height: 844, colorScheme })
        const look = async (name: string) => {
          expect(await axeViolations(page)).toEqual([])
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
          await screenshot(page, `usedesk-${name}-${width}-${colorScheme}`)
        }
        await page.getByText('Noah Lang').waitFor()
        await look('list')
        await page.goto(`${usedesk.url}/#${id}`)
        await page.getByText('Sorry!').waitFor()
        await page.getByRole('radio', { name: 'Private note' }).check()
        await look('ticket')
        await page.goto(`${usedesk.url}/#connection`)
        await page.getByText('Last events').waitFor()
        await look('connection')
        expect(faults).toEqual(noFaults)
        await context.close()
      }
    },
  )

  test('on a phone leads back to the list, and is served with a strict policy and nothing beside it', async () => {
    const usedesk = await all.usedesk()
    const id = await openTicket(usedesk)
    const { page } = await pageOf(usedesk, { width: 390, height: 844 }, `#${id}`)
    await page.getByRole('link', { name: 'All tickets' }).click()
    await page.getByRole('link', { name: /Mia Kurz/ }).waitFor()
    expect(await page.getByRole('log').count()).toBe(0)
    const policy = (await fetch(`${usedesk.url}/`)).headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    for (const path of ['page/main.tsx', 'page/tsconfig.json', 'page/../page.ts', 'page/', 'page/__proto__', 'icon']) {
      expect((await fetch(`${usedesk.url}/${path}`)).status).toBe(404)
    }
    expect(usedesk.control.violations()).toEqual([])
  })
})
