import { describe, expect, test } from '@jest/globals'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { RootConstruct } from 'constructs'
import { readSettings } from '../../lib/settings.ts'
import { productApp, productStack } from './synthesis.ts'

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

  test.each([['example.com'], [['a@example.com', 7]], [42], [['a@example.com,b@example.com']], ['*@example.com']])(
    'must be addresses: %j',
    (administrators) => {
      expect(() => read({ administrators })).toThrow('is not an e-mail address')
    },
  )
})

describe('the sender of mails', () => {
  test.each([[undefined], ['']])('may be left out, for a while: %j', (mailFrom) => {
    expect(read({ mailFrom }).mailFrom).toBe('helpdesk@example.com')
  })

  test('is one mail address', () => {
    expect(read({ mailFrom: 'support@example.org' }).mailFrom).toBe('support@example.org')
  })

  test.each([
    'example.com',
    'a@example.com,b@example.com',
    'Support <a@example.com>',
    '*@example.com',
    'a@*',
    '$@example.com',
    'a@example.com\n',
  ])('is one address and nothing else: not %j', (mailFrom) => {
    expect(() => read({ mailFrom })).toThrow(`context mailFrom: ${JSON.stringify(mailFrom)} is not an e-mail address`)
  })

  test('is text', () => {
    expect(() => read({ mailFrom: ['a@example.com'] })).toThrow('context mailFrom: expected text')
  })
})

describe('the poll of mentions', () => {
  test.each([
    [1, 1],
    [60, 60],
    ['15', 15],
    ['', 2],
  ])('%j is every %d minutes', (mentionsPollMinutes, minutes) => {
    expect(read({ mentionsPollMinutes }).mentionsPollMinutes).toBe(minutes)
  })

  test.each([[0], [61], [1.5], ['2.0'], ['two'], ['-1'], [true], [[2]], [null]])('is not %j', (mentionsPollMinutes) => {
    expect(() => read({ mentionsPollMinutes })).toThrow(
      `context mentionsPollMinutes: expected a whole number from 1 to 60, got ${JSON.stringify(mentionsPollMinutes)}`,
    )
  })
})

describe('the hold of what was deleted on X', () => {
  test.each([
    [0, 0],
    [720, 720],
    ['48', 48],
    ['', 24],
  ])('%j is %d hours', (deletionHoldHours, hours) => {
    expect(read({ deletionHoldHours }).deletionHoldHours).toBe(hours)
  })

  test.each([[-1], [721], [1.5], ['a day'], [null]])('is not %j', (deletionHoldHours) => {
    expect(() => read({ deletionHoldHours })).toThrow(
      `context deletionHoldHours: expected a whole number from 0 to 720, got ${JSON.stringify(deletionHoldHours)}`,
    )
  })
})

describe.each(['lookupsPerCustomer', 'megabytesPerCustomer'] as const)('what one customer may cause: %s', (name) => {
  test.each([
    [0, 0],
    ['1000000', 1_000_000],
    ['', name === 'lookupsPerCustomer' ? 200 : 1024],
  ])('%j is %d', (value, number) => {
    expect(read({ [name]: value })[name]).toBe(number)
  })

  test.each([[-1], [1_000_001], [1.5], ['much'], [null]])('is not %j', (value) => {
    expect(() => read({ [name]: value })).toThrow(
      `context ${name}: expected a whole number from 0 to 1000000, got ${JSON.stringify(value)}`,
    )
  })
})

describe('the concurrency of the queues', () => {
  test.each([
    [2, 2],
    [1000, 1000],
    ['50', 50],
    ['', 2],
  ])('%j is at most %d batches of each at once', (queueConcurrency, batches) => {
    expect(read({ queueConcurrency }).queueConcurrency).toBe(batches)
  })

  test.each([[0], [1], [1001], [2.5], ['2.0'], ['many'], ['-2'], [true], [[2]], [null]])('is not %j', (wrong) => {
    expect(() => read({ queueConcurrency: wrong })).toThrow(
      `context queueConcurrency: expected a whole number from 2 to 1000, got ${JSON.stringify(wrong)}`,
    )
  })
})

describe('the partitions of the lists', () => {
  test.each([
    [4, 4],
    [64, 64],
    ['8', 8],
    ['', 4],
  ])('%j are %d', (tablePartitions, partitions) => {
    expect(read({ tablePartitions }).tablePartitions).toBe(partitions)
  })

  test.each([[0], [3], [65], [4.5], ['4.0'], ['many'], [true], [[4]], [null]])('are not %j', (wrong) => {
    expect(() => read({ tablePartitions: wrong })).toThrow(
      `context tablePartitions: expected a whole number from 4 to 64, never fewer than before, got ${JSON.stringify(wrong)}`,
    )
  })
})

