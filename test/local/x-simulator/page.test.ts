import { afterEach, describe, expect, test } from '@jest/globals'
import type { FileChooser, Page } from 'playwright-core'
import type { XSimulator } from '../../../local/x-simulator/simulator.ts'
import {
  axeViolations,
  browserForTests,
  noFaults,
  type OpenedPage,
  type PageOptions,
  screenshot,
} from '../../support/browser.ts'
import { eventually, served } from '../support.ts'
import {
  accountAt,
  type Body,
  clientAt,
  control,
  customer,
  everything,
  neighbour,
  type Receiver,
  shop,
  subscribed,
} from './support.ts'

const all = everything()
const browser = browserForTests()
afterEach(() => all.stop())

/** The smallest picture there is, and an animation. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/** A page of that simulator, drawn once. */
async function pageOf(x: XSimulator, options: PageOptions = {}, query = ''): Promise<OpenedPage> {
  const one = await browser.open(options)
  await one.page.goto(`${x.url}/${query}`)
  await one.page.locator('#reach').filter({ hasText: /./ }).waitFor()
  return one
}

/** A simulator with the shop connected to a webhook, and the customer's page. */
async function connected(options: PageOptions = {}) {
  const [x, receiver] = [await all.x(), await all.receiver()]
  await subscribed(x, receiver, shop)
  return { x, receiver, ...(await pageOf(x, options)) }
}

const write = (page: Page, text: string) => page.getByLabel('Write a message').fill(text)
const send = (page: Page) => page.getByRole('button', { name: 'Send message' }).click()
const toPosts = (page: Page) => page.getByRole('tab', { name: 'Posts' }).click()
/** The shown post with that text, by its own words only: an article holds no other. */
const shownPost = (page: Page, text: string) => page.locator('article').filter({ hasText: text })

/** What the webhook was told of, of one kind, the latest last. */
const told = ({ received }: Receiver, kind: string): Body[] => received.flatMap(({ body }) => body[kind] ?? [])
const latestPost = (receiver: Receiver, text: string): Promise<Body> =>
  eventually(`the post «${text}»`, () => told(receiver, 'tweet_create_events').find((one) => one.text.includes(text)))

