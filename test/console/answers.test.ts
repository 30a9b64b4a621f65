import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Page, Route } from 'playwright-core'
import type { Message, Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { browserForTests, type PageOptions } from '../support/browser.ts'
import { productForTests } from '../support/product.ts'
import { type ConsoleOptions, customer, goTo, message, openConsole, openTickets, shop } from './support.ts'

// Answers of the API that the product rarely gives: the tests replace the real ones.
const product = productForTests(() => product.connectByOAuth(shop))
const browser = browserForTests()
let direct: Ticket
let mention: Ticket

beforeAll(async () => {
  ;({ direct, mention } = await openTickets(product))
})

/** A short video that the browser records. */
async function recordVideo(): Promise<Buffer> {
  const { page, context } = await browser.open()
  const base64 = await page.evaluate<string>(`new Promise((resolve, reject) => {
    const canvas = document.body.appendChild(document.createElement('canvas'))
    const pen = canvas.getContext('2d')
    const draw = () => { pen.fillRect(Math.random() * 200, 0, 20, 150); requestAnimationFrame(draw) }
    draw()
    const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: 'video/webm;codecs=vp8' })
    const parts = []
    recorder.ondataavailable = ({ data }) => { parts.push(data); if (parts.length === 5) recorder.stop() }
    recorder.onerror = reject
    recorder.onstop = () => {
      const reader = new FileReader()
      reader.onload = () => resolve(reader.result.split(',')[1])
      reader.readAsDataURL(new Blob(parts))
    }
    recorder.start(100)
  })`)
  await context.close()
  return Buffer.from(base64, 'base64')
}

/** Opens the address as an administrator, after `prepare`. */
const at = (address: string, prepare?: ConsoleOptions['prepare'], options: PageOptions = {}) =>
  openConsole(browser.open, product, 'administrator', { ...options, at: address, ...(prepare && { prepare }) })

type Shown = Record<string, unknown>
/** Changes the first message of the answer, and appends replies. */
const answerMessages =
  (first: Shown, replies: readonly Shown[] = []) =>
  (page: Page) =>
    page.route(/\/messages\?/, async (route) => {
      const answer = await route.fetch()
      const body = (await answer.json()) as { messages: Message[] }
      const known = body.messages.at(-1)
      const outbound = replies.map((reply, index) => ({
        ...known,
        id: `reply-${index}`,
        direction: 'outbound',
        text: `reply ${index}`,
        entities: [],
        attachments: [],
        author: { id: 'agent', username: null, name: 'agent' },
        inReplyToId: known?.externalId,
        externalId: null,
        joinedBecause: 'an agent answered',
        ...reply,
      }))
      await route.fulfill({ json: { ...body, messages: [...outbound.reverse(), { ...known, ...first }] } })
    })
const reference = (id: string, text: string | null) => {
  const author = { id: '1', username: 'other', name: 'Other' }
  return { id, url: `https://x.com/other/status/${id}`, text, author, createdAt: null, attachments: [] }
}
const delivery = (status: string, reason: string | null = null) => ({
  delivery: { status, reason, attempts: 1, dueAt: null },
})
const bodyOf = (route: Route) => route.request().postDataJSON() as Shown
const dryRun = /replies\?dryRun=true/
const check = { ok: true, problems: [], weightedLength: 5, maxLength: 280, replyAllowed: true }

describe('a conversation', () => {
  test('shows quoted posts, the post it replies to, earlier versions and deletion', async () => {
    const { page } = await at(
      `/tickets/${mention.id}`,
      answerMessages({
        text: 'look: bad good',
        entities: [
          { type: 'link', start: 6, end: 9, url: 'javascript:alert(1)', displayUrl: 'bad' },
          { type: 'link', start: 10, end: 14, url: 'https://example.com/', displayUrl: 'example.com' },
        ],
        parent: { ...reference('11', null), status: 'unavailable' },
        quoted: reference('12', 'What I quoted'),
        addressees: [{ username: 'someone', userId: null }],
        versions: [{ externalId: '9', text: 'lok: bad good', entities: [], createdAt: '2026-01-01T00:00:00Z' }],
        deletedAt: '2026-01-02T00:00:00Z',
      }),
    )
    await page.getByText('What I quoted').waitFor()
    await page.getByText('X no longer shows this post').waitFor()
    await page.getByText('to @someone').waitFor()
    await page.getByText('Deleted on X').waitFor()
    await page.getByText('Edited once').click()
    await page.getByText('lok: bad good').waitFor()
    const link = page.getByRole('link', { name: 'example.com' })
    expect(await link.getAttribute('rel')).toContain('noopener noreferrer')
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0)
    expect(await page.getByRole('button', { name: /^Public reply/ }).count()).toBe(0)
  })

  const attachment = (id: string, type: string, more: Shown = {}) => {
    const url = `${product.url}/favicon.svg?${id}`
    return { id, type, url, previewUrl: null, contentType: null, size: 1, status: 'stored', ...more }
  }

  test('shows pictures, and says which media are missing', async () => {
    const attachments = [
      attachment('1', 'photo'),
      attachment('2', 'photo', { url: 'data:text/html,never' }),
      attachment('3', 'photo', { status: 'pending' }),
      attachment('4', 'video', { status: 'unavailable' }),
    ]
    const { page, faults } = await at(`/tickets/${direct.id}`, answerMessages({ attachments }))
    await page.getByRole('img', { name: 'Picture from Demo Customer' }).waitFor()
    await page.getByText('Picture is downloading from X').waitFor()
    await page.getByText('Video cannot be downloaded from X right now.').waitFor()
    expect(await page.locator('article img').count()).toBe(1)
    expect(faults.cspViolations).toEqual([])
  })

  test.each([
    ['plays a GIF without sound, and pauses it on click', 'no-preference'],
    ['with reduced motion, plays a GIF only on click', 'reduce'],
  ] as const)('%s', async (_, reducedMotion) => {
    const body = await recordVideo()
    const { page, faults } = await at(
      `/tickets/${direct.id}`,
      async (one) => {
        await one.route(/\/gif\.webm$/, (route) => route.fulfill({ contentType: 'video/webm', body }))
        const gif = attachment('1', 'animated_gif', { url: `${product.url}/gif.webm` })
        await answerMessages({ attachments: [gif] })(one)
      },
      { context: { reducedMotion } },
    )
    const isPlaying = () => page.evaluate<boolean>("!document.querySelector('video').paused")
    const [play, pause] = [
      page.getByRole('button', { name: 'Play the GIF' }),
      page.getByRole('button', { name: 'Pause the GIF' }),
    ]
    if (reducedMotion === 'reduce') {
      await play.click()
      await pause.waitFor()
      expect(await isPlaying()).toBe(true)
    }
    await pause.click()
    await play.waitFor()
    expect(await isPlaying()).toBe(false)
    expect(await page.evaluate("document.querySelector('video').muted")).toBe(true)
    expect(faults.cspViolations).toEqual([])
  })

  test('sends a failed reply again on click, and one with unknown outcome only after confirmation', async () => {
    const sent: Shown[] = []
    const { page } = await at(`/tickets/${direct.id}`, async (one) => {
      await answerMessages({}, [delivery('failed', 'X is busy'), delivery('unknown', 'no answer')])(one)
      await one.route(/\/retry$/, async (route) => {
        sent.push({ path: new URL(route.request().url()).pathname.split('/').at(-2), ...bodyOf(route) })
        await route.fulfill({ status: 409, json: { detail: 'the channel is disconnected' } })
      })
    })
    await message(page, 'reply 0').getByText('X is busy').waitFor()
    await message(page, 'reply 0').getByRole('button', { name: 'Retry' }).click()
    await message(page, 'reply 0').getByText('The channel is disconnected.').waitFor()
    await message(page, 'reply 1').getByText('We could not find out whether X has it.').waitFor()
    await message(page, 'reply 1').getByRole('button', { name: 'Send again anyway' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect(sent).toEqual([{ path: 'reply-0' }])
    await message(page, 'reply 1').getByRole('button', { name: 'Send again anyway' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'It is not on X: send again' }).click()
    await message(page, 'reply 1').getByText('The channel is disconnected.').waitFor()
    expect(sent.at(-1)).toEqual({ path: 'reply-1', force: true })
  })
})

describe('a reply', () => {
  const write = async (page: Page, text: string) => {
    await page.getByRole('button', { name: /^Public reply/ }).click()
    await page.getByRole('textbox', { name: /^Public reply/ }).fill(text)
  }

  test('keeps its idempotency key when its answer was lost and it is sent again, even after leaving the page', async () => {
    const keys: (string | undefined)[] = []
    const { page } = await at(`/tickets/${mention.id}`, async (one) => {
      await one.route(dryRun, (route) => route.fulfill({ json: check }))
      await one.route(/\/replies$/, (route) => {
        keys.push(route.request().headers()['idempotency-key'])
        return route.abort()
      })
    })
    await write(page, 'only once')
    await page.getByRole('button', { name: 'Reply publicly' }).click()
    await page.getByText('We do not know whether the reply arrived.').waitFor()
    await goTo(page, 'Tickets')
    await page.goBack()
    await page.getByRole('button', { name: /^Public reply/ }).click()
    expect(await page.getByRole('textbox', { name: /^Public reply/ }).inputValue()).toBe('only once')
    await page.getByRole('button', { name: 'Reply publicly' }).click()
    await eventually('the second request', () => keys.length === 2)
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(keys[1]).toBe(keys[0])
  })
})

describe('errors', () => {
  test('offline, the page says so, keeps its content, and recovers', async () => {
    const { page, context } = await at(`/tickets/${direct.id}`)
    await message(page, 'Where is my order?').waitFor()
    await context.setOffline(true)
    await page.getByText('You are offline.').waitFor()
    expect(await message(page, 'Where is my order?').count()).toBe(1)
    await context.setOffline(false)
    await page.getByText('You are offline.').waitFor({ state: 'detached' })
  })

  test('a tag that was not added stays in its field', async () => {
    const { page } = await at(`/tickets/${direct.id}`, (one) =>
      one.route(`**/api/tickets/${direct.id}`, (route) =>
        route.request().method() === 'PATCH' ? route.fulfill({ status: 503, json: {} }) : route.continue(),
      ),
    )
    const field = page.getByLabel('Add a tag')
    await field.fill('refund')
    await field.press('Enter')
    await page.getByText('The helpdesk has a problem').waitFor()
    expect(await field.inputValue()).toBe('refund')
    await page.unrouteAll()
    await field.press('Enter')
    await page.getByRole('button', { name: 'Remove the tag refund' }).click()
    await page.getByRole('button', { name: 'Remove the tag refund' }).waitFor({ state: 'detached' })
    expect(await field.inputValue()).toBe('')
  })

  test('an expired token is refreshed silently', async () => {
    let refused = 0
    const { page } = await at('/tickets', (one) =>
      one.route(/\/api\/tickets\?/, (route) => (refused++ === 0 ? route.fulfill({ status: 401 }) : route.continue())),
    )
    await page.getByRole('link', { name: 'Where is my order?' }).waitFor()
    expect(refused).toBeGreaterThan(1)
    expect(await page.getByText('Your session has ended').count()).toBe(0)
  })

  test('an expired session is shown, and the draft of a reply survives signing in again', async () => {
    const { page, context } = await at(`/tickets/${direct.id}`)
    await page.getByRole('textbox', { name: 'Reply by direct message' }).fill('half a sen')
    await context.route('**/oauth2/token', (route) => route.fulfill({ status: 400, json: { error: 'invalid_grant' } }))
    await context.route(/\/api\//, (route) => route.fulfill({ status: 401, json: {} }))
    const ended = page.getByText('Your session has ended')
    await ended.waitFor()
    await context.unrouteAll()
    await page.getByRole('button', { name: 'Sign in' }).first().click()
    await page.waitForURL(`**/tickets/${direct.id}`)
    await ended.waitFor({ state: 'detached' })
    expect(await page.getByRole('textbox', { name: 'Reply by direct message' }).inputValue()).toBe('half a sen')
  })

  test.each([
    [500, 'The helpdesk has a problem'],
    [403, 'You may not do this'],
    [404, 'Not found'],
    [429, 'Too many requests'],
  ])('status %s is explained in words, and a button tries again', async (status, words) => {
    let fails = true
    const { page } = await at('/tickets', (one) =>
      one.route(/\/api\/tickets\?/, (route) => (fails ? route.fulfill({ status, json: {} }) : route.continue())),
    )
    await page.getByRole('alert').getByText(words).waitFor()
    fails = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('link', { name: 'Where is my order?' }).waitFor()
  })

  test('a refused setting shows the error at its field', async () => {
    const { page } = await at(`/channels/twitter-${shop.id}`, (one) =>
      one.route(/\/api\/channels\/twitter-\d+$/, (route) =>
        route.request().method() === 'PATCH'
          ? route.fulfill({
              status: 422,
              json: { detail: 'name: is taken', errors: [{ field: 'name', detail: 'is taken' }] },
            })
          : route.continue(),
      ),
    )
    await page.getByLabel('Name').fill('Another')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.field-error').getByText('is taken').waitFor()
    expect(await page.getByLabel('Name').getAttribute('aria-invalid')).toBe('true')
  })
})

describe('numbers', () => {
  const metrics = (opened: number, key: string) => ({
    key,
    label: key,
    opened,
    closed: 2,
    messagesIn: 9,
    messagesOut: 8,
    firstResponse: { count: 2, medianSeconds: 5400, p90Seconds: 7200, histogram: [{ upToSeconds: 3600, count: 2 }] },
    closedInPeriod: 5,
    timeToClose: { medianSeconds: 86400, p90Seconds: 172800 },
  })

  test('a report is a chart, a table, and a file, in the days of the reader', async () => {
    const asked: URLSearchParams[] = []
    const { page } = await at('/reports?by=tag', (one) =>
      one.route(/\/api\/reports\/tickets/, (route) => {
        const url = new URL(route.request().url())
        asked.push(url.searchParams)
        if (url.pathname.endsWith('.csv')) return route.fulfill({ contentType: 'text/csv', body: 'Tag,Opened\r\n' })
        const rows = [metrics(3, 'Twitter:Direct'), metrics(1, 'refund')]
        return route.fulfill({ json: { rows, total: metrics(4, 'all') } })
      }),
    )
    await page.getByRole('img', { name: 'Tickets opened and closed, Tag' }).waitFor()
    await page.getByRole('row', { name: 'Twitter:Direct 3 2 9 8 2 1 h 30 min / 2 h 5 1 d / 2 d' }).waitFor()
    await page.getByRole('columnheader', { name: 'Closed in these days' }).first().waitFor()
    await page.getByText('90 % within 2 h').waitFor()
    const zone = await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
    await page.getByText(`Days are in ${zone}.`).waitFor()
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download CSV' }).click()
    expect(readFileSync(await (await downloading).path(), 'utf8')).toBe('\ufeffTag,Opened\r\n')
    await page.getByRole('combobox', { name: 'Group by' }).selectOption('Channel')
    await page.waitForURL(/by=channel/)
    await eventually('the report by channel', () => asked.at(-1)?.get('by') === 'channel')
    expect(new Set(asked.map((query) => query.get('timeZone')))).toEqual(new Set([zone]))
  })

  test('the activity of a channel is a chart and a table of the same numbers', async () => {
    const replies = { sent: 3, failed: 1, unknown: 0 }
    const day = {
      date: '2026-01-02',
      received: 6,
      opened: 2,
      joined: 1,
      ignored: { 'a repost': 3 },
      recovered: 0,
      unreadable: 0,
      replies,
    }
    const { page } = await at(`/channels/twitter-${shop.id}`, (one) =>
      one.route(/\/activity\?/, (route) => route.fulfill({ json: { days: [day] } })),
    )
    await page.getByRole('img', { name: /^Bars by day: 6 events/ }).waitFor()
    await page.getByText('Show as a table').click()
    await page.getByRole('row', { name: '2 Jan 2 1 3' }).waitFor()
  })
})

test('a conversation begins with its newest messages, and shows earlier ones when asked', async () => {
  const people = { from: customer, to: shop.username }
  for (let n = 1; n <= 100; n++)
    await product.onX('POST', 'direct-messages', { ...people, text: `number ${n} of many` })
  await eventually('all of them', async () =>
    (await product.tickets()).some(({ id, messageCount }) => id === direct.id && messageCount === 101),
  )
  const { page } = await at(`/tickets/${direct.id}`)
  await message(page, 'number 100 of many').waitFor()
  expect(await message(page, 'Where is my order?').count()).toBe(0)
  await page.getByRole('button', { name: 'Show earlier messages' }).click()
  await message(page, 'Where is my order?').waitFor()
  expect(await page.getByRole('button', { name: 'Show earlier messages' }).count()).toBe(0)
  expect(await page.getByRole('button', { name: /new message/ }).count()).toBe(0)
})
