import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { DueMessage } from '../../lambdas/core/ports/queues.ts'
import { type Reply, replyIdOf, sendAgain, writeReply } from '../../lambdas/core/replies/reply.ts'
import type { Target } from '../../lambdas/core/tickets/ticket.ts'
import { createRequeue } from '../../lambdas/use-cases/requeue-due.ts'
import type { SenderDependencies } from '../../lambdas/use-cases/send-reply.ts'
import { noEncryption } from '../support/encryption.ts'
import { senderHandler } from '../support/handlers.ts'
import { recordOf, routerOver } from '../support/router.ts'
import { answers, ScriptedX } from '../support/scripted-x.ts'
import { startStores, type TestStores } from '../support/stores.ts'
import { untouched } from '../support/untouched.ts'
import { portsOf } from '../support/x.ts'
import { directMessages, idAt, posts, type User } from '../support/x-payloads.ts'

let clock = new Date()
const now = () => clock
let stores: TestStores
let x: ScriptedX
let numbers = 0

beforeAll(async () => {
  stores = await startStores(now)
})
afterAll(() => stores.stop())
beforeEach(() => {
  clock = new Date('2026-01-01T12:00:00.000Z')
  x = new ScriptedX(now)
})

const after = (milliseconds: number) => {
  clock = new Date(clock.getTime() + milliseconds)
}

/** Tokens are sealed by being named after their channel. */
const encryption = noEncryption

async function newChannel(): Promise<User> {
  const user = { id: String(800_000 + ++numbers), username: `shop${numbers}` }
  const encryptedTokens = JSON.stringify({ token: user.id, secret: 'secret' })
  await stores.channels.connect({
    twitterUserId: user.id,
    username: user.username,
    at: now().toISOString(),
    encryptedTokens,
  })
  return user
}

const newCustomer = (): User => ({ id: String(900_000 + ++numbers), username: `customer${numbers}` })

async function directTicket(shop: User, customer = newCustomer()) {
  const delivery = directMessages(shop, { id: idAt(clock, ++numbers), from: customer, to: shop })
  const [routed] = await routerOver(stores, now).deliver(delivery)
  return {
    ticketId: String(routed?.ticketId),
    target: { kind: 'direct_message', recipientId: customer.id } as Target,
    customer,
  }
}

/** A new ticket of a kind, in a channel of its own, and the echo of a reply in it. */
async function newTicket(kind: Target['kind']) {
  const shop = await newChannel()
  if (kind === 'direct_message') {
    const { ticketId, target, customer } = await directTicket(shop)
    return {
      ticketId,
      target,
      echoOf: (id: string, text: string) => directMessages(shop, { id, from: shop, to: customer, text }),
    }
  }
  const by = newCustomer()
  const entry = { id: idAt(clock, ++numbers), by, text: `@${shop.username} hi`, mentions: [shop] }
  const [opened] = await routerOver(stores, now).deliver(posts(shop, entry))
  return {
    ticketId: String(opened?.ticketId),
    target: { kind, inReplyTo: entry.id },
    echoOf: (id: string, text: string) => posts(shop, { id, by: shop, text, answers: { id: entry.id, by } }),
  }
}

/** Writes a reply as the API does, without queueing it. */
async function write(ticketId: string, target: Target, text: string): Promise<Reply> {
  const before = await stores.tickets.ticket(ticketId)
  if (!before) throw new Error(`no ticket ${ticketId}`)
  const author = { id: 'helpdesk', name: 'helpdesk' }
  const { ticket, reply } = writeReply(
    before,
    { id: replyIdOf(before, now(), String(++numbers)), text, target, author },
    now(),
  )
  expect(await stores.tickets.commit({ before, after: ticket, message: reply, follows: null })).toBe('done')
  after(1)
  return reply
}

function sender(over: Partial<SenderDependencies> = {}) {
  const handle = senderHandler({
    ...stores,
    ...portsOf(x.asX()),
    encryption,
    mediaQueue: untouched('mediaQueue'),
    now,
    log: () => {},
    ...over,
  })
  return async (...replies: (DueMessage | Reply)[]) => {
    const records = replies.map((one) => {
      const messageId = 'messageId' in one ? one.messageId : one.id
      const { channelId, ticketId, position } = one
      return recordOf(JSON.stringify({ channelId, ticketId, position, messageId, at: now().toISOString() }), ticketId)
    })
    return (await handle({ Records: records }, { getRemainingTimeInMillis: () => 60_000 })).batchItemFailures
  }
}

