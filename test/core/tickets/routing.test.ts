import { describe, expect, test } from '@jest/globals'
import type { Conversation, Situation } from '../../../lambdas/core/tickets/decision.ts'
import { openTicket } from '../../../lambdas/core/tickets/message.ts'
import { decide } from '../../../lambdas/core/tickets/routing.ts'
import type { Status, Ticket } from '../../../lambdas/core/tickets/ticket.ts'
import { isWritten } from '../../../lambdas/core/tickets/written.ts'
import type { Activity } from '../../../lambdas/core/x/activity.ts'
import { activityOf } from '../../support/activities.ts'
import { at, channel, nothing } from '../../support/situation.ts'
import { ann, bob, directMessages, posts, shop, type User, v2Post, xActivity } from '../../support/x-payloads.ts'

const situation = (some: Partial<Situation>): Situation => ({ ...nothing, ...some })

const directMessage = (from: User = ann, to: User = shop) => activityOf(directMessages(shop, { id: '100', from, to }))
const mention = (options: object = {}) =>
  activityOf(posts(shop, { id: '200', by: ann, text: '@shop hi', mentions: [shop], ...options }))

/** The ticket that an activity opens, in a status. */
function ticketOf(activity: Activity, status: Status = 'new'): Ticket {
  return { ...openedBy(activity).ticket, status }
}

/** The conversation of a ticket that is its newest. */
const conversationOf = (ticket: Ticket): Conversation => ({ id: ticket.conversationId, ticket, length: ticket.number })

function openedBy(activity: Activity) {
  const decision = decide(activity, nothing)
  if (decision.do !== 'open' || !isWritten(activity)) throw new Error('an activity that opens a ticket was meant')
  return openTicket(activity, decision, nothing, at)
}

describe('rule 1: a direct message', () => {
  test('opens a ticket when it is the first of the customer', () => {
    expect(decide(directMessage(), nothing)).toMatchObject({
      do: 'open',
      kind: 'direct',
      conversationId: `direct-${ann.id}`,
      previousTicketId: null,
    })
  })

  test("joins the customer's current ticket in every status but closed", () => {
    for (const status of ['new', 'open', 'pending', 'on_hold', 'solved', 'spam'] as const) {
      const current = ticketOf(directMessage(), status)
      expect(decide(directMessage(), situation({ current: conversationOf(current) }))).toMatchObject({
        do: 'join',
        ticket: current,
        direction: 'inbound',
      })
    }
  })

  test('opens a new ticket after a closed one, which it names', () => {
    const current = ticketOf(directMessage(), 'closed')
    expect(decide(directMessage(), situation({ current: conversationOf(current) }))).toMatchObject({
      do: 'open',
      conversationId: current.conversationId,
      follows: current,
      previousTicketId: current.id,
    })
  })

  test('that is encrypted counts as one', () => {
    const chat = activityOf(
      xActivity(shop, 'chat.received', { id: 'e4f4d3fc', sender_id: ann.id, created_at_msec: '1784841183370' }),
    )
    expect(decide(chat, nothing)).toMatchObject({ do: 'open', kind: 'direct', conversationId: `direct-${ann.id}` })
  })

  test('in an encrypted group is ignored with the reason, also when a message of that id is stored', () => {
    const group = { id: 'e4f4d3fc', sender_id: ann.id, conversation_id: 'g1787500000000000404' }
    const chat = activityOf(xActivity(shop, 'chat.received', group))
    const ignored = { do: 'ignore', reason: 'an encrypted message in a group' }
    expect(decide(chat, nothing)).toEqual(ignored)
    expect(decide(chat, situation({ storedIn: 'a-ticket' }))).toEqual(ignored)
  })
})

