import { expect, test } from '@jest/globals'
import { access } from '../../lambdas/runtime/resources.ts'
import { productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()

function scopesOf(clientName: string): string[] {
  const clients = Object.values(resourcesOf(template, 'AWS::Cognito::UserPoolClient'))
  const [client] = clients.filter(({ Properties }) => Properties.ClientName === clientName)
  expect(client?.Properties).toMatchObject({ GenerateSecret: true, AllowedOAuthFlows: ['client_credentials'] })
  return [...JSON.stringify(client?.Properties.AllowedOAuthScopes).matchAll(/"\/(\w+)"/g)].map(([, name = '']) => name)
}

test('the scopes of a token are those of the manifest', () => {
  template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
    Identifier: access.resourceServer,
    Scopes: Object.entries(access.scopes).map(([ScopeName, ScopeDescription]) => ({ ScopeName, ScopeDescription })),
  })
})

test('the helpdesk may work on tickets, the administrator may do everything', () => {
  expect(scopesOf('helpdesk')).toEqual(['tickets'])
  expect(scopesOf('admin')).toEqual(Object.keys(access.scopes))
  template.resourceCountIs('AWS::Cognito::UserPoolClient', 2)
})

test('nobody signs up by himself, or signs in with a password through the client of a machine', () => {
  template.hasResourceProperties('AWS::Cognito::UserPool', {
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    MfaConfiguration: 'ON',
    DeletionProtection: 'ACTIVE',
  })
  for (const { Properties } of Object.values(resourcesOf(template, 'AWS::Cognito::UserPoolClient'))) {
    expect(Properties.ExplicitAuthFlows).toEqual(['ALLOW_REFRESH_TOKEN_AUTH'])
  }
})

test('the host of the tokens is made from stack and account, unless it is given', () => {
  template.hasResourceProperties('AWS::Cognito::UserPoolDomain', {
    Domain: { 'Fn::Join': ['', ['helpdesktwitter-', { Ref: 'AWS::AccountId' }]] },
  })
  productTemplate({ domainPrefix: 'support-of-acme' }).hasResourceProperties('AWS::Cognito::UserPoolDomain', {
    Domain: 'support-of-acme',
  })
})
