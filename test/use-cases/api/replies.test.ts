import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { dryRun as dryRunSchema, message as messageSchema } from '../../../lambdas/core/api/schemas.ts'
import type { DueMessage } from '../../../lambdas/core/ports/queues.ts'
import type { Reply } from '../../../lambdas/core/replies/reply.ts'
import { failed } from '../../../lambdas/core/replies/sending.ts'
import { apiOver } from '../../support/api.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, bob, directMessages, idAt, posts, shop } from '../../support/x-payloads.ts'

const agent = { sub: 'kim-id', username: 'kim', 'cognito:groups': '[agents]' }
let clock = new Date('2026-01-01T12:00:00.000Z')
const now = () => clock
let stores: TestStores
let api: ReturnType<typeof apiOver>
let queued: DueMessage[] = []
let queueIsDown = false
let directTicket: string
let mentionTicket: string
let numbers = 0

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
  api = apiOver(stores, now, {
    replyQueue: {
      async send(replies) {
        if (queueIsDown) throw new Error('SQS is away')
        queued.push(...replies)
      },
    },
  })
  const { deliver } = routerOver(stores, now)
  const [direct] = await deliver(directMessages(shop, { id: idAt(clock, 1), from: ann, to: shop }))
  const entry = { id: idAt(clock, 2), by: bob, text: '@shop hi', mentions: [shop] }
  const [mention] = await deliver(posts(shop, entry))
  await deliver(posts(shop, { ...entry, id: idAt(clock, 3), answers: { id: entry.id, by: bob } }))
  directTicket = String(direct?.ticketId)
  mentionTicket = String(mention?.ticketId)
})
afterAll(() => stores.stop())

async function call(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const options = { claims: agent, headers, ...(body ? { body: JSON.stringify(body) } : {}) }
  const answer = await api(method, path, options)
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') }
}
const reply = (ticket: string, body: object, headers: Record<string, string> = {}) =>
  call('POST', `/api/tickets/${ticket}/replies`, body, headers)
const stored = async (messageId: string) => (await stores.findMessage(messageId)) as Reply

describe('a reply', () => {
  test('on a direct ticket is stored, pending, in the name of the agent, and queued', async () => {
    queued = []
    const { status, body } = await reply(directTicket, { text: 'It is on its way 😀' })
    expect(status).toBe(202)
    expect(messageSchema.parse(body)).toMatchObject({
      direction: 'outbound',
      visibility: 'private',
      text: 'It is on its way 😀',
      author: { id: 'kim-id', name: 'kim' },
      externalId: null,
      delivery: { status: 'pending', reason: null, attempts: 0 },
    })
    expect(queued).toMatchObject([{ ticketId: directTicket, messageId: body.id }])
    expect((await stored(body.id)).sending.target).toEqual({ kind: 'direct_message', recipientId: ann.id })
    expect((await call('GET', `/api/tickets/${directTicket}`)).body).toMatchObject({ status: 'open', messageCount: 2 })
    const { messages } = (await call('GET', `/api/tickets/${directTicket}/messages`)).body
    expect(messages.map((one: { id: string }) => one.id).at(-1)).toBe(body.id)
  })

  test('on a mention ticket goes under the latest entry, or under the message that is named', async () => {
    const latest = await reply(mentionTicket, { text: 'Yes, until six.' })
    expect(latest.body).toMatchObject({ visibility: 'public', inReplyToId: idAt(clock, 3) })
    const named = await reply(mentionTicket, { text: 'Hello!', inReplyTo: `post-${idAt(clock, 2)}` })
    expect(named.body.inReplyToId).toBe(idAt(clock, 2))
  })

  test('that cannot be queued is stored all the same, and due for the sweep', async () => {
    queueIsDown = true
    const { status, body } = await reply(directTicket, { text: 'left behind' })
    queueIsDown = false
    expect(status).toBe(202)
    const due = await stores.replies.due('2026-01-01T12:02:00.000Z', 100)
    expect(due.map((one) => one.messageId)).toContain(body.id)
  })
})