describe('the days of the audit trail', () => {
  test.each([
    [1, 1],
    ['3650', 3650],
    ['', 365],
  ])('%j are %d', (auditDays, days) => {
    expect(read({ auditDays }).auditDays).toBe(days)
  })

  test.each([[0], [3651], [1.5], ['a year'], [null]])('are not %j', (wrong) => {
    expect(() => read({ auditDays: wrong })).toThrow(
      `context auditDays: expected a whole number from 1 to 3650, got ${JSON.stringify(wrong)}`,
    )
  })
})

test('the search is on or off', () => {
  expect(read({ search: 'off' }).search).toBe('off')
  expect(() => read({ search: 'maybe' })).toThrow('context search: expected on or off, got "maybe"')
})

describe('machine clients', () => {
  test.each([
    [undefined, ['helpdesk']],
    [[], []],
    ['', []],
    ['admin, helpdesk', ['helpdesk', 'admin']],
    [['admin'], ['admin']],
  ])('%j are %j', (machineClients, expected) => {
    expect(read({ machineClients }).machineClients).toEqual(expected)
  })

  test.each([['administrator'], [['helpdesk', 7]], [true]])('are not %j', (machineClients) => {
    expect(() => read({ machineClients })).toThrow('context machineClients: expected a list of helpdesk, admin, got')
  })
})

describe('pages that may call the API', () => {
  test('are named by their origins', () => {
    const origins = ['https://helpdesk.example.com', 'http://localhost:5173']
    expect(read({ corsOrigins: origins.join(',') }).corsOrigins).toEqual(origins)
  })

  test.each(['*', 'https://*.example.com', 'http://helpdesk.example.com', 'https://a.example/', 'null', 'a.example'])(
    'are not %s',
    (origin) => {
      expect(() => read({ corsOrigins: [origin] })).toThrow(`context corsOrigins: expected https://HOST without a path`)
    },
  )
})

test('the other settings have defaults', () => {
  expect(read({})).toEqual({
    stackName: 'HelpdeskTwitter',
    administrators: [],
    mailFrom: 'helpdesk@example.com',
    mailIdentity: 'new',
    adopted: {},
    originSecretStep: 1,
    webhookReserved: 0,
    firewallRequests: 0,
    firewallArn: undefined,
    corsOrigins: [],
    domainPrefix: undefined,
    xApiUrl: 'https://api.x.com',
    eventSource: 'x-activity',
    mentionsPollMinutes: 2,
    deletionHoldHours: 24,
    lookupsPerCustomer: 200,
    megabytesPerCustomer: 1024,
    queueConcurrency: 2,
    tablePartitions: 4,
    search: 'on',
    auditDays: 365,
    machineClients: ['helpdesk'],
  })
  const given = {
    stackName: 'Trial',
    domainPrefix: 'trial',
    xApiUrl: 'https://x.example.com:8443',
    eventSource: 'x-activity',
  }
  expect(read(given)).toMatchObject(given)
  expect(() => read({ stackName: 7 })).toThrow('context stackName: expected text, got 7')
})

test.each(['AAA', 'account-activity,x-activity', 'X-Activity'])(
  'an event source is one of two: not %s',
  (eventSource) => {
    expect(() => read({ eventSource })).toThrow(
      `context eventSource: expected x-activity or account-activity, got "${eventSource}"`,
    )
  },
)

test.each([
  ['http://api.x.com'],
  ['https://api.x.com/'],
  ['https://api.x.com/2'],
  ['https://key@api.x.com'],
  ['api.x.com'],
])('X is given as a host that is spoken to over TLS: not %s', (xApiUrl) => {
  expect(() => read({ xApiUrl })).toThrow(`context xApiUrl: expected https://HOST without a path, got "${xApiUrl}"`)
})

test('an event system that ends is said at synthesis, and refused never', () => {
  for (const [eventSource, warnings] of [
    ['account-activity', 1],
    ['x-activity', 0],
  ] as const) {
    const stack = productStack(productApp(), { eventSource })
    const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('ends the Account Activity API'))
    expect(found).toHaveLength(warnings)
  }
})

