import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { message as messageSchema } from '../../../lambdas/core/api/schemas.ts'
import { apiOver } from '../../support/api.ts'
import { startBucket, type TestBucket } from '../../support/bucket.ts'
import { files } from '../../support/files.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, bob, directMessages, idAt, posts, shop } from '../../support/x-payloads.ts'

const agents = { kim: { sub: 'kim-id', username: 'kim' }, lee: { sub: 'lee-id', username: 'lee' } }
let clock = new Date('2026-01-01T12:00:00.000Z')
const now = () => clock
let stores: TestStores
let bucket: TestBucket
let api: ReturnType<typeof apiOver>
let logged: object[] = []
let directTicket: string
let mentionTicket: string

beforeAll(async () => {
  bucket = await startBucket()
  stores = await startStores(now)
  await stores.connect()
  api = apiOver(stores, now, {
    bucket,
    replyQueue: { send: async () => {} },
    log: (entry) => logged.push(entry),
  })
  const { deliver } = routerOver(stores, now)
  const [direct] = await deliver(directMessages(shop, { id: idAt(clock, 1), from: ann, to: shop }))
  const [mention] = await deliver(posts(shop, { id: idAt(clock, 2), by: bob, text: '@shop hi', mentions: [shop] }))
  directTicket = String(direct?.ticketId)
  mentionTicket = String(mention?.ticketId)
})
afterAll(async () => {
  await stores.stop()
  await bucket.stop()
})
beforeEach(() => {
  logged = []
})

type Called = { as?: keyof typeof agents; key?: string }
async function call(path: string, body: object, { as = 'kim', key }: Called = {}) {
  const options = {
    claims: { ...agents[as], 'cognito:groups': '[agents]' },
    headers: Object.fromEntries(key ? [['idempotency-key', key]] : []),
    body: JSON.stringify(body),
  }
  const answer = await api('POST', path, options)
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') }
}
const reply = (ticket: string, body: object, called?: Called) => call(`/api/tickets/${ticket}/replies`, body, called)

/** Announces and uploads a file; gives its id. */
async function handIn(contentType: string, bytes: Buffer, called?: Called): Promise<string> {
  const announced = await call('/api/attachments', { contentType, size: bytes.length }, called)
  expect(announced.status).toBe(201)
  const { id, uploadUrl } = announced.body
  const headers = { 'content-type': contentType }
  const put = await fetch(uploadUrl, { method: 'PUT', headers, body: new Uint8Array(bytes) })
  expect(put.status).toBe(200)
  return id
}
const png = (seed: string) => handIn('image/png', files.png(seed))
const messageCount = async (ticket: string) => (await stores.tickets.ticket(ticket))?.messageCount

describe('a reply', () => {
  test('takes files that another agent handed in, and shows them by links', async () => {
    const bytes = files.jpeg('one')
    const ids = [await handIn('image/jpeg', bytes, { as: 'lee' }), await png('two')]
    const { status, body } = await reply(mentionTicket, { text: 'Look', attachmentIds: ids })
    expect(status).toBe(202)
    expect(messageSchema.parse(body).attachments).toMatchObject([
      { id: ids[0], type: 'photo', contentType: 'image/jpeg', size: bytes.length, status: 'stored' },
      { id: ids[1], type: 'photo', contentType: 'image/png', status: 'stored' },
    ])
    const response = await fetch(body.attachments[0].url)
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    expect(response.headers.get('content-disposition')).toBe('attachment')
    expect(body.attachments[0].previewUrl).toBe(body.attachments[0].url)
  })

  test('may have a file and no text, but not neither', async () => {
    const withFile = await reply(directTicket, { text: '', attachmentIds: [await png('no text')] })
    expect([withFile.status, withFile.body.text]).toEqual([202, ''])
    for (const body of [{ text: '' }, { text: ' ', attachmentIds: [] }]) {
      const { status, body: problem } = await reply(directTicket, body)
      expect([status, problem.errors[0].field]).toEqual([422, 'text'])
    }
  })

  test('keeps its files where nothing goes by itself', async () => {
    const id = await png('kept')
    await reply(mentionTicket, { text: 'kept', attachmentIds: [id] })
    expect(await bucket.keys()).toContain(`sent/${id}`)
  })

  test('under the same key is one, with its files; other files under it are another', async () => {
    const [one, two] = [await png('key one'), await png('key two')]
    const first = await reply(mentionTicket, { text: 'keyed', attachmentIds: [one] }, { key: 'k' })
    const again = await reply(mentionTicket, { text: 'keyed', attachmentIds: [one] }, { key: 'k' })
    expect([again.status, again.body.id]).toEqual([202, first.body.id])
    expect((await reply(mentionTicket, { text: 'keyed', attachmentIds: [two] }, { key: 'k' })).status).toBe(409)
  })

  test('of two that want the same file at once gets it, and only that', async () => {
    const id = await png('wanted')
    const before = Number(await messageCount(mentionTicket)) + Number(await messageCount(directTicket))
    const results = await Promise.all(
      [mentionTicket, directTicket, mentionTicket].map((ticket) =>
        reply(ticket, { text: 'mine', attachmentIds: [id] }),
      ),
    )
    expect(results.map(({ status }) => status).sort()).toEqual([202, 422, 422])
    expect(Number(await messageCount(mentionTicket)) + Number(await messageCount(directTicket))).toBe(before + 1)
  })
})

