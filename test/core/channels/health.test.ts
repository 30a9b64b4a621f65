import { describe, expect, test } from '@jest/globals'
import { adviceFor, faultOf } from '../../../lambdas/core/channels/health.ts'

describe('a refusal of X', () => {
  test.each([
    [null, 'Request timeout.'],
    [429, 'Too Many Requests'],
    [500, 'Internal error'],
    [503, 'Over capacity'],
  ])('that may pass by itself needs no administrator: %p %s', (status, detail) => {
    expect(adviceFor({ status, detail })).toBeNull()
  })

  test.each([
    [403, 'WebhookLimitExceeded', /webhook/],
    [400, 'CrcValidationFailed', /consumer secret/],
    [400, 'UrlValidationFailed', /HTTPS/],
    [403, 'SubscriptionLimitExceeded', /subscription/],
    [403, 'oauth1-permissions', /Read, Write and Direct Messages/],
    [401, 'Unauthorized', /consumerKey and consumerSecret/],
    [403, 'Could not verify your credentials', /consumerKey and consumerSecret/],
    [402, 'credits depleted', /credits/i],
    [418, 'teapot', /\(418\): teapot/],
    [418, '', /\(418\)/],
  ])('that lasts comes with what an administrator can do: %i %s', (status, detail, advice) => {
    expect(adviceFor({ status, detail })).toMatch(advice)
  })
})

describe('a fault', () => {
  const noon = '2026-01-01T12:00:00.000Z'
  const later = '2026-01-01T12:15:00.000Z'

  test('that is found again is the same, whoever knows of it already', () => {
    const known = faultOf('buy credits', null, noon)
    expect(faultOf('buy credits', known, later)).toBe(known)
  })

  test('that needs something else is a new one, broken since the first time', () => {
    const known = faultOf('buy credits', null, noon)
    expect(faultOf('change the keys', known, later)).toEqual({ ...known, advice: 'change the keys', since: noon })
  })
})