describe('messages', () => {
  test('with a picture arrive at the webhook, signed, with the very bytes of the file', async () => {
    const { x, receiver, page, faults } = await connected()
    await page.getByLabel('Attach a picture, GIF or video').first().setInputFiles({
      name: 'parcel.png',
      mimeType: 'image/png',
      buffer: png,
    })
    await page.getByRole('img', { name: 'parcel.png' }).waitFor()
    await write(page, 'My parcel came open')
    await send(page)
    await page.getByRole('log').getByText('My parcel came open').waitFor()
    const [event] = await eventually('the event', () => {
      const events = told(receiver, 'direct_message_events')
      return events.length === 1 && events
    })
    expect(receiver.received.every(({ signed }) => signed)).toBe(true)
    expect(event.message_create).toMatchObject({ sender_id: customer, target: { recipient_id: shop } })
    const { text, attachment } = event.message_create.message_data
    expect(text).toContain('My parcel came open')
    expect(attachment.media).toMatchObject({ type: 'photo', media_url_https: expect.stringMatching(/\.png$/) })
    expect(x.control.media(attachment.media.id_str)).toEqual({ contentType: 'image/png', bytes: png })
    await page.getByRole('log').getByRole('img', { name: 'Picture from you' }).waitFor()
    expect(await page.evaluate("document.querySelector('.message img').decode().then(() => 'shown')")).toBe('shown')
    expect(faults).toEqual(noFaults)
  })

  test('may be a GIF alone, and are sent by Enter, while Shift and Enter begin a line', async () => {
    const { x, receiver, page } = await connected()
    await page.locator('#message-form-file').setInputFiles({ name: 'wave.gif', mimeType: 'image/gif', buffer: gif })
    await send(page)
    await page.getByRole('img', { name: 'GIF from you' }).waitFor()
    await write(page, 'one')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('two')
    await page.keyboard.press('Enter')
    await eventually('both', () => told(receiver, 'direct_message_events').length === 2)
    expect(x.control.directMessages()).toMatchObject([
      { from: customer, to: shop, written: '', mediaId: expect.any(String) },
      { written: 'one\ntwo', mediaId: null },
    ])
    expect(told(receiver, 'direct_message_events')[0].message_create.message_data.attachment.media.type).toBe(
      'animated_gif',
    )
    await eventually('an empty field', async () => (await page.getByLabel('Write a message').inputValue()) === '')
  })

  test('of the shop appear by themselves, with their pictures, and mark the tab that is not looked at', async () => {
    const { x, page, faults } = await connected()
    const client = accountAt(x, shop)
    await client.v2.sendDmToParticipant(customer, { text: 'It is on its way.' })
    await page.getByRole('log').getByText('It is on its way.').waitFor()
    await toPosts(page)
    expect(await page.getByRole('tab', { name: 'Messages (new)' }).count()).toBe(0)
    const media = await client.v2.uploadMedia(png, { media_type: 'image/png' as never, media_category: 'dm_image' })
    await client.v2.sendDmToParticipant(customer, { attachments: [{ media_id: media }] })
    await page.getByRole('tab', { name: 'Messages (new)' }).click()
    await page.getByRole('img', { name: 'Picture from Demo Shop' }).waitFor()
    expect(await page.getByRole('tab', { name: 'Messages (new)' }).count()).toBe(0)
    expect(faults).toEqual(noFaults)
  })

  test('are those of the chosen person with the chosen shop, and nobody else’s', async () => {
    const { x, page } = await connected()
    x.control.directMessage({ from: neighbour, to: shop, text: 'from the neighbour' })
    x.control.directMessage({ from: customer, to: neighbour, text: 'between customers' })
    x.control.directMessage({ from: customer, to: shop, text: 'from the customer' })
    await page.getByText('from the customer').waitFor()
    expect(await page.locator('.bubble').allTextContents()).toEqual(['from the customer'])
    await page.getByLabel('You are', { exact: true }).selectOption('demo_neighbour')
    await page.getByText('from the neighbour').waitFor()
    expect(await page.locator('.bubble').allTextContents()).toEqual(['from the neighbour'])
    await page.reload()
    await page.getByText('from the neighbour').waitFor()
    await page.getByLabel('Account').selectOption('demo_customer')
    await page.getByText('between customers').waitFor()
    await write(page, 'to the other shop')
    await send(page)
    await eventually('it', () => x.control.directMessages().at(-1)?.written === 'to the other shop')
    expect(x.control.directMessages().at(-1)).toMatchObject({ from: neighbour, to: customer })
  })
})

