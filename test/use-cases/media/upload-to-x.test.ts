import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { DueMessage } from '../../../lambdas/core/ports/queues.ts'
import { type FileToUpload, XError } from '../../../lambdas/core/ports/x.ts'
import { type Reply, replyIdOf, sendAgain, writeReply } from '../../../lambdas/core/replies/reply.ts'
import { attached } from '../../../lambdas/core/tickets/attachment.ts'
import type { Target } from '../../../lambdas/core/tickets/ticket.ts'
import { createRequeue } from '../../../lambdas/use-cases/requeue-due.ts'
import { ampleLimits } from '../../support/customer-limits.ts'
import { noEncryption } from '../../support/encryption.ts'
import { mediaHandler, senderHandler } from '../../support/handlers.ts'
import { recordOf, routerOver } from '../../support/router.ts'
import { answers, ScriptedX } from '../../support/scripted-x.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'
import type { WholeX } from '../../support/x.ts'
import { portsOf } from '../../support/x.ts'
import { directMessages, idAt, posts, type User } from '../../support/x-payloads.ts'

let clock = new Date()
const now = () => clock
const after = (milliseconds: number) => {
  clock = new Date(clock.getTime() + milliseconds)
}
let stores: TestStores
let numbers = 0
let x: UploadingX
let toMedia: DueMessage[] = []
let toSender: DueMessage[] = []
let crash: 'media queue' | 'upload' | 'reply queue' | null = null
const encryption = noEncryption
const bytes = Buffer.from('a picture of the parcel')

/** X that takes files too. */
class UploadingX extends ScriptedX {
  readonly uploads: (FileToUpload & { account: string; bytes: string })[] = []
  /** What the next uploads come to, instead of being taken. */
  refusals: (XError | null)[] = []
  /** Questions after which a file is ready. */
  questions = 0
  asked = 0
  failsProcessing = false

  async upload(...[tokens, file, read]: Parameters<WholeX['upload']>) {
    const refusal = this.refusals.shift()
    if (refusal) throw refusal
    const content = Buffer.from(await read(0, file.size)).toString()
    this.uploads.push({ ...file, account: tokens.token, bytes: content })
    if (crash === 'upload') throw new Error('the worker went away')
    const expiresAt = new Date(clock.getTime() + 24 * 3600_000).toISOString()
    return {
      attachmentId: file.attachmentId,
      mediaId: `70${this.uploads.length}`,
      expiresAt,
      ready: this.questions === 0,
    }
  }

  async uploadState() {
    if (this.failsProcessing) throw new XError(400, 'InvalidMedia')
    return { ready: ++this.asked >= this.questions, checkAfterSeconds: 5 }
  }
}

beforeAll(async () => {
  stores = await startStores(now)
})
afterAll(() => stores.stop())
beforeEach(() => {
  clock = new Date('2026-01-01T12:00:00.000Z')
  x = new UploadingX(now)
  toMedia = []
  toSender = []
  crash = null
})

const queueInto = (name: typeof crash, list: () => DueMessage[]) => ({
  send: async (some: readonly DueMessage[]) => {
    if (crash === name) throw new Error('SQS is away')
    list().push(...some)
  },
})
const mediaQueue = queueInto('media queue', () => toMedia)
const replyQueue = queueInto('reply queue', () => toSender)

const shared = () => ({ ...stores, ...portsOf(x.asX()), encryption, now, deletionHoldMs: 24 * 3600_000, log: () => {} })
/** Records as each queue groups them: replies by ticket, media by message. */
const recordsOf = (some: readonly DueMessage[], group: 'ticketId' | 'messageId') =>
  some.map((one) => recordOf(JSON.stringify({ ...one, at: now().toISOString() }), one[group]))
const context = { getRemainingTimeInMillis: () => 900_000 }

/** Works off both queues until nothing is left in either. */
async function workOff(): Promise<void> {
  const send = senderHandler({ ...shared(), mediaQueue })
  const bucket = untouched<Parameters<typeof mediaHandler>[0]['bucket']>('bucket', { read: async () => bytes })
  const source = untouched<Parameters<typeof mediaHandler>[0]['source']>('source')
  const move = mediaHandler({
    ...shared(),
    bucket,
    source,
    replyQueue,
    pause: async (ms) => after(ms),
    customerLimits: ampleLimits,
  })
  while (toSender.length + toMedia.length > 0) {
    await send({ Records: recordsOf(toSender.splice(0), 'ticketId') }, context)
    await move({ Records: recordsOf(toMedia.splice(0), 'messageId') }, context)
  }
}

/** The sweep of a minute, and the work that it brings. */
async function sweep(): Promise<void> {
  await createRequeue({
    ...stores,
    queue: replyQueue,
    mediaQueue,
    outgoingQueue: { send: async () => {} },
    hasUsedesk: false,
    deletionHoldMs: 24 * 3600_000,
    log: () => {},
  })({ time: clock.toISOString() })
  await workOff()
}

