import { expect, test } from '@jest/globals'
import { eventOf } from '../../../lambdas/core/outgoing/change.ts'
import type { Message } from '../../../lambdas/core/tickets/ticket.ts'

const at = '2026-03-01T12:00:00.000Z'

test('a message that goes is told as deleted, without its text and files', () => {
  const before = {
    id: 'dm-1',
    text: 'a secret',
    media: [{ id: 'f' }],
    deletedAt: null,
    sending: null,
  } as unknown as Message
  const happened = eventOf({ what: 'message', id: '1', at, before, after: null })
  expect(happened).toMatchObject({
    type: 'message.deleted',
    message: { id: 'dm-1', text: '', media: [], deletedAt: at, erasedAt: at },
  })
})
