import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readChatEvent } from '../../../../lambdas/core/x/payload/chat-event.ts'
import { encodedChatEvent } from '../../../support/x-payloads.ts'

const strings = { 1: '2085000000041943040', 2: 'message-1', 3: '202', 4: '101:202', 6: '1787500008000' }

test('the envelope of an encrypted event tells its kind, message, sender and conversation', () => {
  const known = {
    messageId: 'message-1',
    senderId: '202',
    conversationId: '101:202',
    sequenceId: '2085000000041943040',
    createdAtMsec: '1787500008000',
  }
  expect(readChatEvent(encodedChatEvent(strings, 1))).toEqual({ kind: 'message', ...known })
  expect(readChatEvent(encodedChatEvent(strings, 3))).toEqual({ kind: 'key_change', ...known })
  expect(readChatEvent(encodedChatEvent(strings, 5))).toEqual({ kind: 'failure', ...known })
  expect(readChatEvent(encodedChatEvent(strings, 9))).toEqual({ kind: 'other', ...known })
})

test('a missing or empty string of the envelope is null', () => {
  expect(readChatEvent(encodedChatEvent({ 2: '' }, 1))).toEqual({
    kind: 'message',
    messageId: null,
    sequenceId: null,
    createdAtMsec: null,
    senderId: null,
    conversationId: null,
  })
})

test('what is no such event is null, wherever it is cut, and never an exception', () => {
  const whole = Buffer.from(encodedChatEvent(strings, 3), 'base64')
  fc.assert(
    fc.property(fc.nat(whole.length - 10), (length) => {
      expect(readChatEvent(whole.subarray(0, length).toString('base64'))).toBeNull()
    }),
  )
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.base64String()), (anything) => {
      const read = readChatEvent(anything)
      expect(read === null || typeof read.kind === 'string').toBe(true)
    }),
  )
})
