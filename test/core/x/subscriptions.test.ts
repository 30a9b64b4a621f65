import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type ActivitySubscription,
  accountsIn,
  channelsThatFit,
  eventTypes,
  lackOf,
  limitAdvice,
  surplusIn,
} from '../../../lambdas/core/x/subscriptions.ts'

const webhook = { id: 'ours', formerIds: ['before'] }
const now = new Date('2026-03-01T12:00:00.000Z')

function subscription(id: string, fields: Partial<ActivitySubscription> = {}): ActivitySubscription {
  const eventType = fields.eventType ?? 'dm.received'
  return {
    id,
    eventType,
    accountId: '77',
    isNarrowed: false,
    webhookId: 'ours',
    tag: eventType,
    createdAt: '2026-02-01T12:00:00.000Z',
    ...fields,
  }
}

const complete = (accountId: string, fields: Partial<ActivitySubscription> = {}) =>
  eventTypes.map((eventType) => subscription(`${accountId} ${eventType}`, { accountId, eventType, ...fields }))

describe('an account', () => {
  test('is delivered for when every event points to our webhook, unnarrowed', () => {
    expect(accountsIn(complete('77'), 'ours')).toEqual(new Set(['77']))
    expect(accountsIn(complete('77').slice(1), 'ours')).toEqual(new Set())
    expect(accountsIn(complete('77', { webhookId: 'before' }), 'ours')).toEqual(new Set())
    expect(accountsIn(complete('77', { isNarrowed: true }), 'ours')).toEqual(new Set())
  })

  test('lacks what is not there, and what is there points to us instead of a second one', () => {
    expect(lackOf(complete('77'), '77', webhook)).toEqual({ create: [], repoint: [] })
    expect(lackOf(complete('78'), '77', webhook)).toEqual({ create: eventTypes, repoint: [] })
    const [first, ...rest] = complete('77')
    expect(lackOf(rest, '77', webhook).create).toEqual([first?.eventType])
    const elsewhere = subscription('a', { webhookId: 'somewhere' })
    const former = subscription('b', { webhookId: 'before' })
    expect(lackOf([elsewhere, former], '77', webhook).repoint).toEqual([former])
    expect(lackOf([elsewhere, former, subscription('c')], '77', webhook).repoint).toEqual([])
  })
})

describe('surplus', () => {
  const surplus = (all: ActivitySubscription[], channels: string[] = ['77']) =>
    surplusIn(all, webhook, new Set(channels), now)

  test('is what points to our webhook, or to one of ours before, for an account that is no channel', () => {
    const all = [subscription('1', { accountId: '78' }), subscription('2', { accountId: '78', webhookId: 'before' })]
    expect(surplus(all)).toEqual({ orphans: ['1', '2'], duplicates: [] })
    expect(surplus(all, ['78']).orphans).toEqual([])
  })

  test.each<[string, Partial<ActivitySubscription>]>([
    ["somebody else's webhook", { webhookId: 'theirs' }],
    ['no webhook', { webhookId: null }],
    ['a tag that is not ours', { tag: 'crm' }],
    ['an event that we never ask for', { eventType: 'like.create' }],
    ['a narrowed filter', { isNarrowed: true }],
    ['all accounts', { accountId: null, eventType: 'oauth.revoke' }],
    ['an account that is perhaps just being connected', { createdAt: '2026-03-01T11:30:00.000Z' }],
    ['a time that X does not tell', { createdAt: null }],
  ])('is never one with %s', (_, fields) => {
    expect(surplus([subscription('1', { accountId: '78', ...fields })])).toEqual({ orphans: [], duplicates: [] })
  })

  test('is all but one of an event of an account; the one on our webhook stays', () => {
    const all = [
      subscription('former', { webhookId: 'before' }),
      subscription('kept'),
      subscription('again'),
      subscription('theirs', { webhookId: 'theirs' }),
      subscription('other event', { eventType: 'dm.sent' }),
    ]
    expect(surplus(all)).toEqual({ orphans: [], duplicates: ['again', 'former'] })
  })
})

test('whatever X lists, removing the surplus takes nothing from a channel and nothing from others', () => {
  const any = fc.record({
    eventType: fc.constantFrom(...eventTypes.slice(0, 3), 'like.create'),
    accountId: fc.constantFrom('77', '78', null),
    isNarrowed: fc.boolean(),
    webhookId: fc.constantFrom('ours', 'before', 'theirs', null),
    hasTag: fc.boolean(),
    createdAt: fc.constantFrom('2026-02-01T12:00:00.000Z', '2026-03-01T11:59:00.000Z', null),
  })
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), (listed) => {
      const all = listed.map(({ hasTag, ...one }, n) => ({ ...one, id: `${n}`, tag: hasTag ? one.eventType : 'other' }))
      const { orphans, duplicates } = surplusIn(all, webhook, new Set(['77']), now)
      const removed = new Set([...orphans, ...duplicates])
      const left = all.filter(({ id }) => !removed.has(id))
      expect(removed.size).toBe(orphans.length + duplicates.length)
      expect(lackOf(left, '77', webhook)).toEqual(lackOf(all, '77', webhook))
      const others = (list: ActivitySubscription[]) =>
        list.filter(({ webhookId }) => webhookId === 'theirs' || webhookId === null)
      expect(others(left)).toEqual(others(all))
      expect(surplusIn(left, webhook, new Set(['77']), now)).toEqual({ orphans: [], duplicates: [] })
    }),
  )
})

test("beyond X's limit it is told how many channels fit, how many there are, and what to do", () => {
  expect(channelsThatFit({ total: 1_500, others: 0, channels: 187 })).toBe(187)
  expect(limitAdvice({ total: 1_500, others: 1_204, channels: 37 })).toBe(
    'X allows the app 1500 subscriptions, 8 for each channel, and 1204 are used by others than this helpdesk. So 37 channels fit, and 37 are subscribed. Disconnect a channel that you no longer need, delete subscriptions of others, or choose a plan that allows more.',
  )
})
