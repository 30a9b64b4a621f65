import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { XError, type XModeration } from '../../../lambdas/core/ports/x.ts'
import { type XAction, xActions } from '../../../lambdas/core/tickets/x-action.ts'
import { apiOver } from '../../support/api.ts'
import { boundEncryption } from '../../support/encrypted-channel.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { untouched } from '../../support/untouched.ts'
import { ann, bob, directMessages, idAt, posts, shop } from '../../support/x-payloads.ts'

const clock = new Date('2026-03-01T12:00:00.000Z')
const now = () => clock
const claims = { sub: 'kim-id', username: 'kim', 'cognito:groups': '[agents]' }
const channelId = `twitter-${shop.id}`

let stores: TestStores
let direct = ''
let mention = ''
/** What X is asked for, and how it answers. */
let asked: unknown[][] = []
let answer: () => Promise<void> = async () => {}
const ask =
  (name: string) =>
  (...args: unknown[]) => {
    asked.push([name, ...args.slice(1)])
    return answer()
  }
const moderation: XModeration = {
  setHidden: ask('setHidden'),
  deletePost: ask('deletePost'),
  setMuted: ask('setMuted'),
  setDirectMessagesBlocked: ask('setDirectMessagesBlocked'),
}

beforeAll(async () => {
  stores = await startStores(now)
  await stores.channels.connect({
    twitterUserId: shop.id,
    username: 'shop',
    at: '2026-01-01T00:00:00.000Z',
    encryptedTokens: `${channelId}|{"token":"t","secret":"s"}`,
  })
  const { deliver } = routerOver(stores, now)
  const at = clock.toISOString()
  const [first] = await deliver(directMessages(shop, { id: idAt(at, 1), from: ann, to: shop, at }))
  const entry = { id: idAt(at, 2), by: bob, text: '@shop hi', mentions: [shop] }
  const [second] = await deliver(posts(shop, entry))
  await deliver(posts(shop, { ...entry, id: idAt(at, 3), text: '@shop buy gold', answers: { id: entry.id, by: bob } }))
  await deliver(posts(shop, { id: idAt(at, 4), by: shop, text: 'Hello!', answers: { id: entry.id, by: bob } }))
  direct = String(first?.ticketId)
  mention = String(second?.ticketId)
})
afterAll(() => stores.stop())

async function act(ticket: string, body: object, query: Record<string, string> = {}) {
  asked = []
  const api = apiOver(stores, now, {
    moderation,
    encryption: boundEncryption as never,
    bucket: untouched('bucket', { link: async () => 'https://files.example' }) as never,
  })
  const { statusCode, body: text } = await api('POST', `/api/tickets/${ticket}/x-actions`, {
    claims,
    query,
    body: JSON.stringify(body),
  })
  return { status: statusCode, body: JSON.parse(text ?? '') }
}

const post = (n: number) => `post-${idAt(clock.toISOString(), n)}`
const id = (n: number) => idAt(clock.toISOString(), n)
const messageOf = async (n: number) => (await stores.messagesOf(mention)).find((one) => one.id === post(n))
const cost = () => stores.counts.costUsd(channelId, '2026-03-01')

