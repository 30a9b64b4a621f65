import { describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import type { ChannelChange } from '../../client/src/calls.ts'
import type { PersonName } from '../../local/identity/clients.ts'
import { eventually } from '../local/support.ts'
import { browserForTests, noFaults } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import {
  addChannel,
  type ConsoleOptions,
  customer,
  goTo,
  heading,
  message,
  neighbour,
  openConsole,
  shop,
} from './support.ts'

const product = productForTests()
const browser = browserForTests()
const signedIn = (person: PersonName, options: ConsoleOptions = {}) =>
  openConsole(browser.open, product, person, options)

type XPost = { id: string; text: unknown; inReplyToId: string | null }
const params = { id: `twitter-${shop.id}` }
const channel = () => product.helpdesk.call('GET /api/channels/{id}', { params })
const change = (body: ChannelChange) => product.admin.call('PATCH /api/channels/{id}', { params, body })
const post = (by: string, text: string, inReplyTo?: string) =>
  product.onX<{ id: string }>('POST', 'posts', { by, text, ...(inReplyTo && { inReplyTo }) })
const directMessage = (text: string) =>
  product.onX('POST', 'direct-messages', { from: customer, to: shop.username, text })
const postWith = (text: string) =>
  eventually(`a post on X: ${text}`, async () => {
    const { posts } = await product.onX<{ posts: XPost[] }>('GET', 'posts')
    return posts.find((one) => JSON.stringify(one.text).includes(text))
  })
const openTicket = async (page: Page, subject: string) => {
  await goTo(page, 'Tickets')
  await page.getByRole('link', { name: subject }).first().click()
  await heading(page, subject).waitFor()
}

test('without a channel the list says what to do, and Cancel on X is explained', async () => {
  const { page, faults } = await signedIn('administrator', { at: '/tickets' })
  await heading(page, 'Tickets').waitFor()
  await page.getByRole('main').getByRole('link', { name: 'Add Channel' }).click()
  await heading(page, 'Channels').waitFor()
  await page.getByRole('button', { name: 'Add Channel' }).click()
  await page.getByRole('button', { name: 'Twitter' }).click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('You pressed Cancel on X.').waitFor()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await page.getByText('You pressed Cancel on X.').waitFor({ state: 'detached' })
  expect(faults.cspViolations).toEqual([])
})

test('an account is connected with the mouse, and its settings are saved', async () => {
  const { page, faults } = await signedIn('administrator')
  await addChannel(page)
  await page.getByLabel('Name').fill('Our shop')
  await page.getByRole('switch', { name: 'Mentions' }).uncheck()
  await page.getByLabel('No messages (h)').fill('0')
  await page.getByText('You have unsaved changes.').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Enter whole hours from 1 to 720, or leave the field empty.').waitFor()
  expect((await channel()).name).toBe(shop.username)
  await page.getByLabel('No messages (h)').fill('24')
  await page.getByRole('button', { name: 'Save' }).click()
  await heading(page, 'Our shop').waitFor()
  await page.reload()
  await heading(page, 'Our shop').waitFor()
  expect(await page.getByRole('switch', { name: 'Mentions' }).isChecked()).toBe(false)
  expect(await page.getByLabel('No messages (h)').inputValue()).toBe('24')
  expect(await channel()).toMatchObject({ name: 'Our shop', mentions: false, noMessagesHours: 24 })
  await page.getByRole('switch', { name: 'Mentions' }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await eventually('the mentions on', async () => (await channel()).mentions)
  expect(faults.cspViolations).toEqual([])
})

test('what another administrator changed meanwhile is shown, and neither change is lost', async () => {
  const { page } = await signedIn('administrator')
  await goTo(page, 'Channels')
  await page.getByRole('link', { name: 'Our shop' }).click()
  await page.getByLabel('No messages (h)').fill('48')
  await change({ directMessages: false })
  await page.getByRole('button', { name: 'Save' }).click()
  const notice = page.getByRole('alert').filter({ hasText: 'Somebody else changed these settings meanwhile' })
  await notice.getByText('«Direct messages» is now: off').waitFor()
  expect(await channel()).toMatchObject({ directMessages: false, noMessagesHours: 24 })
  expect(await page.getByRole('switch', { name: 'Direct messages' }).isChecked()).toBe(false)
  expect(await page.getByLabel('No messages (h)').inputValue()).toBe('48')
  await page.getByRole('button', { name: 'Save' }).click()
  await notice.waitFor({ state: 'detached' })
  expect(await channel()).toMatchObject({ directMessages: false, noMessagesHours: 48 })
  await change({ directMessages: true, noMessagesHours: 24 })
})

test('hours in which silence is expected are set, and removed again', async () => {
  const { page } = await signedIn('administrator')
  await goTo(page, 'Channels')
  await page.getByRole('link', { name: 'Our shop' }).click()
  await page.getByRole('button', { name: 'Add hours' }).click()
  const range = page.getByRole('group', { name: 'hours 1', exact: true })
  await range.getByLabel('Mon').uncheck()
  await range.getByLabel('from').fill('19:30')
  await range.getByLabel('to', { exact: true }).fill('')
  await page.getByLabel('Time zone').fill('Europe/Bonn')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Choose days and both times for all hours').waitFor()
  await range.getByLabel('to', { exact: true }).fill('07:00')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('must be an IANA time zone').first().waitFor()
  await page.getByLabel('Time zone').fill('Europe/Berlin')
  await page.getByRole('button', { name: 'Save' }).click()
  const quietHours = {
    timeZone: 'Europe/Berlin',
    weekly: [{ days: ['tuesday', 'wednesday', 'thursday', 'friday'], from: '19:30', to: '07:00' }],
  }
  await eventually('the hours', async () => (await channel()).quietHours !== null)
  expect((await channel()).quietHours).toEqual(quietHours)
  await page.reload()
  expect(await range.getByLabel('from').inputValue()).toBe('19:30')
  await page.getByRole('button', { name: 'Remove hours 1' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await eventually('no hours', async () => (await channel()).quietHours === null)
})

test('leaving a page with unsaved settings asks first, by link and by back button', async () => {
  const { page } = await signedIn('administrator')
  await goTo(page, 'Channels')
  await page.getByRole('link', { name: 'Our shop' }).click()
  await page.getByLabel('Name').fill('Changed')
  await page.getByRole('link', { name: 'Tickets' }).click()
  const question = page.getByRole('dialog', { name: 'Leave without saving?' })
  await question.getByRole('button', { name: 'Stay' }).click()
  expect(await page.getByLabel('Name').inputValue()).toBe('Changed')
  await page.goBack()
  await question.waitFor()
  expect(page.url()).toContain('/channels/twitter-')
  expect(await page.getByLabel('Name').inputValue()).toBe('Changed')
  await question.getByRole('button', { name: 'Leave' }).click()
  await heading(page, 'Channels').waitFor()
  expect((await channel()).name).toBe('Our shop')
})

test('a direct message appears without a reload, as plain text, is answered and closed; the next one opens a new ticket', async () => {
  const { page, faults } = await signedIn('agent')
  await directMessage('Where is my order? <img src=x onerror=alert(1)>')
  await page.getByRole('link', { name: 'Where is my order?' }).click()
  await message(page, '<img src=x onerror=alert(1)>').waitFor()
  expect(await page.locator('main img[src="x"]').count()).toBe(0)

  await page.getByLabel('Reply by direct message').fill('It is on its way 😀')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await message(page, 'It is on its way 😀').getByText('Sent', { exact: true }).waitFor()
  const { directMessages } = await product.onX<{ directMessages: XPost[] }>('GET', 'direct-messages')
  expect(JSON.stringify(directMessages)).toContain('It is on its way 😀')

  await directMessage('Thank you!')
  await message(page, 'Thank you!').waitFor()
  await page.getByRole('combobox', { name: 'Status' }).selectOption('Closed')
  await page.getByText('This ticket is closed').waitFor()
  expect(await page.getByLabel('Reply by direct message').count()).toBe(0)
  await directMessage('One more thing')
  await openTicket(page, 'One more thing')
  await page.getByText('This conversation continues an earlier ticket.').waitFor()
  await page.getByRole('link', { name: 'Go to the earlier ticket' }).first().click()
  await heading(page, 'Where is my order?').waitFor()
  await page.getByText('This ticket is closed').waitFor()
  expect(await page.getByRole('button', { name: 'Reopen' }).count()).toBe(0)
  // The browser logs every answer other than success as an error; the page shows those itself.
  const errors = faults.errors.filter((one) => !one.startsWith('Failed to load resource'))
  expect({ ...faults, errors }).toEqual(noFaults)
})

test('a mention is answered below its entry, and the customer’s answer opens a new ticket', async () => {
  const { page, faults } = await signedIn('agent')
  const entry = await post(neighbour, `@${shop.username} are you open on Sunday?`)
  await page.getByRole('link', { name: 'are you open on Sunday?' }).click()
  await page.getByRole('button', { name: 'Public reply to Demo Neighbour' }).click()
  const box = page.getByLabel('Public reply to Demo Neighbour').and(page.getByRole('textbox'))
  await box.fill('x'.repeat(281))
  expect(await page.getByRole('button', { name: 'Reply publicly' }).isDisabled()).toBe(true)
  await box.fill('From ten to six')
  await page.getByText('15 / 280').waitFor()
  await page.getByRole('button', { name: 'Reply publicly' }).click()
  await message(page, 'From ten to six').getByText('Sent', { exact: true }).waitFor()
  const reply = await postWith('From ten to six')
  expect(reply.inReplyToId).toBe(entry.id)

  await post(neighbour, `@${shop.username} and on Monday?`, reply.id)
  await openTicket(page, 'and on Monday?')
  await page.getByText('a mention that answers our reply').first().waitFor()
  await page.getByRole('link', { name: 'Go to the earlier ticket' }).first().click()
  await heading(page, 'are you open on Sunday?').waitFor()
  expect(faults.cspViolations).toEqual([])
})

test('an edited entry keeps its badge and our replies below it; deleted on X, only the fact stays', async () => {
  const { page } = await signedIn('agent')
  const entry = await post(neighbour, `@${shop.username} do you sell hats?`)
  await openTicket(page, 'do you sell hats?')
  const answer = async (text: string) => {
    await page.getByRole('button', { name: 'Public reply to Demo Neighbour' }).click()
    await page.getByLabel('Public reply to Demo Neighbour').and(page.getByRole('textbox')).fill(text)
    await page.getByRole('button', { name: 'Reply publicly' }).click()
    await message(page, text).getByText('Sent', { exact: true }).waitFor()
  }
  const below = () => page.locator('ol.replies').getByRole('article').allInnerTexts()
  await answer('We do, in black')
  await product.onX('POST', `posts/${entry.id}/edit`, { text: `@${shop.username} do you sell green hats?` })
  await page.getByText('do you sell green hats?').first().waitFor()
  await answer('And in green')
  expect(await below()).toEqual([expect.stringContaining('We do, in black'), expect.stringContaining('And in green')])
  await message(page, 'do you sell green hats?').getByText('First entry').waitFor()

  const status = { id: entry.id, user_id: '2' }
  await product.deliver({ for_user_id: shop.id, tweet_delete_events: [{ status, timestamp_ms: String(Date.now()) }] })
  const isErased = async () => {
    await product.schedule('requeue', new Date(Date.now() + 25 * 3600_000).toISOString())
    const { tickets } = await product.helpdesk.call('GET /api/tickets')
    return tickets.every(({ subject }) => !subject.includes('hats'))
  }
  await eventually('the entry without its text', isErased)
  await page.reload()
  const deleted = message(page, 'Its text and files were deleted here too.')
  await deleted.getByText(/Deleted on X,/).waitFor()
  await deleted.getByText('First entry').waitFor()
  expect(await page.getByText('hats').count()).toBe(0)
  expect(await below()).toHaveLength(2)
})

test('tags are added, and the list is filtered by tag and status in the URL', async () => {
  const { page } = await signedIn('agent')
  await openTicket(page, 'One more thing')
  await page.getByLabel('Add a tag').fill('refund')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('button', { name: 'Remove the tag refund' }).waitFor()
  await goTo(page, 'Tickets')
  const filter = page.getByRole('combobox', { name: 'Tag' })
  await filter.fill('a tag of no listed ticket')
  await filter.press('Enter')
  await page.getByText('No ticket matches these filters.').waitFor()
  await filter.fill('')
  await page.waitForURL('**/tickets')
  await filter.fill('refund')
  await filter.press('Enter')
  await page.waitForURL('**/tickets?tag=refund')
  await page.reload()
  const rows = page.getByRole('list', { name: 'Tickets, newest activity first' }).locator('> li')
  await rows.first().waitFor()
  expect(await rows.count()).toBe(1)
  await page.getByRole('link', { name: 'Solved' }).click()
  await page.getByText('No ticket matches these filters.').waitFor()
  expect(new URL(page.url()).search).toBe('?status=solved&tag=refund')
})

describe('permissions', () => {
  test('an agent sees no pages of administrators, and is told whom to ask', async () => {
    const { page } = await signedIn('agent', { at: '/extensions' })
    await page.getByText('Only administrators can see and change this.').waitFor()
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()).toEqual([
      'Tickets',
      'Reports',
    ])
    await page.goto(`${product.url}/channels/twitter-${shop.id}`)
    await page.getByText('Only administrators can see and change this.').waitFor()
  })

  test('a person without a group sees no ticket, and is told whom to ask', async () => {
    const { page } = await signedIn('newcomer', { at: '/tickets' })
    await heading(page, 'You have no access yet').waitFor()
    await page.getByText('Ask an administrator of the helpdesk').waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
  })

  test('after signing out, every page asks to sign in', async () => {
    const { page } = await signedIn('agent', { at: '/reports' })
    await heading(page, 'Reports').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Password').waitFor()
    await page.goto(`${product.url}/tickets`)
    await page.getByLabel('Password').waitFor()
  })
})

test('switching the extension off asks first, explains the effect, and blocks adding channels', async () => {
  const { page } = await signedIn('administrator', { at: '/extensions' })
  const use = page.getByRole('switch', { name: 'Use the Twitter extension' })
  await use.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click()
  await page.getByText('While the extension is off').waitFor()
  await directMessage('into the void')
  await goTo(page, 'Channels')
  await page.getByText('Messages do not become tickets, and you cannot add channels.').waitFor()
  expect(await page.getByRole('button', { name: 'Add Channel' }).isDisabled()).toBe(true)
  await page.getByRole('link', { name: 'Our shop' }).click()
  await eventually('the reason in the list', async () => {
    await page.reload()
    await page.getByRole('heading', { name: 'Why no ticket?' }).waitFor()
    return page
      .getByText('the Twitter extension is disabled')
      .first()
      .waitFor({ timeout: 1_000 })
      .then(
        () => true,
        () => false,
      )
  })
  await goTo(page, 'Extensions')
  await use.click()
  await page.getByText('On: messages to connected channels').waitFor()
})

test('disconnecting asks first, and reconnecting restores the channel with its settings', async () => {
  const { page } = await signedIn('administrator', { at: `/channels/twitter-${shop.id}` })
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await page.getByText('This channel is disconnected').waitFor()
  expect(await page.getByText('Connected since').count()).toBe(0)
  await page.getByRole('button', { name: 'Reconnect' }).click()
  await page.getByRole('button', { name: /^(Allow|Authorize)/ }).click()
  await page.getByText('Connected', { exact: true }).waitFor()
  expect(await channel()).toMatchObject({ status: 'connected', name: 'Our shop' })
})