describe('posts', () => {
  test('mention the shop, answer one’s own entry and the shop’s reply, and quote: each names its parent', async () => {
    const { x, receiver, page, faults } = await connected()
    await toPosts(page)
    const text = page.locator('#post-form-text')
    expect(await text.inputValue()).toBe('@demo_shop ')
    await page.locator('#post-form-file').setInputFiles({ name: 'shoe.png', mimeType: 'image/png', buffer: png })
    await text.pressSequentially('do you have this one?')
    await page.getByRole('button', { name: 'Post', exact: true }).click()
    const entry = await latestPost(receiver, 'do you have this one?')
    expect(entry).toMatchObject({ in_reply_to_status_id_str: null, user: { id_str: customer } })
    expect(entry.entities.user_mentions).toMatchObject([{ id_str: shop }])
    expect(x.control.media(entry.extended_entities.media[0].id_str)?.bytes).toEqual(png)

    await page.getByRole('button', { name: 'Reply: Demo Customer: @demo_shop do you have' }).click()
    await page.keyboard.type('in size 42')
    await page.keyboard.press('Enter')
    expect((await latestPost(receiver, 'in size 42')).in_reply_to_status_id_str).toBe(entry.id_str)

    // The shop answers as the helpdesk does.
    const { data } = await accountAt(x, shop).v2.reply('We do!', entry.id_str)
    await shownPost(page, 'We do!').getByText('Replying to @demo_customer').waitFor()
    expect(await page.evaluate("[...document.querySelectorAll('article')].map((post) => post.dataset.post)")).toEqual([
      entry.id_str,
      (await latestPost(receiver, 'in size 42')).id_str,
      data.id,
    ])
    await shownPost(page, 'We do!')
      .getByRole('button', { name: /^Reply/ })
      .click()
    expect(await text.inputValue()).toBe('')
    await page.keyboard.type('I take them')
    await page.getByRole('button', { name: 'Post', exact: true }).click()
    expect(await latestPost(receiver, 'I take them')).toMatchObject({
      in_reply_to_status_id_str: data.id,
      in_reply_to_user_id_str: shop,
    })

    await shownPost(page, 'We do!')
      .getByRole('button', { name: /^Quote/ })
      .click()
    await text.pressSequentially('is what I call service')
    await page.keyboard.press('Enter')
    expect(await latestPost(receiver, 'is what I call service')).toMatchObject({
      quoted_status_id_str: data.id,
      in_reply_to_status_id_str: null,
    })
    await page.getByRole('blockquote').getByText('We do!').waitFor()
    expect(faults).toEqual(noFaults)
  })

  test('that do not mention the shop come with a warning, and a reply can be cancelled', async () => {
    const { x, page } = await connected()
    x.control.post({ by: neighbour, text: '@demo_shop hello' })
    await toPosts(page)
    const warning = page.getByText('The helpdesk gets only posts that mention @demo_shop.')
    await page.locator('#post-form-text').fill('lovely weather')
    await warning.waitFor()
    await shownPost(page, 'hello')
      .getByRole('button', { name: /^Reply/ })
      .click()
    await page.keyboard.type('me too')
    await warning.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect(await page.locator('#post-form-text').inputValue()).toBe('@demo_shop ')
    expect(x.control.posts()).toHaveLength(1)
  })

  test('of one’s own can be deleted: gone, or marked where somebody answered', async () => {
    const { x, page } = await connected()
    const answered = x.control.post({ by: customer, text: '@demo_shop answered' })
    x.control.post({ by: neighbour, text: 'an answer', inReplyTo: answered.id })
    x.control.post({ by: customer, text: '@demo_shop alone' })
    await toPosts(page)
    expect(
      await shownPost(page, 'an answer')
        .getByRole('button', { name: /^Delete/ })
        .count(),
    ).toBe(0)
    for (const text of ['@demo_shop alone', '@demo_shop answered']) {
      await shownPost(page, text)
        .getByRole('button', { name: /^Delete/ })
        .click()
      await shownPost(page, text).waitFor({ state: 'detached' })
    }
    expect(await page.locator('article').count()).toBe(2)
    await page.getByText('This post was deleted.').waitFor()
  })

  test('keep the focus where it is when others come', async () => {
    const { x, page } = await connected()
    x.control.post({ by: customer, text: '@demo_shop first' })
    await toPosts(page)
    const button = shownPost(page, '@demo_shop first').getByRole('button', { name: /^Quote/ })
    await button.focus()
    x.control.post({ by: neighbour, text: '@demo_shop second' })
    await shownPost(page, '@demo_shop second').waitFor()
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(
      'Quote: Demo Customer: @demo_shop first',
    )
  })
})

