import { expect, test } from '@jest/globals'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { access } from '../../lambdas/core/api/access.ts'
import { tokenLifetimeSeconds } from '../../local/identity/provider.ts'
import { productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()

function clientNamed(template: Template, clientName: string): { id: string; properties: Record<string, unknown> } {
  const clients = Object.entries(resourcesOf(template, 'AWS::Cognito::UserPoolClient'))
  const [client] = clients.filter(([, { Properties }]) => Properties.ClientName === clientName)
  if (!client) throw new Error(`no client ${clientName}`)
  return { id: client[0], properties: client[1].Properties }
}

function scopesOf(template: Template, clientName: string): string[] {
  const { properties } = clientNamed(template, clientName)
  expect(properties).toMatchObject({ GenerateSecret: true, AllowedOAuthFlows: ['client_credentials'] })
  return [...JSON.stringify(properties.AllowedOAuthScopes).matchAll(/"\/(\w+)"/g)].map(([, name = '']) => name)
}

test('the user pool has the scopes that the API reads', () => {
  template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
    Identifier: access.resourceServer,
    Scopes: Object.entries(access.scopes).map(([ScopeName, { description }]) => ({
      ScopeName,
      ScopeDescription: description,
    })),
  })
})

test('the helpdesk may work on tickets, and no other machine gets a token', () => {
  expect(scopesOf(template, 'helpdesk')).toEqual(['tickets'])
  template.resourceCountIs('AWS::Cognito::UserPoolClient', 2)
})

test('an administration client, if asked for, may do everything, and the API accepts its tokens', () => {
  const both = productTemplate({ machineClients: ['helpdesk', 'admin'] })
  expect(scopesOf(both, 'helpdesk')).toEqual(['tickets'])
  expect(scopesOf(both, 'admin')).toEqual(Object.keys(access.scopes))
  const clients = Object.keys(resourcesOf(both, 'AWS::Cognito::UserPoolClient'))
  expect(clients).toHaveLength(3)
  both.hasOutput('AdminClientId', { Value: { Ref: clientNamed(both, 'admin').id } })
  both.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
    JwtConfiguration: { Audience: clients.map((Ref) => ({ Ref })) },
  })
})

test('without machine clients only people get a token', () => {
  const none = productTemplate({ machineClients: [] })
  none.resourceCountIs('AWS::Cognito::UserPoolClient', 1)
  expect(none.toJSON().Outputs).not.toHaveProperty('HelpdeskClientId')
})

test('the user pool has the groups that the API reads', () => {
  const groups = Object.values(resourcesOf(template, 'AWS::Cognito::UserPoolGroup')).map(({ Properties }) => [
    Properties.GroupName,
    Properties.Description,
  ])
  expect(groups).toEqual(Object.entries(access.groups).map(([name, { description }]) => [name, description]))
})

test('people sign in on the page of the pool and return to the console with a code, without a client secret', () => {
  const { id, properties } = clientNamed(template, 'console')
  const { ConsoleUrl } = template.toJSON().Outputs as Record<string, { Value: { 'Fn::Join': [string, unknown[]] } }>
  const consoleUrl = ConsoleUrl?.Value['Fn::Join'][1] ?? []
  expect(properties).toMatchObject({
    GenerateSecret: false,
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email', 'profile'],
    CallbackURLs: [{ 'Fn::Join': ['', [...consoleUrl, '/signed-in']] }],
    LogoutURLs: [{ 'Fn::Join': ['', [...consoleUrl, '/']] }],
    EnableTokenRevocation: true,
  })
  template.hasOutput('ConsoleClientId', { Value: { Ref: id } })
  // Managed login shows no page for a client without a branding style.
  template.hasResourceProperties('AWS::Cognito::UserPoolDomain', { ManagedLoginVersion: 2 })
  template.hasResourceProperties('AWS::Cognito::ManagedLoginBranding', { ClientId: { Ref: id } })
})

test('who is removed or loses a role loses access within minutes, and each refresh token works once', () => {
  expect(clientNamed(template, 'console').properties).toMatchObject({
    AccessTokenValidity: tokenLifetimeSeconds.person / 60,
    RefreshTokenValidity: 12 * 60,
    TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
    RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 60 },
    EnableTokenRevocation: true,
    // Cognito refuses rotation together with the flow ALLOW_REFRESH_TOKEN_AUTH.
    ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'],
  })
  expect(clientNamed(template, 'helpdesk').properties).toMatchObject({
    AccessTokenValidity: tokenLifetimeSeconds.machine / 60,
  })
})

test('people sign in by a user name that an administrator chose, or by mail address; others see the user name', () => {
  template.hasResourceProperties('AWS::Cognito::UserPool', {
    AliasAttributes: ['email'],
    UsernameAttributes: Match.absent(),
    UsernameConfiguration: { CaseSensitive: false },
    Schema: [{ Name: 'email', Required: true, Mutable: true }],
  })
})

test('only administrators create users, and a sign-in needs the second factor and the sign-in page', () => {
  template.hasResourceProperties('AWS::Cognito::UserPool', {
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    MfaConfiguration: 'ON',
    EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
    DeletionProtection: 'ACTIVE',
  })
  for (const { Properties } of Object.values(resourcesOf(template, 'AWS::Cognito::UserPoolClient'))) {
    expect([['ALLOW_CUSTOM_AUTH'], ['ALLOW_REFRESH_TOKEN_AUTH']]).toContainEqual(Properties.ExplicitAuthFlows)
  }
})

test('the sign-in domain follows from stack and account, unless it is configured', () => {
  template.hasResourceProperties('AWS::Cognito::UserPoolDomain', {
    Domain: { 'Fn::Join': ['', ['helpdesktwitter-', { Ref: 'AWS::AccountId' }]] },
  })
  productTemplate({ domainPrefix: 'support-of-acme' }).hasResourceProperties('AWS::Cognito::UserPoolDomain', {
    Domain: 'support-of-acme',
  })
})
