import { describe, expect, test } from '@jest/globals'
import type { Message, Ticket } from '../../client/src/calls.ts'
import { eventually } from '../local/support.ts'
import { files } from '../support/files.ts'
import { productForTests } from '../support/product.ts'
import { ann, bob, shop } from '../support/x-payloads.ts'

const product = productForTests(async () => {
  await product.addToX(shop, ann, bob)
  await product.connectByOAuth(shop)
})

type File = { contentType: string; bytes: Buffer }
const jpeg = (seed: string): File => ({ contentType: 'image/jpeg', bytes: files.jpeg(seed) })
const png = (seed: string): File => ({ contentType: 'image/png', bytes: files.png(seed) })
const gif = (seed: string): File => ({ contentType: 'image/gif', bytes: files.gif(seed) })
/** Larger than a part of an upload, in either direction. */
const film = (seed: string): File => ({ contentType: 'video/mp4', bytes: files.mp4(seed, 9_000_000) })
const onX = ({ contentType, bytes }: File) => ({ contentType, base64: bytes.toString('base64') })

const ticketOf = (customer: { id: string }, fits: (ticket: Ticket) => boolean = () => true) =>
  eventually(`a ticket of ${customer.id}`, async () => (await product.tickets({ customerId: customer.id })).find(fits))
const messageWith = (ticketId: string, what: string, fits: (message: Message) => boolean) =>
  eventually(what, async () => (await product.messages(ticketId)).find(fits))
const allAre = (status: string) => (message: Message) =>
  message.attachments.length > 0 && message.attachments.every((one) => one.status === status)

