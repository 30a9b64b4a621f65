import { describe, expect, test } from '@jest/globals'
import type { Template } from 'aws-cdk-lib/assertions'
import { addChecks } from '../../lib/checks.ts'
import { productApp, productStack, productTemplate } from './synthesis.ts'

type Deployed = {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
}
const all = (template: Template) => Object.entries(template.toJSON().Resources as Record<string, Deployed>)

const adopted = {
  tableName: 'HelpdeskTwitter-restored',
  tableStreamArn:
    'arn:aws:dynamodb:eu-central-1:123456789012:table/HelpdeskTwitter-restored/stream/2026-01-01T00:00:00.000',
  mediaBucketName: 'helpdesktwitter-mediabucket-1x2y',
  xSecretsArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:XSecrets-AbCd3f-Gh1jk2',
  tokensKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/11112222-3333-4444-5555-666677778888',
}

/** The properties with which a person gives a resource its name. */
const names = ['TableName', 'BucketName', 'Name', 'UserPoolName', 'Domain', 'QueueName', 'FunctionName', 'LogGroupName']

describe('what outlives the stack', () => {
  const kept = all(productTemplate()).filter(([, { DeletionPolicy }]) => /^Retain/.test(DeletionPolicy ?? ''))

  test('is the table, the two buckets, the secret, the key and the user pool', () => {
    expect(kept.map(([, { Type }]) => Type).sort()).toEqual([
      'AWS::Cognito::UserPool',
      'AWS::DynamoDB::Table',
      'AWS::KMS::Key',
      'AWS::S3::Bucket',
      'AWS::S3::Bucket',
      'AWS::SecretsManager::Secret',
    ])
  })

  test('has no name of its own, so that what a failed first deployment left blocks no second one', () => {
    for (const [id, { Properties = {} }] of kept) {
      expect([id, names.filter((name) => name in Properties)]).toEqual([id, []])
    }
  })

  test('is not left by a failed first deployment, unless AWS would refuse to delete it', () => {
    const left = kept.filter(([, { DeletionPolicy }]) => DeletionPolicy !== 'RetainExceptOnCreate')
    // Protected from deletion; and the console's files, which are uploaded before the stack is complete.
    expect(left.map(([id]) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
      'AccessUsers',
      'ConsoleFiles',
      'TicketsTable',
    ])
  })
})

describe('the sign-in domain', () => {
  const isDomain = ([, { Type }]: [string, Deployed]) => Type === 'AWS::Cognito::UserPoolDomain'

  test('goes with a failed first deployment, so that the second gets the same', () => {
    const [domain] = all(productTemplate()).filter(isDomain)
    expect(domain?.[1]).not.toHaveProperty('DeletionPolicy')
    expect(domain?.[1]).not.toHaveProperty('UpdateReplacePolicy')
  })

  test('is all that a change of its prefix changes, so that Cognito’s refusal leaves everything as it was', () => {
    const [before, after] = ['old-prefix', 'new-prefix'].map((domainPrefix) =>
      productTemplate({ domainPrefix }).toJSON(),
    )
    const { Resources: old, ...oldRest } = before as { Resources: Record<string, Deployed> }
    const { Resources: young, ...youngRest } = after as { Resources: Record<string, Deployed> }
    expect(youngRest).toEqual(oldRest)
    const changed = Object.entries(young).filter(([id, one]) => JSON.stringify(one) !== JSON.stringify(old[id]))
    expect(Object.keys(young)).toEqual(Object.keys(old))
    expect(changed.map(([, one]) => one)).toEqual([
      expect.objectContaining({
        Type: 'AWS::Cognito::UserPoolDomain',
        Properties: expect.objectContaining({ Domain: 'new-prefix' }),
      }),
    ])
  })
})

describe('a stack that adopts what is there', () => {
  const template = productTemplate({ adopted })

  test('makes none of it, and hands its names to the functions and outputs', () => {
    const types = all(template).map(([, { Type }]) => Type)
    // The secret that is left is that of the front door.
    expect(types.filter((type) => type === 'AWS::SecretsManager::Secret')).toHaveLength(1)
    for (const type of ['AWS::DynamoDB::Table', 'AWS::KMS::Key']) {
      expect(types).not.toContain(type)
    }
    expect(types.filter((type) => type === 'AWS::S3::Bucket')).toHaveLength(1)
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'HelpdeskTwitter-api',
      Environment: {
        Variables: {
          TABLE_NAME: adopted.tableName,
          MEDIA_BUCKET: adopted.mediaBucketName,
          X_SECRETS: adopted.xSecretsArn,
          TOKENS_KEY: adopted.tokensKeyArn,
        },
      },
    })
    template.hasOutput('TableName', { Value: adopted.tableName })
    template.hasOutput('MediaBucketName', { Value: adopted.mediaBucketName })
    template.hasOutput('XSecretsArn', { Value: adopted.xSecretsArn })
    template.hasOutput('TokensKeyArn', { Value: adopted.tokensKeyArn })
  })

  test('keeps to what it may: every permission names what was adopted', () => {
    const policies = JSON.stringify(all(template).filter(([, { Type }]) => Type === 'AWS::IAM::Policy'))
    expect(policies).toContain(`table/${adopted.tableName}`)
    expect(policies).toContain(adopted.tableStreamArn)
    expect(policies).toContain(`${adopted.mediaBucketName}/received/*`)
    expect(policies).toContain(adopted.xSecretsArn)
    expect(policies).toContain(adopted.tokensKeyArn)
  })

  test('passes every check', () => {
    const app = productApp()
    addChecks(app)
    productStack(app, { adopted })
    expect(() => app.synth()).not.toThrow()
  })
})

test('two installations of other names stand side by side: no name of one is a name of the other', () => {
  const namesIn = (template: Template) =>
    all(template).flatMap(([, { Properties = {} }]) =>
      Object.entries(Properties).flatMap(([name, value]) =>
        names.includes(name) && typeof value === 'string' ? [value] : [],
      ),
    )
  const one = new Set(namesIn(productTemplate()))
  expect(one.size).toBeGreaterThan(10)
  const other = namesIn(productTemplate({ stackName: 'SecondHelpdesk' }))
  // The authorizer of a gateway and the scopes of a user pool have names within these only.
  expect(other.filter((name) => one.has(name) && !['Jwt', 'helpdesk-twitter'].includes(name))).toEqual([])
})
