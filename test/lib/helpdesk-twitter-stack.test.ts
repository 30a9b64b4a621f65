import { describe, expect, test } from '@jest/globals'
import { type FunctionName, functions } from '../../lambdas/runtime/resources.ts'
import { deployedFunction, permissionsOf, productTemplate, resourcesOf, statementsIn } from './synthesis.ts'

const template = productTemplate()
const names = Object.keys(functions) as FunctionName[]

const { ConsoleUrl } = template.toJSON().Outputs as Record<string, { Value: { 'Fn::Join': [string, unknown[]] } }>
const frontDoor = ConsoleUrl?.Value['Fn::Join'][1] ?? []

describe('permissions', () => {
  // In the policy of a key, «*» means that key, and in a bucket's its files: there is no other way to write it.
  const own = ['AWS::KMS::Key', 'AWS::S3::BucketPolicy']
  const resources = Object.entries(template.toJSON().Resources as Record<string, { Type: string }>)
  const statements = resources.filter(([, { Type }]) => !own.includes(Type)).flatMap(([, it]) => statementsIn(it))
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow')

  /** Files are named as messages come: a place in the bucket of media is the narrowest that can be said of them. */
  const withoutPlaces = (resource: unknown) =>
    [resource].flat().filter((one) => {
      const place = /^{"Fn::Join":\["",\[{"Fn::GetAtt":\["MediaBucketMedia\w+","Arn"\]},"\/(\w+)\/\*"\]\]}$/
      return !['received', 'uploads', 'sent'].includes(place.exec(JSON.stringify(one))?.[1] ?? '')
    })

  test('no allowing statement has a wildcard, except for prefixes of the media bucket', () => {
    expect(allowed.length).toBeGreaterThanOrEqual(2 * names.length)
    const wild = allowed.filter(({ Action, Resource }) =>
      JSON.stringify([Action, withoutPlaces(Resource)]).includes('*'),
    )
    // The names of the console's files follow from their content, so nobody can list them here.
    const console = { 'Fn::GetAtt': [expect.stringMatching(/^ConsoleFiles/), 'Arn'] }
    expect(wild).toEqual(
      expect.arrayContaining([
        { Effect: 'Allow', Action: 's3:PutObject', Resource: { 'Fn::Join': ['', [console, '/*']] } },
        // The mapping of a stream needs it, and it knows no resources.
        { Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' },
      ]),
    )
    expect(wild).toHaveLength(2)
  })

  test('no role has an AWS managed policy', () => {
    const roles = Object.values(resourcesOf(template, 'AWS::IAM::Role'))
    // One more puts the console's files in place while the stack is deployed.
    expect(roles).toHaveLength(names.length + 1)
    for (const { Properties } of roles) expect(Properties).not.toHaveProperty('ManagedPolicyArns')
  })

  test('only its own routes or its own schedule may invoke a function', () => {
    const callers = Object.values(resourcesOf(template, 'AWS::Lambda::Permission')).map(({ Properties }) => {
      const { FunctionName, Principal, SourceArn } = Properties as Record<string, { 'Fn::GetAtt': [string] }>
      const [, route] = /HttpApi\w+"},"\/\*\/\*(\/[^*]*)"/.exec(JSON.stringify(SourceArn)) ?? []
      const [, rule] = /^{"Fn::GetAtt":\["(\w+)Rule\w+","Arn"\]}$/.exec(JSON.stringify(SourceArn)) ?? []
      return `${Principal} ${route ?? rule} -> ${FunctionName?.['Fn::GetAtt'][0].replace(/Function\w+$/, '')}`
    })
    expect(callers.sort()).toEqual([
      'apigateway.amazonaws.com / -> Api',
      'apigateway.amazonaws.com /api/channels/twitter/callback -> Api',
      'apigateway.amazonaws.com /api/docs -> Api',
      'apigateway.amazonaws.com /api/openapi.json -> Api',
      'apigateway.amazonaws.com /api/{proxy+} -> Api',
      'apigateway.amazonaws.com /webhooks/twitter -> Webhook',
      'apigateway.amazonaws.com /{proxy+} -> Api',
      'events.amazonaws.com EraseSchedule -> Erase',
      'events.amazonaws.com InactivitySchedule -> Inactivity',
      'events.amazonaws.com KnownGap -> Reconcile',
      'events.amazonaws.com MentionsSchedule -> Mentions',
      'events.amazonaws.com ReconcileSchedule -> Reconcile',
      'events.amazonaws.com RequeueSchedule -> Requeue',
    ])
  })

  test.each([
    ['webhook', ['dynamodb', 'secretsmanager:GetSecretValue', 'sqs:SendMessage']],
    [
      'router',
      [
        'dynamodb',
        'kms:Decrypt',
        'secretsmanager:GetSecretValue',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    ],
    [
      'api',
      [
        'dynamodb',
        'kms:Decrypt',
        'kms:Encrypt',
        's3:GetObject',
        's3:ListBucket',
        's3:PutObject',
        'secretsmanager:GetSecretValue',
        'ses:GetEmailIdentity',
        'sns:ListSubscriptionsByTopic',
        'sqs:SendMessage',
      ],
    ],
    [
      'sender',
      [
        'dynamodb',
        'kms:Decrypt',
        'secretsmanager:GetSecretValue',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    ],
    [
      'media',
      [
        'dynamodb',
        'kms:Decrypt',
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:GetObject',
        's3:ListBucket',
        's3:PutObject',
        'secretsmanager:GetSecretValue',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    ],
    ['requeue', ['dynamodb', 'sqs:SendMessage']],
    ['erase', ['dynamodb', 's3:DeleteObject', 's3:ListBucket']],
    ['publish', ['dynamodb', 'sqs:SendMessage']],
    [
      'deliver',
      [
        'dynamodb',
        'kms:Decrypt',
        's3:GetObject',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
      ],
    ],
    ['inactivity', ['dynamodb', 'kms:Decrypt', 'secretsmanager:GetSecretValue', 'ses:SendEmail']],
    ['mentions', ['dynamodb', 'kms:Decrypt', 'secretsmanager:GetSecretValue', 'sqs:SendMessage']],
    ['reconcile', ['dynamodb', 'kms:Decrypt', 'secretsmanager:GetSecretValue', 'ses:SendEmail', 'sqs:SendMessage']],
  ] as const)('the function %s may write its log and %j, and nothing else', (name, expected) => {
    const actions = permissionsOf(template)[name].flatMap(({ Action }) => Action as string | string[])
    const parts = actions.map((action) => action.replace(/^dynamodb:.*/, 'dynamodb'))
    expect([...new Set(parts)].sort()).toEqual([...expected, 'logs:CreateLogStream', 'logs:PutLogEvents'].sort())
  })

  test.each([
    ['webhook', { to: ['Events'], from: [] }],
    ['mentions', { to: ['Events'], from: [] }],
    ['reconcile', { to: ['Events'], from: [] }],
    ['router', { to: ['Media'], from: ['Events'] }],
    ['api', { to: ['Events', 'Outgoing', 'Replies'], from: [] }],
    ['requeue', { to: ['Media', 'Outgoing', 'Replies'], from: [] }],
    ['publish', { to: ['Outgoing'], from: [] }],
    ['deliver', { to: [], from: ['Outgoing'] }],
    ['sender', { to: ['Media'], from: ['Replies'] }],
    ['media', { to: ['Replies'], from: ['Media'] }],
  ] as const)('%s sends to and takes from %j alone', (name, { to, from }) => {
    const queuesIn = (action: string) =>
      permissionsOf(template)
        [name].filter(({ Action }) => JSON.stringify(Action).includes(action))
        .flatMap(({ Resource }) => [Resource].flat())
        .map((resource) => /"(\w+?)Queue\w+","Arn"/.exec(JSON.stringify(resource))?.[1])
    expect(queuesIn('sqs:SendMessage').sort()).toEqual([...to])
    expect(queuesIn('sqs:ReceiveMessage')).toEqual([...from])
    expect(queuesIn('sqs:ChangeMessageVisibility')).toEqual([...from])
  })
})

test('the outputs name everything that X, the helpdesk and an administrator need', () => {
  expect(Object.keys(template.toJSON().Outputs).sort()).toEqual([
    'AlarmTopicArn',
    'ApiUrl',
    'CallbackUrl',
    'ConsoleClientId',
    'ConsoleUrl',
    'HelpdeskClientId',
    'MailFrom',
    'MediaBucketName',
    'SignInUrl',
    'TableName',
    'TokenUrl',
    'TokensKeyArn',
    'UserPoolId',
    'WebhookUrl',
    'XSecretsArn',
  ])
})

test('console, API, webhook and callback share one origin, the front door', () => {
  const [distribution] = Object.keys(resourcesOf(template, 'AWS::CloudFront::Distribution'))
  expect(frontDoor).toEqual(['https://', { 'Fn::GetAtt': [distribution, 'DomainName'] }])
  template.hasOutput('ApiUrl', { Value: { 'Fn::Join': ['', frontDoor] } })
  template.hasOutput('WebhookUrl', { Value: { 'Fn::Join': ['', [...frontDoor, '/webhooks/twitter']] } })
  template.hasOutput('CallbackUrl', { Value: { 'Fn::Join': ['', [...frontDoor, '/api/channels/twitter/callback']] } })
})

test('the functions know that origin, the address of X and the event system', () => {
  const variablesOf = (name: FunctionName, settings: Parameters<typeof productTemplate>[0]) =>
    deployedFunction(productTemplate(settings), name).Environment
  const other = { xApiUrl: 'https://x.example.com', eventSource: 'account-activity' } as const
  for (const name of ['api', 'inactivity', 'reconcile'] as const) {
    expect(variablesOf(name, {})).toMatchObject({
      Variables: {
        PUBLIC_URL: { 'Fn::Join': ['', frontDoor] },
        X_API_URL: 'https://api.x.com',
        EVENT_SOURCE: 'x-activity',
      },
    })
    expect(variablesOf(name, other)).toMatchObject({
      Variables: { X_API_URL: other.xApiUrl, EVENT_SOURCE: other.eventSource },
    })
  }
  expect(variablesOf('sender', other)).toMatchObject({ Variables: { X_API_URL: other.xApiUrl } })
})

test('two installations share no name', () => {
  const other = productTemplate({ stackName: 'Trial' })
  for (const [type, property] of [
    ['AWS::Lambda::Function', 'FunctionName'],
    ['AWS::Logs::LogGroup', 'LogGroupName'],
    ['AWS::SQS::Queue', 'QueueName'],
    ['AWS::CloudWatch::Alarm', 'AlarmName'],
    ['AWS::Cognito::UserPoolDomain', 'Domain'],
    ['AWS::Events::Rule', 'Name'],
    ['AWS::CloudFront::Function', 'Name'],
    ['AWS::CloudFront::OriginAccessControl', 'OriginAccessControlConfig'],
    ['AWS::CloudFront::ResponseHeadersPolicy', 'ResponseHeadersPolicyConfig'],
    ['AWS::CloudFront::OriginRequestPolicy', 'OriginRequestPolicyConfig'],
  ] as const) {
    const namesIn = (in_: typeof other) =>
      Object.values(resourcesOf(in_, type)).flatMap(({ Properties }) => {
        const named = Properties[property] as { Name?: unknown } | undefined
        // CDK's own function for copying files is named by CloudFormation, each time differently.
        return named ? [JSON.stringify(named.Name ?? named)] : []
      })
    expect(namesIn(template).length).toBeGreaterThan(0)
    expect(namesIn(other).filter((name) => namesIn(template).includes(name))).toEqual([])
  }
})
