import { describe, expect, test } from '@jest/globals'
import { type FunctionName, functions } from '../../lambdas/runtime/resources.ts'
import { productTemplate, resourcesOf } from './synthesis.ts'

type Statement = { readonly Effect: string; readonly Action: unknown; readonly Resource?: unknown }

const template = productTemplate()
const names = Object.keys(functions) as FunctionName[]

/** Every statement of every policy, whichever resource it stands in. */
function statementsIn(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return []
  const here = 'Statement' in value && Array.isArray(value.Statement) ? (value.Statement as Statement[]) : []
  return [...here, ...Object.values(value).flatMap(statementsIn)]
}

describe('permissions', () => {
  // In the policy of a key, «*» means that key: there is no other way to write it.
  const resources = Object.entries(template.toJSON().Resources as Record<string, { Type: string }>)
  const statements = resources.filter(([, { Type }]) => Type !== 'AWS::KMS::Key').flatMap(([, it]) => statementsIn(it))
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow')

  test('no statement that allows has a wildcard', () => {
    expect(allowed.length).toBeGreaterThanOrEqual(2 * names.length)
    const wild = allowed.filter(({ Action, Resource }) => JSON.stringify([Action, Resource]).includes('*'))
    expect(wild).toEqual([])
  })

  test('no role carries a policy that AWS manages', () => {
    const roles = Object.values(resourcesOf(template, 'AWS::IAM::Role'))
    expect(roles).toHaveLength(names.length)
    for (const { Properties } of roles) expect(Properties).not.toHaveProperty('ManagedPolicyArns')
  })

  test('each function is called by its own routes of the gateway only', () => {
    const permissions = Object.values(resourcesOf(template, 'AWS::Lambda::Permission'))
    expect(permissions).toHaveLength(5)
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('apigateway.amazonaws.com')
      expect(JSON.stringify(Properties.SourceArn)).toMatch(/HttpApi\w+"},"\/\*\/\*\/[^*]*"/)
    }
  })

  test('the webhook can neither read the queue nor touch the table', () => {
    const [policy] = Object.entries(resourcesOf(template, 'AWS::IAM::Policy')).filter(([id]) =>
      id.startsWith('Webhook'),
    )
    const actions = statementsIn(policy).flatMap(({ Action }) => Action)
    expect(actions.sort()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sqs:SendMessage',
    ])
  })
})

test('the outputs name what X, the helpdesk and an administrator need', () => {
  expect(Object.keys(template.toJSON().Outputs).sort()).toEqual([
    'AdminClientId',
    'AlarmTopicArn',
    'ApiUrl',
    'HelpdeskClientId',
    'TokenUrl',
    'UserPoolId',
    'WebhookUrl',
    'XSecretsArn',
  ])
  template.hasOutput('WebhookUrl', { Value: { 'Fn::Join': ['', [{}, '/webhooks/twitter']] } })
})

test('two installations share no name', () => {
  const other = productTemplate({ stackName: 'Trial' })
  for (const [type, property] of [
    ['AWS::Lambda::Function', 'FunctionName'],
    ['AWS::Logs::LogGroup', 'LogGroupName'],
    ['AWS::SQS::Queue', 'QueueName'],
    ['AWS::CloudWatch::Alarm', 'AlarmName'],
    ['AWS::Cognito::UserPoolDomain', 'Domain'],
  ] as const) {
    const namesIn = (in_: typeof other) =>
      Object.values(resourcesOf(in_, type)).map(({ Properties }) => JSON.stringify(Properties[property]))
    expect(namesIn(other).filter((name) => namesIn(template).includes(name))).toEqual([])
  }
})
