import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { isReply } from '../../../lambdas/core/replies/reply.ts'
import type { Message } from '../../../lambdas/core/tickets/ticket.ts'
import { served } from '../../local/support.ts'
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

const newCustomer = (): User => ({ id: String(8_000_000 + ++numbers), username: `customer${numbers}` })
const newId = () => idAt(all.now(), ++numbers)
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')

/** A ticket of direct messages, here and in Usedesk. */
async function directTicket(from = newCustomer()) {
  const [routed] = await all.deliverX(directMessages(shop, { id: newId(), from, to: shop, text: 'Where is my order?' }))
  return inUsedesk(String(routed?.ticketId), from)
}
async function mentionTicket(by = newCustomer()) {
  const post = { id: newId(), by, text: '@shop where is my order?', mentions: [shop] }
  const [routed] = await all.deliverX(posts(shop, post))
  return inUsedesk(String(routed?.ticketId), by)
}
async function inUsedesk(ticketId: string, customer: User) {
  const number = await all.until('the ticket in Usedesk', () => all.ticketsOf(ticketId)[0]?.id)
  await all.until('the link', () => all.stores.usedesk.ticketOf(String(number)).then((found) => found ?? undefined))
  return { ticketId, number, customer }
}

const replies = async (ticketId: string) => (await all.stores.messagesOf(ticketId)).filter(isReply)
const status = async (ticketId: string) => (await all.stores.tickets.ticket(ticketId))?.status
const notes = (ticketId: string) =>
  all
    .ticketsOf(ticketId)
    .flatMap(({ comments }) => comments.filter(({ type }) => type === 'private').map(({ message }) => message))
const answer = (number: number, text: string, more: object = {}) =>
  all.control.comment({ ticketId: number, text, type: 'public', ...more })
/** X has a reply, or refuses it. */
async function settle(message: Message, outcome: object) {
  if (!isReply(message)) throw new Error('no reply')
  const delivery = { ...message.delivery, dueAt: null, ...outcome }
  expect(await all.stores.replies.save(message, { ...message, delivery })).toBe(true)
}
const post = (body: string, url = all.hookUrl) => fetch(url, { method: 'POST', body })

