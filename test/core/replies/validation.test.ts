import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type Draft,
  forecast,
  type ValidationContext,
  validateReply,
} from '../../../lambdas/core/replies/validation.ts'
import type { Candidate } from '../../../lambdas/core/tickets/attachment.ts'
import { openTicket } from '../../../lambdas/core/tickets/message.ts'
import { decide } from '../../../lambdas/core/tickets/routing.ts'
import type { Written } from '../../../lambdas/core/tickets/written.ts'
import { activityOf } from '../../support/activities.ts'
import { at, channel, nothing } from '../../support/situation.ts'
import { ann, directMessages, posts, shop } from '../../support/x-payloads.ts'

const now = new Date(at)

function meeting(delivery: object): ValidationContext {
  const activity = activityOf(delivery) as Written
  const decision = decide(activity, nothing)
  if (decision.do !== 'open') throw new Error('a ticket was meant to open')
  const { ticket, message } = openTicket(activity, decision, nothing, at)
  return { ticket, channel, entry: ticket.kind === 'mention' ? message : null }
}
const mention = (options: object = {}) =>
  meeting(posts(shop, { id: '200', by: ann, text: '@shop hi', mentions: [shop], ...options }))
const direct = meeting(directMessages(shop, { id: '100', from: ann, to: shop }))
const photo: Candidate = {
  is: 'uploaded',
  announced: { contentType: 'image/png', size: 10 },
  actual: { contentType: 'image/png', size: 10 },
}
const draft = (some: Partial<Draft> = {}): Draft => ({ text: 'Gladly.', attachments: [], ...some })
const codes = (one: Draft, met: ValidationContext) => validateReply(one, met).problems.map(({ code }) => code)

describe('a reply with nothing against it', () => {
  test('has a target: the person, or the entry under which it goes', () => {
    expect(validateReply(draft(), direct)).toEqual({
      problems: [],
      weightedLength: 7,
      maxLength: 10_000,
      target: { kind: 'direct_message', recipientId: ann.id },
    })
    expect(validateReply(draft(), mention()).target).toEqual({ kind: 'post', inReplyTo: '200' })
    expect(validateReply(draft({ inReplyTo: 'post-200' }), mention()).problems).toEqual([])
  })
})

describe('what keeps a reply back', () => {
  const met = mention()
  const entry = met.entry
  if (!entry) throw new Error('an entry was meant')
  test.each([
    ['a closed ticket', draft(), { ...met, ticket: { ...met.ticket, status: 'closed' as const } }, 'ticket_closed'],
    [
      'a lost access',
      draft(),
      { ...met, channel: { ...channel, status: 'needs_reconnection' as const } },
      'channel_not_connected',
    ],
    ['a disconnected channel', draft(), { ...met, channel: null }, 'channel_not_connected'],
    ['no text and nothing else', draft({ text: ' \n' }), met, 'text_empty'],
    ['a long post', draft({ text: 'x'.repeat(281) }), met, 'text_too_long'],
    ['a long direct message', draft({ text: 'x'.repeat(10_001) }), direct, 'text_too_long'],
    ['an unknown attachment', draft({ attachments: [photo, { is: 'unknown' }] }), met, 'unknown_attachment'],
    ['a place under a direct message', draft({ inReplyTo: 'dm-100' }), direct, 'in_reply_to_direct'],
    ['an unknown place', draft({ inReplyTo: 'post-1' }), { ...met, entry: null }, 'in_reply_to_unknown'],
    [
      'a place under our own post',
      draft({ inReplyTo: 'post-200' }),
      { ...met, entry: { ...entry, direction: 'outbound' as const } },
      'in_reply_to_not_customers',
    ],
    [
      'a place under a deleted post',
      draft({ inReplyTo: 'post-200' }),
      { ...met, entry: { ...entry, deletedAt: at } },
      'in_reply_to_deleted',
    ],
    ['no entry left', draft(), { ...met, entry: null }, 'nothing_to_answer'],
  ])('%s', (_name, one, it, code) => {
    expect(codes(one, it)).toEqual([code])
    expect(validateReply(one, it).target).toBeNull()
  })

  test('is told all at once', () => {
    const closed = { ...met, channel: null, ticket: { ...met.ticket, status: 'closed' as const } }
    expect(codes(draft({ text: 'x'.repeat(20_000), attachments: [{ is: 'unknown' }] }), closed)).toEqual([
      'ticket_closed',
      'channel_not_connected',
      'text_too_long',
      'unknown_attachment',
    ])
  })

  test('is not the want of words where something else is sent', () => {
    expect(codes(draft({ text: '', attachments: [photo] }), met)).toEqual([])
  })
})

