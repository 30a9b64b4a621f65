import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { keys, partitionFor } from '../../../lambdas/adapters/dynamodb/table.ts'
import { createMediaSource } from '../../../lambdas/adapters/media/source.ts'
import type { DueMessage } from '../../../lambdas/core/ports/queues.ts'
import type { Message } from '../../../lambdas/core/tickets/ticket.ts'
import type { MediaDependencies } from '../../../lambdas/use-cases/media/transfer-media.ts'
import { createRequeue } from '../../../lambdas/use-cases/requeue-due.ts'
import { databaseClient, sharedTable, tableName } from '../../../local/aws/table.ts'
import { type Served, served } from '../../local/support.ts'
import { startBucket, type TestBucket } from '../../support/bucket.ts'
import { ampleLimits } from '../../support/customer-limits.ts'
import { noEncryption } from '../../support/encryption.ts'
import { files } from '../../support/files.ts'
import { mediaHandler } from '../../support/handlers.ts'
import { recordOf, routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'
import { portsOf } from '../../support/x.ts'
import { ann, bob, directMessages, idAt, posts, shop, type User } from '../../support/x-payloads.ts'

let clock = new Date('2026-01-01T12:00:00.000Z')
const now = () => clock
let stores: TestStores
let bucket: TestBucket
let x: Served
let numbers = 0
let logged: Readonly<Record<string, unknown>>[] = []

type Asked = { path: string; authorization: string | undefined }
let asked: Asked[] = []
type Answer = (response: ServerResponse, request: IncomingMessage) => unknown
/** What the hosts of media answer, by path. */
let answers = new Map<string, Answer>()

const encryption = noEncryption
const app = { app: async () => ({ key: 'app-key', secret: 'app-secret' }) }

beforeAll(async () => {
  bucket = await startBucket()
  stores = await startStores(now)
  x = await served((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization })
    const answer = answers.get(request.url ?? '')
    if (answer) answer(response, request)
    else response.writeHead(404).end('nothing here')
  })
  await stores.channels.connect({
    twitterUserId: shop.id,
    username: shop.username,
    at: now().toISOString(),
    encryptedTokens: JSON.stringify({ token: 'account-token', secret: 'account-secret' }),
  })
})
afterAll(async () => {
  await x.stop()
  await stores.stop()
  await bucket.stop()
})
beforeEach(() => {
  asked = []
  logged = []
  answers = new Map()
})

const after = (minutes: number) => {
  clock = new Date(clock.getTime() + minutes * 60_000)
}