describe('the controls', () => {
  test('break and repair the webhook, and what happens meanwhile is missed', async () => {
    const { x, receiver, page } = await connected()
    await page.getByText('What you write to it becomes a ticket').waitFor()
    await page.getByRole('button', { name: 'Break' }).click()
    await page.getByText('The webhook is broken. The helpdesk does not get what you write.').waitFor()
    expect(x.control.state().webhooks).toMatchObject([{ valid: false }])
    await write(page, 'into the void')
    await send(page)
    await page.getByRole('listitem').filter({ hasText: 'Direct message @demo_shop' }).getByText('missed').waitFor()
    await page.getByRole('button', { name: 'Repair' }).click()
    await page.getByText('What you write to it becomes a ticket').waitFor()
    expect(x.control.state().webhooks).toMatchObject([{ valid: true }])
    await write(page, 'heard again')
    await send(page)
    await eventually('the event', () => receiver.received.length === 1)
    expect(receiver.received[0]?.raw).toContain('heard again')
  })

  test('show how the webhook answered every attempt', async () => {
    const { receiver, page } = await connected()
    receiver.statuses.push(503)
    await write(page, 'again, please')
    await send(page)
    const row = page.getByRole('listitem').filter({ hasText: 'Direct message' })
    await row.getByText('200').waitFor()
    expect(await row.locator('.answers').allInnerTexts()).toEqual([expect.stringMatching(/^503\s*200$/)])
  })

  test('revoke the shop’s access: the webhook gets the event, and X refuses the app’s token', async () => {
    const { x, receiver, page } = await connected()
    const client = accountAt(x, shop)
    await page.getByRole('button', { name: 'Revoke the shop’s access' }).click()
    await page.getByText('@demo_shop is not connected. Connect it in the console').waitFor()
    await eventually('the event', () => receiver.received.some(({ body }) => body.user_event?.revoke))
    await expect(client.v2.me()).rejects.toMatchObject({ code: 401 })
    expect(await page.getByRole('button', { name: 'Revoke the shop’s access' }).getAttribute('aria-disabled')).toBe(
      'true',
    )
  })

  test('move X’s clock by an hour, by a day, to a time, and back', async () => {
    const { x, page } = await connected()
    const ahead = () => x.control.state().clockAheadMs
    await page.getByRole('button', { name: '+1 h' }).click()
    await page.getByText('1 h ahead').waitFor()
    await page.getByRole('button', { name: '+24 h' }).click()
    await page.getByText('25 h ahead').waitFor()
    expect(Math.round(ahead() / 60_000)).toBe(25 * 60)
    await page.getByLabel('Set to').fill('2031-05-06T07:08')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByText('Tue, 6 May 2031, 07:08').waitFor()
    await page.getByText(`/_local/schedules/inactivity -d '{"now":"2031-05-06T07:08:00Z"}'`).waitFor()
    x.control.directMessage({ from: customer, to: shop, text: 'from the future' })
    expect(x.control.directMessages()[0]?.createdAt).toMatch(/^2031-05-06T07:0/)
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.getByText('real time').waitFor()
    expect(ahead()).toBe(0)
  })

  test('link to the console, by default to the origin of the webhook, and say what to do first', async () => {
    const x = await all.x()
    const { page } = await pageOf(x)
    await page.getByText('@demo_shop is not connected. Connect it in the console first.').waitFor()
    const link = page.getByRole('link', { name: 'Open the console' })
    expect(await link.count()).toBe(0)
    const receiver = await all.receiver()
    await subscribed(x, receiver, shop)
    await link.waitFor()
    expect(await link.getAttribute('href')).toBe(new URL(receiver.url).origin)
    const other = await pageOf(await all.x({ consoleUrl: 'http://localhost:4321' }))
    expect(await other.page.getByRole('link', { name: 'Open the console' }).getAttribute('href')).toBe(
      'http://localhost:4321',
    )
  })
})