describe('the idempotency key', () => {
  const key = () => ({ 'idempotency-key': `key-${++numbers}` })

  test('makes the same body one message, also at the same moment, and another body a conflict', async () => {
    const headers = key()
    const both = await Promise.all([1, 2, 3].map(() => reply(directTicket, { text: 'once' }, headers)))
    expect(both.map(({ status }) => status)).toEqual([202, 202, 202])
    expect(new Set(both.map(({ body }) => body.id)).size).toBe(1)
    expect((await reply(directTicket, { text: 'twice' }, headers)).status).toBe(409)
  })

  test('holds per ticket and for 24 hours', async () => {
    const headers = key()
    const first = await reply(directTicket, { text: 'today' }, headers)
    expect((await reply(mentionTicket, { text: 'another ticket' }, headers)).status).toBe(202)
    const before = clock
    clock = new Date(clock.getTime() + 24 * 3600 * 1000 - 1)
    expect((await reply(directTicket, { text: 'today' }, headers)).body.id).toBe(first.body.id)
    clock = new Date(clock.getTime() + 1)
    expect((await reply(directTicket, { text: 'tomorrow' }, headers)).status).toBe(202)
    clock = before
  })

  test('gives the reply of before also when the ticket has been closed since', async () => {
    const headers = key()
    const first = await reply(directTicket, { text: 'before closing' }, headers)
    await call('PATCH', `/api/tickets/${directTicket}`, { status: 'closed' })
    expect((await reply(directTicket, { text: 'before closing' }, headers)).body.id).toBe(first.body.id)
    expect((await reply(directTicket, { text: 'after closing' })).status).toBe(409)
    await call('PATCH', `/api/tickets/${directTicket}`, { status: 'open' })
  })
})

describe('what X would refuse is refused before it is stored', () => {
  const cases: [string, () => string, object, number, string][] = [
    ['no text', () => directTicket, { text: '  ' }, 422, 'text: must not be empty'],
    [
      'a text cut within an emoji',
      () => directTicket,
      { text: 'cut \ud83d' },
      422,
      'text: must be well-formed Unicode',
    ],
    [
      'a long direct message',
      () => directTicket,
      { text: 'x'.repeat(10_001) },
      422,
      'text: 10001 characters; X allows 10000',
    ],
    ['a long post', () => mentionTicket, { text: 'x'.repeat(281) }, 422, 'text: 281 characters; X allows 280'],
    [
      'a post of wide characters',
      () => mentionTicket,
      { text: '字'.repeat(141) },
      422,
      'text: 282 characters; X allows 280',
    ],
    ['an unknown attachment', () => directTicket, { text: 'x', attachmentIds: ['a'] }, 422, 'attachmentIds.0'],
    ['inReplyTo on a direct ticket', () => directTicket, { text: 'x', inReplyTo: 'post-1' }, 422, 'inReplyTo'],
    ['inReplyTo that is no message here', () => mentionTicket, { text: 'x', inReplyTo: 'post-1' }, 422, 'inReplyTo'],
    ['an unknown field', () => directTicket, { text: 'x', colour: 'red' }, 422, 'colour'],
    ['an unknown ticket', () => 'none', { text: 'x' }, 404, 'none'],
  ]
  test.each(cases)('%s', async (_name, ticket, body, status, detail) => {
    queued = []
    const answer = await reply(ticket(), body)
    expect([answer.status, answer.body.status]).toEqual([status, status])
    expect(answer.body.detail).toContain(detail)
    expect(queued).toEqual([])
  })

  test('a link counts 23 however long it is, so a long one fits', async () => {
    expect(
      (await reply(mentionTicket, { text: `${'x'.repeat(250)} https://example.com/${'y'.repeat(400)}` })).status,
    ).toBe(202)
  })

  test('a text of 100,000 characters is refused before its weight is counted, which would take minutes', async () => {
    for (const ticket of [directTicket, mentionTicket]) {
      for (const text of ['я.'.repeat(50_000), 'я.'.repeat(9_000)]) {
        const { status, body } = await reply(ticket, { text })
        expect(status).toBe(422)
        expect(body.errors).toEqual([expect.objectContaining({ field: 'text' })])
      }
    }
  })

  test('an odd key is refused by its name', async () => {
    const answer = await reply(directTicket, { text: 'x' }, { 'idempotency-key': 'two words' })
    expect([answer.status, answer.body.errors[0].field]).toEqual([422, 'Idempotency-Key'])
  })

  test('on a channel that is not connected: 409 that says what to do', async () => {
    await stores.revoke(`twitter-${shop.id}`)
    const revoked = await reply(directTicket, { text: 'x' })
    expect([revoked.status, revoked.body.detail]).toEqual([409, expect.stringContaining('connect the channel again')])
    await stores.connect()
    expect((await reply(directTicket, { text: 'x' })).status).toBe(202)
  })
})

