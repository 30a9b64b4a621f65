import { describe, expect, test } from '@jest/globals'
import {
  type Status,
  statusAfterAgent,
  statusAfterCustomer,
  statuses,
  subjectOf,
} from '../../../lambdas/core/tickets/ticket.ts'

describe('rule 4: the status', () => {
  test("a customer's message turns pending, on hold and solved into open, and leaves the others", () => {
    const after = Object.fromEntries(statuses.map((status) => [status, statusAfterCustomer(status)]))
    expect(after).toEqual({
      new: 'new',
      open: 'open',
      pending: 'open',
      on_hold: 'open',
      solved: 'open',
      closed: 'closed',
      spam: 'spam',
    } satisfies Record<Status, Status>)
  })

  test("an agent's reply or change of tags turns new into open, and leaves the others", () => {
    for (const status of statuses) expect(statusAfterAgent(status)).toBe(status === 'new' ? 'open' : status)
  })
})

describe('the subject', () => {
  const ann = { id: '1', username: 'ann', name: 'Ann', avatarUrl: null }

  test('is how the first message begins, on one line', () => {
    expect(subjectOf('direct', 'Where is\n\n my order? ', ann)).toBe('Where is my order?')
  })

  test('is cut between what people see as characters', () => {
    const subject = subjectOf('direct', '👩‍👩‍👧'.repeat(150), ann)
    expect(subject).toBe(`${'👩‍👩‍👧'.repeat(99)}…`)
  })

  test('names the customer where there is no text, by what is known of them', () => {
    expect(subjectOf('direct', ' ', ann)).toBe('Direct message from @ann')
    expect(subjectOf('mention', '', { ...ann, username: null, name: null })).toBe('Mention by 1')
  })
})
