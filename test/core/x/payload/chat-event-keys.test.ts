import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readEventKeys } from '../../../../lambdas/core/x/payload/chat-event-keys.ts'
import { chatBetween, chatPerson } from '../../../support/chat.ts'
import { encodedChatEvent } from '../../../support/x-payloads.ts'

const customer = chatPerson('202', '2000')
const chat = chatBetween(customer, chatPerson('101', '1000'))
const none = { conversationKey: null, signingKey: null }

test('an encrypted event names the keys that it needs, a change of the key the one that it brings', () => {
  const keys = { conversationKey: String(chat.current().key.conversationKeyVersion), signingKey: '2000' }
  expect(readEventKeys(chat.write(customer, 'Hello').event)).toEqual(keys)
  expect(readEventKeys(chat.current().event)).toEqual(keys)
})

test('what names no keys has none, wherever it is cut, and is never an exception', () => {
  expect(readEventKeys(encodedChatEvent({ 1: '7' }, 1))).toEqual(none)
  const whole = Buffer.from(chat.write(customer, 'Hello').event, 'base64')
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (length) => {
      expect(readEventKeys(whole.subarray(0, length).toString('base64'))).toEqual(none)
    }),
  )
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => void readEventKeys(Buffer.from(bytes).toString('base64')),
    ),
  )
  expect(readEventKeys(Buffer.from('0c0007'.repeat(10_000), 'hex').toString('base64'))).toEqual(none)
})