async function newTicket(kind: 'direct' | 'mention') {
  const shop = { id: String(810_000 + ++numbers), username: `shop${numbers}` }
  const customer: User = { id: String(910_000 + ++numbers), username: `customer${numbers}` }
  const encryptedTokens = JSON.stringify({ token: shop.id, secret: 'secret' })
  await stores.channels.connect({
    twitterUserId: shop.id,
    username: shop.username,
    at: now().toISOString(),
    encryptedTokens,
  })
  const id = idAt(clock, ++numbers)
  const delivery =
    kind === 'direct'
      ? directMessages(shop, { id, from: customer, to: shop })
      : posts(shop, { id, by: customer, text: `@${shop.username} hi`, mentions: [shop] })
  const [routed] = await routerOver(stores, now).deliver(delivery)
  const target: Target =
    kind === 'direct' ? { kind: 'direct_message', recipientId: customer.id } : { kind: 'post', inReplyTo: id }
  return { ticketId: String(routed?.ticketId), target, shop, customer, entry: id }
}

async function write({ ticketId, target }: { ticketId: string; target: Target }, text: string, ...types: string[]) {
  const before = await stores.tickets.ticket(ticketId)
  if (!before) throw new Error(`no ticket ${ticketId}`)
  const media = types.map((contentType, n) =>
    attached({ id: `file-${numbers}-${n}` }, { key: 'sent/x', contentType, size: bytes.length }),
  )
  const author = { id: 'helpdesk', name: 'helpdesk' }
  const { ticket, reply } = writeReply(
    before,
    { id: replyIdOf(before, now(), String(++numbers)), text, target, author, media },
    now(),
  )
  expect(await stores.tickets.commit({ before, after: ticket, message: reply, follows: null })).toBe('done')
  toSender.push({ ...reply, messageId: reply.id })
  return reply
}

async function deliveryOf({ ticketId, position, id }: Reply) {
  const message = await stores.replies.message({ ticketId, position, messageId: id })
  return { ...message?.delivery, externalId: message?.externalId }
}

describe('a reply with files', () => {
  test.each([
    ['direct', ['image/png'], ['dm_image']],
    ['direct', ['image/gif'], ['dm_gif']],
    ['direct', ['video/mp4'], ['dm_video']],
    ['mention', ['image/png', 'image/jpeg'], ['tweet_image', 'tweet_image']],
    ['mention', ['image/gif'], ['tweet_gif']],
    ['mention', ['video/mp4'], ['tweet_video']],
  ] as const)('%s: %j go to X first, and then with the reply', async (kind, types, categories) => {
    const reply = await write(await newTicket(kind), 'here', ...types)
    await workOff()
    expect(x.uploads.map(({ category }) => category)).toEqual(categories)
    expect(x.uploads[0]).toMatchObject({ contentType: types[0], size: bytes.length, bytes: bytes.toString() })
    expect(x.taken).toMatchObject([{ text: 'here', mediaIds: types.map((_, n) => `70${n + 1}`) }])
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent', externalId: x.taken[0]?.id, attempts: 1 })
  })

  test('is sent once, whoever else works on it', async () => {
    const reply = await write(await newTicket('direct'), 'once', 'image/png')
    toSender.push(...toSender, ...toSender)
    await workOff()
    after(60 * 60_000)
    await sweep()
    expect(x.taken).toHaveLength(1)
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent' })
  })

  test('of which X is still working through a film waits, and is asked about', async () => {
    x.questions = 4
    const reply = await write(await newTicket('mention'), 'film', 'video/mp4')
    await workOff()
    expect([x.asked, x.uploads.length, x.taken.length]).toEqual([4, 1, 1])
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent' })
  })

  test('of which X works through a film for very long waits without failing, and without handing it in again', async () => {
    x.questions = 60
    const reply = await write(await newTicket('mention'), 'long film', 'video/mp4')
    await workOff()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'pending', attempts: 0, dueAt: expect.any(String) })
    for (let minute = 0; minute < 5; minute++) {
      after(5 * 60_000)
      await sweep()
    }
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent' })
    expect([x.uploads.length, x.taken.length]).toEqual([1, 1])
  })

  test('that waits longer than X keeps files is handed in anew', async () => {
    const ticket = await newTicket('direct')
    const resetAt = new Date(clock.getTime() + 30 * 3600_000).toISOString()
    x.next({ answer: answers.tooMany(resetAt), takes: false })
    const reply = await write(ticket, 'tomorrow', 'image/png')
    await workOff()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'pending', dueAt: resetAt })
    after(31 * 3600_000)
    await sweep()
    expect(x.uploads).toHaveLength(2)
    expect(x.taken).toMatchObject([{ mediaIds: ['702'] }])
  })
})

describe('what an agent writes after a picture', () => {
  test('follows it at once, in order, and does not overtake it', async () => {
    const ticket = await newTicket('direct')
    await write(ticket, 'verify', 'image/png')
    await write(ticket, 'that is')
    await write(ticket, 'what I meant')
    await workOff()
    expect(x.taken.map(({ text }) => text)).toEqual(['verify', 'that is', 'what I meant'])
  })

  test('goes out also when X refuses the picture', async () => {
    const ticket = await newTicket('direct')
    x.refusals = [new XError(400, 'InvalidMedia')]
    await write(ticket, 'verify', 'image/png')
    await write(ticket, 'words')
    await workOff()
    expect(x.taken.map(({ text }) => text)).toEqual(['words'])
  })
})