/** X's published weights (twitter-text configuration v3): its own conformance cases are on no registry. */
describe('the length of a post', () => {
  const lengthOf = (text: string) => validateReply(draft({ text }), mention()).weightedLength
  test.each([
    ['Latin letters and blanks count one', 'Hello world', 11],
    ['letters with accents, composed or not, count one', 'é e\u0301', 3],
    ['Cyrillic, Greek, Hebrew, Arabic, Devanagari and Thai count one', 'Яωאعनก', 6],
    ['the last character of the first range counts one, the next two', '\u10ff\u1100', 3],
    ['spaces and dashes of the second and third range count one', '\u2000\u200d\u2010\u201f', 4],
    ['primes of the fourth range count one, what lies between the ranges two', '\u2032\u2037\u2020\u2030', 6],
    ['the euro and an arrow count two', '€→', 4],
    ['Chinese, Japanese and Korean count two', '字かカ한', 8],
    ['an emoji counts two', '😀', 2],
    ['an emoji of several people, a flag, one with a skin colour or a keycap counts two', '👩‍👩‍👧🇨🇭👍🏽1️⃣', 8],
    ['a character beyond the first plane that is no emoji counts two', '𝒳', 2],
    ['a link counts 23 however long or short', `https://a.io https://example.com/${'y'.repeat(400)}`, 47],
    ['a bare domain is a link, a word with a dot is none', 'example.com not.alink', 23 + 1 + 9],
    ['a link within brackets leaves the brackets', '(https://example.com)', 25],
    ['line ends count one', 'a\nb', 3],
    ['a handle and a hashtag count as they are written', '@shop #order', 12],
  ])('%s', (_promise, text, length) => {
    expect(lengthOf(text)).toBe(length)
  })

  test('fits to the last: 280 of one, 140 of two', () => {
    for (const [fits, does_not] of [
      ['x'.repeat(280), 'x'.repeat(281)],
      ['字'.repeat(140), '字'.repeat(141)],
      ['👍🏽'.repeat(140), '👍🏽'.repeat(141)],
    ] as const) {
      expect(codes(draft({ text: fits }), mention())).toEqual([])
      expect(codes(draft({ text: does_not }), mention())).toEqual(['text_too_long'])
    }
  })

  test('of any text without links and emoji is the sum of its weights', () => {
    const unit = fc.constantFrom(...'aé字Я한€\u2010\u2020א ก')
    const one = (character: string) => {
      const code = character.codePointAt(0) ?? 0
      const isLight = [
        [0, 4351],
        [8192, 8205],
        [8208, 8223],
        [8242, 8247],
      ].some(([from = 0, to = 0]) => code >= from && code <= to)
      return isLight ? 1 : 2
    }
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 60 }), (characters) => {
        expect(lengthOf(characters.join(''))).toBe(characters.reduce((sum, character) => sum + one(character), 0))
      }),
    )
  })

  test('of a direct message counts characters, an emoji as one', () => {
    expect(validateReply(draft({ text: '😀字a' }), direct).weightedLength).toBe(3)
    expect(codes(draft({ text: '😀'.repeat(10_000) }), direct)).toEqual([])
  })
})

describe('what sending would meet at X', () => {
  const quotaless = (text: string, met: ValidationContext) =>
    forecast(draft({ text }), met, { account: null, app: null }, now)

  test('X lets the account answer who mentioned it; of an entry of before it is not known', () => {
    expect(quotaless('hi', mention()).replyAllowed).toBe(true)
    expect(quotaless('hi', direct).replyAllowed).toBe(true)
    const met = mention()
    const entry = met.entry && { ...met.entry, mentionsAccount: null }
    expect(quotaless('hi', { ...met, entry }).replyAllowed).toBeNull()
    expect(quotaless('hi', { ...met, entry: entry && { ...entry, mentionsAccount: false } }).replyAllowed).toBe(false)
  })

  test('a link makes a public post dear, and a direct message not', () => {
    const met = mention()
    const unknown = { ...met, entry: met.entry && { ...met.entry, mentionsAccount: null } }
    expect(quotaless('Gladly.', met).price).toEqual({ usd: 0.01, because: expect.stringContaining('mentioned') })
    expect(quotaless('Gladly.', unknown).price.usd).toBe(0.015)
    for (const text of ['See https://example.com/a', 'See example.com']) {
      expect(quotaless(text, met).price).toEqual({ usd: 0.2, because: expect.stringMatching(/link.*\$0\.010/) })
      expect(quotaless(text, direct).price.usd).toBe(0.015)
    }
  })

  test('tells where the links of a public post are, and none of a direct message', () => {
    const text = '😀 See https://example.com/a?b=1, or example.com.'
    const { links } = quotaless(text, mention())
    expect(links.map(({ start, end }) => text.slice(start, end))).toEqual(['https://example.com/a?b=1', 'example.com'])
    expect(quotaless(text, direct).links).toEqual([])
    expect(quotaless('Gladly.', mention()).links).toEqual([])
  })

  test('the quota is that of the window that is used up first, whole when nothing was sent', () => {
    expect(quotaless('hi', direct).quota).toEqual({ of: 'account', limit: 15, remaining: 15, resetsAt: null })
    const started = (minutes: number, used: number) => ({
      startedAt: new Date(now.getTime() - minutes * 60_000).toISOString(),
      used,
    })
    const left = (windows: ReturnType<typeof started>[], notBefore: string | null = null) =>
      forecast(draft(), direct, { account: { windows, notBefore }, app: null }, now).quota
    expect(left([started(5, 4), started(60, 100)])).toEqual({
      of: 'account',
      limit: 15,
      remaining: 11,
      resetsAt: '2026-01-01T00:10:00.000Z',
    })
    expect(left([started(5, 4), started(60, 1_440)])).toEqual({
      of: 'account',
      limit: 1_440,
      remaining: 0,
      resetsAt: '2026-01-01T23:00:00.000Z',
    })
    expect(left([started(16, 15), started(60, 100)])).toEqual({
      of: 'account',
      limit: 15,
      remaining: 15,
      resetsAt: null,
    })
    const later = '2026-01-01T00:12:00.000Z'
    expect(left([started(5, 4)], later)).toMatchObject({ limit: 15, remaining: 0, resetsAt: later })
    expect(left([started(5, 15)], '2026-01-01T00:07:00.000Z').resetsAt).toBe('2026-01-01T00:10:00.000Z')
    expect(left([started(5, 4)], '2025-12-31T23:59:00.000Z').remaining).toBe(11)
  })
})
