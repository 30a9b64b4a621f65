import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { XChat } from '../../../lambdas/core/ports/chat.ts'
import type { XAnswer } from '../../../lambdas/core/replies/sending.ts'
import type { ChatPayload } from '../../../lambdas/core/tickets/ticket.ts'
import { readChatEvent } from '../../../lambdas/core/x/payload/chat-event.ts'
import { createChatSending } from '../../../lambdas/use-cases/chat/write-chat.ts'
import { apiOver } from '../../support/api.ts'
import { chatBetween, chatPerson } from '../../support/chat.ts'
import { boundEncryption, encryptedChannel } from '../../support/encrypted-channel.ts'
import { senderHandler } from '../../support/handlers.ts'
import { recordOf } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'
import { directMessages, idAt } from '../../support/x-payloads.ts'

let stores: TestStores
let clock = new Date('2026-09-01T08:00:00.000Z')
const now = () => clock
const claims = { sub: 'lee', 'cognito:groups': '[agents]' }
const resets = { account: null, app: null }

beforeAll(async () => {
  stores = await startStores(now)
})
afterAll(() => stores.stop())

/**
 * An encrypted conversation that agents answer; `answers` are X's, in order, then it takes everything.
 * @param pagesSince how many pages of X's list are full of what was written after it
 */
async function begin(answers: (XAnswer | 'lost')[] = [], pagesSince = 0) {
  const sent: ChatPayload[] = []
  const taken: string[] = []
  const chatCalls: Partial<XChat> = {
    send: async (_tokens, _recipient, payload) => {
      sent.push(payload)
      const event = channel.chat.posted(channel.shop.id, payload)
      const { sequenceId = null } = readChatEvent(event) ?? {}
      const answer = answers.shift() ?? { is: 'sent', externalId: payload.messageId, sequenceId, resets }
      if (answer === 'lost' || answer.is === 'sent') taken.push(event)
      return answer === 'lost' ? { is: 'unanswered', detail: 'cut off' } : answer
    },
    events: async (_tokens, _conversation, next) => {
      const page = Number(next ?? 0)
      const isLast = page >= pagesSince
      const since = chatBetween(channel.customer, channel.shop, now().getTime())
      const events = isLast ? taken : [since.write(channel.customer, 'Are you there?').event]
      const items = events.map((event) => ({ encoded_event: event }))
      return { items, keyChanges: [], next: isLast ? null : String(page + 1) }
    },
  }
  const channel = await encryptedChannel(stores, now, chatCalls)
  const { customer, chat, deliver } = channel
  const [opened] = await deliver(customer, chat.write(customer, 'Where is it?').event)
  const call = apiOver(stores, now, { replyQueue: { send: async () => {} } })
  const sender = senderHandler({
    ...stores,
    posting: untouched('posting'),
    chat: createChatSending({
      ...stores,
      encryption: boundEncryption,
      cipher: channel.cipher,
      xChat: channel.atX.xChat,
      log: () => {},
    }),
    encryption: boundEncryption,
    mediaQueue: untouched('mediaQueue'),
    now,
    log: () => {},
  })
  const ticketId = String(opened?.ticketId)
  return {
    ...channel,
    ticketId,
    sent,
    taken,
    async api(text: string, query = {}) {
      const { statusCode, body } = await call('POST', `/api/tickets/${ticketId}/replies`, {
        claims,
        body: JSON.stringify({ text }),
        query,
      })
      return { status: statusCode, ...(JSON.parse(String(body)) as Record<string, unknown>) } as Record<string, unknown>
    },
    async work() {
      for (const reply of (await stores.messagesOf(ticketId)).filter((one) => one.delivery?.status === 'pending')) {
        const due = { ticketId, channelId: channel.channel.id, messageId: reply.id, position: reply.position }
        const record = recordOf(JSON.stringify({ ...due, at: now().toISOString() }), ticketId)
        const { batchItemFailures } = await sender({ Records: [record] }, { getRemainingTimeInMillis: () => 60_000 })
        if (batchItemFailures.length > 0) throw new Error('the reply failed')
      }
    },
    reply: async () => (await stores.messagesOf(ticketId)).find((one) => one.sending !== null),
  }
}

async function beginReadable(answers: (XAnswer | 'lost')[] = [], pagesSince = 0) {
  const all = await begin(answers, pagesSince)
  await all.enterKey()
  await all.deliver(all.customer, all.chat.write(all.customer, 'Hello?').event)
  return all
}