describe('a dry run', () => {
  const dryRun = async (ticket: string, body: object, flag = 'true') => {
    const options = { claims: agent, body: JSON.stringify(body), query: { dryRun: flag } }
    const answer = await api('POST', `/api/tickets/${ticket}/replies`, options)
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') }
  }

  test('tells length, limit, price and whether X allows it, and stores and sends nothing', async () => {
    queued = []
    const before = await stores.itemsOf(`TICKET#${mentionTicket}`)
    const ticket = await stores.tickets.ticket(mentionTicket)
    const { status, body } = await dryRun(mentionTicket, { text: 'Yes, see https://example.com/hours 😀' })
    expect(status).toBe(200)
    expect(dryRunSchema.parse(body)).toEqual({
      ok: true,
      problems: [],
      weightedLength: 9 + 23 + 1 + 2,
      maxLength: 280,
      encrypted: false,
      replyAllowed: true,
      quota: { of: 'account', limit: 100, remaining: 100, resetsAt: null },
      price: { usd: 0.2, because: expect.stringContaining('link') },
      links: [{ start: 9, end: 34 }],
    })
    expect(await stores.itemsOf(`TICKET#${mentionTicket}`)).toEqual(before)
    expect(await stores.tickets.ticket(mentionTicket)).toEqual(ticket)
    expect(queued).toEqual([])
  })

  test('counts what was sent', async () => {
    for (let n = 0; n < 15; n++) await stores.quota.take(`twitter-${shop.id}`, 'direct_message', now())
    const { body } = await dryRun(directTicket, { text: 'a later one' })
    const resetsAt = new Date(now().getTime() + 15 * 60_000).toISOString()
    expect([body.ok, body.quota]).toEqual([true, { of: 'account', limit: 15, remaining: 0, resetsAt }])
  })

  test('tells the limit of the app, when that is tighter', async () => {
    const resetsAt = new Date(now().getTime() + 3600_000).toISOString()
    await stores.quota.pause('another', 'post', 'app', resetsAt)
    const { body } = await dryRun(mentionTicket, { text: 'a later one' })
    expect(body.quota).toEqual({ of: 'app', limit: 10_000, remaining: 0, resetsAt })
  })

  test.each<[string, () => string, object, string]>([
    ['no text', () => directTicket, { text: ' ' }, 'text_empty'],
    ['a long post', () => mentionTicket, { text: 'x'.repeat(281) }, 'text_too_long'],
    ['an attachment', () => mentionTicket, { text: 'x', attachmentIds: ['a'] }, 'unknown_attachment'],
    ['an unknown place', () => mentionTicket, { text: 'x', inReplyTo: 'post-1' }, 'in_reply_to_unknown'],
    [
      'a place in another ticket',
      () => mentionTicket,
      { text: 'x', inReplyTo: `dm-${idAt(clock, 1)}` },
      'in_reply_to_unknown',
    ],
  ])('reports what the reply itself is refused for: %s', async (_name, ticket, body, code) => {
    const dry = await dryRun(ticket(), body)
    expect([dry.status, dry.body.ok, dry.body.problems[0].code]).toEqual([200, false, code])
    const refused = await reply(ticket(), body)
    expect([refused.status, refused.body.detail]).toEqual([422, expect.stringContaining(dry.body.problems[0].detail)])
  })

  test('reports a closed ticket, a lost access and an own post as the place, as the reply itself does', async () => {
    const own = await reply(mentionTicket, { text: 'Hello there' })
    const under = { text: 'x', inReplyTo: own.body.id }
    expect((await dryRun(mentionTicket, under)).body.problems).toMatchObject([{ code: 'in_reply_to_not_customers' }])
    expect((await reply(mentionTicket, under)).status).toBe(422)
    await call('PATCH', `/api/tickets/${directTicket}`, { status: 'closed' })
    await stores.revoke(`twitter-${shop.id}`)
    const { status, body } = await dryRun(directTicket, { text: 'x' })
    expect([status, body.ok]).toEqual([200, false])
    expect(body.problems.map((one: { code: string }) => one.code)).toEqual(['ticket_closed', 'channel_not_connected'])
    expect((await reply(directTicket, { text: 'x' })).status).toBe(409)
    await stores.connect()
    await call('PATCH', `/api/tickets/${directTicket}`, { status: 'open' })
  })

  test('of a malformed body, an odd flag or an unknown ticket is refused', async () => {
    expect((await dryRun(directTicket, { text: 5 })).status).toBe(422)
    expect((await dryRun(directTicket, { text: 'cut \ud83d' })).status).toBe(422)
    expect((await dryRun(directTicket, { text: 'x' }, 'perhaps')).status).toBe(422)
    expect((await dryRun('none', { text: 'x' })).status).toBe(404)
  })

  test('that is false is a reply', async () => {
    expect((await dryRun(directTicket, { text: 'really' }, 'false')).status).toBe(202)
  })
})

