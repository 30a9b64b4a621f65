import { expect, test } from '@jest/globals'
import { connectErrors } from '../../../console/src/messages/channels.ts'
import { describeError } from '../../../console/src/messages/errors.ts'

test.each([
  'cancelled',
  'stale',
  'repeated',
  'foreign',
  'missing_cookie',
  'extension_disabled',
  'refused_by_x',
  'x_unreachable',
  'webhook_limit',
  'webhook_unreachable',
  'subscription_limit',
  'app_permissions',
])('the reason %s for not connecting an account has its own sentences', (code) => {
  expect(connectErrors.reasons[code]).toMatch(/[A-Z].{20,}\.$/)
})

test.each([-1, 0, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503])('status %s is explained in words', (status) => {
  const { title, text } = describeError({ status, detail: 'the reason' })
  expect(title.length).toBeGreaterThan(5)
  expect(text.length).toBeGreaterThan(10)
  expect(title).not.toContain(String(status))
})