describe("rule 2: a mention under the customer's own first entry", () => {
  const current = ticketOf(mention())
  const answer = (by: User) => mention({ id: '201', by, answers: { id: '200', by: ann } })
  const answered = { id: current.conversationId, ticket: current, length: 1, parentIsFirstEntry: true }
  const parentMessage = openedBy(mention()).message
  const under = { answered, parent: current }

  test('joins its ticket', () => {
    expect(decide(answer(ann), situation(under))).toMatchObject({ do: 'join', ticket: current, direction: 'inbound' })
  })

  test('opens a new ticket of the same conversation when that one is closed', () => {
    const closed = { ...current, status: 'closed' as const }
    const inClosed = {
      answered: { ...answered, ticket: closed },
      parent: closed,
      parentMessage,
      parentTicketId: closed.id,
    }
    expect(decide(answer(ann), situation(inClosed))).toMatchObject({
      do: 'open',
      conversationId: current.conversationId,
      follows: closed,
      previousTicketId: current.id,
      answers: { conversationId: current.conversationId, isFirstEntry: true },
    })
  })

  test('joins the later ticket when the first entry belongs to a closed earlier one', () => {
    const later = { ...current, id: 'later' }
    const parent = { ...current, status: 'closed' as const }
    expect(decide(answer(ann), situation({ answered: { ...answered, ticket: later }, parent }))).toMatchObject({
      do: 'join',
      ticket: later,
    })
  })

  test('opens a ticket of its own when somebody else answers', () => {
    expect(
      decide(answer(bob), situation({ parent: current, parentMessage, parentTicketId: current.id })),
    ).toMatchObject({
      do: 'open',
      conversationId: 'mention-201',
      follows: null,
      previousTicketId: null,
    })
  })

  test('opens one that follows nothing when somebody else answers under a closed ticket', () => {
    const closed = { ...current, status: 'closed' as const }
    const decision = decide(answer(bob), situation({ parent: closed, parentMessage, parentTicketId: closed.id }))
    expect(decision).toMatchObject({ do: 'open', conversationId: 'mention-201', follows: null })
  })
})

describe('rule 3: every other mention opens a ticket', () => {
  const earlier = ticketOf(mention())

  test('a new one', () => {
    expect(decide(mention(), nothing)).toMatchObject({ do: 'open', kind: 'mention', reason: 'a new mention' })
  })

  test('an answer to our reply, naming the ticket of the reply', () => {
    const answer = mention({ id: '203', answers: { id: '202', by: shop } })
    expect(decide(answer, situation({ parent: earlier }))).toMatchObject({
      do: 'open',
      conversationId: 'mention-203',
      previousTicketId: earlier.id,
      reason: 'a mention that answers our reply',
    })
  })

  test("an answer to the customer's own second entry, naming its ticket", () => {
    const answer = mention({ id: '204', answers: { id: '201', by: ann } })
    expect(decide(answer, situation({ parent: earlier }))).toMatchObject({ do: 'open', previousTicketId: earlier.id })
  })

  test("another person in the thread, who is not told of the first one's ticket", () => {
    const answer = mention({ id: '205', by: bob, answers: { id: '202', by: shop } })
    expect(decide(answer, situation({ parent: earlier }))).toMatchObject({ do: 'open', previousTicketId: null })
  })

  test('a quote with a mention, but not a quote without', () => {
    const quote = { is_quote_status: true, quoted_status_id_str: '9' }
    expect(decide(mention({ more: quote }), nothing).do).toBe('open')
    expect(decide(mention({ text: 'verify', mentions: [], more: quote }), nothing)).toEqual({
      do: 'ignore',
      reason: 'it does not mention the account',
    })
  })

  test('an answer to us whose author took our handle out of it still speaks to us', () => {
    const answer = mention({ text: 'thanks', mentions: [], answers: { id: '202', by: shop } })
    expect(decide(answer, nothing).do).toBe('open')
  })

  test('by the handle where X gives no id of who is mentioned, whatever its case', () => {
    const { data } = xActivity(shop, 'post.mention.create', v2Post({ id: '6', by: ann, text: '@SHOP hi' }))
    const payload = { ...data.payload, entities: { mentions: [{ start: 0, end: 5, username: 'SHOP' }] } }
    expect(decide(activityOf(xActivity(shop, 'post.mention.create', payload)), nothing).do).toBe('open')
    const other = { ...data.payload, entities: { mentions: [{ start: 0, end: 5, username: 'shopping' }] } }
    expect(decide(activityOf(xActivity(shop, 'post.mention.create', other)), nothing).do).toBe('ignore')
  })
})

