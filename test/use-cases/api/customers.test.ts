import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { XError, type XProfiles } from '../../../lambdas/core/ports/x.ts'
import { profileFrom } from '../../../lambdas/core/x/profile.ts'
import { createIndexing } from '../../../lambdas/use-cases/index-words.ts'
import { apiOver } from '../../support/api.ts'
import { boundEncryption } from '../../support/encrypted-channel.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { directMessages, idAt, shop, type User } from '../../support/x-payloads.ts'

let clock = new Date('2026-03-01T12:00:00.000Z')
const now = () => clock
const claims = { sub: 'kim-id', username: 'kim', 'cognito:groups': '[agents]' }
const channelId = `twitter-${shop.id}`
const anna: User = { id: '501', username: 'anna_k', name: 'Anna Küster' }
const annabel: User = { id: '502', username: 'bell', name: 'Annabel Küster' }
const ben: User = { id: '503', username: 'ben', name: 'Ben' }

let stores: TestStores
let asked: unknown[][] = []
let answer: XProfiles['profile']
const answered: XProfiles['profile'] = async (_, id, readAt) =>
  profileFrom(id, { id, description: 'I sell shoes.', verified_type: 'blue' }, readAt)

beforeAll(async () => {
  stores = await startStores(now)
  await stores.channels.connect({
    twitterUserId: shop.id,
    username: 'shop',
    at: '2026-01-01T00:00:00.000Z',
    encryptedTokens: `${channelId}|{"token":"t","secret":"s"}`,
  })
  const index = createIndexing(stores)
  for (const from of [anna, annabel, ben]) {
    clock = new Date(clock.getTime() + 1_000)
    const at = clock.toISOString()
    const message = { id: idAt(at), from, to: shop, at, text: 'I am not Anna' }
    const [opened] = await routerOver(stores, now).deliver(directMessages(shop, message))
    const after = await stores.tickets.ticket(String(opened?.ticketId))
    const common = { id: at, at, before: null }
    await index([{ ...common, what: 'ticket', after }])
    for (const one of await stores.messagesOf(opened?.ticketId)) {
      await index([{ ...common, what: 'message', after: one }])
    }
  }
})
beforeEach(() => {
  asked = []
  answer = answered
})
afterAll(() => stores.stop())

async function call(method: string, path: string, query: Record<string, string> = {}, hasSearch = true) {
  const api = apiOver(stores, now, {
    hasSearch,
    encryption: boundEncryption as never,
    profiles: {
      profile: (...args) => {
        asked.push(args)
        return answer(...args)
      },
    },
  })
  const { statusCode, body } = await api(method, path, { claims, query })
  return { status: statusCode, body: JSON.parse(body ?? '') }
}
const found = async (query: Record<string, string>) =>
  (await call('GET', '/api/customers', query)).body.customers.map(({ id }: { id: string }) => id)

describe('customers', () => {
  test('are found by handle and name, not by what they write, those with the newest ticket first', async () => {
    expect(await found({ q: 'anna' })).toEqual([annabel.id, anna.id])
    expect(await found({ q: '@anna_k' })).toEqual([anna.id])
    expect(await found({ q: 'kuster anna_k' })).toEqual([anna.id])
    expect(await found({ q: 'nobody' })).toEqual([])
    const { body } = await call('GET', '/api/customers', { q: 'ben' })
    expect(body).toEqual({
      customers: [{ id: ben.id, username: 'ben', name: 'Ben', avatarUrl: expect.any(String) }],
      nextCursor: null,
    })
  })

  test('come page by page, and a cursor of another search is refused', async () => {
    const { body } = await call('GET', '/api/customers', { q: 'anna', limit: '1' })
    expect(body.customers).toMatchObject([{ id: annabel.id }])
    const rest = { limit: '1', cursor: body.nextCursor }
    expect(await found({ q: 'anna', ...rest })).toEqual([anna.id])
    expect(await call('GET', '/api/customers', { q: 'ben', ...rest })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'cursor' }] },
    })
  })

  test('are not looked for without a word, in 10,000 characters, or where no index is kept', async () => {
    for (const query of [{}, { q: '?' }, { q: 'x'.repeat(10_000) }] as Record<string, string>[]) {
      expect(await call('GET', '/api/customers', query)).toMatchObject({
        status: 422,
        body: { errors: [{ field: 'q' }] },
      })
    }
    expect(await call('GET', '/api/customers', { q: 'anna' }, false)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'q', detail: 'this installation has no search: its setting «search» is off' }] },
    })
  })
})

describe('one customer', () => {
  const path = `/api/customers/${ben.id}`

  test('is who they are, and blocked or not; X is not asked', async () => {
    const { body } = await call('GET', path)
    expect(body).toMatchObject({ id: ben.id, username: 'ben', blocked: false, profile: null })
    await stores.channels.setBlocked(ben.id, true)
    expect((await call('GET', path)).body.blocked).toBe(true)
    await stores.channels.setBlocked(ben.id, false)
    expect(asked).toEqual([])
    expect((await call('GET', '/api/customers/999')).status).toBe(404)
    expect(await call('GET', '/api/customers/ben')).toMatchObject({ status: 422, body: { errors: [{ field: 'id' }] } })
  })

  test('has the profile that somebody asked X for, after its price, which is counted, for 30 days', async () => {
    const cost = () => stores.counts.costUsd(channelId, clock.toISOString().slice(0, 10))
    const before = await cost()
    const dry = await call('POST', `${path}/profile`, { dryRun: 'true' })
    expect(dry).toMatchObject({ status: 200, body: { priceUsd: 0.01, because: null, profile: null } })
    expect([asked, await cost()]).toEqual([[], before])
    const read = await call('POST', `${path}/profile`)
    expect(read).toMatchObject({
      status: 200,
      body: { priceUsd: 0.01, profile: { bio: 'I sell shoes.', verified: 'blue', readAt: clock.toISOString() } },
    })
    expect(asked).toEqual([[{ token: 't', secret: 's' }, ben.id, clock.toISOString()]])
    expect((await cost()) - before).toBeCloseTo(0.01, 6)
    expect((await call('GET', path)).body.profile).toEqual(read.body.profile)
    clock = new Date(clock.getTime() + 30 * 24 * 3600_000)
    expect((await call('GET', path)).body.profile).toBeNull()
  })

  test.each<[string, XProfiles['profile'], number, string]>([
    ['X does not show', async () => null, 409, 'X does not show the profile'],
    ['X refuses to show', () => Promise.reject(new XError(403, 'Forbidden')), 409, 'X refused it (403): Forbidden'],
    ['X does not answer about', () => Promise.reject(new XError(null, 'reset')), 502, 'X did not say'],
  ])('whom %s keeps the profile that was there', async (_, given, status, detail) => {
    await call('POST', `${path}/profile`)
    const before = (await call('GET', path)).body.profile
    answer = given
    expect(await call('POST', `${path}/profile`)).toMatchObject({
      status,
      body: { detail: expect.stringContaining(detail) },
    })
    expect((await call('GET', path)).body.profile).toEqual(before)
  })

  test('is not looked up by a channel that has no access', async () => {
    await stores.revoke(channelId)
    const because = 'no channel of the customer is connected: connect one again first'
    expect(await call('POST', `${path}/profile`, { dryRun: 'true' })).toMatchObject({ status: 200, body: { because } })
    expect(await call('POST', `${path}/profile`)).toMatchObject({ status: 409, body: { detail: because } })
    expect(asked).toEqual([])
  })
})
