import { describe, expect, test } from '@jest/globals'
import { statuses } from '../../../lambdas/core/tickets/ticket.ts'
import { isSecret, readHook } from '../../../lambdas/core/usedesk/hook.ts'
import { statusFromUsedesk, usedeskStatusOf } from '../../../lambdas/core/usedesk/statuses.ts'

const comment = {
  id: 12,
  ticket_id: 34,
  message: '<p>Hello</p>',
  type: 'public',
  from: 'user',
  user_id: '5',
  files: [],
}

describe('what Usedesk tells', () => {
  test('is an answer only if it is public and by an agent', () => {
    expect(readHook({ secret: 's', comment })).toEqual({
      what: 'answer',
      usedeskTicketId: '34',
      commentId: '12',
      text: 'Hello',
      userId: '5',
      files: [],
    })
    const others = [
      { type: 'private' },
      { from: 'client' },
      { from: 'trigger' },
      { type: undefined },
      { ticket_id: 'x' },
    ]
    for (const one of others) expect(readHook({ comment: { ...comment, ...one } })).toBeNull()
  })

  test('has no half character, which could not be stored', () => {
    const message = `${'x'.repeat(99_999)}😀`
    const read = readHook({
      comment: { ...comment, message, files: [{ name: '\ud83d', file: 'https://a.ru/\ud83d' }] },
    })
    expect(JSON.stringify(read)).not.toMatch(/\\ud83d/)
    expect(read).toMatchObject({ files: [{ name: '\ufffd' }] })
  })

  test('has an id of our own making where Usedesk gives none, the same whenever it comes again', () => {
    const { id: _, ...nameless } = comment
    const [first, again] = [readHook({ comment: nameless }), readHook({ comment: nameless })]
    const [other] = [readHook({ comment: { ...nameless, message: 'Bye' } })]
    expect(first).toMatchObject({ commentId: expect.stringMatching(/^[0-9a-f]{24}$/) })
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  test('is another status, as a number or as text', () => {
    const change = { ticket_id: '34', old_status: 8, new_status: '3' }
    expect(readHook(change)).toEqual({ what: 'status', usedeskTicketId: '34', status: 3 })
    expect(readHook({ ...change, new_status: 8 })).toBeNull()
  })

  test.each([null, 7, 'ping', [], { event: 'ping' }, { comment: null }, { ticket: { id: 1 } }, { rating: 5 }])(
    'is otherwise nothing for us: %j',
    (body) => expect(readHook(body)).toBeNull(),
  )
})

test('every status there and back is itself; deleted and merged there is closed here', () => {
  for (const status of statuses) expect(statusFromUsedesk(usedeskStatusOf(status))).toBe(status)
  expect([4, 10, 9, 77].map(statusFromUsedesk)).toEqual(['closed', 'closed', null, null])
})

test('a secret is compared whole, and an empty one is none', () => {
  expect([isSecret('a', 'a'), isSecret('', ''), isSecret('ab', 'a'), isSecret('', 'a')]).toEqual([
    true,
    false,
    false,
    false,
  ])
})
