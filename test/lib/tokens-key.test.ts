import { expect, test } from '@jest/globals'
import { permissionsOf, productTemplate, resourcesOf, type Statement } from './synthesis.ts'

const template = productTemplate()
const [found] = Object.entries(resourcesOf(template, 'AWS::KMS::Key')).filter(([id]) => id.startsWith('TokensKey'))
if (!found) throw new Error('no key of the tokens')
const [id, key] = found
const arn = { 'Fn::GetAtt': [id, 'Arn'] }

test('the key rotates every year and survives the stack, as the encrypted tokens do', () => {
  expect(key).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: { EnableKeyRotation: true },
  })
})

test('its own policy lets in the account alone, whose roles then decide', () => {
  expect(key.Properties.KeyPolicy).toMatchObject({
    Statement: [{ Effect: 'Allow', Principal: { AWS: { 'Fn::Join': ['', expect.arrayContaining([':root'])] } } }],
  })
})

/** Keys of encrypted messages have this context (lambdas/use-cases/chat/account-key.ts). */
const noChatKey = { StringNotLike: { 'kms:EncryptionContext:belongsTo': '* chat key *' } }

test('the API encrypts and decrypts tokens, functions that act for accounts only decrypt, and others may do neither', () => {
  const onKeys = (statements: Statement[]) =>
    statements
      .filter((one) => JSON.stringify(one).includes('kms:') || JSON.stringify(one).includes(`"${id}"`))
      .map(({ Action, Resource, Condition }) => ({ Action, Resource, ...(Condition ? { Condition } : {}) }))
  const permissions = Object.entries(permissionsOf(template)).map(([name, statements]) => [name, onKeys(statements)])
  expect(Object.fromEntries(permissions)).toEqual({
    webhook: [],
    router: [{ Action: 'kms:Decrypt', Resource: arn }],
    erase: [],
    api: [{ Action: ['kms:Decrypt', 'kms:Encrypt'], Resource: arn }],
    sender: [{ Action: 'kms:Decrypt', Resource: arn }],
    media: [{ Action: 'kms:Decrypt', Resource: arn }],
    inactivity: [{ Action: 'kms:Decrypt', Resource: arn, Condition: noChatKey }],
    requeue: [],
    publish: [],
    deliver: [{ Action: 'kms:Decrypt', Resource: arn, Condition: noChatKey }],
    mentions: [{ Action: 'kms:Decrypt', Resource: arn, Condition: noChatKey }],
    reconcile: [{ Action: 'kms:Decrypt', Resource: arn }],
  })
})

test('functions get the ARN of the key, not an alias that could come to name another key', () => {
  const users = Object.values(resourcesOf(template, 'AWS::Lambda::Function')).filter(({ Properties }) =>
    JSON.stringify(Properties.Environment).includes('TOKENS_KEY'),
  )
  expect(users).toHaveLength(8)
  for (const { Properties } of users) {
    expect(Properties.Environment).toMatchObject({ Variables: { TOKENS_KEY: arn } })
  }
})