describe("rule 5: the account's own messages open no ticket", () => {
  test("a direct message written on X joins the customer's latest ticket, closed or not", () => {
    for (const status of ['open', 'closed'] as const) {
      const current = ticketOf(directMessage(), status)
      expect(decide(directMessage(shop, ann), situation({ current: conversationOf(current) }))).toMatchObject({
        do: 'join',
        ticket: current,
        direction: 'outbound',
      })
    }
  })

  test('without a ticket to belong to it waits for one', () => {
    expect(decide(directMessage(shop, ann), nothing)).toMatchObject({
      do: 'defer',
      until: `direct-${ann.id}`,
      seen: null,
    })
    const answer = mention({ by: shop, answers: { id: '1', by: ann } })
    expect(decide(answer, nothing)).toMatchObject({ do: 'defer', until: 'post-1', seen: null })
  })

  test('a post under an entry joins its ticket', () => {
    const parent = ticketOf(mention())
    const own = mention({ id: '206', by: shop, text: '@ann sure', mentions: [ann], answers: { id: '200', by: ann } })
    expect(decide(own, situation({ parent }))).toMatchObject({
      do: 'join',
      ticket: parent,
      direction: 'outbound',
    })
  })

  test('self-mentions, messages to oneself, reposts and own encrypted messages are ignored', () => {
    const chat = xActivity(shop, 'chat.sent', { id: 'e4f4d3fc', sender_id: shop.id, created_at_msec: '1784841183370' })
    const current = ticketOf(directMessage())
    expect(decide(mention({ by: shop }), nothing).do).toBe('ignore')
    expect(decide(directMessage(shop, shop), situation({ current: conversationOf(current) })).do).toBe('ignore')
    expect(decide(mention({ more: { retweeted_status: {} } }), nothing)).toEqual({ do: 'ignore', reason: 'a repost' })
    expect(decide(activityOf(chat), situation({ current: conversationOf(current) })).do).toBe('ignore')
  })
})

describe('rule 6: between connected accounts', () => {
  test('a post opens no ticket, a direct message does', () => {
    const between = situation({ authorIsConnected: true })
    expect(decide(mention(), between)).toEqual({ do: 'ignore', reason: 'a post of another connected account' })
    expect(decide(directMessage(), between).do).toBe('open')
  })
})

