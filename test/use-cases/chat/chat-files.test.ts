import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Bucket, type Bytes, MediaError } from '../../../lambdas/core/ports/media.ts'
import { isReply } from '../../../lambdas/core/replies/reply.ts'
import { createChatFiles } from '../../../lambdas/use-cases/chat/chat-files.ts'
import { apiOver } from '../../support/api.ts'
import { boundEncryption, encryptedChannel } from '../../support/encrypted-channel.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'

let stores: TestStores
const now = () => new Date('2026-09-01T08:00:00.000Z')

beforeAll(async () => {
  stores = await startStores(now)
})
afterAll(() => stores.stop())

/** The head of a PNG of 3 by 2 pixels, and more bytes than one part. */
const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  Buffer.from([0, 0, 0, 3, 0, 0, 0, 2, 8, 6, 0, 0, 0]),
  Buffer.alloc(5_000_000, 7),
])

async function* inChunks(bytes: Uint8Array, size = 100_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collected(bytes: Bytes): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const part of bytes) all.push(part)
  return Buffer.concat(all)
}

async function begin() {
  const uploaded: Uint8Array[] = []
  const channel = await encryptedChannel(stores, now, {
    upload: async (_tokens, _conversation, bytes) => {
      uploaded.push(bytes)
      return 'media-key-1'
    },
  })
  await channel.enterKey()
  const [opened] = await channel.deliver(channel.customer, channel.chat.write(channel.customer, 'Hello').event)
  const ticketId = String(opened?.ticketId)
  const files = createChatFiles({
    ...stores,
    encryption: boundEncryption,
    cipher: channel.cipher,
    xChat: channel.atX.xChat,
    bucket: untouched<Bucket>('bucket', { read: async (_key, from, count) => png.subarray(from, from + count) }),
  })
  return { ...channel, ticketId, files, uploaded }
}

describe('a file of an encrypted message', () => {
  test('of a customer is opened while it is downloaded; one that is damaged or cut off is refused', async () => {
    const { channel, chat, customer, ticketId, files } = await begin()
    const { conversationKey, conversationKeyVersion } = chat.current().key
    const sealed = customer.engine.encryptStream(new Uint8Array(png), conversationKey)
    const open = await files.opening(channel.id, ticketId, String(conversationKeyVersion))
    expect((await collected(open(inChunks(sealed)))).equals(png)).toBe(true)
    await expect(collected(open(inChunks(sealed.subarray(0, -40))))).rejects.toThrow(MediaError)
    const damaged = Uint8Array.from(sealed)
    damaged[2_000_000] = (damaged[2_000_000] ?? 0) ^ 1
    await expect(collected(open(inChunks(damaged)))).rejects.toThrow(MediaError)
    await expect(files.opening(channel.id, ticketId, '1')).rejects.toThrow(MediaError)
  })

  test('of an agent is sealed for the conversation and uploaded, with its pixels', async () => {
    const { chat, customer, ticketId, files, uploaded } = await begin()
    const call = apiOver(stores, now, { replyQueue: { send: async () => {} } })
    const claims = { sub: 'lee', 'cognito:groups': '[agents]' }
    await call('POST', `/api/tickets/${ticketId}/replies`, { claims, body: JSON.stringify({ text: 'Look.' }) })
    const reply = (await stores.messagesOf(ticketId)).find(isReply)
    if (!reply) throw new Error('there is no reply')
    const file = {
      id: 'attachment-1',
      type: 'photo',
      key: 'sent/1',
      contentType: 'image/png',
      size: png.length,
    } as const
    const attachment = {
      ...file,
      url: null,
      previewUrl: null,
      previewKey: null,
      status: 'stored',
      attempts: 0,
    } as const
    const uploadedMedia = await files.upload(
      { token: 't', secret: 's' },
      reply,
      { ...attachment, nextTryAt: null, reason: null },
      now(),
    )
    expect(uploadedMedia).toMatchObject({ mediaId: 'media-key-1', ready: true, pixels: { width: 3, height: 2 } })
    const [sealed = new Uint8Array()] = uploaded
    const opened = customer.engine.decryptStream(Uint8Array.from(sealed), chat.current().key.conversationKey)
    expect(Buffer.from(opened).equals(png)).toBe(true)
  })
})
