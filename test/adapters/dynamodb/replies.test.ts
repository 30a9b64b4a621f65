import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { isReply, type Reply, writeReply } from '../../../lambdas/core/replies/reply.ts'
import { failed, sent } from '../../../lambdas/core/replies/sending.ts'
import { openStores } from '../../../lambdas/runtime/stores.ts'
import { databaseClient, tableName } from '../../../local/aws/table.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, directMessages, idAt, shop } from '../../support/x-payloads.ts'

const now = () => new Date('2026-01-01T12:00:00.000Z')
const channelId = `twitter-${shop.id}`
let stores: TestStores
let ticketId: string

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
})
afterAll(() => stores.stop())

async function receive(count: number, from: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, n) => ({ id: idAt(now(), from + n), from: ann, to: shop }))
  for (const message of messages) {
    const [routed] = await routerOver(stores, now).deliver(directMessages(shop, message))
    ticketId = String(routed?.ticketId)
  }
}

async function reply(id: string): Promise<Reply> {
  const before = await stores.tickets.ticket(ticketId)
  if (!before) throw new Error('no ticket')
  const target = { kind: 'direct_message', recipientId: ann.id } as const
  const draft = { id, text: id, target, author: { id: 'a', name: 'a' }, media: [] }
  const written = writeReply(before, draft, now())
  await stores.tickets.commit({ before, after: written.ticket, message: written.reply, follows: null })
  return read(id)
}

async function read(id: string): Promise<Reply> {
  const message = await stores.replies.message(channelId, id)
  if (!message || !isReply(message)) throw new Error(`no reply ${id}`)
  return message
}

test('the pending replies before and after one are found with as many reads in a long ticket as in a short one', async () => {
  const client = databaseClient(stores.endpoint)
  let calls = 0
  client.middlewareStack.add((next) => async (input) => {
    calls++
    return next(input)
  })
  const { replies } = openStores(tableName, now, client)
  await receive(1, 1)
  const first = await reply('reply-1')
  await receive(120, 2)
  const second = await reply('reply-2')
  await receive(120, 200)
  const third = await reply('reply-3')
  expect(await replies.earlierReplyDueAt(first)).toBeNull()
  expect(await replies.earlierReplyDueAt(third)).toBe(second.delivery.dueAt)
  expect((await replies.laterPendingReplies(first)).map(({ messageId }) => messageId)).toEqual(['reply-2', 'reply-3'])
  // A query each, and the reply that was found: its pointer and itself.
  expect(calls).toBe(1 + 3 + 1)
  client.destroy()
})

test('a reply counts as pending until it has ended, and again when it is to be sent again', async () => {
  const before = await read('reply-2')
  expect(await stores.replies.save(before, failed(before, 'X refused it'))).toBe(true)
  const third = await read('reply-3')
  expect(await stores.replies.earlierReplyDueAt(third)).toBe((await read('reply-1')).delivery.dueAt)
  const again = { ...(await read('reply-2')), delivery: before.delivery }
  expect(await stores.replies.save(await read('reply-2'), again)).toBe(true)
  const pending = await stores.replies.laterPendingReplies(await read('reply-1'))
  expect(pending.map(({ messageId }) => messageId)).toEqual(['reply-2', 'reply-3'])
  const last = await read('reply-3')
  await stores.replies.save(last, sent(last, idAt(now(), 900)))
  expect(await stores.replies.laterPendingReplies(await read('reply-2'))).toEqual([])
})
