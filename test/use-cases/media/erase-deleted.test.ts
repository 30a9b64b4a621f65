import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createMediaSource } from '../../../lambdas/adapters/media/source.ts'
import type { DueMessage } from '../../../lambdas/core/ports/queues.ts'
import { dayOf } from '../../../lambdas/core/reports/counts.ts'
import { createRequeue } from '../../../lambdas/use-cases/requeue-due.ts'
import { type Served, served } from '../../local/support.ts'
import { apiOver } from '../../support/api.ts'
import { startBucket, type TestBucket } from '../../support/bucket.ts'
import { ampleLimits } from '../../support/customer-limits.ts'
import { noEncryption } from '../../support/encryption.ts'
import { type Fault, faults } from '../../support/faults.ts'
import { files } from '../../support/files.ts'
import { mediaHandler } from '../../support/handlers.ts'
import { recordOf, routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'
import { portsOf } from '../../support/x.ts'
import { idAt, posts, shop, type User } from '../../support/x-payloads.ts'

const HOUR_MS = 3600_000
let clock = new Date('2026-01-01T12:00:00.000Z')
const now = () => clock
const pass = (ms: number) => {
  clock = new Date(clock.getTime() + ms)
}
let stores: TestStores
let bucket: TestBucket
let x: Served
let numbers = 0

beforeAll(async () => {
  bucket = await startBucket()
  stores = await startStores(now)
  x = await served((_, response) => void response.writeHead(200).end(files.jpeg('a picture')))
  await stores.connect()
})
afterAll(async () => {
  await x.stop()
  await stores.stop()
  await bucket.stop()
})

const newId = () => idAt(now(), ++numbers)
const newCustomer = (): User => ({ id: String(6_000_000 + ++numbers), username: `customer${numbers}` })

/** A post with a picture that mentions the shop; `history` are its versions up to it. */
const post = (by: User, id: string, history: readonly string[] = [id], text = `@shop secret of ${by.username}`) =>
  posts(shop, {
    id,
    by,
    text,
    mentions: [shop],
    more: {
      edit_history: { initial_tweet_id: history[0], edit_tweet_ids: history },
      extended_entities: {
        media: [{ id_str: `1${id}`, type: 'photo', media_url_https: `https://pbs.twimg.com/media/${id}.jpg` }],
      },
    },
  })
const deletion = (by: User, id: string) => ({
  for_user_id: shop.id,
  tweet_delete_events: [{ status: { id, user_id: by.id }, timestamp_ms: String(now().getTime()) }],
})

const queued: DueMessage[] = []
const queue = { send: async (some: readonly DueMessage[]) => void queued.push(...some) }
const deliver = (...deliveries: object[]) => routerOver(stores, now, queue).deliver(...deliveries)

/** The media function works off its queue; true if nothing failed. What failed comes again with the next sweep. */
async function work(): Promise<boolean> {
  const handle = mediaHandler({
    ...stores,
    ...portsOf(untouched('x')),
    bucket,
    source: createMediaSource(x.url, { app: async () => ({ key: 'key', secret: 'secret' }) }),
    encryption: noEncryption,
    replyQueue: untouched('replyQueue'),
    pause: async () => {},
    customerLimits: ampleLimits,
    now,
    log: () => {},
  })
  const records = queued
    .splice(0)
    .map((one) => recordOf(JSON.stringify({ ...one, at: now().toISOString() }), one.messageId))
  const results = await Promise.all(
    records.map((record) => handle({ Records: [record] }, { getRemainingTimeInMillis: () => 900_000 })),
  )
  return results.every(({ batchItemFailures }) => batchItemFailures.length === 0)
}

/** The sweep of a minute, and what it brings; the number of what it brought. */
async function sweep(deletionHoldMs = 24 * HOUR_MS): Promise<number> {
  const queues = { queue: untouched<never>('queue'), mediaQueue: queue, outgoingQueue: untouched<never>('outgoing') }
  await createRequeue({ ...stores, ...queues, hasUsedesk: false, deletionHoldMs, log: () => {} })({
    time: now().toISOString(),
  })
  const brought = queued.length
  await work()
  return brought
}

const api = () => apiOver(stores, now, { bucket })
async function read(path: string, query: Record<string, string> = {}) {
  const claims = { sub: 'kim', 'cognito:groups': '[agents]' }
  return JSON.parse((await api()('GET', path, { claims, query })).body ?? '')
}

/** An entry with a picture in two versions, deleted on X. */
async function deletedEntry() {
  const [by, first, second] = [newCustomer(), newId(), newId()]
  const [opened] = await deliver(post(by, first))
  await deliver(post(by, second, [first, second], `@shop new secret of ${by.username}`))
  expect(await work()).toBe(true)
  await deliver(deletion(by, first))
  const ticketId = String(opened?.ticketId)
  return { by, first, second, ticketId, deletedAt: now().toISOString() }
}

/** Everything that is stored of a ticket, as text. */
async function allOf(ticketId: string): Promise<string> {
  const stored = [await stores.tickets.ticket(ticketId), await stores.messagesOf(ticketId)]
  return JSON.stringify([stored, await bucket.keys()])
}

describe('what is deleted on X', () => {
  test('keeps its content for the hold, then loses text, versions and pictures; the fact stays', async () => {
    const { by, first, second, ticketId, deletedAt } = await deletedEntry()
    pass(24 * HOUR_MS - 1)
    expect(await sweep()).toBe(0)
    const before = (await read(`/api/tickets/${ticketId}/messages`)).messages[0]
    expect(before).toMatchObject({ deletedAt, erasedAt: null, attachments: [{ status: 'stored' }] })
    expect(before.versions).toHaveLength(1)
    expect((await bucket.keys()).filter((key) => key.includes(first))).not.toEqual([])

    pass(1)
    expect(await sweep()).toBe(1)
    const { messages } = await read(`/api/tickets/${ticketId}/messages`)
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatchObject({
      id: `post-${first}`,
      text: '',
      entities: [],
      attachments: [],
      versions: [],
      quoted: null,
      deletedAt,
      erasedAt: now().toISOString(),
      externalId: second,
      versionIds: [first, second],
      author: { username: by.username },
    })
    expect((await bucket.keys()).filter((key) => key.includes(first))).toEqual([])
    expect(await allOf(ticketId)).not.toContain('secret')
    pass(HOUR_MS)
    expect(await sweep()).toBe(0)
  })

  test('leaves its ticket in its place, with its counts, and without an excerpt of it', async () => {
    const { by, ticketId } = await deletedEntry()
    const before = await read(`/api/tickets/${ticketId}`)
    const day = dayOf(now().toISOString())
    const activity = () => read(`/api/channels/twitter-${shop.id}/activity`, { from: day, to: day })
    const counted = await activity()
    expect(counted.days[0].opened).toBeGreaterThan(0)
    pass(24 * HOUR_MS)
    await sweep()
    expect(await read(`/api/tickets/${ticketId}`)).toEqual({ ...before, subject: `Mention by @${by.username}` })
    expect((await read('/api/tickets')).tickets).toContainEqual({ ...before, subject: `Mention by @${by.username}` })
    expect(await activity()).toEqual(counted)
  })

  test('comes back with no version, whatever comes later', async () => {
    const { by, first, second, ticketId } = await deletedEntry()
    pass(24 * HOUR_MS)
    await sweep()
    const third = newId()
    expect(await deliver(post(by, third, [first, second, third]))).toMatchObject([{ outcome: 'repeated', ticketId }])
    expect(await deliver(post(by, first))).toMatchObject([{ outcome: 'repeated', ticketId }])
    expect(await allOf(ticketId)).not.toContain('secret')
  })

  test('is not kept for longer because X tells of it again, nor when it was told before the post', async () => {
    const [by, id] = [newCustomer(), newId()]
    await deliver(deletion(by, id))
    const deletedAt = now().toISOString()
    pass(HOUR_MS)
    const [opened] = await deliver(post(by, id))
    await work()
    await deliver(deletion(by, id))
    pass(23 * HOUR_MS)
    expect(await sweep()).toBe(1)
    expect(await stores.messagesOf(opened?.ticketId)).toMatchObject([{ text: '', media: [], deletedAt }])
  })

  test('goes at once without a hold', async () => {
    const { ticketId } = await deletedEntry()
    expect(await sweep(0)).toBe(1)
    expect(await allOf(ticketId)).not.toContain('secret')
  })

  test('leaves no file of a download that ends later', async () => {
    const [by, id] = [newCustomer(), newId()]
    const [opened] = await deliver(post(by, id))
    const downloading = queued.splice(0)
    await deliver(deletion(by, id))
    pass(24 * HOUR_MS)
    await sweep()
    await bucket.put(`received/twitter-${shop.id}/post-${id}/0`, 'image/jpeg', [Buffer.from('late')] as never)
    queued.push(...downloading)
    expect(await work()).toBe(true)
    expect((await bucket.keys()).filter((key) => key.includes(id))).toEqual([])
    expect(await stores.messagesOf(opened?.ticketId)).toMatchObject([{ media: [] }])
  })

  test('of ours loses its text too', async () => {
    const [by, id, answer] = [newCustomer(), newId(), newId()]
    const [opened] = await deliver(post(by, id))
    const text = '@customer our secret'
    await deliver(posts(shop, { id: answer, by: shop, text, answers: { id, by } }), deletion(shop, answer))
    await work()
    pass(24 * HOUR_MS)
    await sweep()
    const messages = await stores.messagesOf(opened?.ticketId)
    expect(messages.map((one) => one.text)).toEqual([`@shop secret of ${by.username}`, ''])
    expect((await stores.tickets.ticket(String(opened?.ticketId)))?.subject).toContain('secret')
  })
})

describe('a crash', () => {
  test.each(faults)('at any step of the erasure, its call %s, is followed by all of it', async (fault: Fault) => {
    for (let n = 1, isOver = false; !isOver; n++) {
      const { ticketId, first } = await deletedEntry()
      pass(24 * HOUR_MS)
      stores.calls.fail(n, fault)
      await sweep().catch(() => {})
      isOver = !stores.calls.recover()
      queued.splice(0)
      pass(10 * 60_000)
      await sweep()
      expect(await allOf(ticketId)).not.toContain('secret')
      expect((await bucket.keys()).filter((key) => key.includes(first))).toEqual([])
      pass(10 * 60_000)
      expect(await sweep()).toBe(0)
    }
  })

  test.each(faults)(
    'at any step of the deletion, its call %s, loses nothing of it once it comes again',
    async (fault) => {
      for (let n = 1, isOver = false; !isOver; n++) {
        const [by, id] = [newCustomer(), newId()]
        const [opened] = await deliver(post(by, id))
        await work()
        const told = deletion(by, id)
        stores.calls.fail(n, fault)
        await deliver(told).catch(() => {})
        isOver = !stores.calls.recover()
        await deliver(told)
        pass(24 * HOUR_MS + 60_000)
        await sweep()
        expect(await allOf(String(opened?.ticketId))).not.toContain('secret')
      }
    },
  )
})