const gives =
  (bytes: Buffer, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(200, { 'content-length': bytes.length, ...headers }).end(bytes)

type V1Media = { type?: string; media_url_https: string; video_info?: object }

/** A mention with media, through the router: the message, and what the router has queued. */
const mention = (...media: V1Media[]) => answering(undefined, media)

/** A mention with media that may answer a post. */
async function answering(answers: { id: string; by: User } | undefined, media: readonly V1Media[]) {
  const queued: DueMessage[] = []
  const more = { extended_entities: { media: media.map((one, n) => ({ id_str: String(n), type: 'photo', ...one })) } }
  const id = idAt(clock, ++numbers)
  const post = { id, by: ann, text: '@shop look', mentions: [shop], more, ...(answers ? { answers } : {}) }
  const router = routerOver(stores, now, { send: async (some) => void queued.push(...some) })
  const [routed] = await router.deliver(posts(shop, post))
  return { message: await messageOf(String(routed?.ticketId)), queued }
}

async function messageOf(ticketId: string): Promise<Message> {
  const items = await stores.messagesOf(ticketId)
  const [message] = items
  if (!message) throw new Error(`no message in ${ticketId}`)
  return message
}

function mover(over: Partial<MediaDependencies> = {}, remainingMs = 900_000) {
  const handle = mediaHandler({
    ...stores,
    bucket,
    source: createMediaSource(x.url, app),
    ...portsOf(untouched('x')),
    encryption,
    replyQueue: untouched('replyQueue'),
    pause: async () => {},
    customerLimits: ampleLimits,
    now,
    log: (entry) => logged.push(entry),
    ...over,
  })
  return async (some: readonly DueMessage[]) => {
    const records = some.map((one) => recordOf(JSON.stringify({ ...one, at: now().toISOString() }), one.messageId))
    return (await handle({ Records: records }, { getRemainingTimeInMillis: () => remainingMs })).batchItemFailures
  }
}

/** The sweep of a minute; how many messages it brought back. */
async function sweep(over: Partial<MediaDependencies> = {}): Promise<number> {
  const due: DueMessage[] = []
  const mediaQueue = { send: async (some: readonly DueMessage[]) => void due.push(...some) }
  await createRequeue({
    ...stores,
    queue: untouched('queue'),
    mediaQueue,
    hasUsedesk: false,
    deletionHoldMs: 24 * 3600_000,
    outgoingQueue: { send: async () => {} },
    log: () => {},
  })({
    time: clock.toISOString(),
  })
  expect(await mover(over)(due)).toEqual([])
  return due.length
}

/** What became of the media of a message, and where they would lie. */
async function outcomeOf({ ticketId, id }: Message) {
  const { media } = await messageOf(ticketId)
  const keys = (await bucket.keys()).filter((key) => key.includes(id))
  return { media, keys }
}

/** A mention with one photo at an address, after one try. */
async function tried(address: string) {
  const { message, queued } = await mention({ media_url_https: address })
  expect(await mover()(queued)).toEqual([])
  const { media, keys } = await outcomeOf(message)
  return { photo: media[0], keys, message }
}

const photo = 'https://pbs.twimg.com/media/a.jpg'

describe('a photo', () => {
  test('is stored by the type of its bytes, however X calls it, and fetched again changes nothing', async () => {
    const bytes = files.png('one')
    answers.set('/media/a.jpg', gives(bytes, { 'content-type': 'text/html' }))
    const { message, queued } = await mention({ media_url_https: photo })
    expect(message.media).toMatchObject([{ status: 'pending' }])
    await Promise.all([mover()(queued), mover()(queued)])
    await mover()(queued)
    const { media, keys } = await outcomeOf(message)
    expect(media).toMatchObject([
      { status: 'stored', contentType: 'image/png', size: bytes.length, key: keys[0], nextTryAt: null, reason: null },
    ])
    expect(keys).toHaveLength(1)
    const response = await fetch(await bucket.link(String(keys[0])))
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    expect(response.headers.get('content-type')).toBe('image/png')
    after(24 * 60)
    expect(await sweep()).toBe(0)
  })

  test('of a direct message is asked for with the account’s signature, any other without', async () => {
    const path = '/1.1/ton/data/dm/1/2/a.jpg'
    answers.set(path, gives(files.jpeg('dm')))
    const media = {
      id_str: '2',
      type: 'photo',
      url: 'https://t.co/m',
      media_url_https: `https://ton.twitter.com${path}`,
    }
    const dm = { id: idAt(clock, ++numbers), from: ann, to: shop, attachment: { type: 'media', media } }
    const queued: DueMessage[] = []
    await routerOver(stores, now, { send: async (some) => void queued.push(...some) }).deliver(directMessages(shop, dm))
    await mover()(queued)
    answers.set('/media/a.jpg', gives(files.jpeg('post')))
    await tried(photo)
    expect(asked).toEqual([
      { path, authorization: expect.stringContaining('oauth_token="account-token"') },
      { path: '/media/a.jpg', authorization: undefined },
    ])
  })

  test('that X gives elsewhere on its hosts for media is fetched there, signed only where that is asked', async () => {
    const to = 'https://pbs.twimg.com/media/moved.jpg'
    answers.set('/1.1/ton/a.jpg', (response) => response.writeHead(302, { location: to }).end())
    answers.set('/media/moved.jpg', gives(files.jpeg('moved')))
    const { photo: found } = await tried('https://ton.x.com/1.1/ton/a.jpg')
    expect(found?.status).toBe('stored')
    expect(asked.map(({ authorization }) => authorization !== undefined)).toEqual([true, false])
  })

  test('that was stored but never queued is brought by the sweep', async () => {
    answers.set('/media/a.jpg', gives(files.jpeg('left behind')))
    const more = { extended_entities: { media: [{ id_str: '1', type: 'photo', media_url_https: photo }] } }
    const post = { id: idAt(clock, ++numbers), by: ann, text: '@shop look', mentions: [shop], more }
    const away = { send: async () => Promise.reject(new Error('SQS is away')) }
    const [routed] = await routerOver(stores, now, away).deliver(posts(shop, post))
    expect(routed?.outcome).toBe('opened')
    expect(await sweep()).toBe(0)
    after(2)
    expect(await sweep()).toBe(1)
    expect((await messageOf(String(routed?.ticketId))).media).toMatchObject([{ status: 'stored' }])
  })

  test('that comes later is tried again, ever more rarely, and given up after some days with the reason', async () => {
    const { message, queued } = await mention({ media_url_https: 'https://pbs.twimg.com/media/late.jpg' })
    await mover()(queued)
    expect((await outcomeOf(message)).media).toMatchObject([
      { status: 'unavailable', attempts: 1, reason: 'X answers 404' },
    ])
    const waits: number[] = []
    for (let at = clock; ; at = clock) {
      const [one] = (await outcomeOf(message)).media
      if (!one?.nextTryAt) break
      waits.push((Date.parse(one.nextTryAt) - at.getTime()) / 60_000)
      clock = new Date(Date.parse(one.nextTryAt) - 1)
      expect(await sweep()).toBe(0)
      clock = new Date(Date.parse(one.nextTryAt))
      expect(await sweep()).toBe(1)
    }
    expect(waits).toEqual([1, 5, 30, 120, 360, 720, 1440, 1440, 1440])
    expect((await outcomeOf(message)).media).toMatchObject([
      { status: 'unavailable', attempts: 10, reason: 'X answers 404' },
    ])
    after(365 * 24 * 60)
    expect(await sweep()).toBe(0)
  })

  test('that comes on a later try is stored then', async () => {
    const { message, queued } = await mention({ media_url_https: photo })
    await mover()(queued)
    answers.set('/media/a.jpg', gives(files.jpeg('late')))
    after(1)
    expect(await sweep()).toBe(1)
    expect((await outcomeOf(message)).media).toMatchObject([{ status: 'stored', attempts: 1, reason: null }])
  })

  test('beside others that fail is stored all the same', async () => {
    answers.set('/media/1.jpg', gives(files.jpeg('1')))
    answers.set('/media/3.jpg', gives(files.jpeg('3')))
    const { message, queued } = await mention(
      ...['1', '2', '3'].map((name) => ({ media_url_https: `https://pbs.twimg.com/media/${name}.jpg` })),
    )
    await mover()(queued)
    const { media, keys } = await outcomeOf(message)
    expect(media.map(({ status }) => status)).toEqual(['stored', 'unavailable', 'stored'])
    expect(keys).toHaveLength(2)
  })
})

describe('a GIF and a video', () => {
  const film = (type: string, path: string): V1Media => ({
    type,
    media_url_https: `https://pbs.twimg.com${path}.jpg`,
    video_info: {
      variants: [
        { content_type: 'application/x-mpegURL', url: `https://video.twimg.com${path}.m3u8` },
        { content_type: 'video/mp4', bitrate: 1, url: `https://video.twimg.com${path}-low.mp4` },
        { content_type: 'video/mp4', bitrate: 2, url: `https://video.twimg.com${path}.mp4` },
      ],
    },
  })

  test.each(['animated_gif', 'video'])('%s: the best mp4 is stored with its preview', async (type) => {
    const bytes = files.mp4(type, type === 'video' ? 20_000_000 : 2_000_000)
    answers.set(`/${type}.mp4`, gives(bytes))
    answers.set(`/${type}.jpg`, gives(files.jpeg('preview')))
    const { message, queued } = await mention(film(type, `/${type}`))
    expect(await mover()(queued)).toEqual([])
    const { media, keys } = await outcomeOf(message)
    expect(media).toMatchObject([{ status: 'stored', contentType: 'video/mp4', size: bytes.length }])
    expect(keys).toEqual([media[0]?.key, media[0]?.previewKey])
    const response = await fetch(await bucket.link(String(keys[0])))
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
  })

  test('without its preview is still a film', async () => {
    answers.set('/lonely.mp4', gives(files.mp4('lonely')))
    const { message, queued } = await mention(film('video', '/lonely'))
    await mover()(queued)
    expect((await outcomeOf(message)).media).toMatchObject([{ status: 'stored', previewKey: null }])
  })

  test('is read from X only as the bucket takes it, and so never held whole', async () => {
    const part = files.mp4('part', 1_000_000)
    let given = 0
    answers.set('/large.mp4', async (response) => {
      response.writeHead(200)
      for (; given < 120_000_000; given += part.length) {
        if (!response.write(part)) await once(response, 'drain')
      }
      response.end()
    })
    let taken = 0
    let held = 0
    const slow = {
      ...bucket,
      put: async (_key: string, _type: string, bytes: AsyncIterable<Uint8Array>) => {
        for await (const chunk of bytes) {
          taken += chunk.length
          // Time for X to give on, if anybody were taking it.
          await new Promise((resolve) => setImmediate(resolve))
          held = Math.max(held, given - taken)
        }
      },
    }
    const { queued } = await mention(film('video', '/large'))
    await mover({ bucket: slow })(queued)
    expect(taken).toBe(120_000_000)
    // What the sockets of both sides hold.
    expect(held).toBeLessThan(20_000_000)
  })
})

describe('nothing is stored, and it is said why,', () => {
  const refusals: [string, string, string, Answer | null, boolean][] = [
    [
      'of a photo without end',
      photo,
      'it is larger than 5242880 bytes',
      async (response) => {
        response.on('error', () => {})
        response.writeHead(200)
        response.write(files.jpeg('endless'))
        const gigabyte = 1_000_000_000
        for (let sent = 0; sent < gigabyte && !response.destroyed; sent += 1_000_000) {
          if (!response.write(Buffer.alloc(1_000_000)))
            await Promise.race([once(response, 'drain'), once(response, 'close')])
        }
        response.end()
      },
      true,
    ],
    [
      'of a photo that says itself that it is too large',
      photo,
      'it is larger than 5242880 bytes',
      (response) => response.writeHead(200, { 'content-length': 1_000_000_000 }).write(files.jpeg('large')),
      true,
    ],
    [
      'of a page called .jpg',
      photo,
      'its bytes are not a photo as X makes them',
      gives(files.html(), { 'content-type': 'image/jpeg' }),
      true,
    ],
    [
      'of a film where a photo was meant',
      photo,
      'its bytes are not a photo as X makes them',
      gives(files.mp4('film')),
      true,
    ],
    [
      'of a drawing with scripts in it',
      photo,
      'its bytes are not a photo as X makes them',
      gives(Buffer.from('<svg onload="x()"/>')),
      true,
    ],
    [
      'of what comes packed, which may swell without end',
      photo,
      'X sends it compressed, and we decompress nothing',
      gives(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }),
      true,
    ],
    ['of nothing at all', photo, 'X sends an empty file', gives(Buffer.alloc(0)), false],
    [
      'of what breaks off',
      photo,
      'the download was cut off',
      (response) => {
        response.writeHead(200, { 'content-length': 1_000_000 })
        response.write(files.jpeg('half', 100_000), () => response.destroy())
      },
      false,
    ],
    ['when X is ill', photo, 'X answers 503', (response) => response.writeHead(503).end('over capacity'), false],
    [
      'when X leads to another host',
      photo,
      'X redirects to an address outside its hosts for media',
      (response) => response.writeHead(302, { location: 'https://example.com/a.jpg' }).end(),
      true,
    ],
    [
      'when X leads to an address inside',
      photo,
      'X redirects to an address outside its hosts for media',
      (response) => response.writeHead(301, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
      true,
    ],
    [
      'when X leads to this very machine',
      photo,
      'X redirects to an address outside its hosts for media',
      (response) => response.writeHead(307, { location: 'http://localhost:1/secret' }).end(),
      true,
    ],
    [
      'when X leads from https to http',
      photo,
      'X redirects to an address outside its hosts for media',
      (response) => response.writeHead(302, { location: 'http://pbs.twimg.com/media/a.jpg' }).end(),
      true,
    ],
    [
      'when X leads round in a circle',
      photo,
      'X redirects too often',
      (response) => response.writeHead(302, { location: photo }).end(),
      false,
    ],
    ['of another host', 'https://example.com/media/a.jpg', "its address is outside X's hosts for media", null, true],
    [
      'of a host that only ends alike',
      'https://evilpbs.twimg.com/a.jpg',
      "its address is outside X's hosts for media",
      null,
      true,
    ],
    [
      'of an address inside',
      'https://169.254.169.254/latest',
      "its address is outside X's hosts for media",
      null,
      true,
    ],
    ['of http', 'http://pbs.twimg.com/media/a.jpg', "its address is outside X's hosts for media", null, true],
    ['of another port', 'https://pbs.twimg.com:8443/a.jpg', "its address is outside X's hosts for media", null, true],
    [
      'of another host behind a name',
      'https://pbs.twimg.com@example.com/a.jpg',
      "its address is outside X's hosts for media",
      null,
      true,
    ],
    ['of a file of this machine', 'file:///etc/passwd', "its address is outside X's hosts for media", null, true],
    ['of what is no address', 'not an address', "its address is outside X's hosts for media", null, true],
  ]

  test.each(refusals)(
    '%s',
    async (_, address, reason, answer, isFinal) => {
      if (answer) answers.set('/media/a.jpg', answer)
      const { photo: found, keys } = await tried(address)
      expect(found).toMatchObject({
        status: 'unavailable',
        reason,
        attempts: 1,
        key: null,
        contentType: null,
        size: null,
      })
      expect(found?.nextTryAt === null).toBe(isFinal)
      expect(keys).toEqual([])
      if (!answer) expect(asked).toEqual([])
      expect(logged).toMatchObject([{ event: 'media_downloaded', outcome: 'unavailable', reason: reason }])
      const text = JSON.stringify(logged)
      for (const content of [address, 'script', 'capacity', 'meta-data', 'account-secret'])
        expect(text).not.toContain(content)
    },
    20_000,
  )

  test('of a direct message whose account has no tokens, until it has some', async () => {
    const none = { ...stores.channels, encryptedTokens: async () => null }
    const { message, queued } = await mention({ media_url_https: 'https://ton.twitter.com/1.1/ton/a.jpg' })
    await mover({ channels: none })(queued)
    expect((await outcomeOf(message)).media).toMatchObject([
      { status: 'unavailable', reason: 'we have no access to the account', nextTryAt: expect.any(String) },
    ])
    expect(asked).toEqual([])
  })

  test('of X that is not there', async () => {
    const { message, queued } = await mention({ media_url_https: photo })
    await mover({ source: createMediaSource('http://127.0.0.1:9', app) })(queued)
    expect((await outcomeOf(message)).media).toMatchObject([{ status: 'unavailable', reason: 'X does not answer' }])
  })
})

test('a bucket that does not take it fails the message, which comes again', async () => {
  answers.set('/media/a.jpg', gives(files.jpeg('later')))
  const { message, queued } = await mention({ media_url_https: photo })
  const away = { ...bucket, put: async () => Promise.reject(new Error('AccessDenied')) }
  expect(await mover({ bucket: away })(queued)).toHaveLength(1)
  expect((await outcomeOf(message)).media).toMatchObject([{ status: 'pending' }])
  expect(await mover()(queued)).toEqual([])
  expect((await outcomeOf(message)).media).toMatchObject([{ status: 'stored' }])
})

test('a film that X begins to give and then no more is left when the time is up', async () => {
  answers.set('/media/a.jpg', (response) => response.writeHead(200).write(files.jpeg('slow')))
  const { message, queued } = await mention({ media_url_https: photo })
  expect(await mover({}, 30_300)(queued)).toEqual([])
  expect((await outcomeOf(message)).media).toMatchObject([
    { status: 'unavailable', reason: 'the download was cut off' },
  ])
  expect((await outcomeOf(message)).keys).toEqual([])
})

describe('a message with nothing left to do', () => {
  const isDue = async ({ id }: Message) =>
    (await stores.media.due(now().toISOString(), 500)).some(({ messageId }) => messageId === id)
  const parent = { id: '77', url: 'u', text: 'parent', author: null, createdAt: null, media: [] }
  const shown = { reading: untouched<MediaDependencies['reading']>('reading', { post: async () => parent }) }

  test('is never brought back, also if X had left out its parent', async () => {
    answers.set('/media/a.jpg', gives(files.png('one')))
    const { message, queued } = await answering({ id: '77', by: bob }, [{ media_url_https: photo }])
    expect(await mover(shown)(queued)).toEqual([])
    expect(await messageOf(message.ticketId)).toMatchObject({ missing: [], media: [{ status: 'stored' }] })
    after(24 * 60)
    expect(await isDue(message)).toBe(false)
  })

  test('leaves the list of due messages when it is in it all the same', async () => {
    answers.set('/media/a.jpg', gives(files.png('one')))
    const { message, queued } = await mention({ media_url_https: photo })
    await mover()(queued)
    const { ticketId, position, id } = await messageOf(message.ticketId)
    const client = databaseClient(stores.endpoint)
    await DynamoDBDocumentClient.from(client).send(
      new UpdateCommand({
        TableName: tableName,
        Key: keys.message(ticketId, position, id),
        UpdateExpression: 'SET inDue = :due, dueAt = :at',
        ExpressionAttributeValues: {
          ':due': partitionFor(id, 'media', sharedTable.partitions),
          ':at': now().toISOString(),
        },
      }),
    )
    client.destroy()
    expect(await isDue(message)).toBe(true)
    await sweep()
    after(10)
    expect(await isDue(message)).toBe(false)
  })
})

describe('the bytes of one customer a day', () => {
  const MEGABYTE_BYTES = 1024 * 1024
  const limited = (megabytes: number) => ({ customerLimits: { lookups: 0, megabytes } })
  const reason = (megabytes: number) =>
    `with it, more than ${megabytes} MB would be downloaded for this customer today (UTC)`
  const photosOf = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ media_url_https: `https://pbs.twimg.com/media/day-${n}.jpg` }))
  const half = files.png('half', MEGABYTE_BYTES / 2)
  const give = (answer = gives(half)) => {
    for (const n of photosOf(4).keys()) answers.set(`/media/day-${n}.jpg`, answer)
  }
  const ofBob = async (...media: V1Media[]) => {
    const queued: DueMessage[] = []
    const more = { extended_entities: { media: media.map((one, n) => ({ id_str: String(n), type: 'photo', ...one })) } }
    const post = { id: idAt(clock, ++numbers), by: bob, text: '@shop look', mentions: [shop], more }
    const router = routerOver(stores, now, { send: async (some) => void queued.push(...some) })
    const [routed] = await router.deliver(posts(shop, post))
    return { message: await messageOf(String(routed?.ticketId)), queued }
  }
  const startOfDay = () => {
    clock = new Date(`${new Date(clock.getTime() + 24 * 3600_000).toISOString().slice(0, 10)}T00:00:00.000Z`)
  }

  test('end with a file that would exceed them, which says why and is stored on the next day', async () => {
    startOfDay()
    after(60)
    give()
    const { message, queued } = await mention(...photosOf(4))
    await mover(limited(1))(queued)
    const { media, keys } = await outcomeOf(message)
    const midnight = new Date(clock.getTime() + 23 * 3600_000).toISOString()
    expect(media.map(({ status, reason, nextTryAt }) => ({ status, reason, nextTryAt }))).toEqual([
      { status: 'stored', reason: null, nextTryAt: null },
      { status: 'stored', reason: null, nextTryAt: null },
      { status: 'unavailable', reason: reason(1), nextTryAt: midnight },
      { status: 'unavailable', reason: reason(1), nextTryAt: midnight },
    ])
    expect(keys).toHaveLength(2)
    // Somebody else has their own.
    const other = await ofBob(...photosOf(1))
    await mover(limited(1))(other.queued)
    expect((await outcomeOf(other.message)).media).toMatchObject([{ status: 'stored' }])
    startOfDay()
    await sweep(limited(1))
    expect((await outcomeOf(message)).media.map(({ status }) => status)).toEqual(Array(4).fill('stored'))
  })

  test('are given back as far as a file does not come, also one that X does not announce', async () => {
    startOfDay()
    give((response) =>
      response
        .writeHead(200, { 'content-length': half.length })
        .write(half.subarray(0, 5000), () => response.destroy()),
    )
    const { message, queued } = await mention(...photosOf(2))
    await mover(limited(1))(queued)
    expect((await outcomeOf(message)).media).toMatchObject([
      { reason: 'the download was cut off' },
      { reason: 'the download was cut off' },
    ])
    after(1)
    // Without its length, the most that a photo may have is taken first, and then given back.
    give((response) => response.writeHead(200).end(half))
    await sweep(limited(6))
    expect((await outcomeOf(message)).media).toMatchObject([{ status: 'stored' }, { status: 'stored' }])
    const { queued: more, message: second } = await mention(...photosOf(1))
    give()
    await mover(limited(1))(more)
    expect((await outcomeOf(second)).media).toMatchObject([{ status: 'unavailable', reason: reason(1) }])
  })

  test('0 downloads nothing; what the account itself wrote on X has no customer', async () => {
    startOfDay()
    give()
    const { message, queued } = await mention(...photosOf(1))
    await mover(limited(0))(queued)
    expect((await outcomeOf(message)).media).toMatchObject([{ status: 'unavailable', reason: reason(0) }])
    const media = [{ id_str: '7', type: 'photo', ...photosOf(1)[0] }]
    const own = {
      id: idAt(clock, ++numbers),
      by: shop,
      text: 'our answer',
      answers: { id: String(message.externalId), by: ann },
      more: { extended_entities: { media } },
    }
    const due: DueMessage[] = []
    await routerOver(stores, now, { send: async (some) => void due.push(...some) }).deliver(posts(shop, own))
    expect(due).toHaveLength(1)
    await mover(limited(0))(due)
    const written = await stores.findMessage(`post-${own.id}`)
    expect(written?.media).toMatchObject([{ status: 'stored' }])
  })
})

