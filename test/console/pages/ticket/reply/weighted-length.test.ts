import { expect, test } from '@jest/globals'
import { weightedLength } from '../../../../../console/src/pages/ticket/reply/weighted-length.ts'
import { lengthOf } from '../../../../../lambdas/core/replies/reply.ts'

test.each([
  '',
  'hello',
  'ä é ß œ',
  '日本語のテキスト',
  '😀👩‍👩‍👧‍👦🇩🇪👍🏽',
  'see https://example.com/a/very/long/address?with=query and http://example.com',
  'press 1️⃣ then #️⃣',
  `https://${'a'.repeat(64)}.com and https://${'a'.repeat(63)}.com`,
  '@demo_shop #tag $TAG – “quoted” … ‘x’',
])('the length shown while typing «%s» is the length that X counts', (text) => {
  expect(weightedLength(text)).toBe(lengthOf('mention', text).weightedLength)
})
