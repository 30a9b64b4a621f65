import { expect, test } from '@jest/globals'
import { Match } from 'aws-cdk-lib/assertions'
import { table } from '../../lambdas/runtime/resources.ts'
import { permissionsOf, productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()

test('tickets survive a mistake: any second can be restored, and neither stack nor person deletes the table', () => {
  template.hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
  })
})

test('the table is paid by request and forgets what has expired', () => {
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    BillingMode: 'PAY_PER_REQUEST',
    TimeToLiveSpecification: { AttributeName: table.timeToLive, Enabled: true },
    KeySchema: [
      { AttributeName: table.partitionKey, KeyType: 'HASH' },
      { AttributeName: table.sortKey, KeyType: 'RANGE' },
    ],
  })
})

test('every index of the manifest is there with its keys and what it carries, and no other', () => {
  const [deployed] = Object.values(resourcesOf(template, 'AWS::DynamoDB::Table'))
  expect(deployed?.Properties.GlobalSecondaryIndexes).toEqual(
    Object.entries(table.indexes).map(([IndexName, { partitionKey, sortKey }]) => ({
      IndexName,
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...table.projected] },
    })),
  )
})

test.each(['Router', 'Api', 'Sender', 'Requeue', 'Inactivity', 'Reconcile'])(
  '%s may work on items and ask each index by name',
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

test('the webhook may note an outage in the partition that is there for it, and nothing else', () => {
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
