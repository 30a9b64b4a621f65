import { describe, expect, test } from '@jest/globals'
import { RootConstruct } from 'constructs'
import { readSettings } from '../../lib/settings.ts'

function read(context: Record<string, unknown>) {
  const { node } = new RootConstruct()
  for (const [name, value] of Object.entries(context)) node.setContext(name, value)
  return readSettings(node)
}

describe('administrators', () => {
  test('are a list in cdk.json and separated by commas on the command line', () => {
    const both = ['a@example.com', 'b@example.com']
    expect(read({ administrators: both }).administrators).toEqual(both)
    expect(read({ administrators: 'a@example.com, b@example.com' }).administrators).toEqual(both)
  })

  test.each([[undefined], [''], [[]]])('may be nobody: %j', (administrators) => {
    expect(read({ administrators }).administrators).toEqual([])
  })

  test.each([['example.com'], [['a@example.com', 7]], [42]])('must be addresses: %j', (administrators) => {
    expect(() => read({ administrators })).toThrow('is not an e-mail address')
  })
})

test('the other settings may be left out', () => {
  expect(read({})).toEqual({ stackName: 'HelpdeskTwitter', administrators: [], domainPrefix: undefined })
  expect(read({ stackName: 'Trial', domainPrefix: 'trial' })).toMatchObject({
    stackName: 'Trial',
    domainPrefix: 'trial',
  })
  expect(() => read({ stackName: 7 })).toThrow('context stackName: expected text, got 7')
})
