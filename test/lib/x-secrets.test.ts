import { expect, test } from '@jest/globals'
import { permissionsOf, productTemplate } from './synthesis.ts'

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

test('the credentials are read by what hears X or speaks to X, and by nothing else', () => {
  const readers = Object.entries(permissionsOf(template)).filter(([, statements]) =>
    JSON.stringify(statements).includes('secretsmanager:'),
  )
  expect(readers.map(([name]) => name)).toEqual(['webhook', 'api', 'sender', 'media', 'inactivity', 'reconcile'])
})
