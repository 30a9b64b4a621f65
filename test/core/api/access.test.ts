import { describe, expect, test } from '@jest/globals'
import { callerFrom, isAccessToken, may } from '../../../lambdas/core/api/access.ts'

describe('who calls', () => {
  test('a machine by its scope', () => {
    const claims = { sub: 'helpdesk', client_id: 'helpdesk', scope: 'helpdesk-twitter/tickets' }
    expect(callerFrom(claims)).toEqual({ role: 'agent', id: 'helpdesk', name: 'helpdesk' })
    expect(callerFrom({ ...claims, scope: 'helpdesk-twitter/tickets helpdesk-twitter/admin' })?.role).toBe(
      'administrator',
    )
  })

  test('a person by group, in the string that API Gateway makes of a list and as a list', () => {
    for (const groups of ['[agents administrators]', '[administrators]', ['administrators'], 'administrators']) {
      expect(callerFrom({ sub: '1', 'cognito:groups': groups, username: 'kim' })).toEqual({
        role: 'administrator',
        id: '1',
        name: 'kim',
      })
    }
    expect(callerFrom({ sub: '1', 'cognito:groups': '[agents]' })?.role).toBe('agent')
  })

  test('nobody with another group or scope, or without a subject', () => {
    for (const claims of [
      { sub: '1' },
      { sub: '1', scope: 'openid' },
      { sub: '1', 'cognito:groups': '[administrators-of-something-else]' },
      { scope: 'helpdesk-twitter/admin' },
    ]) {
      expect(callerFrom(claims)).toBeNull()
    }
  })

  test('only an access token gives access: an ID token of the same person does not', () => {
    const claims = { sub: '1', 'cognito:groups': '[administrators]' }
    expect(isAccessToken({ ...claims, token_use: 'access' })).toBe(true)
    expect(isAccessToken({ ...claims, token_use: 'id' })).toBe(false)
    expect(isAccessToken(claims)).toBe(false)
  })

  test('an administrator may what an agent may, and not the other way round', () => {
    expect([may('administrator', 'agent'), may('administrator', 'administrator'), may('agent', 'agent')]).toEqual([
      true,
      true,
      true,
    ])
    expect(may('agent', 'administrator')).toBe(false)
  })
})
