import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import * as z from 'zod/mini'
import { channel as channelSchema } from '../../../lambdas/core/api/schemas.ts'
import { weekdays } from '../../../lambdas/core/channels/quiet-hours.ts'
import { apiOver } from '../../support/api.ts'
import { routerOver } from '../../support/router.ts'
import { startStores, type TestStores } from '../../support/stores.ts'
import { ann, idAt, posts, shop } from '../../support/x-payloads.ts'

const now = () => new Date('2026-01-01T12:00:00.000Z')
let stores: TestStores
let api: ReturnType<typeof apiOver>
const id = `twitter-${shop.id}`

beforeAll(async () => {
  stores = await startStores(now)
  await stores.connect()
  api = apiOver(stores, now)
})
afterAll(() => stores.stop())

async function call(method: string, path: string, body?: object) {
  const claims = { sub: 'lee', 'cognito:groups': '[administrators]' }
  const answer = await api(method, path, { claims, ...(body ? { body: JSON.stringify(body) } : {}) })
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') }
}
const set = (body: object) => call('PATCH', `/api/channels/${id}`, body)

describe('the settings of a channel', () => {
  test('are changed one by one, in the shape of the contract and nothing beside it', async () => {
    expect((await set({ name: 'Our shop' })).body.name).toBe('Our shop')
    expect((await set({ mentions: false })).body).toMatchObject({
      mentions: false,
      directMessages: true,
      name: 'Our shop',
    })
    const { status, body } = await set({ noMessagesHours: 24, mentions: true })
    expect(status).toBe(200)
    expect(body).toEqual(z.strictObject(channelSchema.shape).parse(body))
    expect((await call('GET', `/api/channels/${id}`)).body).toEqual(body)
    expect((await call('GET', '/api/channels')).body.channels).toEqual([body])
  })

  test.each([
    ['noMessagesHours', 0],
    ['noMessagesHours', 721],
    ['noMessagesHours', 1.5],
    ['noMessagesHours', '2'],
    ['retentionDays', 0],
    ['retentionDays', 3651],
    ['name', ''],
    ['name', '   '],
    ['name', 'x'.repeat(256)],
    ['name', 'half a smile \ud83d'],
    ['name', null],
    ['directMessages', 'yes'],
    ['mentions', 0],
    ['colour', 'red'],
    ['status', 'connected'],
  ])('%s of %j is refused by its name, and changes nothing', async (field, value) => {
    const before = (await call('GET', `/api/channels/${id}`)).body
    const { status, body } = await set({ directMessages: false, [field]: value })
    expect([status, body.errors.map((one: { field: string }) => one.field)]).toEqual([422, [field]])
    expect((await call('GET', `/api/channels/${id}`)).body).toEqual(before)
  })

  test('an unknown field without a name is refused by what has it', async () => {
    const { status, body } = await set({ name: 'Shop', '': 1 })
    expect([status, body.errors]).toEqual([422, [{ field: 'body', detail: 'has an unknown field without a name' }]])
  })

  test('hours of 1, 720 and null are taken, and a name is whatever somebody calls it', async () => {
    for (const noMessagesHours of [1, 720, null])
      expect((await set({ noMessagesHours })).body.noMessagesHours).toBe(noMessagesHours)
    const name = '<b>Shop</b>\r\nBcc: x@example.com'
    expect((await set({ name })).body.name).toBe(name)
  })

  const weekly = [{ days: ['monday', 'friday'], from: '18:00', to: '08:00' }]

  test('hours in which silence is expected are kept as they are given, and removed', async () => {
    const quietHours = { timeZone: 'Europe/Berlin', weekly }
    expect((await set({ quietHours })).body.quietHours).toEqual(quietHours)
    expect((await set({ name: 'Other' })).body.quietHours).toEqual(quietHours)
    expect((await call('GET', '/api/channels')).body.channels[0].quietHours).toEqual(quietHours)
    expect((await set({ quietHours: null })).body.quietHours).toBeNull()
  })

  test.each([
    ['quietHours.timeZone', { timeZone: 'Europe/Bonn', weekly }],
    ['quietHours.timeZone', { timeZone: '+02:00', weekly }],
    ['quietHours.weekly', { timeZone: 'UTC', weekly: [] }],
    ['quietHours.weekly.0.from', { timeZone: 'UTC', weekly: [{ days: ['monday'], from: '24:00', to: '08:00' }] }],
    ['quietHours.weekly.0.to', { timeZone: 'UTC', weekly: [{ days: ['monday'], from: '20:00', to: '8:00' }] }],
    ['quietHours.weekly.0.days', { timeZone: 'UTC', weekly: [{ days: [], from: '20:00', to: '08:00' }] }],
    ['quietHours.weekly.0.days.0', { timeZone: 'UTC', weekly: [{ days: ['someday'], from: '20:00', to: '08:00' }] }],
    ['quietHours.weekly', { timeZone: 'UTC', weekly: [{ days: [...weekdays], from: '09:00', to: '09:00' }] }],
  ])('%s is refused by its name', async (field, quietHours) => {
    const { status, body } = await set({ quietHours })
    expect([status, body.errors.map((one: { field: string }) => one.field)]).toEqual([422, [field]])
  })

  test('nothing at all, and an unknown channel', async () => {
    expect((await set({})).status).toBe(422)
    expect((await call('PATCH', '/api/channels/none', { mentions: false })).status).toBe(404)
  })

  test('hold for the next event: a mention is ignored with its reason, and a ticket again when it is on', async () => {
    const mention = (n: number) => posts(shop, { id: idAt(now(), n), by: ann, text: '@shop hi', mentions: [shop] })
    const { deliver } = routerOver(stores, now)
    await set({ mentions: false })
    expect(await deliver(mention(1))).toMatchObject([{ outcome: 'ignored' }])
    const { events } = (await call('GET', '/api/events')).body
    expect(events).toMatchObject([{ reason: 'mentions are switched off for this channel', externalId: idAt(now(), 1) }])
    await set({ mentions: true })
    expect(await deliver(mention(2))).toMatchObject([{ outcome: 'opened' }])
  })
})