describe('what is adopted', () => {
  const adopted = {
    tableName: 'HelpdeskTwitter-restored',
    tableStreamArn:
      'arn:aws:dynamodb:eu-central-1:123456789012:table/HelpdeskTwitter-restored/stream/2026-01-01T00:00:00.000',
    mediaBucketName: 'helpdesktwitter-mediabucket-1x2y',
    xSecretsArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:XSecrets-AbCd3f-Gh1jk2',
    tokensKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/11112222-3333-4444-5555-666677778888',
  }

  test('is named by the names and ARNs of AWS, or is nothing', () => {
    expect(read(adopted).adopted).toEqual(adopted)
    expect(Object.values(read({}).adopted).filter((one) => one !== undefined)).toEqual([])
  })

  test.each([
    ['tableName', 'a table'],
    ['mediaBucketName', 's3://bucket'],
    ['tableStreamArn', 'stream'],
    ['xSecretsArn', 'XSecrets'],
    ['tokensKeyArn', 'alias/tokens'],
  ])('is refused by its setting when it has another form: %s', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(`context ${name}: "${value}" is not`)
  })
})

test('a table is adopted with its own stream alone', () => {
  const stream = 'arn:aws:dynamodb:eu-central-1:123456789012:table/Other/stream/2026-01-01T00:00:00.000'
  for (const given of [
    { tableName: 'Restored' },
    { tableStreamArn: stream },
    { tableName: 'Restored', tableStreamArn: stream },
  ]) {
    expect(() => read(given)).toThrow('context tableStreamArn: a table that is adopted needs the ARN of its stream')
  }
})

test('the identity of the sender is made, or is there already', () => {
  expect(read({}).mailIdentity).toBe('new')
  expect(read({ mailIdentity: 'existing' }).mailIdentity).toBe('existing')
  expect(() => read({ mailIdentity: 'old' })).toThrow('context mailIdentity: expected new or existing, got "old"')
})

describe('the firewall', () => {
  test('is off, or refuses from a number of requests on that AWS allows', () => {
    expect(read({ firewallRequests: 0 }).firewallRequests).toBe(0)
    expect(read({ firewallRequests: '5000' }).firewallRequests).toBe(5000)
    expect(() => read({ firewallRequests: 50 })).toThrow('context firewallRequests: expected a whole number from 100')
  })

  test('must lie in us-east-1', () => {
    const arn = (region: string) => `arn:aws:wafv2:${region}:123456789012:global/webacl/Firewall-x/1-2-3`
    expect(read({ firewallArn: arn('us-east-1') }).firewallArn).toBe(arn('us-east-1'))
    expect(() => read({ firewallArn: arn('eu-central-1') })).toThrow('which lies in us-east-1')
  })
})

describe('the prefix of the sign-in domain', () => {
  test.each(['a', 'support-of-acme', 'x'.repeat(63), '7'])('may be %s', (domainPrefix) => {
    expect(read({ domainPrefix }).domainPrefix).toBe(domainPrefix)
  })

  test.each([
    'Support',
    '-support',
    'support-',
    'x'.repeat(64),
    'our.support',
    'support_1',
    'my-aws-support',
    'amazonians',
    'cognito1',
  ])('is refused by name when Cognito would refuse it: %s', (domainPrefix) => {
    expect(() => read({ domainPrefix })).toThrow(
      `context domainPrefix: ${JSON.stringify(domainPrefix)} cannot begin a sign-in domain: Cognito takes 1 to 63`,
    )
  })

  test.each(['AwsHelpdesk', 'x'.repeat(51), 'Helpdesk_1'])('needs to be set where %s makes none', (stackName) => {
    expect(() => read({ stackName })).toThrow(
      `context stackName: ${JSON.stringify(stackName)} and the account number make no sign-in domain; set domainPrefix.`,
    )
    expect(read({ stackName, domainPrefix: 'support' })).toMatchObject({ stackName, domainPrefix: 'support' })
  })
})

describe('the address of Usedesk', () => {
  test.each(['https://api.usedesk.ru', 'https://secure.usedesk.com/uapi', undefined])('may be %j', (usedeskApiUrl) => {
    expect(read({ usedeskApiUrl }).usedeskApiUrl).toBe(usedeskApiUrl)
  })

  test.each(['http://api.usedesk.ru', 'https://api.usedesk.ru/', 'https://a@b.ru', 'https://a.ru?b', 'usedesk'])(
    'is refused by its name: %j',
    (usedeskApiUrl) => expect(() => read({ usedeskApiUrl })).toThrow('context usedeskApiUrl: expected https://HOST'),
  )
})