/** The sweep of a minute: what is due goes to the sender. */
async function sweep(over: Partial<SenderDependencies> = {}) {
  const due: DueMessage[] = []
  const queue = { send: async (replies: readonly DueMessage[]) => void due.push(...replies) }
  await createRequeue({
    ...stores,
    queue,
    mediaQueue: untouched('mediaQueue'),
    hasUsedesk: false,
    deletionHoldMs: 24 * 3600_000,
    outgoingQueue: { send: async () => {} },
    log: () => {},
  })({
    time: now().toISOString(),
  })
  for (const one of due) expect(await sender(over)(one)).toEqual([])
  return due.length
}

async function deliveryOf({ ticketId, position, id }: Reply) {
  const message = await stores.replies.message({ ticketId, position, messageId: id })
  return { ...message?.delivery, externalId: message?.externalId }
}
const textsOnX = (shop: User) => x.taken.filter((one) => one.account === shop.id).map((one) => one.text)

describe('a reply', () => {
  test('reaches X, and its echo afterwards changes nothing', async () => {
    const shop = await newChannel()
    const { ticketId, target, customer } = await directTicket(shop)
    const reply = await write(ticketId, target, 'It is on its way 😀')
    expect(await sender()(reply)).toEqual([])
    expect(await deliveryOf(reply)).toEqual({
      status: 'sent',
      reason: null,
      attempts: 1,
      dueAt: null,
      externalId: x.taken[0]?.id,
    })
    const echo = directMessages(shop, {
      id: String(x.taken[0]?.id),
      from: shop,
      to: customer,
      text: 'It is on its way 😀',
    })
    expect(await routerOver(stores, now).deliver(echo)).toMatchObject([{ outcome: 'repeated', ticketId }])
    expect(await sweep()).toBe(0)
  })

  test('whose echo comes before X has answered is settled by it, and stands in the ticket once', async () => {
    const shop = await newChannel()
    const customer = newCustomer()
    const entry = { id: idAt(clock, ++numbers), by: customer, text: `@${shop.username} hi`, mentions: [shop] }
    const [opened] = await routerOver(stores, now).deliver(posts(shop, entry))
    const reply = await write(String(opened?.ticketId), { kind: 'post', inReplyTo: entry.id }, 'See example.com & more')
    x.next(async () => {
      const echo = {
        id: String(x.taken[0]?.id),
        by: shop,
        text: `@${customer.username} See https://t.co/a &amp; more`,
        mentions: [customer],
        answers: { id: entry.id, by: customer },
      }
      const delivery = posts(shop, echo)
      Object.assign(delivery.tweet_create_events[0]?.entities ?? {}, {
        urls: [
          { url: 'https://t.co/a', expanded_url: 'http://example.com', display_url: 'example.com', indices: [0, 0] },
        ],
      })
      expect(await routerOver(stores, now).deliver(delivery)).toMatchObject([{ outcome: 'settled' }])
    })
    expect(await sender()(reply)).toEqual([])
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent', externalId: x.taken[0]?.id })
    const items = await stores.messagesOf(opened?.ticketId)
    expect(items.map((one) => one.direction)).toEqual(['inbound', 'outbound'])
  })

  test.each(['direct_message', 'post'] as const)(
    "whose echo is routed while X's id is stored stands in the ticket once, whatever the echo has read before: %s",
    async (kind) => {
      let wasReached = true
      for (let n = 1; wasReached; n++) {
        const { ticketId, target, echoOf } = await newTicket(kind)
        // The first one changes the ticket too, and so is safe by the version of the ticket.
        expect(await sender()(await write(ticketId, target, 'first'))).toEqual([])
        const reply = await write(ticketId, target, 'once')
        const taken = Promise.withResolvers<void>()
        const answer = Promise.withResolvers<void>()
        x.next(() => {
          taken.resolve()
          return answer.promise
        })
        const before = await stores.tickets.ticket(ticketId)
        const sending = sender()(reply)
        await taken.promise
        const id = String(x.taken.at(-1)?.id)
        stores.calls.interrupt(n, () => {
          answer.resolve()
          return sending
        })
        await routerOver(stores, now).deliver(echoOf(id, 'once'))
        wasReached = stores.calls.recover()
        answer.resolve()
        expect(await sending).toEqual([])
        const ids = (await stores.messagesOf(ticketId)).map((one) => one.externalId)
        expect({ n, ids: ids.slice(2) }).toEqual({ n, ids: [id] })
        // Not even for a moment: others change the ticket meanwhile.
        expect({ n, ...(await stores.tickets.ticket(ticketId)) }).toEqual({ n, ...before })
        expect(before).toMatchObject({ messageCount: 3, outboundCount: 2 })
      }
    },
  )

  test.each([
    ['direct_message', 'unreached'],
    ['direct_message', 'unanswered'],
    ['post', 'unreached'],
    ['post', 'unanswered'],
  ] as const)(
    'whose sender dies after X has taken it is settled by its echo, wherever it died: %s, %s',
    async (kind, fault) => {
      let died = true
      for (let n = 1; died; n++) {
        const { ticketId, target, echoOf } = await newTicket(kind)
        const reply = await write(ticketId, target, 'once')
        x.next(async () => stores.calls.fail(n, fault))
        await sender()(reply)
        died = stores.calls.recover()
        const id = String(x.taken.at(-1)?.id)
        await routerOver(stores, now).deliver(echoOf(id, 'once'))
        expect({ n, ...(await deliveryOf(reply)) }).toMatchObject({ n, status: 'sent', externalId: id })
        expect(await stores.messagesOf(ticketId)).toHaveLength(2)
      }
    },
  )

  test('taken from the queue twice is sent once', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'once')
    await Promise.all([sender()(reply), sender()(reply), sender()(reply)])
    await sender()(reply)
    expect(textsOnX(shop)).toEqual(['once'])
  })
})