async function bytesAt(url: string | null) {
  const response = await fetch(String(url))
  expect(response.status).toBe(200)
  return { headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
}

/** Hands a file in as the console does. */
async function handIn({ contentType, bytes }: File): Promise<string> {
  const body = { contentType, size: bytes.length }
  const { id, uploadUrl } = await product.helpdesk.call('POST /api/attachments', { body })
  const put = await fetch(uploadUrl, {
    method: 'PUT',
    headers: { 'content-type': contentType, origin: product.url },
    body: new Uint8Array(bytes),
  })
  expect([put.status, put.headers.get('access-control-allow-origin')]).toEqual([200, product.url])
  return id
}

type OnX = { id: string; mediaId?: string | null; mediaIds?: string[]; inReplyToId?: string }
async function mediaOnX(externalId: string | null): Promise<File[]> {
  const { posts } = await product.onX<{ posts: OnX[] }>('GET', 'posts')
  const { directMessages } = await product.onX<{ directMessages: OnX[] }>('GET', 'direct-messages')
  const found = [...posts, ...directMessages].find(({ id }) => id === externalId)
  const ids = found?.mediaIds ?? [found?.mediaId ?? '']
  return Promise.all(
    ids.map(async (id) => {
      const response = await fetch(`${product.xUrl}/_x/media/${id}`)
      return {
        contentType: String(response.headers.get('content-type')),
        bytes: Buffer.from(await response.arrayBuffer()),
      }
    }),
  )
}

const isSent = (id: string) => (message: Message) => message.id === id && message.delivery?.status === 'sent'

describe('what customers send', () => {
  test.each([
    ['photo', jpeg('dm photo')],
    ['animated_gif', gif('dm gif')],
    ['video', film('dm video')],
  ] as const)('a %s of a direct message is there, byte for byte, for who has the link', async (type, file) => {
    await product.onX('POST', 'direct-messages', { from: ann.id, to: shop.id, text: `my ${type}`, media: onX(file) })
    const ticket = await ticketOf(ann)
    const message = await messageWith(ticket.id, type, (one) => one.text === `my ${type}` && allAre('stored')(one))
    const [attachment] = message.attachments
    expect(attachment).toMatchObject({ type, contentType: file.contentType, size: file.bytes.length, status: 'stored' })
    const { headers, bytes } = await bytesAt(attachment?.url ?? null)
    expect(bytes.equals(file.bytes)).toBe(true)
    expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([file.contentType, 'attachment'])
    const preview = await bytesAt(attachment?.previewUrl ?? null)
    expect(preview.headers.get('content-type')).toBe('image/jpeg')
  })

  test.each([
    ['photo', [jpeg('one'), png('two'), jpeg('three')]],
    ['animated_gif', [gif('post gif')]],
    ['video', [film('post video')]],
  ] as const)('every %s of a mention is there, in order', async (type, media) => {
    const text = `@${shop.username} look at my ${type}`
    await product.onX('POST', 'posts', { by: bob.id, text, media: media.map(onX) })
    const ticket = await ticketOf(bob, (one) => one.subject.includes(`my ${type}`))
    const message = await messageWith(ticket.id, type, allAre('stored'))
    expect(message.attachments.map((one) => one.type)).toEqual(media.map(() => type))
    for (const [index, one] of message.attachments.entries()) {
      expect((await bytesAt(one.url)).bytes.equals(media[index]?.bytes ?? Buffer.alloc(0))).toBe(true)
    }
  })

  test('a link without its signature, or changed, opens nothing', async () => {
    const ticket = await ticketOf(ann)
    const message = await messageWith(ticket.id, 'a photo', allAre('stored'))
    const url = new URL(message.attachments[0]?.url ?? '')
    expect(url.hostname).toBe('localhost')
    const statusOf = async (address: URL) => (await fetch(address)).status
    expect(await statusOf(new URL(url.pathname, url))).toBe(403)
    const longer = new URL(url)
    longer.searchParams.set('X-Amz-Expires', '604800')
    expect(await statusOf(longer)).toBe(403)
    const other = new URL(url)
    other.pathname = `${url.pathname}0`
    expect(await statusOf(other)).toBe(403)
    expect(await statusOf(url)).toBe(200)
  })

  test('what X does not give says so, holds up nobody, and comes when X gives it', async () => {
    await product.onX('POST', 'answers', { path: '/media/*', status: 503, body: {} })
    const text = `@${shop.username} broken at first`
    await product.onX('POST', 'posts', { by: bob.id, text, media: [onX(jpeg('late'))] })
    const ticket = await ticketOf(bob, (one) => one.subject.includes('broken at first'))
    const failed = await messageWith(ticket.id, 'unavailable', allAre('unavailable'))
    expect(failed.attachments[0]?.url).toMatch(/^https:\/\/pbs\.twimg\.com\//)
    await product.onX('DELETE', 'answers')
    await product.schedule('requeue', new Date(Date.now() + 120_000).toISOString())
    const there = await messageWith(ticket.id, 'stored', allAre('stored'))
    expect((await bytesAt(there.attachments[0]?.url ?? null)).bytes.equals(jpeg('late').bytes)).toBe(true)
  })
})

describe('what agents send', () => {
  test.each([
    ['photo', jpeg('to ann')],
    ['animated_gif', gif('gif to ann')],
    ['video', film('video to ann')],
  ] as const)('a %s reaches the customer as a direct message, byte for byte', async (type, file) => {
    const ticket = await ticketOf(ann)
    const id = await handIn(file)
    const reply = await product.reply(ticket.id, { text: `here is a ${type}`, attachmentIds: [id] })
    const sent = await messageWith(ticket.id, `${type} sent`, isSent(reply.id))
    const [there] = await mediaOnX(sent.externalId)
    expect([there?.contentType, there?.bytes.equals(file.bytes)]).toEqual([file.contentType, true])
    expect(sent.attachments).toMatchObject([{ id, type, contentType: file.contentType, status: 'stored' }])
    expect((await bytesAt(sent.attachments[0]?.url ?? null)).bytes.equals(file.bytes)).toBe(true)
    await eventually('the echo', () => product.output.includes(`"externalId":"${sent.externalId}"`))
    expect((await product.messages(ticket.id)).filter((one) => one.text === `here is a ${type}`)).toHaveLength(1)
  })

  test.each([
    ['photos', [jpeg('a'), png('b'), jpeg('c'), png('d')]],
    ['GIF', [gif('gif to bob')]],
    ['video', [film('video to bob')]],
  ] as const)('%s stand under the entry, in order', async (_, media) => {
    const ticket = await ticketOf(bob)
    const attachmentIds: string[] = []
    for (const file of media) attachmentIds.push(await handIn(file))
    const reply = await product.reply(ticket.id, { text: '', attachmentIds })
    const sent = await messageWith(ticket.id, 'it sent', isSent(reply.id))
    const there = await mediaOnX(sent.externalId)
    expect(there.map(({ contentType }) => contentType)).toEqual(media.map(({ contentType }) => contentType))
    expect(there.every(({ bytes }, index) => bytes.equals(media[index]?.bytes ?? Buffer.alloc(0)))).toBe(true)
    await eventually('the echo', () => product.output.includes(`"externalId":"${sent.externalId}"`))
    expect((await product.messages(ticket.id)).filter((one) => one.externalId === sent.externalId)).toHaveLength(1)
  })

  test('a picture whose sending got no answer is looked for with its picture, and is on X once', async () => {
    const ticket = await ticketOf(ann)
    await product.onX('POST', 'echoes', { hold: true })
    const plain = await product.reply(ticket.id, { text: 'same words' })
    await messageWith(ticket.id, 'the plain one', isSent(plain.id))
    await product.onX('POST', 'answers', { path: '/2/dm_conversations/*', status: 503, body: {}, take: true })
    const reply = await product.reply(ticket.id, { text: 'same words', attachmentIds: [await handIn(png('once'))] })
    await messageWith(
      ticket.id,
      'the doubt',
      (one) => one.id === reply.id && one.delivery?.reason?.includes('503') === true,
    )
    await product.schedule('requeue', new Date(Date.now() + 20 * 60_000).toISOString())
    const sent = await messageWith(ticket.id, 'it found', isSent(reply.id))
    expect((await mediaOnX(sent.externalId))[0]?.bytes.equals(png('once').bytes)).toBe(true)
    const { directMessages } = await product.onX<{ directMessages: { written: string }[] }>('GET', 'direct-messages')
    expect(directMessages.filter((one) => one.written === 'same words')).toHaveLength(2)
    await product.onX('POST', 'echoes', { hold: false, release: true })
  })

  test('an attachment serves one reply, also when the same call comes twice', async () => {
    const ticket = await ticketOf(ann)
    const body = { text: 'keyed', attachmentIds: [await handIn(png('keyed'))] }
    const [one, two] = [await product.reply(ticket.id, body, 'key'), await product.reply(ticket.id, body, 'key')]
    expect(two.id).toBe(one.id)
    await expect(product.reply(ticket.id, body)).rejects.toMatchObject({
      status: 422,
      errors: [{ field: 'attachmentIds.0', detail: 'is already used in a reply' }],
    })
  })

  test('other bytes than were announced are not taken by the bucket', async () => {
    const body = { contentType: 'image/png', size: 3_000 }
    const { uploadUrl } = await product.helpdesk.call('POST /api/attachments', { body })
    const put = async (contentType: string, bytes: Buffer) =>
      (await fetch(uploadUrl, { method: 'PUT', headers: { 'content-type': contentType }, body: new Uint8Array(bytes) }))
        .status
    expect(await put('image/png', files.png('longer', 4_000))).toBe(403)
    expect(await put('text/html', files.png('type', 3_000))).toBe(403)
    expect(await put('image/png', files.png('right', 3_000))).toBe(200)
  })
})

test('after a kill -9 what was stored is there under new links, and what was under way is fetched', async () => {
  await product.onX('POST', 'answers', { path: '/media/*', hang: true })
  const text = `@${shop.username} in the middle`
  await product.onX('POST', 'posts', { by: bob.id, text, media: [onX(jpeg('in the middle'))] })
  const open = await ticketOf(bob, (one) => one.subject.includes('in the middle'))
  await messageWith(open.id, 'the message', allAre('pending'))
  await eventually('the hanging call', async () => {
    const { calls } = await product.onX<{ calls: { path: string; status: number | null }[] }>('GET', 'calls')
    return calls.some(({ path, status }) => path.startsWith('/media/') && status === null)
  })
  await product.end('SIGKILL')
  await product.start()
  const ticket = await ticketOf(ann)
  const message = await messageWith(ticket.id, 'a photo', (one) => one.text === 'my photo' && allAre('stored')(one))
  const { bytes } = await bytesAt(message.attachments[0]?.url ?? null)
  expect(bytes.equals(jpeg('dm photo').bytes)).toBe(true)
  const late = await messageWith(open.id, 'the picture', allAre('stored'))
  expect((await bytesAt(late.attachments[0]?.url ?? null)).bytes.equals(jpeg('in the middle').bytes)).toBe(true)
})
