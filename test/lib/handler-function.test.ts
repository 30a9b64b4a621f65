import { describe, expect, test } from '@jest/globals'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { type FunctionName, functions } from '../../lambdas/runtime/resources.ts'
import { HandlerFunction } from '../../lib/handler-function.ts'
import { bundle, deployedFunction, emptyStack, productTemplate, resourcesOf, statementsIn } from './synthesis.ts'

const template = productTemplate()
const secret = { actions: ['secretsmanager:GetSecretValue'], resources: ['arn:aws:secretsmanager:::secret:x'] }
const queue = { actions: ['sqs:SendMessage'], resources: ['arn:aws:sqs:::events.fifo'] }
const table = { actions: ['dynamodb:UpdateItem'], resources: ['arn:aws:dynamodb:::table/table'] }

function webhookAlone() {
  const { stack } = emptyStack()
  return {
    stack,
    webhook: new HandlerFunction(stack, 'Webhook', { name: 'webhook', code: bundle }),
  }
}

describe.each(Object.keys(functions) as FunctionName[])('the function %s', (name) => {
  const found = deployedFunction(template, name)

  test('has exactly the variables of the manifest', () => {
    const { Variables } = found.Environment as { Variables: Record<string, unknown> }
    expect(Object.keys(Variables).sort()).toEqual([...functions[name].environment].sort())
  })

  test('runs on arm64 and Node 24 within the limits of the manifest', () => {
    expect(found).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: functions[name].timeoutSeconds,
      MemorySize: functions[name].memoryMb,
    })
  })

  test('writes JSON into a log of its own, which is kept for a month', () => {
    const { LogFormat, LogGroup } = found.LoggingConfig as { LogFormat: string; LogGroup: { Ref: string } }
    expect(LogFormat).toBe('JSON')
    expect(resourcesOf(template, 'AWS::Logs::LogGroup')[LogGroup.Ref]?.Properties).toEqual({
      LogGroupName: `/aws/lambda/HelpdeskTwitter-${name}`,
      RetentionInDays: 30,
    })
  })
})

test('every function of the manifest is deployed, and no other except the one that uploads the console', () => {
  template.resourceCountIs('AWS::Lambda::Function', Object.keys(functions).length + 1)
  template.hasResource('AWS::Lambda::Function', {
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('^ConsoleUpload')]),
  })
})

describe('synthesis fails', () => {
  test('when a function lacks a variable of the manifest', () => {
    const { stack, webhook } = webhookAlone()
    webhook.addResource('X_SECRETS', 'x', secret)
    webhook.addResource('TABLE_NAME', 'table', table)
    webhook.addVariable('ORIGIN_SECRETS', 'origin')
    expect(() => Template.fromStack(stack)).toThrow('webhook: the stack does not set EVENTS_QUEUE_URL')
  })

  test('when a function has a variable that the manifest does not list', () => {
    const { stack, webhook } = webhookAlone()
    webhook.addResource('X_SECRETS', 'x', secret)
    webhook.addResource('EVENTS_QUEUE_URL', 'https://queue', queue)
    webhook.addResource('TABLE_NAME', 'table', table)
    webhook.addVariable('ORIGIN_SECRETS', 'origin')
    webhook.addResource('REPLIES_QUEUE_URL', 'https://replies', queue)
    expect(() => Template.fromStack(stack)).toThrow(
      'webhook: the stack sets REPLIES_QUEUE_URL, which the manifest does not list',
    )
  })
})

test('a plain value grants no permission, and the name of an AWS resource is no plain value', () => {
  const { stack } = emptyStack()
  const sender = new HandlerFunction(stack, 'Sender', { name: 'sender', code: bundle })
  sender.addVariable('X_API_URL', 'https://api.x.com')
  // @ts-expect-error a table comes with the permission to use it
  sender.addVariable('TABLE_NAME', 'table')
  sender.addVariable('TABLE_PARTITIONS', '4')
  // @ts-expect-error a key comes with the permission to use it
  sender.addVariable('TOKENS_KEY', 'key')
  // @ts-expect-error a queue comes with the permission to send to it
  sender.addVariable('MEDIA_QUEUE_URL', 'queue')
  // @ts-expect-error a secret comes with the permission to read it
  sender.addVariable('X_SECRETS', 'secret')
  const [policy] = Object.values(resourcesOf(Template.fromStack(stack), 'AWS::IAM::Policy'))
  expect(statementsIn(policy).flatMap(({ Action }) => Action)).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents'])
})

test('a variable that names a resource grants its use', () => {
  const { stack, webhook } = webhookAlone()
  webhook.addResource('X_SECRETS', 'x', secret)
  webhook.addResource('EVENTS_QUEUE_URL', 'https://queue', queue)
  webhook.addResource('TABLE_NAME', 'table', table)
  webhook.addVariable('ORIGIN_SECRETS', 'origin')
  const [policy] = Object.values(resourcesOf(Template.fromStack(stack), 'AWS::IAM::Policy'))
  expect(policy?.Properties.PolicyDocument).toMatchObject({
    Statement: [
      {},
      { Action: secret.actions[0], Resource: secret.resources[0] },
      { Action: queue.actions[0] },
      { Action: table.actions[0], Resource: table.resources[0] },
    ],
  })
})
