import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { stored } from '../../../lambdas/core/tickets/attachment.ts'
import { startWithUsedesk } from '../../support/usedesk.ts'
import { directMessages, idAt, posts, shop, type User } from '../../support/x-payloads.ts'

let numbers = 0
let all: Awaited<ReturnType<typeof startWithUsedesk>>
beforeAll(async () => {
  all = await startWithUsedesk()
})
afterAll(() => all.stop())
beforeEach(() => all.control.clearFaults())
afterEach(() => expect(all.control.violations()).toEqual([]))

const newCustomer = (): User => ({ id: String(7_000_000 + ++numbers), username: `customer${numbers}` })
const newId = () => idAt(all.now(), ++numbers)

async function write(from: User, text: string, more: object = {}): Promise<string> {
  const [routed] = await all.deliverX(directMessages(shop, { id: newId(), from, to: shop, text, ...more }))
  return String(routed?.ticketId)
}
async function mention(by: User, text: string): Promise<{ ticketId: string; id: string }> {
  const id = newId()
  const [routed] = await all.deliverX(posts(shop, { id, by, text: `@shop ${text}`, mentions: [shop] }))
  return { ticketId: String(routed?.ticketId), id }
}

/** The comments of our ticket in Usedesk: kind and words. */
const comments = (ticketId: string) =>
  all.ticketsOf(ticketId).flatMap((one) => one.comments.map(({ type, from, message }) => ({ type, from, message })))
const arrived = (ticketId: string, count: number) =>
  all.until(`${count} comments`, () => comments(ticketId).length >= count)
const callsOf = (name: string, ticketId: string) =>
  all.control.calls().filter(({ call, parameters }) => call === name && JSON.stringify(parameters).includes(ticketId))
    .length

async function change(ticketId: string, fields: object) {
  const before = await all.stores.tickets.ticket(ticketId)
  if (!before) throw new Error('no ticket')
  const after = { ...before, ...fields, version: before.version + 1 }
  expect(await all.stores.tickets.commit({ before, after, message: null, follows: null })).toBe('done')
}

test('a mention becomes a ticket with its tag, its customer and the way to the post; its text is never HTML', async () => {
  const by = newCustomer()
  const { ticketId, id } = await mention(by, 'where is <b>my</b> order & bill?')
  await arrived(ticketId, 1)
  const [ticket] = all.ticketsOf(ticketId)
  expect(ticket).toMatchObject({ status: 8, tags: ['Twitter: Mention'] })
  expect(ticket?.subject).toContain('where is <b>my</b> order & bill?')
  expect(comments(ticketId)).toEqual([
    {
      type: 'public',
      from: 'client',
      message: expect.stringContaining('where is &lt;b&gt;my&lt;/b&gt; order &amp; bill?'),
    },
  ])
  expect(comments(ticketId)[0]?.message).toContain(`https://x.com/i/status/${id}`)
})

test('direct messages of a ticket become its comments, in order, each once', async () => {
  const from = newCustomer()
  const ticketId = await write(from, 'one')
  await write(from, 'two\nlines')
  await write(from, 'three')
  await arrived(ticketId, 3)
  expect(comments(ticketId).map(({ message }) => message)).toEqual(['one', 'two<br>lines', 'three'])
  expect(all.ticketsOf(ticketId)[0]?.tags).toEqual(['Twitter:Direct'])
})

test('a picture follows as a file, once it is here', async () => {
  const media = { id: '77', media_url_https: 'https://pbs.twimg.com/1.jpg', type: 'photo', sizes: {} }
  const ticketId = await write(newCustomer(), '', { attachment: { type: 'media', media } })
  await arrived(ticketId, 1)
  expect(comments(ticketId)[0]?.message).toBe('Photo, without words')
  const [message] = await all.stores.messagesOf(ticketId)
  const [attachment] = message?.media ?? []
  if (!message || !attachment) throw new Error('no picture')
  all.files.set('received/1', Buffer.from('a picture'))
  const file = { key: 'received/1', previewKey: null, contentType: 'image/jpeg', size: 9 }
  expect(await all.stores.media.save(message, 0, stored(attachment, file))).toBe(true)
  await arrived(ticketId, 2)
  const [given] = all.ticketsOf(ticketId)[0]?.comments[1]?.files ?? []
  expect(given).toMatchObject({ name: 'photo-1.jpg', contentType: 'image/jpeg', size: 9 })
  expect(all.control.file(String(given?.key))?.toString()).toBe('a picture')
})

