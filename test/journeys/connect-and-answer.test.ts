import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Message, Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { decideOnX } from '../support/authorize.ts'
import { productForTests } from '../support/product.ts'
import { ann, bob, shop } from '../support/x-payloads.ts'

const channelId = `twitter-${shop.id}`

const product = productForTests(() => product.addToX(shop, ann, bob))
beforeEach(async () => {
  await product.onX('DELETE', 'answers')
})

type XPost = { id: string; inReplyToId?: string | null; text: unknown }

/** Everything secret that X has given out and still knows. */
let secrets: string[] = []
function tokensOnX(): string[] {
  const { accessTokens } = JSON.parse(readFileSync(join(product.dataDir, 'x.json'), 'utf8')) as {
    accessTokens: object[]
  }
  return accessTokens.flatMap((one) => Object.values(one)).filter((one) => typeof one === 'string' && one.length > 25)
}

const ticketOf = (customer: { id: string }, fits: (ticket: Ticket) => boolean = () => true) =>
  eventually(`a ticket of ${customer.id}`, async () => (await product.tickets({ customerId: customer.id })).find(fits))
const delivered = (ticketId: string, id: string, fits: (message: Message) => boolean) =>
  eventually(`reply ${id}`, async () => (await product.messages(ticketId)).find((one) => one.id === id && fits(one)))
const isSent = (message: Message) => message.delivery?.status === 'sent'
const isPending = (message: Message) => message.delivery?.status === 'pending' && message.delivery.reason !== null
const onX = async (text: string) => {
  const { posts } = await product.onX<{ posts: XPost[] }>('GET', 'posts')
  const { directMessages } = await product.onX<{ directMessages: XPost[] }>('GET', 'direct-messages')
  return [...posts, ...directMessages].filter((one) => JSON.stringify(one.text).includes(text))
}
const minutes = (n: number) => new Date(Date.now() + n * 60_000).toISOString()

describe('connecting', () => {
  test('Cancel, a foreign browser and a stale token each lead back with their own message', async () => {
    const cancelled = await product.beginConnecting()
    const back = await decideOnX(cancelled.authorizeUrl, shop.id, 'cancel')
    expect(await product.comeBack(back, cancelled.cookie)).toBe('/channels?error=cancelled')
    const mine = await product.beginConnecting()
    const allowed = await decideOnX(mine.authorizeUrl, shop.id, 'allow')
    expect(await product.comeBack(allowed, cancelled.cookie)).toBe('/channels?error=foreign')
    expect(await product.comeBack(allowed, '')).toBe('/channels?error=missing_cookie')
    allowed.searchParams.set('oauth_token', 'unheard-of')
    expect(await product.comeBack(allowed, mine.cookie)).toBe('/channels?error=stale')
    expect((await product.helpdesk.call('GET /api/channels')).channels).toEqual([])
  })

  test('Allow ends with a connected channel that X delivers to', async () => {
    expect(await product.connectByOAuth(shop)).toBe(`/channels/${channelId}`)
    expect(await product.helpdesk.call('GET /api/channels/{id}', { params: { id: channelId } })).toMatchObject({
      name: shop.username,
      status: 'connected',
      directMessages: true,
      mentions: true,
    })
    await product.onX('POST', 'direct-messages', { from: ann.id, to: shop.id, text: 'é 😀 & <you>?' })
    const ticket = await ticketOf(ann)
    expect(await product.messages(ticket.id)).toMatchObject([
      { text: 'é 😀 & <you>?', author: { username: ann.username } },
    ])
  })
})