describe('an entry that was deleted', () => {
  test('is not answered: the one before is, or none', async () => {
    const { deliver } = routerOver(stores, now)
    const eve = { id: '31415', username: 'eve' }
    const [first, second] = [idAt(clock, 61), idAt(clock, 62)]
    const entry = { id: first, by: eve, text: '@shop hi', mentions: [shop] }
    const [opened] = await deliver(posts(shop, entry))
    await deliver(posts(shop, { ...entry, id: second, answers: { id: first, by: eve } }))
    const ticket = String(opened?.ticketId)
    const channelId = `twitter-${shop.id}`
    await stores.tickets.markDeleted(channelId, second, now().toISOString())
    const named = await reply(ticket, { text: 'x', inReplyTo: `post-${second}` })
    expect([named.status, named.body.detail]).toEqual([422, expect.stringContaining('was deleted on X')])
    expect((await reply(ticket, { text: 'x' })).body.inReplyToId).toBe(first)
    await stores.tickets.markDeleted(channelId, first, now().toISOString())
    expect((await reply(ticket, { text: 'y' })).status).toBe(409)
  })
})

describe('retry', () => {
  const retry = (messageId: string, body?: object) =>
    call('POST', `/api/tickets/${directTicket}/messages/${messageId}/retry`, body)

  test('sends a failed reply again, and no other', async () => {
    const { body } = await reply(directTicket, { text: 'failing' })
    expect((await retry(body.id)).status).toBe(409)
    const before = await stored(body.id)
    await stores.replies.save(before, failed(before, 'a reason'))
    queued = []
    expect((await retry(body.id)).body).toMatchObject({ id: body.id, delivery: { status: 'pending', reason: null } })
    expect(queued).toMatchObject([{ messageId: body.id }])
    expect((await retry('reply-none')).status).toBe(404)
    expect((await retry(`dm-${idAt(clock, 1)}`)).status).toBe(409)
  })

  test('sends one of which nobody knows only when it is forced', async () => {
    const { body } = await reply(directTicket, { text: 'unknown' })
    const before = await stored(body.id)
    const after: Reply = { ...before, delivery: { ...before.delivery, status: 'unknown', dueAt: null } }
    await stores.replies.save(before, after)
    expect((await retry(body.id)).status).toBe(409)
    expect((await retry(body.id, { force: false })).status).toBe(409)
    expect((await retry(body.id, { force: true })).status).toBe(202)
    expect((await retry(body.id, { colour: 'red' })).status).toBe(422)
  })
})
