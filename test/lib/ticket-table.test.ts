import { expect, test } from '@jest/globals'
import { Match } from 'aws-cdk-lib/assertions'
import { type FunctionName, functions, table } from '../../lambdas/runtime/resources.ts'
import { deployedFunction, permissionsOf, productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()

test('the table has point-in-time recovery and is protected against deletion', () => {
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
  })
})

test('the table is billed per request and deletes expired items', () => {
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    BillingMode: 'PAY_PER_REQUEST',
    TimeToLiveSpecification: { AttributeName: table.timeToLive, Enabled: true },
    KeySchema: [
      { AttributeName: table.partitionKey, KeyType: 'HASH' },
      { AttributeName: table.sortKey, KeyType: 'RANGE' },
    ],
  })
})

test('the table has exactly the indexes of the manifest, with their keys and projections', () => {
  const [deployed] = Object.values(resourcesOf(template, 'AWS::DynamoDB::Table'))
  expect(deployed?.Properties.GlobalSecondaryIndexes).toEqual(
    Object.entries(table.indexes).map(([IndexName, { partitionKey, sortKey, projected }]) => ({
      IndexName,
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
      Projection:
        projected.length > 0
          ? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projected] }
          : { ProjectionType: 'KEYS_ONLY' },
    })),
  )
})

test.each(['Router', 'Api', 'Sender', 'Requeue', 'Inactivity', 'Reconcile'])(
  '%s may read and write items and query every index',
  (user) => {
    const [policy] = Object.entries(resourcesOf(template, 'AWS::IAM::Policy')).filter(([id]) => id.startsWith(user))
    const arn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^TicketsTable'), 'Arn'] }
    const index = (name: string) => ({ 'Fn::Join': ['', [arn, `/index/${name}`]] })
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: policy?.[0],
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Action: [
              'dynamodb:BatchGetItem',
              'dynamodb:ConditionCheckItem',
              'dynamodb:DeleteItem',
              'dynamodb:GetItem',
              'dynamodb:PutItem',
              'dynamodb:Query',
              'dynamodb:UpdateItem',
            ],
            Resource: arn,
          },
          { Effect: 'Allow', Action: 'dynamodb:Query', Resource: Object.keys(table.indexes).sort().map(index) },
        ]),
      },
    })
  },
)

test('the webhook may write the delivery outage and nothing else', () => {
  const statements = permissionsOf(template).webhook.filter((one) => /dynamodb|TicketsTable/.test(JSON.stringify(one)))
  expect(statements).toEqual([
    {
      Effect: 'Allow',
      Action: 'dynamodb:UpdateItem',
      Resource: { 'Fn::GetAtt': [expect.stringMatching('^TicketsTable'), 'Arn'] },
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['OUTAGE'] } },
    },
  ])
})

test('every function that uses the lists has as many partitions as the setting says', () => {
  const raised = productTemplate({ tablePartitions: 8 })
  for (const [name, { environment }] of Object.entries(functions)) {
    const { Variables } = deployedFunction(raised, name as FunctionName).Environment as { Variables: object }
    const isUser = environment.some((variable) => variable === 'TABLE_PARTITIONS')
    expect([name, 'TABLE_PARTITIONS' in Variables && Variables.TABLE_PARTITIONS]).toEqual([name, isUser && '8'])
  }
})

test('publish alone writes many items in a call, and the setting of the search reaches who needs it', () => {
  const permissions = permissionsOf(template)
  for (const name of Object.keys(functions) as FunctionName[]) {
    const mayWriteMany = JSON.stringify(permissions[name]).includes('dynamodb:BatchWriteItem')
    expect([name, mayWriteMany]).toEqual([name, name === 'publish'])
  }
  const off = productTemplate({ search: 'off' })
  for (const name of ['api', 'publish'] as const) {
    expect(deployedFunction(template, name).Environment).toMatchObject({ Variables: { SEARCH: 'on' } })
    expect(deployedFunction(off, name).Environment).toMatchObject({ Variables: { SEARCH: 'off' } })
  }
})
