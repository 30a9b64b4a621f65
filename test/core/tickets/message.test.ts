import { describe, expect, test } from '@jest/globals'
import { joinTicket, openTicket } from '../../../lambdas/core/tickets/message.ts'
import { decide } from '../../../lambdas/core/tickets/routing.ts'
import type { Written } from '../../../lambdas/core/tickets/written.ts'
import { activityOf } from '../../support/activities.ts'
import { at, nothing } from '../../support/situation.ts'
import { ann, directMessages, postItem, posts, shop, xActivity } from '../../support/x-payloads.ts'

function opened(delivery: object) {
  const activity = activityOf(delivery) as Written
  const decision = decide(activity, nothing)
  if (decision.do !== 'open') throw new Error(`it was meant to open a ticket: ${decision.reason}`)
  return openTicket(activity, decision, nothing, at)
}

describe('an opened ticket', () => {
  test('of a direct message is new, tagged «Twitter:Direct», and says why it was opened', () => {
    const { ticket, message } = opened(
      directMessages(shop, { id: '5', from: ann, to: shop, text: 'Where is my order?' }),
    )
    expect(ticket).toMatchObject({
      kind: 'direct',
      status: 'new',
      tags: ['Twitter:Direct'],
      subject: 'Where is my order?',
      customer: { id: ann.id, username: 'ann' },
      openedBecause: 'the first direct message of this customer',
      firstEntryId: null,
      messageCount: 1,
    })
    expect(message).toMatchObject({
      ticketId: ticket.id,
      direction: 'inbound',
      visibility: 'private',
      joinedBecause: ticket.openedBecause,
    })
  })

  test('of a mention is tagged «Twitter: Mention», and its first entry is the post that opened it', () => {
    const { ticket, message } = opened(
      posts(shop, { id: '1924465506158878979', by: ann, text: '@shop hi', mentions: [shop] }),
    )
    expect(ticket).toMatchObject({ kind: 'mention', tags: ['Twitter: Mention'], firstEntryId: '1924465506158878979' })
    expect(message).toMatchObject({ visibility: 'public', externalId: '1924465506158878979' })
  })

  test('of an encrypted message has a notice that leads to X, and a subject that names who wrote', () => {
    const payload = { id: 'e4f4d3fc-8bbf', sender_id: ann.id, created_at_msec: '1784841183370' }
    const { ticket, message } = opened(xActivity(shop, 'chat.received', payload))
    expect(ticket.subject).toBe(`Direct message from ${ann.id}`)
    expect(message).toMatchObject({
      text: '',
      notice: { type: 'encrypted_message', url: `https://x.com/messages/compose?recipient_id=${ann.id}` },
      createdAt: '2026-07-23T21:13:03.370Z',
    })
  })

  test('remembers whether X lets the account answer: a mention or a quote of its post does', () => {
    const mentioned = (options: object) =>
      opened(posts(shop, { id: '5', by: ann, text: 'hi', ...options })).message.mentionsAccount
    expect(mentioned({ mentions: [shop] })).toBe(true)
    const answers = { id: '4', by: shop }
    expect(mentioned({ answers })).toBeNull()
    const quoted_status = postItem({ id: '3', by: shop, text: 'News' })
    expect(mentioned({ answers, more: { quoted_status_id_str: '3', quoted_status } })).toBe(true)
    expect(opened(directMessages(shop, { id: '5', from: ann, to: shop })).message.mentionsAccount).toBeNull()
  })

  test('is the same ticket, to the letter, when the step is repeated', () => {
    const delivery = directMessages(shop, { id: '5', from: ann, to: shop })
    expect(opened(delivery)).toEqual(opened(delivery))
  })
})

describe('a ticket that is joined', () => {
  const { ticket } = opened(directMessages(shop, { id: '5', from: ann, to: shop }))
  const later = (from = ann, to = shop) => activityOf(directMessages(shop, { id: '6', from, to })) as Written
  const join = (status: 'pending' | 'closed' | 'new', direction: 'inbound' | 'outbound') =>
    joinTicket(
      direction === 'inbound' ? later() : later(shop, ann),
      { ticket: { ...ticket, status }, direction, reason: 'a test' },
      nothing,
      '2026-01-02T00:00:00.000Z',
    )

  test('counts its messages and versions, and moves to the front of the list', () => {
    expect(join('pending', 'inbound').ticket).toMatchObject({
      status: 'open',
      messageCount: 2,
      version: 2,
      updatedAt: '2026-01-02T00:00:00.000Z',
    })
  })

  test("by the account's own message becomes open when it was new, and stays closed when it was closed", () => {
    expect(join('new', 'outbound').ticket.status).toBe('open')
    expect(join('closed', 'outbound').ticket.status).toBe('closed')
    expect(join('new', 'outbound').ticket.customer).toEqual(ticket.customer)
  })

  test('never goes back in time, whatever clock the next one has', () => {
    const decision = { do: 'join', ticket, direction: 'inbound', reason: 'a test' } as const
    expect(joinTicket(later(), decision, nothing, '2020-01-01T00:00:00.000Z').ticket.updatedAt).toBe(ticket.updatedAt)
  })

  test("learns the customer's new name, and does not forget it when X says none", () => {
    const decision = { do: 'join', ticket, direction: 'inbound', reason: 'a test' } as const
    const renamed = activityOf(
      directMessages(shop, { id: '6', from: { ...ann, username: 'ann2' }, to: shop }),
    ) as Written
    expect(joinTicket(renamed, decision, nothing, at).ticket.customer.username).toBe('ann2')
    const nameless = { ...directMessages(shop, { id: '6', from: ann, to: shop }), users: {} }
    expect(joinTicket(activityOf(nameless) as Written, decision, nothing, at).ticket.customer.username).toBe('ann')
  })
})