describe('refused, by name, and nothing is written or lost:', () => {
  test.each([
    ['an id of another form', async () => ['../../etc/passwd'], 'attachmentIds.0', 'does not exist'],
    ['a key instead of an id', async () => [`uploads/${await png('key')}`], 'attachmentIds.0', 'does not exist'],
    [
      'an id that was never given',
      async () => ['attachment-00000000-0000-4000-8000-000000000000'],
      'attachmentIds.0',
      'does not exist',
    ],
    [
      'a file that was never uploaded',
      async () => [(await call('/api/attachments', { contentType: 'image/png', size: 3 })).body.id],
      'attachmentIds.0',
      'never uploaded',
    ],
    [
      'a page that was announced as a picture',
      async () => [await handIn('image/png', files.html())],
      'attachmentIds.0',
      'is not a JPEG',
    ],
    [
      'a film that was announced as a picture',
      async () => [await handIn('image/png', files.mp4('film'))],
      'attachmentIds.0',
      'but is video/mp4',
    ],
    ['the same file twice', async () => Array(2).fill(await png('twice')), 'attachmentIds.1', 'already'],
    [
      'a GIF beside a photo',
      async () => [await png('beside'), await handIn('image/gif', files.gif('beside'))],
      'attachmentIds',
      'or one GIF',
    ],
    [
      'five photos',
      async () => Promise.all([1, 2, 3, 4, 5].map((n) => png(`five ${n}`))),
      'attachmentIds',
      'must have at most 4 entries',
    ],
  ])('%s', async (_, ids, field, detail) => {
    const attachmentIds = await ids()
    const before = await messageCount(mentionTicket)
    const { status, body } = await reply(mentionTicket, { text: 'no', attachmentIds })
    expect([status, body.errors[0].field]).toEqual([422, field])
    expect(body.errors[0].detail).toContain(detail)
    expect(await messageCount(mentionTicket)).toBe(before)
    const kept = await bucket.keys()
    for (const id of attachmentIds) expect(kept).not.toContain(`sent/${id}`)
    expect(JSON.stringify(logged)).not.toMatch(/passwd|doctype/)
  })

  test('two files in a direct message', async () => {
    const { status, body } = await reply(directTicket, { text: 'no', attachmentIds: [await png('a'), await png('b')] })
    expect([status, body.errors[0]]).toEqual([
      422,
      { field: 'attachmentIds', detail: 'a direct message takes one attachment' },
    ])
  })

  test('a file that another reply has', async () => {
    const id = await png('used')
    await reply(mentionTicket, { text: 'first', attachmentIds: [id] })
    const { status, body } = await reply(mentionTicket, { text: 'second', attachmentIds: [id] })
    expect([status, body.errors]).toEqual([422, [{ field: 'attachmentIds.0', detail: 'is already used in a reply' }]])
  })

  test('a file whose day is over', async () => {
    const id = await png('old')
    clock = new Date(clock.getTime() + 24 * 3600_000 + 1)
    const { status, body } = await reply(mentionTicket, { text: 'late', attachmentIds: [id] })
    expect([status, body.errors[0].field]).toEqual([422, 'attachmentIds.0'])
  })

  test('a refused file may still be taken by a reply that may have it', async () => {
    const [one, two] = [await png('still one'), await png('still two')]
    expect((await reply(directTicket, { text: 'no', attachmentIds: [one, two] })).status).toBe(422)
    expect((await reply(mentionTicket, { text: 'yes', attachmentIds: [one, two] })).status).toBe(202)
  })
})

describe('an announcement names what is wrong', () => {
  test.each([
    [{ contentType: 'text/html', size: 10 }, 'contentType'],
    [{ contentType: 'image/svg+xml', size: 10 }, 'contentType'],
    [{ contentType: 'image/png; charset=x', size: 10 }, 'contentType'],
    [{ contentType: 'image/png', size: 5 * 1024 * 1024 + 1 }, 'size'],
    [{ contentType: 'image/gif', size: 15 * 1024 * 1024 + 1 }, 'size'],
    [{ contentType: 'video/mp4', size: 512 * 1024 * 1024 + 1 }, 'size'],
    [{ contentType: 'image/png', size: 0 }, 'size'],
    [{ contentType: 'image/png', size: 1.5 }, 'size'],
    [{ contentType: 'image/png', size: '10' }, 'size'],
    [{ contentType: 'image/png' }, 'size'],
    [{ size: 10 }, 'contentType'],
    [{ contentType: 'image/png', size: 10, name: 'a.png' }, 'name'],
  ])('%j: %s', async (body, field) => {
    const { status, body: problem } = await call('/api/attachments', body)
    expect([status, problem.errors[0].field]).toEqual([422, field])
  })
})