describe('a reply to somebody who wrote encrypted', () => {
  test('goes encrypted, says so, and the customer reads it; its echo changes nothing', async () => {
    const { api, work, reply, sent, customer, shop, chat, deliver, ticketId } = await beginReadable()
    expect(await api('On its way.', { dryRun: 'true' })).toMatchObject({ ok: true, encrypted: true })
    expect(await api('On its way.')).toMatchObject({ status: 202, encrypted: true, notice: null })
    await work()
    const [payload] = sent
    if (!payload) throw new Error('nothing was sent')
    expect(chat.readBy(customer, shop, payload)).toMatchObject({ verified: true, content: { text: 'On its way.' } })
    expect(await reply()).toMatchObject({ delivery: { status: 'sent' }, externalId: payload.messageId })
    const before = (await stores.messagesOf(ticketId)).length
    expect(await deliver(shop, chat.posted(shop.id, payload))).toMatchObject([{ outcome: 'repeated' }])
    expect(await stores.messagesOf(ticketId)).toHaveLength(before)
  })

  test('whose answer got lost is found by its id and not sent again', async () => {
    const { api, work, reply, sent } = await beginReadable(['lost'])
    await api('On its way.')
    await work()
    expect(await reply()).toMatchObject({ delivery: { status: 'pending' } })
    clock = new Date(clock.getTime() + 60_000)
    await work()
    expect(await reply()).toMatchObject({ delivery: { status: 'sent', attempts: 1 } })
    expect(sent).toHaveLength(1)
  })

  test.each([
    [2, { status: 'sent', attempts: 1 }],
    [3, { status: 'unknown', attempts: 1 }],
  ])('whose answer got lost, with %i pages written since, is never taken for missing', async (pages, delivery) => {
    const { api, work, reply, sent } = await beginReadable(['lost'], pages)
    await api('On its way.')
    for (let looks = 0; looks < 10; looks++) {
      await work()
      clock = new Date(clock.getTime() + 3_600_000)
    }
    expect(await reply()).toMatchObject({ delivery })
    expect(sent).toHaveLength(1)
  })

  test('whose answer got lost is settled by its echo', async () => {
    const { api, work, reply, taken, deliver, shop } = await beginReadable(['lost'])
    await api('On its way.')
    await work()
    expect(await deliver(shop, String(taken[0]))).toMatchObject([{ outcome: 'settled' }])
    expect(await reply()).toMatchObject({ delivery: { status: 'sent' } })
  })

  test.each(['answered', 'found', 'settled by its echo'])(
    'that the account edits on its phone shows the edit and keeps what was sent: %s',
    async (how) => {
      const { api, work, reply, taken, deliver, shop, chat, ticketId } = await beginReadable(
        how === 'answered' ? [] : ['lost'],
      )
      await api('On its wya.')
      await work()
      if (how === 'settled by its echo') await deliver(shop, String(taken[0]))
      clock = new Date(clock.getTime() + 60_000)
      await work()
      const edit = chat.edit(shop, 'On its way.', String(taken[0]))
      expect(await deliver(shop, edit.event)).toMatchObject([{ outcome: 'edited', ticketId }])
      expect(await reply()).toMatchObject({
        text: 'On its way.',
        delivery: { status: 'sent' },
        versions: [{ text: 'On its wya.' }, { text: 'On its way.', externalId: edit.messageId }],
      })
    },
  )

  test('that X does not have is sent again as the very same', async () => {
    const { api, work, reply, sent } = await beginReadable([{ is: 'unanswered', detail: 'cut off' }])
    await api('On its way.')
    await work()
    clock = new Date(clock.getTime() + 60_000)
    await work()
    expect(await reply()).toMatchObject({ delivery: { status: 'sent', attempts: 2 } })
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual(sent[0])
  })

  test.each([
    [400, 'recipientKeyChanged', 'The customer has new keys on X'],
    [403, 'onlyEncryptedMessagesAllowed', 'X takes only encrypted messages'],
    [403, 'Unsupported Authentication', 'X does not allow the account to send encrypted messages'],
    [401, 'Unauthorized', 'X does not allow the account to send encrypted messages'],
  ])(
    'that X refuses with %i %s fails with the reason in words, and the channel stays connected',
    async (status, detail, words) => {
      const { api, work, reply, channel } = await beginReadable([{ is: 'refused', status, detail, resets }])
      await api('On its way.')
      await work()
      expect(await reply()).toMatchObject({ delivery: { status: 'failed', reason: expect.stringContaining(words) } })
      expect((await stores.channels.get(channel.id))?.status).toBe('connected')
    },
  )

  test.each([
    [403, 'Forbidden', 'refused_by_x'],
    [400, 'invalidSenderSignature', 'replaced_on_x'],
    [403, 'recipientNotTrusted', 'readable'],
  ] as const)('that X refuses with %i %s leaves the channel %s', async (status, detail, state) => {
    const { api, work, channel, shop, atX } = await beginReadable([{ is: 'refused', status, detail, resets }])
    if (state === 'replaced_on_x') atX.add(chatPerson(shop.id, '3000'))
    await api('On its way.')
    await work()
    expect((await stores.channels.get(channel.id))?.chat).toMatchObject({ state, keyVersion: '1000' })
  })

  test('is refused while the key was replaced on X', async () => {
    const { api, channel } = await beginReadable()
    await stores.chatKeys.saveState(channel.id, { state: 'replaced_on_x', reason: 'Somebody replaced the keys.' })
    expect(await api('On its way.')).toMatchObject({
      status: 409,
      detail: expect.stringContaining('Somebody replaced'),
    })
  })
})

test('a reply to somebody who last wrote a direct message, or on a channel without a key, goes as one', async () => {
  const { api, router, channel, customer, shop, enterKey, deliver, chat } = await begin()
  expect(await api('Hello', { dryRun: 'true' })).toMatchObject({ encrypted: false })
  await enterKey()
  await deliver(customer, chat.write(customer, 'Encrypted').event)
  expect(await api('Hello', { dryRun: 'true' })).toMatchObject({ encrypted: true })
  const account = { id: shop.id, username: channel.username }
  const from = { id: customer.id, username: 'writes' }
  const at = new Date(Date.parse('2026-08-24T00:00:00Z'))
  await router.deliver(directMessages(account, { id: idAt(at, 1), from, to: account, text: 'In the clear' }))
  expect(await api('Hello', { dryRun: 'true' })).toMatchObject({ encrypted: false })
})