describe('the extension', () => {
  test('says when X ends the event system of the channels, and what to do', async () => {
    const old = apiOver(stores, now, { eventSource: 'account-activity' })
    const answer = await old('GET', '/api/extensions', {
      claims: { sub: 'lee', 'cognito:groups': '[administrators]' },
    })
    expect(JSON.parse(answer.body ?? '').extensions[0].eventSourceEnd).toContain('set the event source to x-activity')
  })

  test('is enabled from the start, and goes off and on', async () => {
    const rest = { eventSourceEnd: null, previousSecret: null }
    const twitter = (enabled: boolean) => ({ id: 'twitter', name: 'Twitter', enabled, ...rest })
    expect((await call('GET', '/api/extensions')).body).toEqual({ extensions: [twitter(true)] })
    expect((await call('PATCH', '/api/extensions/twitter', { enabled: false })).body).toEqual(twitter(false))
    expect((await call('GET', '/api/extensions')).body).toEqual({ extensions: [twitter(false)] })
    expect((await call('POST', '/api/channels/twitter/connect')).status).toBe(409)
    expect((await call('PATCH', '/api/extensions/twitter', { enabled: true })).body).toEqual(twitter(true))
  })

  test('takes true or false and nothing else, and there is no other', async () => {
    expect((await call('PATCH', '/api/extensions/twitter', { enabled: 'yes' })).status).toBe(422)
    expect((await call('PATCH', '/api/extensions/twitter', {})).status).toBe(422)
    expect((await call('PATCH', '/api/extensions/whatsapp', { enabled: true })).status).toBe(404)
  })

  test('enabling again begins the count of silence anew; enabling what is enabled does not', async () => {
    await stores.channels.setExtension(true, '2026-01-02T00:00:00.000Z')
    const { enabledAt } = await stores.channels.extension()
    expect(enabledAt).toBe(now().toISOString())
    await stores.channels.setExtension(false, '2026-01-03T00:00:00.000Z')
    await stores.channels.setExtension(true, '2026-01-04T00:00:00.000Z')
    expect((await stores.channels.extension()).enabledAt).toBe('2026-01-04T00:00:00.000Z')
  })
})