describe('whatever people write', () => {
  test('stays text: no markup runs or loads, in names, messages, posts and quotes', async () => {
    const { x, page, faults } = await connected()
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>&lt;b&gt;'
    const mallory = x.control.addUser({ username: 'mallory', name: '<b onclick=x>M</b>' })
    const post = x.control.post({ by: mallory.id, text: `@demo_shop ${hostile}` })
    x.control.post({ by: mallory.id, text: `see ${hostile}`, quotes: post.id })
    x.control.directMessage({ from: mallory.id, to: shop, text: hostile })
    await accountAt(x, shop).v2.sendDmToParticipant(mallory.id, { text: `<i>${hostile}</i>` })
    await page.getByLabel('You are', { exact: true }).selectOption('mallory')
    await page.getByText(`<i>${hostile}</i>`, { exact: true }).waitFor()
    expect(await page.locator('.bubble').allTextContents()).toEqual([hostile, `<i>${hostile}</i>`])
    await toPosts(page)
    expect(await page.locator('article .text').allTextContents()).toEqual([`see ${hostile}`, `@demo_shop ${hostile}`])
    expect(await page.getByRole('blockquote').textContent()).toContain(hostile)
    expect(await page.locator('.byline strong').first().textContent()).toBe('<b onclick=x>M</b>')
    expect(await page.locator('article :is(img, script, b)').count()).toBe(0)
    expect(await page.title()).toBe('Write as a customer · X simulator')
    expect(faults).toEqual(noFaults)
  })

  test('cannot run when a file of it is opened by itself', async () => {
    const { x, page, faults } = await connected()
    const bytes = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg"><title>quiet</title><script>document.title = "ran"</script></svg>',
    )
    const message = x.control.directMessage({
      from: customer,
      to: shop,
      text: '',
      media: { contentType: 'image/svg+xml', bytes },
    })
    await page.goto(`${x.url}/_x/media/${message.mediaId}`)
    await eventually('the refusal', () => faults.cspViolations.length + faults.errors.length > 0)
    expect(await page.title()).toBe('quiet')
  })

  test('wrongly is answered in words: nothing at all, a file that is none of X’s, a handle that is taken', async () => {
    const { x, page, faults } = await connected()
    await send(page)
    await page.getByText('Write a text or attach a file.').waitFor()
    const files = (...names: [string, string][]) => names.map(([name, mimeType]) => ({ name, mimeType, buffer: png }))
    await page.locator('#message-form-file').setInputFiles(files(['letter.pdf', 'application/pdf']))
    await page.getByText('letter.pdf is not a PNG, JPEG, WebP, GIF or MP4.').waitFor()
    await toPosts(page)
    await page.locator('#post-form-file').setInputFiles(files(['a.png', 'image/png'], ['b.gif', 'image/gif']))
    await page.getByText('Attach a GIF or a video alone.').waitFor()
    expect(faults).toEqual(noFaults)

    await page.getByText('Add a person').click()
    await page.getByLabel('Username').fill('demo_shop')
    await page.getByRole('button', { name: 'Add this person' }).click()
    await page.getByText('The username «demo_shop» is taken.').waitFor()
    await page.getByLabel('Username').fill('@ann')
    await page.getByLabel('Name', { exact: true }).fill('Ann')
    await page.keyboard.press('Enter')
    await page.locator('#phone-me').getByText('@ann').waitFor()
    expect(await page.getByLabel('You are', { exact: true }).inputValue()).toBe('ann')
    expect(x.control.users().at(-1)).toMatchObject({ username: 'ann', name: 'Ann' })
  })

  test('is kept while the simulator is away, which the page says and gets over by itself', async () => {
    const { x, page } = await connected()
    await write(page, 'not lost')
    await x.stop()
    await page
      .getByText('The X simulator does not answer. Is it still running? The page tries again every second.')
      .waitFor()
    await send(page)
    await page.locator('#message-form').getByText('The X simulator does not answer.').waitFor()
    expect(await page.getByLabel('Write a message').inputValue()).toBe('not lost')
    const again = await all.x({ port: x.port })
    await page.locator('#offline').waitFor({ state: 'hidden' })
    await send(page)
    await eventually('it', () => again.control.directMessages()[0]?.written === 'not lost')
  })
})