test('status and tags follow, and what Usedesk has already needs no call', async () => {
  const ticketId = await write(newCustomer(), 'Hello')
  await arrived(ticketId, 1)
  await change(ticketId, { status: 'on_hold', tags: ['Twitter:Direct', 'shipping'] })
  await all.until('the status', () => all.ticketsOf(ticketId)[0]?.status === 5)
  expect(all.ticketsOf(ticketId)[0]?.tags).toEqual(['Twitter:Direct', 'shipping'])
  const calls = all.control.calls().length
  await change(ticketId, { status: 'pending' })
  await change(ticketId, { status: 'on_hold' })
  const other = await write(newCustomer(), 'Another')
  await arrived(other, 1)
  expect(all.control.calls().length).toBe(calls + 1)
})

test('after a closed ticket the next message is a new ticket, here and there, of the same customer', async () => {
  const from = newCustomer()
  const first = await write(from, 'Hello')
  await arrived(first, 1)
  await change(first, { status: 'closed' })
  await all.until('closed', () => all.ticketsOf(first)[0]?.status === 3)
  const second = await write(from, 'Hello again')
  await arrived(second, 1)
  expect(second).not.toBe(first)
  expect(all.ticketsOf(second)[0]?.clientId).toBe(all.ticketsOf(first)[0]?.clientId)
})

test('what the account writes on X itself is a private comment', async () => {
  const from = newCustomer()
  const ticketId = await write(from, 'Hello')
  await all.deliverX(directMessages(shop, { id: newId(), from: shop, to: from, text: 'From the phone' }))
  await arrived(ticketId, 2)
  expect(comments(ticketId)[1]).toEqual({
    type: 'private',
    from: 'user',
    message: 'Written on X by the account:<br>From the phone',
  })
})

test('a new ticket whose call was never answered is found, not created again', async () => {
  all.control.fault({ call: 'create/ticket', kind: 'lost' })
  const ticketId = await write(newCustomer(), 'Hello')
  await all.until('the lost call', () => callsOf('create/ticket', ticketId) === 1)
  await write(newCustomer(), 'Somebody else')
  await all.pass(90_000)
  await all.until('the link', async () => (await all.stores.usedesk.link(ticketId))?.usedeskTicketId)
  expect(all.ticketsOf(ticketId)).toHaveLength(1)
  expect(comments(ticketId)).toHaveLength(1)
})

test('a comment whose call was never answered is there once, also if the customer had written the same before', async () => {
  const from = newCustomer()
  const ticketId = await write(from, 'Hello?')
  await arrived(ticketId, 1)
  all.control.fault({ call: 'create/comment', kind: 'lost' })
  await write(from, 'Hello?')
  await all.until('the lost call', () => all.control.faults().length === 0)
  all.control.fault({ call: 'create/comment', kind: 'fail' })
  await write(from, 'Are you there?')
  await all.until('all of it, in time', async () => {
    await all.pass(90_000)
    return comments(ticketId).length >= 3
  })
  expect(comments(ticketId).map(({ message }) => message)).toEqual(['Hello?', 'Hello?', 'Are you there?'])
})

test.each(['error', 'fail'] as const)(
  'an answer with an error (%s) is a failure: it comes again, in order',
  async (kind) => {
    const from = newCustomer()
    const ticketId = await write(from, 'one')
    await arrived(ticketId, 1)
    all.control.fault({ call: 'create/comment', kind })
    await write(from, 'two')
    await write(from, 'three')
    await all.until('the failure', () => all.control.faults().length === 0)
    const { items } = await all.stores.deliveries.recorded('usedesk', { limit: 1, after: null })
    expect(items[0]).toMatchObject({ outcome: 'failed', error: expect.stringContaining('Something went wrong') })
    expect(JSON.stringify(items)).not.toContain(all.usedesk.token)
    expect(comments(ticketId)).toHaveLength(1)
    await all.pass(90_000)
    await arrived(ticketId, 3)
    expect(comments(ticketId).map(({ message }) => message)).toEqual(['one', 'two', 'three'])
  },
)

test('what was deleted on X before Usedesk took it does not go there; later it is told', async () => {
  const by = newCustomer()
  const { ticketId, id } = await mention(by, 'my secret')
  await arrived(ticketId, 1)
  await all.deliverX({
    for_user_id: shop.id,
    tweet_delete_events: [{ status: { id, user_id: by.id }, timestamp_ms: String(Date.now()) }],
  })
  await arrived(ticketId, 2)
  expect(comments(ticketId)[1]).toEqual({
    type: 'private',
    from: 'user',
    message: 'Deleted: the message of 2026-01-01 00:00 UTC.',
  })
})