describe('rule 7: switches', () => {
  const cases: [string, Partial<Situation>, Activity][] = [
    ['an unknown account', { channel: null }, directMessage()],
    ['a disconnected channel', { channel: { ...channel, status: 'disconnected' } }, directMessage()],
    ['a disabled extension', { extensionEnabled: false }, mention()],
    ['direct messages off', { channel: { ...channel, directMessages: false } }, directMessage()],
    ['mentions off', { channel: { ...channel, mentions: false } }, mention()],
  ]
  test.each(cases)('%s: ignored, with its own reason', (_name, some, activity) => {
    expect(decide(activity, situation(some))).toEqual({ do: 'ignore', reason: expect.any(String) })
    const reasons = cases.map(([, one, what]) => decide(what, situation(one)).reason)
    expect(new Set(reasons).size).toBe(cases.length)
  })

  test('a replay brings nothing from before its switch was last turned on, and an ordinary delivery counts when it comes', () => {
    const minutes = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString()
    const replay = { requestedAt: minutes(30), from: minutes(0), to: minutes(20) } as NonNullable<Situation['replay']>
    const at = (one: Activity, written: number, came: number) =>
      ({ ...one, createdAt: minutes(written), receivedAt: minutes(came) }) as Activity
    const countsFrom = minutes(-60)
    const cases: [Activity, Partial<Situation>][] = [
      [directMessage(), { channel: { ...channel, countsFrom, directMessagesEnabledAt: minutes(10) } }],
      [mention(), { channel: { ...channel, countsFrom, mentionsEnabledAt: minutes(10) } }],
      [directMessage(), { channel: { ...channel, countsFrom }, extensionEnabledAt: minutes(10) }],
      [mention(), { channel: { ...channel, countsFrom: minutes(10) } }],
    ]
    for (const [one, given] of cases) {
      const decided = (written: number, came: number) =>
        decide(at(one, written, came), situation({ ...given, replay })).do
      expect([decided(5, 40), decided(15, 40), decided(5, 25)]).toEqual(['ignore', 'open', 'open'])
    }
    const own = { channel: { ...channel, countsFrom, mentionsEnabledAt: minutes(10) }, replay }
    expect(decide(at(directMessage(), 5, 40), situation(own)).do).toBe('open')
  })

  test('each switch stops its own kind only', () => {
    expect(decide(mention(), situation({ channel: { ...channel, directMessages: false } })).do).toBe('open')
    expect(decide(directMessage(), situation({ channel: { ...channel, mentions: false } })).do).toBe('open')
  })

  test('a channel that waits to be connected anew still receives', () => {
    expect(decide(directMessage(), situation({ channel: { ...channel, status: 'needs_reconnection' } })).do).toBe(
      'open',
    )
  })
})

describe('rule 8: again', () => {
  test('a stored message changes nothing, also when its ticket is closed or its switch is off', () => {
    const off = { ...channel, directMessages: false, mentions: false }
    for (const activity of [directMessage(), mention()]) {
      const current = ticketOf(activity, 'closed')
      expect(
        decide(activity, situation({ storedIn: current.id, current: conversationOf(current), channel: off })).do,
      ).toBe('repeat')
    }
  })
})

describe('what else X says', () => {
  test('a revocation from before the connection does not disconnect the fresh channel', () => {
    const revoked = (date_time?: string) =>
      activityOf({ user_event: { revoke: { date_time, target: { app_id: '1' }, source: { user_id: shop.id } } } })
    // The channel was connected at 2026-01-01T00:00:00.000Z.
    expect(decide(revoked('2025-12-31T23:59:59+00:00'), nothing)).toMatchObject({ do: 'ignore' })
    for (const time of ['2026-01-01T00:00:00+00:00', '2026-01-02T00:00:00+00:00', undefined, 'yesterday']) {
      expect(decide(revoked(time), nothing)).toMatchObject({ do: 'mark_revoked' })
    }
  })

  test('a revocation marks the channel, unless it is disconnected already', () => {
    const revoke = activityOf({ user_event: { revoke: { source: { user_id: shop.id } } } })
    expect(decide(revoke, nothing).do).toBe('mark_revoked')
    expect(decide(revoke, situation({ channel: { ...channel, status: 'disconnected' } })).do).toBe('ignore')
    expect(decide(revoke, situation({ channel: null })).do).toBe('ignore')
  })

  test('a deletion marks the message that it deletes, and is remembered where there is none', () => {
    const deletion = activityOf({
      for_user_id: shop.id,
      tweet_delete_events: [{ status: { id: '9', user_id: shop.id } }],
    })
    expect(decide(deletion, situation({ storedIn: 'some-ticket' }))).toMatchObject({
      do: 'mark_deleted',
      ticketId: 'some-ticket',
    })
    expect(decide(deletion, nothing).do).toBe('remember_deletion')
  })
})