describe('a crash loses and repeats nothing', () => {
  test.each(['media queue', 'upload', 'reply queue'] as const)('at the %s', async (place) => {
    const reply = await write(await newTicket('direct'), `crash at ${place}`, 'image/png')
    crash = place
    await workOff()
    expect(x.taken).toEqual([])
    crash = null
    after(6 * 60_000)
    await sweep()
    expect(x.taken).toHaveLength(1)
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent' })
  })
})

describe('what X says of a file', () => {
  test('when X is ill or wants no more for now, it is tried again', async () => {
    x.refusals = [new XError(503, 'Over capacity'), new XError(429, 'Too Many Requests'), new XError(null, 'silence')]
    const reply = await write(await newTicket('mention'), 'in the end', 'image/png')
    await workOff()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'pending', reason: expect.stringContaining('We retry') })
    for (let n = 0; n < 3; n++) {
      after(16 * 60_000)
      await sweep()
    }
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent', reason: null })
    expect(x.taken).toHaveLength(1)
  })

  test('when X stays ill, it has failed, and may be retried', async () => {
    x.refusals = Array(8).fill(new XError(503, 'Over capacity'))
    const reply = await write(await newTicket('mention'), 'never', 'image/png')
    await workOff()
    for (let n = 0; n < 8; n++) {
      after(3 * 3600_000)
      await sweep()
    }
    expect(await deliveryOf(reply)).toMatchObject({ status: 'failed', reason: expect.stringContaining('Retry later') })
    const current = (await stores.tickets.message(reply.ticketId, reply.id)) as Reply
    await stores.replies.save(current, sendAgain(current, now()))
    toSender.push({ ...reply, messageId: reply.id })
    await workOff()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'sent' })
  })

  test('when X refuses it, it has failed at once, in words that say what to do', async () => {
    x.refusals = [new XError(400, '$.media_type: image/png is not supported')]
    const reply = await write(await newTicket('mention'), 'refused', 'image/png')
    await workOff()
    expect(await deliveryOf(reply)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/refused the attachment.*is not supported.*another file/),
    })
  })

  test('when X cannot work through it, it has failed', async () => {
    x.questions = 2
    x.failsProcessing = true
    const reply = await write(await newTicket('mention'), 'broken film', 'video/mp4')
    await workOff()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'failed', reason: expect.stringContaining('InvalidMedia') })
    expect(x.taken).toEqual([])
  })

  test('when X no longer accepts our access, the channel needs to be connected again', async () => {
    x.refusals = [new XError(401, 'Unauthorized')]
    const reply = await write(await newTicket('direct'), 'no access', 'image/png')
    await workOff()
    expect(await deliveryOf(reply)).toMatchObject({ status: 'failed', reason: expect.stringContaining('connect') })
    expect((await stores.channels.get(reply.channelId))?.status).toBe('needs_reconnection')
  })
})

describe('the same words with and without a picture are told apart', () => {
  test('by looking back', async () => {
    const ticket = await newTicket('direct')
    x.next({ answer: answers.ill(), takes: false })
    const pictured = await write(ticket, 'same', 'image/png')
    await workOff()
    // X never had the picture, but somebody sends the bare words from X itself.
    await x.send({ token: ticket.shop.id, secret: '' }, ticket.target, 'same')
    after(60_000)
    await sweep()
    expect(await deliveryOf(pictured)).toMatchObject({ status: 'sent' })
    expect(x.taken.map(({ mediaIds }) => mediaIds.length)).toEqual([0, 1])
  })

  test('by the echo', async () => {
    const ticket = await newTicket('mention')
    const { shop, customer, entry } = ticket
    const echoOf = (id: string, media: object[]) =>
      posts(shop, {
        id,
        by: shop,
        text: `@${customer.username} same${media.length > 0 ? ' https://t.co/pic' : ''}`,
        mentions: [customer],
        answers: { id: entry, by: customer },
        more: media.length > 0 ? { extended_entities: { media } } : {},
      })
    const photo = (id: string) => ({
      id_str: id,
      type: 'photo',
      url: 'https://t.co/pic',
      media_url_https: 'https://pbs.twimg.com/media/a.jpg',
    })
    const router = routerOver(stores, now)
    x.next({ answer: answers.ill(), takes: false })
    const pictured = await write(ticket, 'same', 'image/png')
    await workOff()
    const plain = await router.deliver(echoOf(idAt(clock, ++numbers), []))
    expect(plain).toMatchObject([{ outcome: 'outgoing' }])
    const settling = idAt(clock, ++numbers)
    expect(await router.deliver(echoOf(settling, [photo('701')]))).toMatchObject([{ outcome: 'settled' }])
    expect(await deliveryOf(pictured)).toMatchObject({ status: 'sent', externalId: settling })
  })
})