describe('waiting is not failing', () => {
  test('429: the account waits with all its replies, in order; another account does not', async () => {
    const [shop, other] = [await newChannel(), await newChannel()]
    const { ticketId, target } = await directTicket(shop)
    const [one, two] = [await write(ticketId, target, 'one'), await write(ticketId, target, 'two')]
    const elsewhere = await directTicket(other)
    const free = await write(elsewhere.ticketId, elsewhere.target, 'free')
    const resetAt = new Date(clock.getTime() + 10 * 60_000).toISOString()
    x.nextOf(shop.id, { answer: answers.tooMany(resetAt), takes: false })
    expect(await sender()(one, two, free)).toEqual([])
    expect(await deliveryOf(one)).toMatchObject({
      status: 'pending',
      dueAt: resetAt,
      reason: expect.stringContaining('limit'),
    })
    expect(textsOnX(other)).toEqual(['free'])
    expect(textsOnX(shop)).toEqual([])
    after(9 * 60_000)
    await sweep()
    expect(textsOnX(shop)).toEqual([])
    after(2 * 60_000)
    await sweep()
    after(2_000)
    await sweep()
    expect(textsOnX(shop)).toEqual(['one', 'two'])
  })

  test('is no failed attempt: after five 429s a reply is still sent when its outcome was unknown once', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'patient')
    for (let n = 0; n < 5; n++) {
      x.next({ answer: answers.tooMany(new Date(clock.getTime() + 60_000).toISOString()), takes: false })
      n === 0 ? await sender()(reply) : await sweep()
      after(61_000)
    }
    x.next({ answer: answers.ill(), takes: false })
    for (let minute = 0; minute < 3; minute++) {
      await sweep()
      after(61_000)
    }
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent', attempts: 2 })
  })

  test('100 replies of one account at once: as many as X allows, and the others are due when it allows more', async () => {
    const shop = await newChannel()
    const all: Reply[] = []
    for (let n = 0; n < 100; n++) {
      const { ticketId, target } = await directTicket(shop)
      all.push(await write(ticketId, target, `message ${n}`))
    }
    expect((await Promise.all(all.map((reply) => sender()(reply)))).flat()).toEqual([])
    expect(textsOnX(shop)).toHaveLength(15)
    const deliveries = await Promise.all(all.map(deliveryOf))
    const waiting = deliveries.filter(({ status }) => status === 'pending')
    expect(waiting).toHaveLength(85)
    const resetsAt = new Date(clock.getTime() + 15 * 60_000).toISOString()
    expect(new Set(waiting.map(({ dueAt, attempts }) => [dueAt, attempts].join()))).toEqual(new Set([`${resetsAt},0`]))
  })

  test('40 direct messages of one account: 15 in 15 minutes, all in the end, in order', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const all: Reply[] = []
    for (let n = 0; n < 40; n++) all.push(await write(ticketId, target, `message ${n}`))
    for (const reply of all) expect(await sender()(reply)).toEqual([])
    const perWindow = [textsOnX(shop).length]
    for (let window = 0; window < 3; window++) {
      for (let minute = 0; minute < 15; minute++) {
        after(60_000)
        await sweep()
      }
      after(2_000)
      await sweep()
      perWindow.push(textsOnX(shop).length)
    }
    expect(textsOnX(shop)).toEqual(all.map((reply) => reply.text))
    expect(perWindow).toEqual([15, 30, 40, 40])
  })

  test('what was stored and never queued is found by the sweep', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    await write(ticketId, target, 'left behind')
    expect(await sweep()).toBe(0)
    after(121_000)
    expect(await sweep()).toBe(1)
    expect(textsOnX(shop)).toEqual(['left behind'])
  })

  test('X that cannot be reached is tried again', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'patience')
    x.next({ answer: answers.unreached(), takes: false })
    await sender()(reply)
    expect(await deliveryOf(reply)).toMatchObject({
      status: 'pending',
      reason: expect.stringContaining('cannot reach X'),
    })
    after(61_000)
    await sweep()
    expect([textsOnX(shop), x.looks]).toEqual([['patience'], 0])
  })
})

