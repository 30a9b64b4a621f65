import { expect, test } from '@jest/globals'
import { isMailAddress } from '../../lambdas/core/mail-address.ts'

test.each(['kim@example.com', 'on-call+x@mail.example.org'])('%s is a mail address', (text) => {
  expect(isMailAddress(text)).toBe(true)
})

test.each([
  'kim',
  '@example.com',
  'kim@',
  'Kim <kim@example.com>',
  'a@b.c,d@e.f',
  '*@example.com',
  'a b@c.d',
  '$x@c.d',
])('%s is no mail address', (text) => {
  expect(isMailAddress(text)).toBe(false)
})