describe('the page', () => {
  test.each(['light', 'dark'] as const)(
    'passes axe in %s, at four widths, with nothing cut off',
    async (colorScheme) => {
      const [x, receiver] = [await all.x(), await all.receiver()]
      await subscribed(x, receiver, shop)
      receiver.statuses.push(503)
      x.control.directMessage({
        from: customer,
        to: shop,
        text: 'x'.repeat(80),
        media: { contentType: 'image/png', bytes: png },
      })
      await accountAt(x, shop).v2.sendDmToParticipant(customer, { text: 'Thank you @demo_customer' })
      const entry = x.control.post({ by: customer, text: `@demo_shop ${'y'.repeat(80)} #late` })
      await accountAt(x, shop).v2.reply('Sorry!', entry.id)
      for (const width of [1440, 1024, 390, 360]) {
        const { page, context, faults } = await pageOf(x, { width, height: 740, colorScheme })
        await page.getByText('Thank you').waitFor()
        expect(await axeViolations(page)).toEqual([])
        await toPosts(page)
        await shownPost(page, 'Sorry!')
          .getByRole('button', { name: /^Reply/ })
          .click()
        await page.getByText('Add a person').click()
        expect(await axeViolations(page)).toEqual([])
        await screenshot(page, `x-simulator-${width}-${colorScheme}`)
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(faults).toEqual(noFaults)
        await context.close()
      }
    },
  )

  test('is worked by the keyboard: tabs by the arrows, the files by the key that opens them', async () => {
    const { page } = await connected()
    // Listening from the start: the browser needs a moment before it hands over the dialog instead of opening it.
    const choosers: FileChooser[] = []
    page.on('filechooser', (one) => choosers.push(one))
    await page.getByRole('tab', { name: 'Messages' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('tabpanel', { name: 'Posts' }).isVisible()).toBe(true)
    expect(await page.getByRole('tab', { name: 'Posts' }).getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('ArrowLeft')
    await page.locator('#message-form-text').focus()
    await page.keyboard.press('Shift+Tab')
    await page.locator('#message-form-file:focus').waitFor({ state: 'attached' })
    await page.keyboard.press('Enter')
    const chooser = await eventually('the dialog for files', () => choosers[0])
    expect(chooser.isMultiple()).toBe(false)
  })

  test('asks no more while nobody looks, and at once when somebody does', async () => {
    const x = await all.x()
    const { page } = await browser.open()
    await page.clock.install()
    await page.goto(`${x.url}/`)
    await page.getByText('No messages yet').waitFor()
    const turn = (state: string) =>
      page.evaluate(`
        Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => '${state}' })
        document.dispatchEvent(new Event('visibilitychange'))`)
    await turn('hidden')
    await page.waitForLoadState('networkidle')
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.clock.runFor(10_000)
    expect(asked).toEqual([])
    await turn('visible')
    x.control.directMessage({ from: customer, to: shop, text: 'there you are' })
    await page.getByText('there you are').waitFor()
  })

  test('is served with a strict policy, from a list of files and nothing beside them', async () => {
    const x = await all.x()
    const answer = await fetch(`${x.url}/`)
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    for (const path of [
      '/page/tsconfig.json',
      '/page/../page.ts',
      '/page/%2e%2e/page.ts',
      '/page/',
      '/page/__proto__',
    ]) {
      expect((await fetch(`${x.url}${path}`)).status).toBe(404)
    }
    expect((await fetch(`${x.url}/`, { method: 'POST' })).status).toBe(404)
    await control(x, 'POST', 'answers', { path: '*', status: 500 })
    expect((await fetch(`${x.url}/`)).status).toBe(200)
  })
})

describe('the page on which an account is allowed', () => {
  /** Where an app would take people back, and the authorize page on the way there. */
  async function authorizing() {
    const site = await served((_, response) => response.end('<!doctype html><html lang="en"><title>Back</title>'))
    const x = await all.x()
    const link = await clientAt(x).generateAuthLink(`${site.url}/back`, { linkMode: 'authorize', forceLogin: true })
    const url = new URL(link.url)
    const one = await browser.open({ width: 360, height: 740, colorScheme: 'dark' })
    await one.page.goto(`${x.url}${url.pathname}${url.search}`)
    return { x, site, link, ...one }
  }

  test('lets one choose an account by the mouse, and Allow leads back with the verifier for it', async () => {
    const { x, site, link, page, faults } = await authorizing()
    expect(await axeViolations(page)).toEqual([])
    await page.getByText('Demo Neighbour').click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${site.url}/back?**`)
    const verifier = new URL(page.url()).searchParams.get('oauth_verifier') ?? ''
    const client = clientAt(x, { accessToken: link.oauth_token, accessSecret: link.oauth_token_secret })
    expect((await client.login(verifier)).userId).toBe(neighbour)
    expect(faults).toEqual(noFaults)
    await site.stop()
  })

  test('leads back with a refusal after Cancel, and says so when it comes too late', async () => {
    const { x, site, link, page, faults } = await authorizing()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.waitForURL(`${site.url}/back?denied=${link.oauth_token}`)
    expect(faults).toEqual(noFaults)
    await page.goto(`${x.url}/oauth/authorize?oauth_token=${link.oauth_token}`)
    await page.getByRole('heading', { name: 'Whoa there!' }).waitFor()
    expect(await axeViolations(page)).toEqual([])
    await site.stop()
  })
})

describe('encrypted messages', () => {
  const log = (page: Page) => page.getByRole('log')

  test('are written, quoted, edited and liked on the page, and show the shop’s answers with a lock', async () => {
    const { x, page, faults } = await connected()
    await page.getByLabel('Encrypted', { exact: true }).check()
    await write(page, 'Where is my parcel?')
    await send(page)
    await log(page).getByText('Where is my parcel?').waitFor()
    const [question] = x.control.chat.events().filter(({ kind }) => kind === 'message')
    x.control.chat.write({ from: shop, to: customer, text: 'On its way.', replyTo: question?.id })
    await log(page).getByText('On its way.').waitFor()
    expect(await log(page).locator('.lock').count()).toBe(2)
    expect(await log(page).locator('.quote').allTextContents()).toEqual(['Where is my parcel?'])
    await log(page).getByRole('button', { name: 'Like' }).click()
    await log(page).locator('.reactions').waitFor()
    await log(page).getByRole('button', { name: 'Edit' }).click()
    await write(page, 'Where is my parcel 42?')
    await send(page)
    await log(page).locator('.bubble').getByText('Where is my parcel 42?').waitFor()
    expect(x.control.directMessages()).toEqual([])
    await screenshot(page, 'x-simulator-encrypted')
    expect(await axeViolations(page)).toEqual([])
    expect(faults).toEqual(noFaults)
  })

  test('are forged, and get other keys, at buttons', async () => {
    const { x, page, faults } = await connected()
    await page.getByRole('button', { name: 'Send a forged message' }).click()
    await log(page).getByText('This message cannot be read.').waitFor()
    await page.getByRole('button', { name: 'Send a broken message' }).click()
    await eventually('both', async () => (await log(page).getByText('This message cannot be read.').count()) === 2)
    await page.getByLabel('PIN', { exact: true }).fill('9999')
    await page.getByRole('button', { name: 'Make new keys' }).click()
    await page.getByText('Their PIN is 9999.').waitFor()
    await page.getByRole('button', { name: 'Write to a group' }).click()
    await eventually('the group', () => x.control.chat.events().some((one) => one.conversationId.startsWith('g')))
    expect(faults).toEqual(noFaults)
  })
})
