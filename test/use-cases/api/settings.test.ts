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

  const giveaways = { name: 'Giveaways', kinds: ['mention'], outcome: 'ignore', words: ['giveaway', 'free crypto'] }
  const strangers = {
    name: 'Young accounts',
    kinds: ['mention', 'direct'],
    outcome: 'tag',
    tag: 'young',
    accountDaysBelow: 7,
    followersBelow: 10,
    verified: false,
  }

  test('rules against noise are kept in order, as they are given, and removed', async () => {
    const rules = [
      giveaways,
      strangers,
      { ...giveaways, name: 'Not ours', words: undefined, otherLanguagesThan: ['DE', 'in'] },
    ]
    const kept = [
      giveaways,
      strangers,
      { name: 'Not ours', kinds: ['mention'], outcome: 'ignore', otherLanguagesThan: ['de', 'id'] },
    ]
    expect((await set({ rules })).body.rules).toEqual(kept)
    expect((await set({ name: 'Other' })).body.rules).toEqual(kept)
    expect((await set({ rules: kept.toReversed() })).body.rules).toEqual(kept.toReversed())
    expect((await set({ rules: [] })).body.rules).toEqual([])
  })

  test.each<[string, object[]]>([
    ['rules.0', [{ ...giveaways, words: undefined }]],
    ['rules.0', [{ ...giveaways, words: undefined, answersOnly: false }]],
    ['rules.0.words', [{ ...giveaways, words: [] }]],
    ['rules.0.words', [{ ...giveaways, words: Array.from({ length: 101 }, (_, n) => `word${n}`) }]],
    ['rules.0.words.1', [{ ...giveaways, words: ['free', ' '] }]],
    ['rules.0.words.0', [{ ...giveaways, words: ['?!'] }]],
    ['rules.0.words.0', [{ ...giveaways, words: ['x'.repeat(61)] }]],
    ['rules.0.words.0', [{ ...giveaways, words: ['half \ud83d'] }]],
    ['rules.1.words', [giveaways, { ...giveaways, name: 'Us', words: ['free', 'SHOP'] }]],
    ['rules.1.name', [giveaways, giveaways]],
    ['rules.0.name', [{ ...giveaways, name: '' }]],
    ['rules.0.kinds', [{ ...giveaways, kinds: [] }]],
    ['rules.0.kinds.0', [{ ...giveaways, kinds: ['all'] }]],
    ['rules.0.outcome', [{ ...giveaways, outcome: 'answer' }]],
    ['rules.0.tag', [{ ...giveaways, tag: 'noise' }]],
    ['rules.0.tag', [{ ...strangers, tag: undefined }]],
    ['rules.0.languages.0', [{ ...giveaways, languages: ['und'] }]],
    ['rules.0.otherLanguagesThan', [{ ...giveaways, languages: ['en'], otherLanguagesThan: ['de'] }]],
    ['rules.0.languages', [{ ...giveaways, kinds: ['direct'], languages: ['en'] }]],
    ['rules.0.answersOnly', [{ ...giveaways, kinds: ['direct'], answersOnly: true }]],
    ['rules.0.followersBelow', [{ ...giveaways, followersBelow: 100_001 }]],
    ['rules.0.accountDaysBelow', [{ ...giveaways, accountDaysBelow: 366 }]],
    ['rules.0.pattern', [{ ...giveaways, pattern: '(a+)+$' }]],
    ['rules', Array.from({ length: 21 }, (_, n) => ({ ...giveaways, name: `Rule ${n}` }))],
    ['rules', [{ ...giveaways, words: Array.from({ length: 80 }, (_, n) => 'w'.repeat(48) + n) }]],
  ])('%s is refused by its name', async (field, rules) => {
    const { status, body } = await set({ rules })
    expect([status, body.errors?.map((one: { field: string }) => one.field)]).toEqual([422, [field]])
    expect((await call('GET', `/api/channels/${id}`)).body.rules).toEqual([])
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

  test('a rule holds for the next event: it is ignored with the name of the rule, and a change of rules is audited', async () => {
    await set({ rules: [giveaways] })
    const noise = posts(shop, { id: idAt(now(), 8), by: ann, text: '@shop Free  crypto!', mentions: [shop] })
    expect(await routerOver(stores, now).deliver(noise)).toMatchObject([{ outcome: 'ignored' }])
    const { events } = (await call('GET', '/api/events')).body
    expect(events).toContainEqual(
      expect.objectContaining({ reason: 'the rule «Giveaways»', externalId: idAt(now(), 8) }),
    )
    const { days } = (await call('GET', `/api/channels/${id}/activity`)).body
    expect(days.at(-1).ignored).toMatchObject({ 'the rule «Giveaways»': 1 })
    await set({ rules: [] })
    const { entries } = (await call('GET', '/api/audit')).body
    const change = { kind: 'channel_changed', before: { rules: [giveaways] }, after: { rules: [] } }
    expect(entries).toContainEqual(expect.objectContaining(change))
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