describe('an outcome that is not known', () => {
  test.each([
    ['503 after X took it', answers.ill(), true],
    ['503 and X did not take it', answers.ill(), false],
    ['silence after X took it', answers.silence(), true],
    ['silence and X did not take it', answers.silence(), false],
    ['X says duplicate because it took it', answers.refused(403, 'duplicate content'), true],
  ])('%s: looked for first, and exactly one on X', async (_name, answer, takes) => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'exactly one')
    x.next({ answer, takes })
    expect(await sender()(reply)).toEqual([])
    expect(await deliveryOf(reply)).toMatchObject({ status: 'pending', reason: expect.any(String) })
    after(20_000)
    await sender()(reply)
    expect(x.looks).toBe(0)
    after(61_000)
    await sweep()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent', externalId: x.taken[0]?.id })
    expect([textsOnX(shop), x.looks]).toEqual([['exactly one'], 1])
  })

  test('the same words sent before are not taken for this attempt: both are on X in the end', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const first = await write(ticketId, target, 'Thanks!')
    await sender()(first)
    const second = await write(ticketId, target, 'Thanks!')
    x.next({ answer: answers.ill(), takes: false })
    await sender()(second)
    after(61_000)
    await sweep()
    expect(textsOnX(shop)).toEqual(['Thanks!', 'Thanks!'])
    const ids = [await deliveryOf(first), await deliveryOf(second)].map(({ externalId }) => externalId)
    expect(ids).toEqual(x.taken.map((one) => one.id))
  })

  test('while the access is lost X cannot be asked: an agent decides, and nothing is retried blindly', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'taken, then lost')
    x.next({ answer: answers.ill(), takes: true })
    await sender()(reply)
    await stores.revoke(`twitter-${shop.id}`)
    after(61_000)
    await sweep()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'unknown', reason: expect.stringContaining('Check on X') })
    expect(x.calls).toBe(1)
  })

  test('an echo that was not recognised does not make the reply go out again', async () => {
    const shop = await newChannel()
    const { ticketId, target, customer } = await directTicket(shop)
    const reply = await write(ticketId, target, 'as written')
    x.next(async () => {
      const echo = { id: String(x.taken[0]?.id), from: shop, to: customer, text: 'as X changed it' }
      expect(await routerOver(stores, now).deliver(directMessages(shop, echo))).toMatchObject([{ outcome: 'outgoing' }])
    })
    expect(await sender()(reply)).toEqual([])
    for (let minute = 0; minute < 6; minute++) {
      after(60_000)
      await sweep()
    }
    expect(textsOnX(shop)).toEqual(['as written'])
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent', externalId: x.taken[0]?.id })
  })

  test('a duplicate that is not there has failed, and the reason asks for other words', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'again')
    x.next({
      answer: answers.refused(403, 'You are not allowed to create a Tweet with duplicate content.'),
      takes: false,
    })
    await sender()(reply)
    after(61_000)
    await sweep()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'failed', reason: expect.stringContaining('other words') })
    expect(textsOnX(shop)).toEqual([])
  })

  test('a duplicate that is an earlier attempt, which the list of X did not show then, is that one', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'shown late')
    x.lags = true
    x.next({ answer: answers.ill(), takes: true })
    x.next({ answer: answers.refused(403, 'duplicate content'), takes: false })
    await sender()(reply)
    after(5 * 60_000)
    await sweep()
    await sweep()
    expect([await deliveryOf(reply), x.calls]).toMatchObject([{ status: 'pending', attempts: 2 }, 2])
    x.lags = false
    after(61_000)
    await sweep()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent', externalId: x.taken[0]?.id })
  })

  test('when X cannot be asked either, an agent decides; forced, it is sent again', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'who knows')
    x.next({ answer: answers.ill(), takes: false })
    await sender()(reply)
    x.blind = true
    for (let n = 0; n < 60; n++) {
      after(60_000)
      await sweep()
    }
    expect(await deliveryOf(reply)).toMatchObject({
      status: 'unknown',
      dueAt: null,
      reason: expect.stringContaining('Check on X'),
    })
    expect(x.calls).toBe(1)
    const stored = (await stores.tickets.message(reply.ticketId, reply.id)) as Reply
    expect(await stores.replies.save(stored, sendAgain(stored, now()))).toBe(true)
    await sender()(reply)
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent' })
  })

  test('X that never takes it is given up after several attempts', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'never')
    for (let n = 0; n < 9; n++) x.next({ answer: answers.ill(500), takes: false })
    await sender()(reply)
    for (let n = 0; n < 30; n++) {
      after(60_000)
      await sweep()
    }
    expect(await deliveryOf(reply)).toMatchObject({ status: 'failed', attempts: 5 })
    expect(x.calls).toBe(5)
  })

  test('a retry by an agent begins with all attempts', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'at last')
    for (let n = 0; n < 5; n++) {
      x.next({ answer: answers.ill(), takes: false })
      await sender()(reply)
      after(61_000)
    }
    await sender()(reply)
    expect(await deliveryOf(reply)).toMatchObject({ status: 'failed' })
    const stored = (await stores.tickets.message(reply.ticketId, reply.id)) as Reply
    await stores.replies.save(stored, sendAgain(stored, now()))
    x.next({ answer: answers.ill(), takes: false })
    await sender()(reply)
    after(61_000)
    await sender()(reply)
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent', attempts: 2 })
  })

  test('waiting for the limit of looking back is no failed verification: the reply is found in the end', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'taken')
    x.next({ answer: answers.ill(), takes: true })
    await sender()(reply)
    x.limitsLooks = true
    for (let n = 0; n < 10; n++) {
      after(5 * 60_000 + 1_000)
      await sweep()
    }
    x.limitsLooks = false
    after(5 * 60_000 + 1_000)
    await sweep()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent', externalId: x.taken[0]?.id })
    expect(textsOnX(shop)).toEqual(['taken'])
  })
})