describe('what agents write in Usedesk', () => {
  test('a public answer becomes one reply of that agent, a private comment and an echo none', async () => {
    const { ticketId, number, customer } = await directTicket()
    all.control.comment({ ticketId: number, text: 'Who knows this customer?', type: 'private' })
    answer(number, 'It is <on> its way.\nTomorrow!')
    await all.until('the reply', async () => (await replies(ticketId)).length > 0)
    const [reply] = await replies(ticketId)
    expect(reply).toMatchObject({
      text: 'It is <on> its way.\nTomorrow!',
      author: { id: 'usedesk-agent-545', name: 'Usedesk agent 545' },
      sending: { target: { kind: 'direct_message', recipientId: customer.id } },
      delivery: { status: 'pending' },
    })
    if (reply) await settle(reply, { status: 'sent' })
    const comments = all.ticketsOf(ticketId)[0]?.comments.length
    await all.deliverX(directMessages(shop, { id: newId(), from: customer, to: shop, text: 'Thank you' }))
    await all.until('the next message', () => all.ticketsOf(ticketId)[0]?.comments.length === Number(comments) + 1)
    expect(await replies(ticketId)).toHaveLength(1)
    expect(notes(ticketId)).toEqual(['<p>Who knows this customer?</p>'])
  })

  test('on a mention it is a public reply under the entry', async () => {
    const { ticketId, number } = await mentionTicket()
    answer(number, 'We look into it.')
    await all.until('the reply', async () => (await replies(ticketId)).length > 0)
    expect((await replies(ticketId))[0]).toMatchObject({ visibility: 'public', sending: { target: { kind: 'post' } } })
  })

  test('a webhook that comes again writes no second reply', async () => {
    const { ticketId, number } = await directTicket()
    answer(number, 'Once')
    await all.until('the reply', async () => (await replies(ticketId)).length > 0)
    const delivery = all.control.deliveries().findLast(({ event, byApi }) => event === 'comment' && !byApi)
    for (let n = 0; n < 3; n++) expect((await post(String(delivery?.body))).status).toBe(200)
    answer(number, 'Twice')
    await all.until('the second answer', async () => (await replies(ticketId)).length > 1)
    expect((await replies(ticketId)).map(({ text }) => text)).toEqual(['Once', 'Twice'])
  })

  test('a picture goes along; what X does not take comes back with the reason', async () => {
    const { ticketId, number } = await directTicket()
    answer(number, 'Like this?', { files: [{ name: 'a.jpg', contentType: 'image/jpeg', bytes: jpeg }] })
    await all.until('the reply', async () => (await replies(ticketId)).length > 0)
    const [attachment] = (await replies(ticketId))[0]?.media ?? []
    expect(attachment).toMatchObject({ type: 'photo', contentType: 'image/jpeg', size: jpeg.length })
    expect(all.files.get(String(attachment?.key))).toEqual(jpeg)

    answer(number, 'The bill', {
      files: [{ name: 'bill.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.4') }],
    })
    await all.until('the note', () => notes(ticketId).length > 0)
    expect(notes(ticketId)).toEqual([
      'Not sent to X:<br>bill.pdf: X takes only JPEG, PNG, WebP, GIF, MP4 and QuickTime files<br><br>The bill',
    ])
    expect(await replies(ticketId)).toHaveLength(1)
  })

  test('a file of a gigabyte is refused before it is loaded', async () => {
    const { ticketId, number } = await directTicket()
    const huge = await served((_, response) => void response.writeHead(200, { 'content-length': 2 ** 30 }).write('x'))
    const files = [{ name: 'film.mp4', file: `${huge.url}/film.mp4` }]
    const comment = {
      id: 99,
      ticket_id: number,
      message: 'Our film',
      type: 'public',
      from: 'user',
      user_id: 545,
      files,
    }
    await post(JSON.stringify({ comment }))
    await all.until('the note', () => notes(ticketId).length > 0)
    expect(notes(ticketId)).toEqual(['Not sent to X:<br>film.mp4: more than 50 MB<br><br>Our film'])
    expect(await replies(ticketId)).toEqual([])
    await huge.stop()
  })

  test('a text that is too long for X, or an answer on a closed ticket, comes back with the reason', async () => {
    const { ticketId, number } = await mentionTicket()
    answer(number, 'x'.repeat(300))
    await all.until('the note', () => notes(ticketId).length > 0)
    expect(notes(ticketId)[0]).toMatch(/^Not sent to X:<br>300 characters; X allows 280/)
    all.control.change(number, { status: 3 })
    await all.until('closed', async () => (await status(ticketId)) === 'closed')
    answer(number, 'One more thing')
    await all.until('the second note', () => notes(ticketId).length > 1)
    expect(notes(ticketId)[1]).toContain('closed')
    expect(await replies(ticketId)).toEqual([])
  })

  test('a reply that X refuses comes back as a private comment with its reason; a later success is told', async () => {
    const { ticketId, number } = await directTicket()
    answer(number, 'Hello')
    await all.until('the reply', async () => (await replies(ticketId)).length > 0)
    const [reply] = await replies(ticketId)
    if (reply) await settle(reply, { status: 'failed', reason: 'You cannot send messages to this user.' })
    await all.until('the note', () => notes(ticketId).length > 0)
    expect(notes(ticketId)).toEqual([
      'Not sent: X did not take this answer. You cannot send messages to this user.<br><br>Hello',
    ])
    const [failed] = await replies(ticketId)
    if (failed) await settle(failed, { status: 'sent', reason: null })
    await all.until('the good news', () => notes(ticketId).length > 1)
    expect(notes(ticketId)[1]).toBe('X has this answer now:<br>Hello')
  })

  test('while Usedesk does not take the note, it comes again', async () => {
    const { ticketId, number } = await mentionTicket()
    all.control.fault({ call: 'create/comment', kind: 'fail', times: 2 })
    answer(number, 'x'.repeat(300))
    await all.until('both failures', async () => {
      await all.pass(180_000)
      return notes(ticketId).length > 0
    })
    expect(notes(ticketId)).toHaveLength(1)
  })
})

