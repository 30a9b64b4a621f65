import { expect, test } from '@jest/globals'
import { Match } from 'aws-cdk-lib/assertions'
import { permissionsOf, productTemplate } from './synthesis.ts'

const template = productTemplate()
const [secret] = Object.values(
  template.findResources('AWS::SecretsManager::Secret', {
    Properties: { Description: Match.stringLikeRegexp('^Credentials of the X app') },
  }),
)

test('until an administrator stores the real one, the consumer secret is random', () => {
  expect(secret?.Properties.GenerateSecretString).toMatchObject({
    GenerateStringKey: 'consumerSecret',
    SecretStringTemplate: '{"consumerKey":"","consumerSecretPrevious":""}',
  })
  expect(secret?.Properties).not.toHaveProperty('SecretString')
})

test('the credentials survive the deletion of the stack', () => {
  expect(secret).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' })
})

test('only functions that receive from X or call X read the credentials', () => {
  const readers = Object.entries(permissionsOf(template)).filter(([, statements]) =>
    JSON.stringify(statements).includes('secretsmanager:'),
  )
  expect(readers.map(([name]) => name)).toEqual([
    'webhook',
    'router',
    'api',
    'sender',
    'media',
    'inactivity',
    'mentions',
    'reconcile',
  ])
})