describe('what X refuses', () => {
  test.each([
    [402, 'credits depleted', 'credits'],
    [403, 'You can only reply to or quote posts where you are mentioned or are the author.', 'mention the account'],
    [
      403,
      'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged',
      'mention the account',
    ],
    [
      403,
      'You do not have permission to DM one or more participants.',
      'does not allow the account to write to this person',
    ],
    [
      403,
      'Your client app is not configured (https://api.twitter.com/2/problems/oauth1-permissions)',
      'Read, Write and Direct Messages',
    ],
    [403, 'You attempted to reply to a Tweet that is deleted or not visible to you.', 'deleted'],
    [
      400,
      'One or more parameters to your request was invalid.',
      'X refused the reply (400): One or more parameters to your request was invalid. Change it',
    ],
  ])('%i %s: failed, in words that say what to do', async (status, detail, words) => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const reply = await write(ticketId, target, 'refused')
    x.next({ answer: answers.refused(status, detail), takes: false })
    expect(await sender()(reply)).toEqual([])
    expect(await deliveryOf(reply)).toMatchObject({
      status: 'failed',
      dueAt: null,
      reason: expect.stringContaining(words),
    })
  })

  test('401: the channel needs to be connected again, and its other replies say so', async () => {
    const shop = await newChannel()
    const { ticketId, target } = await directTicket(shop)
    const [one, two] = [await write(ticketId, target, 'one'), await write(ticketId, target, 'two')]
    x.next({ answer: answers.refused(401, 'Unauthorized'), takes: false })
    await sender()(one, two)
    expect((await stores.channels.get(`twitter-${shop.id}`))?.status).toBe('needs_reconnection')
    for (const reply of [one, two]) {
      expect(await deliveryOf(reply)).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('connect the channel again'),
      })
    }
    expect(x.calls).toBe(1)
  })
})