describe('a status that agents set in Usedesk', () => {
  test('is that of our ticket; our own is no echo that undoes a later one', async () => {
    const { ticketId, number, customer } = await directTicket()
    all.control.change(number, { status: 6 })
    await all.until('pending', async () => (await status(ticketId)) === 'pending')
    const updates = () => all.control.calls().filter(({ call }) => call === 'update/ticket').length
    const before = updates()
    await all.deliverX(directMessages(shop, { id: newId(), from: customer, to: shop, text: 'And?' }))
    await all.until('open there', () => all.ticketsOf(ticketId)[0]?.status === 1)
    await all.until('the webhook', () => !all.control.deliveries().some((one) => one.status === 'waiting'))
    await all.until('all is worked off', async () => (await all.stores.usedesk.link(ticketId))?.echo === null)
    expect([await status(ticketId), updates() - before]).toEqual(['open', 1])
  })

  test('closed there: the next message is a new ticket, here and there', async () => {
    const { ticketId, number, customer } = await directTicket()
    all.control.change(number, { status: 3 })
    await all.until('closed', async () => (await status(ticketId)) === 'closed')
    const next = await directTicket(customer)
    expect(next.ticketId).not.toBe(ticketId)
    expect(next.number).not.toBe(number)

    // The first one stays closed, because its conversation went on.
    all.control.change(number, { status: 1 })
    await all.until('closed again', () => all.ticketsOf(ticketId)[0]?.status === 3)
    expect(notes(ticketId)).toEqual([expect.stringContaining(next.ticketId)])
    expect(await status(ticketId)).toBe('closed')
  })
})

test('an answer and a status whose webhooks were lost are found by a look, each once', async () => {
  const { ticketId, number } = await directTicket()
  answer(number, 'This one came')
  await all.until('the reply', async () => (await replies(ticketId)).length > 0)
  await all.until('open there too', () => all.ticketsOf(ticketId)[0]?.status === 1)
  all.control.settings({ redirectUrl: null })
  answer(number, 'This one was lost')
  all.control.change(number, { status: 6 })
  all.control.settings({ redirectUrl: all.hookUrl })
  for (let n = 0; n < 2; n++) {
    await all.look()
    await all.pass(60_000)
  }
  expect((await replies(ticketId)).map(({ text }) => text)).toEqual(['This one came', 'This one was lost'])
  expect(await status(ticketId)).toBe('pending')
})

describe('the door', () => {
  test('is closed without the secret, and takes only JSON of some size', async () => {
    const url = all.hookUrl.split('?')[0] ?? ''
    expect((await post('{}', url)).status).toBe(401)
    expect((await post('{}', `${url}?secret=another`)).status).toBe(401)
    expect((await post('a=b')).status).toBe(400)
    expect((await post(JSON.stringify({ comment: 'x'.repeat(300_000) }))).status).toBe(413)
    expect((await post('{"event":"ping"}')).status).toBe(200)
  })

  test('what belongs to no ticket of ours is let go', async () => {
    const comment = { id: 7, ticket_id: 12345, message: 'Mail', type: 'public', from: 'user', user_id: 1, files: [] }
    expect((await post(JSON.stringify({ comment }))).status).toBe(200)
    await all.until('it is let go', async () => {
      await all.pass(600_000)
      return (await all.stores.deliveries.waiting({ endpointId: 'usedesk-inbound', group: '12345' }, 1)).length === 0
    })
  })
})