describe('answering', () => {
  test('a direct message is answered, the customer has it, and its echo changes nothing', async () => {
    const ticket = await ticketOf(ann)
    const reply = await product.reply(ticket.id, { text: 'On its way & soon 😀' })
    const sent = await delivered(ticket.id, reply.id, isSent)
    expect(await onX('On its way')).toMatchObject([{ id: sent.externalId }])
    await eventually('the echo', () => product.output.includes(`"externalId":"${sent.externalId}"`))
    expect((await product.messages(ticket.id)).filter((one) => one.direction === 'outbound')).toHaveLength(1)
  })

  test('a mention is answered under the entry, and the answer under our reply opens a new ticket', async () => {
    const entry = await product.onX<{ id: string }>('POST', 'posts', {
      by: bob.id,
      text: `@${shop.username} are you open?`,
    })
    const ticket = await ticketOf(bob)
    expect(ticket).toMatchObject({ kind: 'mention', tags: ['Twitter: Mention'], firstEntryId: entry.id })
    const reply = await product.reply(ticket.id, { text: 'Until six. https://example.com/hours?a=1&b=2' })
    const sent = await delivered(ticket.id, reply.id, isSent)
    expect(await onX('Until six')).toMatchObject([{ id: sent.externalId, inReplyToId: entry.id }])
    await product.onX('POST', 'posts', { by: bob.id, text: `@${shop.username} thanks`, inReplyTo: sent.externalId })
    const next = await ticketOf(bob, (one) => one.id !== ticket.id)
    expect(next).toMatchObject({ previousTicketId: ticket.id, openedBecause: 'a mention that answers our reply' })
    expect((await product.messages(ticket.id)).map((one) => one.direction)).toEqual(['inbound', 'outbound'])
  })

  test('a mention that quotes a post and is edited stays one message, and an answer is checked before it is sent', async () => {
    const quoted = await product.onX<XPost>('POST', 'posts', { by: ann.id, text: 'Sold out!' })
    const draft = { by: bob.id, text: `@${shop.username} is taht so?`, quotes: quoted.id }
    const post = await product.onX<XPost>('POST', 'posts', draft)
    const ticket = await ticketOf(bob, (one) => one.firstEntryId === post.id)
    const edited = await product.onX<XPost>('POST', `posts/${post.id}/edit`, { text: `@${shop.username} is that so?` })
    const isEdited = async () => (await product.messages(ticket.id)).find((one) => one.externalId === edited.id)
    expect(await eventually('the edited message', isEdited)).toMatchObject({
      text: `@${shop.username} is that so?`,
      versions: [{ externalId: post.id, text: `@${shop.username} is taht so?` }],
      quoted: { id: quoted.id, text: 'Sold out!', author: { username: ann.username } },
    })
    const reply = { params: { id: ticket.id }, body: { text: 'No.' } }
    const checked = await product.helpdesk.call('POST /api/tickets/{id}/replies?dryRun=true', reply)
    expect(checked).toMatchObject({ ok: true, replyAllowed: true, price: { usd: 0.01 } })
    expect((await product.messages(ticket.id)).length).toBe(1)
    const { id } = await product.reply(ticket.id, { text: 'No.' })
    expect(await delivered(ticket.id, id, isSent)).toMatchObject({ inReplyToId: edited.id })
  })

  test('an echo that comes before X has answered settles the reply, once', async () => {
    const ticket = await ticketOf(ann)
    await product.onX('POST', 'answers', { path: '/2/dm_conversations/*', delayMs: 1500 })
    const reply = await product.reply(ticket.id, { text: 'quick echo' })
    await delivered(ticket.id, reply.id, isSent)
    expect(await onX('quick echo')).toHaveLength(1)
    expect((await product.messages(ticket.id)).filter((one) => one.text === 'quick echo')).toHaveLength(1)
  })

  test('the same key twice is one reply', async () => {
    const ticket = await ticketOf(ann)
    const [one, two] = [
      await product.reply(ticket.id, { text: 'keyed' }, 'key-1'),
      await product.reply(ticket.id, { text: 'keyed' }, 'key-1'),
    ]
    expect(two.id).toBe(one.id)
    await delivered(ticket.id, one.id, isSent)
    expect(await onX('keyed')).toHaveLength(1)
  })

  test('429: it waits without failing and is sent in order when X allows', async () => {
    const ticket = await ticketOf(ann)
    const headers = {
      'x-rate-limit-limit': '15',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + 600),
    }
    await product.onX('POST', 'answers', {
      path: '/2/dm_conversations/*',
      status: 429,
      body: { title: 'Too Many Requests' },
      headers,
    })
    const one = await product.reply(ticket.id, { text: 'waits one' })
    const two = await product.reply(ticket.id, { text: 'waits two' })
    const waiting = await delivered(ticket.id, one.id, isPending)
    expect(waiting.delivery?.dueAt).not.toBeNull()
    expect(await onX('waits')).toEqual([])
    await product.schedule('requeue', minutes(11))
    await delivered(ticket.id, one.id, isSent)
    await product.schedule('requeue', minutes(12))
    await delivered(ticket.id, two.id, isSent)
    expect((await onX('waits')).map(({ text }) => /waits (one|two)/.exec(JSON.stringify(text))?.[1]).sort()).toEqual([
      'one',
      'two',
    ])
  })

  test('503 after X took it: looked for, and exactly one on X', async () => {
    const ticket = await ticketOf(ann)
    await product.onX('POST', 'echoes', { hold: true })
    await product.onX('POST', 'answers', { path: '/2/dm_conversations/*', status: 503, body: {}, take: true })
    const reply = await product.reply(ticket.id, { text: 'exactly one' })
    await delivered(ticket.id, reply.id, isPending)
    await product.schedule('requeue', minutes(20))
    const sent = await delivered(ticket.id, reply.id, isSent)
    expect(await onX('exactly one')).toMatchObject([{ id: sent.externalId }])
    await product.onX('POST', 'echoes', { release: true })
  })

  test('a reply that X does not allow has failed, in words that say what to do', async () => {
    const ticket = await ticketOf(bob)
    const detail = 'You can only reply to or quote posts where you are mentioned or are the author.'
    await product.onX('POST', 'answers', {
      path: '/2/tweets',
      method: 'POST',
      status: 403,
      body: { title: 'Forbidden', detail, status: 403, type: 'about:blank' },
    })
    const reply = await product.reply(ticket.id, { text: 'not allowed' })
    const failed = await delivered(ticket.id, reply.id, (one) => one.delivery?.status === 'failed')
    expect(failed.delivery?.reason).toContain('mention the account')
    const params = { id: ticket.id, messageId: reply.id }
    await product.helpdesk.call('POST /api/tickets/{id}/messages/{messageId}/retry', { params })
    await delivered(ticket.id, reply.id, isSent)
  })
})