describe('an action on X', () => {
  test.each<[XAction, number | null, unknown[], number]>([
    ['hide_answer', 3, ['setHidden', id(3), true], 0.005],
    ['show_answer', 3, ['setHidden', id(3), false], 0.005],
    ['delete_reply', 4, ['deletePost', id(4)], 0.01],
    ['mute', null, ['setMuted', shop.id, bob.id, true], 0.015],
    ['unmute', null, ['setMuted', shop.id, bob.id, false], 0.005],
    ['block_direct_messages', null, ['setDirectMessagesBlocked', bob.id, true], 0.01],
    ['unblock_direct_messages', null, ['setDirectMessagesBlocked', bob.id, false], 0.01],
  ])('%s tells its price, does it, and counts what it costs', async (action, number, call, priceUsd) => {
    const wanted = { action, ...(number !== null && { messageId: post(number) }) }
    const dry = await act(mention, wanted, { dryRun: 'true' })
    expect([dry.status, dry.body, asked]).toEqual([200, expect.objectContaining({ priceUsd, because: null }), []])
    const before = await cost()
    expect(await act(mention, wanted)).toMatchObject({ status: 200, body: { priceUsd, because: null } })
    expect(asked).toEqual([call])
    expect((await cost()) - before).toBeCloseTo(priceUsd, 6)
  })

  test('every action has a case above', () => {
    expect(xActions).toHaveLength(7)
  })

  test('marks what is hidden until it is shown again, and what is deleted', async () => {
    const hide = await act(mention, { action: 'hide_answer', messageId: post(3) })
    expect(hide.body.message).toMatchObject({ id: post(3), hiddenAt: clock.toISOString() })
    expect(await messageOf(3)).toMatchObject({ hiddenAt: clock.toISOString() })
    await act(mention, { action: 'show_answer', messageId: post(3) })
    expect(await messageOf(3)).toMatchObject({ hiddenAt: null })
    expect(await messageOf(4)).toMatchObject({ deletedAt: clock.toISOString() })
  })

  test.each<[string, () => [string, object], number, string]>([
    [
      'the first post of a conversation',
      () => [mention, { action: 'hide_answer', messageId: post(2) }],
      409,
      'answers nothing',
    ],
    [
      "a customer's post",
      () => [mention, { action: 'delete_reply', messageId: post(3) }],
      409,
      'only they can delete it',
    ],
    ['a post that is deleted', () => [mention, { action: 'delete_reply', messageId: post(4) }], 409, 'deleted on X'],
    ['a direct message', () => [direct, { action: 'hide_answer', messageId: `dm-${id(1)}` }], 409, 'direct message'],
    ['an unknown message', () => [mention, { action: 'hide_answer', messageId: 'post-1' }], 404, 'post-1'],
    ['an unknown ticket', () => ['none', { action: 'mute' }], 404, 'none'],
    ['no message', () => [mention, { action: 'hide_answer' }], 422, 'messageId'],
    ['a message where none belongs', () => [mention, { action: 'mute', messageId: post(3) }], 422, 'messageId'],
    ['an unknown action', () => [mention, { action: 'shout' }], 422, 'action'],
  ])('is refused without asking X: %s', async (_what, call, status, words) => {
    const [ticket, body] = call()
    const answered = await act(ticket, body)
    expect([answered.status, answered.body.detail, asked]).toEqual([status, expect.stringContaining(words), []])
  })

  test.each<[number | null, number, string]>([
    [403, 409, 'You may only hide replies'],
    [404, 409, 'You may only hide replies'],
    [401, 409, 'connect the channel again'],
    [429, 502, 'in 15 minutes'],
    [503, 502, 'did not say'],
    [null, 502, 'did not say'],
    [200, 502, 'did not say'],
  ])('that X answers with %s changes nothing here, and is answered %i: %s', async (status, expected, words) => {
    answer = async () => {
      throw new XError(status, 'You may only hide replies')
    }
    const answered = await act(mention, { action: 'hide_answer', messageId: post(3) })
    answer = async () => {}
    expect([answered.status, answered.body.detail]).toEqual([expected, expect.stringContaining(words)])
    expect(await messageOf(3)).toMatchObject({ hiddenAt: null })
  })

  test('is refused when the budget is used up, and when the channel is not connected', async () => {
    await stores.changeChannel(channelId, { dailyBudgetUsd: 1 }, clock.toISOString())
    const channel = await stores.channels.get(channelId)
    if (!channel) throw new Error('there is no channel')
    await stores.channels.saveBudgetState(channel, { budgetUsedUpOn: '2026-03-01', budgetNotified: null })
    expect(await act(mention, { action: 'mute' })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('budget') },
    })
    await stores.changeChannel(channelId, { dailyBudgetUsd: null }, clock.toISOString())
    await stores.revoke(channelId)
    expect(await act(mention, { action: 'mute' })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('connect it again') },
    })
    expect(asked).toEqual([])
  })
})
