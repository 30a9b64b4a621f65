import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { newChannel } from '../../../lambdas/core/channels/channel.ts'
import { openTicket } from '../../../lambdas/core/tickets/message.ts'
import type { Message, Status, Ticket } from '../../../lambdas/core/tickets/ticket.ts'
import { reviseMessage } from '../../../lambdas/core/tickets/versions.ts'
import type { Post } from '../../../lambdas/core/x/activity.ts'
import { activityOf } from '../../support/activities.ts'
import { nothing } from '../../support/situation.ts'
import { ann, posts, shop } from '../../support/x-payloads.ts'

const at = '2026-01-01T12:00:00.000Z'
const later = '2026-01-01T12:30:00.000Z'
const channel = newChannel({ id: `twitter-${shop.id}`, twitterUserId: shop.id, username: 'shop', at })

/** A version of the post with the ids 100, 101, … @param number counts from 0 */
function version(number: number, text = `@shop version ${number}`, more: object = {}): Post {
  const ids = Array.from({ length: number + 1 }, (_, n) => String(100 + n))
  const activity = activityOf(
    posts(shop, {
      id: String(100 + number),
      by: ann,
      text,
      mentions: text.includes('@shop') ? [shop] : [],
      at: `2026-01-01T12:0${number}:00.000Z`,
      more: { edit_history: { initial_tweet_id: '100', edit_tweet_ids: ids }, ...more },
    }),
  )
  if (activity.kind !== 'post') throw new Error('a post was meant')
  return activity
}

const opened = (post: Post) =>
  openTicket(
    post,
    { kind: 'mention', conversationId: 'mention-100', number: 1, follows: null, previousTicketId: null, reason: '' },
    { ...nothing, channel },
    at,
  )
type Stored = { ticket: Ticket; message: Message }
const revise = (post: Post, stored: Stored, now = later) =>
  reviseMessage(post, { do: 'revise', ...stored, reason: '' }, { ...nothing, channel }, now)
const withStatus = (stored: Stored, status: Status): Stored => ({ ...stored, ticket: { ...stored.ticket, status } })

describe('a newer version', () => {
  test('is what the message shows, and the earlier ones are kept, oldest first', () => {
    const { message } = revise(version(1, '@shop hello'), opened(version(0, '@shop helo')))
    expect(message).toMatchObject({
      externalId: '101',
      text: '@shop hello',
      versionIds: ['100', '101'],
      createdAt: '2026-01-01T12:00:00.000Z',
    })
    expect(message.versions.map(({ text }) => text)).toEqual(['@shop helo', '@shop hello'])
  })

  test('keeps the place of the message and its id', () => {
    const before = opened(version(0))
    const { message } = revise(version(1), before)
    expect([message.id, message.position]).toEqual([before.message.id, before.message.position])
  })

  test('counts for the status as a message of the customer does, and moves the ticket', () => {
    const before = opened(version(0))
    for (const status of ['pending', 'on_hold', 'solved'] as const) {
      expect(revise(version(1), withStatus(before, status)).ticket).toMatchObject({ status: 'open', updatedAt: later })
    }
    for (const status of ['new', 'open', 'closed', 'spam'] as const) {
      expect(revise(version(1), withStatus(before, status)).ticket.status).toBe(status)
    }
  })

  test('of the first entry renames the ticket, and adds no message to its count', () => {
    const { ticket } = revise(version(1, '@shop where is it?'), opened(version(0)))
    expect(ticket).toMatchObject({ subject: '@shop where is it?', messageCount: 1, version: 2 })
  })

  test('of the account itself leaves the status as it is', () => {
    const before = withStatus(opened(version(0)), 'pending')
    const own: Stored = { ...before, message: { ...before.message, direction: 'outbound' } }
    expect(revise(version(1), own).ticket.status).toBe('pending')
  })

  test('that no longer mentions the account says so', () => {
    const before = opened(version(0))
    expect(before.message.mentionsAccount).toBe(true)
    expect(revise(version(1, 'never mind'), before).message.mentionsAccount).toBe(false)
  })

  test('keeps a picture that is stored already', () => {
    const picture = {
      extended_entities: {
        media: [{ id_str: '9', type: 'photo', media_url_https: 'https://pbs.twimg.com/media/9.jpg' }],
      },
    }
    const before = opened(version(0, '@shop look', picture))
    const media = before.message.media.map((one) => ({ ...one, status: 'stored' as const, key: 'received/9' }))
    const { message } = revise(version(1, '@shop look!', picture), { ...before, message: { ...before.message, media } })
    expect(message.media).toMatchObject([{ id: '9', status: 'stored', key: 'received/9' }])
  })
})

describe('an earlier version that comes late', () => {
  const before = withStatus(opened(version(1, '@shop hello')), 'pending')

  test('is kept, and changes neither what the message shows nor the status, the subject or the time of the ticket', () => {
    const { ticket, message } = revise(version(0, '@shop helo'), before)
    expect(message).toMatchObject({ externalId: '101', text: '@shop hello', createdAt: '2026-01-01T12:00:00.000Z' })
    expect(message.versions.map(({ text }) => text)).toEqual(['@shop helo', '@shop hello'])
    expect(ticket).toEqual({ ...before.ticket, firstEntryId: '100', version: before.ticket.version + 1 })
  })
})

test('in whatever order the versions of a post come, the message is the same in the end', () => {
  const all = [0, 1, 2, 3, 4].map((number) => version(number))
  const comparable = ({ id: _, receivedAt: __, ...rest }: Message) => ({ ...rest, ticketId: '' })
  const arrive = (order: readonly Post[]) => {
    const [first, ...others] = order
    if (!first) throw new Error('a version was meant')
    return comparable(others.reduce<Stored>((stored, post) => revise(post, stored), opened(first)).message)
  }
  const expected = arrive(all)
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: 5, maxLength: 5 }), (order) => {
      expect(arrive(order)).toEqual(expected)
    }),
  )
})