describe('losing access', () => {
  test('401: the channel needs to be connected again, and is the same channel afterwards', async () => {
    const ticket = await ticketOf(ann)
    await product.onX('POST', 'answers', {
      path: '/2/dm_conversations/*',
      status: 401,
      body: { title: 'Unauthorized', status: 401, detail: 'Unauthorized', type: 'about:blank' },
    })
    const reply = await product.reply(ticket.id, { text: 'revoked' })
    await delivered(ticket.id, reply.id, (one) => one.delivery?.status === 'failed')
    expect((await product.helpdesk.call('GET /api/channels/{id}', { params: { id: channelId } })).status).toBe(
      'needs_reconnection',
    )
    expect(await product.connectByOAuth(shop)).toBe(`/channels/${channelId}`)
    const { channels } = await product.helpdesk.call('GET /api/channels')
    expect(channels).toMatchObject([{ id: channelId, status: 'connected' }])
  })

  test('disconnecting unsubscribes at X, takes the token back, and keeps the tickets', async () => {
    secrets = tokensOnX()
    const { status } = await product.admin.call('DELETE /api/channels/{id}', { params: { id: channelId } })
    expect(status).toBe('disconnected')
    const { subscriptions } = await product.onX<{ subscriptions: object }>('GET', 'webhooks')
    expect(Object.keys(subscriptions)).toHaveLength(0)
    expect((await product.tickets({ customerId: ann.id })).length).toBeGreaterThan(0)
    const ticket = await ticketOf(ann)
    const refusal = { status: 409, detail: 'the channel is disconnected' }
    await expect(product.reply(ticket.id, { text: 'x' })).rejects.toMatchObject(refusal)
  })
})

test('tokens and texts never stand in a log, and tokens not in the table in the clear', async () => {
  await product.end()
  expect(secrets.length).toBeGreaterThanOrEqual(2)
  const table = readdirSync(product.dataDir)
    .filter((name) => name.startsWith('dynamodb'))
    .map((name) => readFileSync(join(product.dataDir, name)))
  expect(product.output).toContain('"event":"connected"')
  for (const text of [...secrets, 'On its way', 'are you open']) expect(product.output).not.toContain(text)
  for (const secret of secrets) expect(table.some((bytes) => bytes.includes(String(secret)))).toBe(false)
  expect(table.some((bytes) => bytes.includes('On its way'))).toBe(true)
})