describe('rule 13: noise', () => {
  const rules = [
    { name: 'Giveaways', kinds: ['mention'], outcome: 'ignore', words: ['giveaway'] },
    { name: 'Jobs', kinds: ['direct', 'mention'], outcome: 'tag', tag: 'jobs', words: ['job'] },
  ] as const
  const withRules = (some: Partial<Situation> = {}) => situation({ ...some, channel: { ...channel, rules } })
  const noise = (options: object = {}) => mention({ text: '@shop giveaway', ...options })

  test('is ignored with the name of the rule, or gets its tag and says so', () => {
    expect(decide(noise(), withRules())).toEqual({ do: 'ignore', reason: 'the rule «Giveaways»' })
    expect(decide(mention({ text: '@shop a job?' }), withRules())).toMatchObject({
      do: 'open',
      tag: 'jobs',
      reason: 'a new mention, tagged by the rule «Jobs»',
    })
    expect(decide(mention(), withRules())).toEqual(decide(mention(), nothing))
  })

  test('is judged by the kinds of each rule', () => {
    const written = (text: string) => activityOf(directMessages(shop, { id: '100', from: ann, to: shop, text }))
    expect(decide(written('giveaway'), withRules())).toMatchObject({
      do: 'open',
      reason: expect.not.stringMatching('rule'),
    })
    expect(decide(written('a job'), withRules())).toMatchObject({ do: 'open', tag: 'jobs' })
  })

  test('that belongs to a ticket joins it', () => {
    const current = ticketOf(mention())
    const answered = { ...conversationOf(current), parentIsFirstEntry: true }
    const answer = noise({ id: '201', answers: { id: '200', by: ann } })
    expect(decide(answer, withRules({ answered, parent: current }))).toMatchObject({ do: 'join', ticket: current })
    const own = conversationOf(ticketOf(answer))
    expect(decide(noise(), withRules({ own }))).toMatchObject({ do: 'join' })
  })

  test('that follows an earlier ticket of the same customer opens one all the same', () => {
    const closed = ticketOf(mention(), 'closed')
    const answered = { ...conversationOf(closed), parentIsFirstEntry: true }
    const answer = noise({ id: '201', answers: { id: '200', by: ann } })
    const afterClosed = withRules({ answered, parent: closed, parentTicketId: closed.id })
    expect(decide(answer, afterClosed)).toMatchObject({ do: 'open', previousTicketId: closed.id })
    const parentMessage = openedBy(mention()).message
    const toReply = { parent: ticketOf(mention()), parentMessage, parentTicketId: closed.id }
    const underOurReply = noise({ id: '202', answers: { id: '150', by: shop } })
    expect(decide(underOurReply, withRules(toReply))).toMatchObject({ do: 'open', previousTicketId: closed.id })
  })

  test('by somebody else in the thread of a customer is judged', () => {
    const parent = ticketOf(mention())
    const parentMessage = openedBy(mention()).message
    const answer = noise({ id: '202', by: bob, answers: { id: '150', by: shop } })
    expect(decide(answer, withRules({ parent, parentMessage, parentTicketId: parent.id }))).toMatchObject({
      do: 'ignore',
    })
  })

  test('is looked for after the switches and the blocks', () => {
    const reasonOf = (some: Partial<Situation>) => decide(noise(), withRules(some)).reason
    expect(reasonOf({ extensionEnabled: false })).toBe('the Twitter extension is disabled')
    expect(reasonOf({ authorIsBlocked: true })).toBe('the customer is blocked')
  })

  test('is never seen in an encrypted message that cannot be read', () => {
    const all = [{ name: 'All', kinds: ['direct'], outcome: 'ignore', words: ['e'] }] as const
    const payload = { id: 'e4f4d3fc', sender_id: ann.id, created_at_msec: '1784841183370' }
    const chat = activityOf(xActivity(shop, 'chat.received', payload))
    expect(decide(chat, situation({ channel: { ...channel, rules: all } }))).toMatchObject({ do: 'open' })
  })
})