describe('killed between any two steps of sending', () => {
  /** Ports whose n-th call from now never comes back: the process is gone, before or after the call took effect. */
  function dyingAt(n: number, moment: 'before' | 'after') {
    let calls = 0
    let died = false
    const dying = <T extends object>(port: T): T =>
      new Proxy(port, {
        get(target, name) {
          const method = Reflect.get(target, name)
          if (typeof method !== 'function') return method
          return async (...args: unknown[]) => {
            if (died) return new Promise(() => {})
            const isLast = ++calls === n
            if (isLast && moment === 'before') {
              died = true
              throw new Error('killed')
            }
            const result = await method.apply(target, args)
            if (isLast) {
              died = true
              throw new Error('killed')
            }
            return result
          }
        },
      })
    const ports = {
      replies: dying(stores.replies),
      channels: dying(stores.channels),
      ...portsOf(dying(x.asX())),
      encryption: dying(encryption),
    }
    return { ports, survived: () => !died }
  }

  test.each(['before', 'after'] as const)(
    '%s any call: nothing twice, nothing forgotten',
    async (moment) => {
      let steps = 0
      for (let n = 1; ; n++) {
        clock = new Date('2026-01-01T12:00:00.000Z')
        x = new ScriptedX(now)
        const shop = await newChannel()
        const { ticketId, target } = await directTicket(shop)
        const reply = await write(ticketId, target, `killed ${n}`)
        const { ports, survived } = dyingAt(n, moment)
        await sender(ports)(reply)
        if (survived()) break
        steps = n
        for (let minute = 0; minute < 8; minute++) {
          after(60_000)
          await sweep()
        }
        expect(await deliveryOf(reply)).toMatchObject({ status: 'sent', externalId: x.taken[0]?.id })
        expect(textsOnX(shop)).toEqual([`killed ${n}`])
      }
      // Reading, quota, claim, sending, writing: a run has at least so many steps.
      expect(steps).toBeGreaterThanOrEqual(7)
    },
    60_000,
  )
})

describe('the limit of the app', () => {
  // All tests of this file have one app, so this one has a table of its own.
  beforeAll(async () => {
    await stores.stop()
    stores = await startStores(now)
  })

  test('429 for the limit of the app: every account waits until X says', async () => {
    const [shop, other] = [await newChannel(), await newChannel()]
    const customer = await directTicket(shop)
    const elsewhere = await directTicket(other)
    const refused = await write(customer.ticketId, customer.target, 'refused')
    const waiting = await write(elsewhere.ticketId, elsewhere.target, 'waiting')
    const resetAt = new Date(clock.getTime() + 60 * 60_000).toISOString()
    x.nextOf(shop.id, { answer: answers.tooMany(resetAt, 'app'), takes: false })
    expect(await sender()(refused)).toEqual([])
    expect(await sender()(waiting)).toEqual([])
    for (const reply of [refused, waiting]) {
      expect(await deliveryOf(reply)).toMatchObject({
        status: 'pending',
        attempts: 0,
        dueAt: resetAt,
        reason: expect.stringContaining('all channels'),
      })
    }
    expect(x.calls).toBe(1)
    after(61 * 60_000)
    await sweep()
    expect([textsOnX(shop), textsOnX(other)]).toEqual([['refused'], ['waiting']])
  })
})
