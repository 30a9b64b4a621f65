import { expect, test } from '@jest/globals'
import { productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()
const [secret] = Object.values(template.findResources('AWS::SecretsManager::Secret'))

test('before it is filled in, the secret that signs deliveries is one that nobody knows', () => {
  expect(secret?.Properties.GenerateSecretString).toMatchObject({
    GenerateStringKey: 'consumerSecret',
    SecretStringTemplate: '{"consumerKey":"","consumerSecretPrevious":""}',
  })
  expect(secret?.Properties).not.toHaveProperty('SecretString')
})

test('the credentials outlive the stack', () => {
  expect(secret).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
})

test('only the webhook may read the credentials', () => {
  const readers = Object.entries(resourcesOf(template, 'AWS::IAM::Policy')).filter(([, { Properties }]) =>
    JSON.stringify(Properties).includes('secretsmanager:'),
  )
  expect(readers.map(([id]) => id)).toEqual([expect.stringMatching(/^Webhook/)])
})