test('at the end of the budget of a channel nothing is looked up; it is when the budget is raised or the day is over', async () => {
  let calls = 0
  const reading = untouched<MediaDependencies['reading']>('reading', {
    post: async () => {
      calls++
      return { id: '77', url: 'u', text: 'parent', author: null, createdAt: null, media: [] }
    },
  })
  const usedUp = async (dailyBudgetUsd: number) => {
    await stores.changeChannel(channelId, { dailyBudgetUsd }, clock.toISOString())
    const budgetUsedUpOn = clock.toISOString().slice(0, 10)
    await stores.channels.saveBudgetState({ id: channelId, dailyBudgetUsd }, { budgetUsedUpOn, budgetNotified: null })
  }
  const channelId = `twitter-${shop.id}`
  await usedUp(1)
  answers.set('/media/a.jpg', gives(files.png('one')))
  const { message, queued } = await answering({ id: '77', by: bob }, [{ media_url_https: photo }])
  await mover({ reading })(queued)
  // Files cost nothing at X.
  expect(await messageOf(message.ticketId)).toMatchObject({ missing: ['parent'], media: [{ status: 'stored' }] })
  after(5)
  await sweep({ reading })
  expect(calls).toBe(0)
  await stores.changeChannel(channelId, { dailyBudgetUsd: 2 }, clock.toISOString())
  after(5)
  await sweep({ reading })
  expect(await messageOf(message.ticketId)).toMatchObject({ missing: [], parent: { text: 'parent' } })

  await usedUp(2)
  const next = await answering({ id: '78', by: bob }, [])
  await mover({ reading })(next.queued)
  expect(calls).toBe(1)
  after(24 * 60)
  await sweep({ reading })
  expect(calls).toBe(2)
  expect(await messageOf(next.message.ticketId)).toMatchObject({ missing: [] })
})
