import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { isReply, type Reply, replyIdOf, writeReply } from '../../../lambdas/core/replies/reply.ts'
import { failed, sent } from '../../../lambdas/core/replies/sending.ts'
import { openStores } from '../../../lambdas/runtime/stores.ts'
import { databaseClient, sharedTable } from '../../../local/aws/table.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, directMessages, idAt, shop } from '../../support/x-payloads.ts'

const now = () => new Date('2026-01-01T12:00:00.000Z')
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

const ids = { a: '', b: '', c: '' }
async function reply(unique: string): Promise<Reply> {
  const before = await stores.tickets.ticket(ticketId)
  if (!before) throw new Error('no ticket')
  const target = { kind: 'direct_message', recipientId: ann.id } as const
  const id = replyIdOf(before, now(), unique)
  const draft = { id, text: unique, target, author: { id: 'a', name: 'a' }, media: [] }
  const written = writeReply(before, draft, now())
  await stores.tickets.commit({ before, after: written.ticket, message: written.reply, follows: null })
  return read(id)
}

async function read(id: string): Promise<Reply> {
  const message = await stores.tickets.message(ticketId, id)
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
  const { replies } = openStores(sharedTable, now, client)
  await receive(1, 1)
  const first = await reply('a')
  ids.a = first.id
  await receive(120, 2)
  const second = await reply('b')
  ids.b = second.id
  await receive(120, 200)
  const third = await reply('c')
  ids.c = third.id
  expect(await replies.earlierReplyDueAt(first)).toBeNull()
  expect(await replies.earlierReplyDueAt(third)).toBe(second.delivery.dueAt)
  expect((await replies.laterPendingReplies(first)).map(({ messageId }) => messageId)).toEqual([second.id, third.id])
  // A query each, and the reply that was found.
  expect(calls).toBe(1 + 2 + 1)
  client.destroy()
})

test('a reply counts as pending until it has ended, and again when it is to be sent again', async () => {
  const before = await read(ids.b)
  expect(await stores.replies.save(before, failed(before, 'X refused it'))).toBe(true)
  const third = await read(ids.c)
  expect(await stores.replies.earlierReplyDueAt(third)).toBe((await read(ids.a)).delivery.dueAt)
  const again = { ...(await read(ids.b)), delivery: before.delivery }
  expect(await stores.replies.save(await read(ids.b), again)).toBe(true)
  const pending = await stores.replies.laterPendingReplies(await read(ids.a))
  expect(pending.map(({ messageId }) => messageId)).toEqual([ids.b, ids.c])
  const last = await read(ids.c)
  await stores.replies.save(last, sent(last, idAt(now(), 900)))
  expect(await stores.replies.laterPendingReplies(await read(ids.b))).toEqual([])
})
