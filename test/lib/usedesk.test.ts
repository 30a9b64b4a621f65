import { describe, expect, test } from '@jest/globals'
import { deployedFunction, permissionsOf, productTemplate, resourcesOf, type Statement } from './synthesis.ts'

const off = productTemplate()
const on = productTemplate({ usedeskApiUrl: 'https://secure.usedesk.com/uapi' })

const routesOf = (template: typeof on) =>
  Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties)
const alarmsOf = (template: typeof on) =>
  Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(({ Properties }) => String(Properties.AlarmName))
const variablesOf = (template: typeof on, name: 'deliver' | 'api' | 'publish' | 'requeue') =>
  (deployedFunction(template, name).Environment as { Variables: Record<string, unknown> }).Variables
const actionsOf = (statements: readonly Statement[]) => JSON.stringify(statements.map(({ Action }) => Action))

describe('without its setting', () => {
  test('Usedesk has no secret, no route, no alarm and no permission', () => {
    const secrets = (template: typeof on) => Object.keys(resourcesOf(template, 'AWS::SecretsManager::Secret'))
    expect(secrets(on).length - secrets(off).length).toBe(1)
    expect(JSON.stringify([routesOf(off), alarmsOf(off)])).not.toContain('usedesk')
    expect(actionsOf(permissionsOf(off).deliver)).not.toMatch(/secretsmanager|sqs:SendMessage|s3:PutObject/)
    for (const name of ['deliver', 'api', 'publish', 'requeue'] as const) {
      expect(variablesOf(off, name).USEDESK_API_URL).toBe('')
    }
  })
})

describe('with its setting', () => {
  test('its route has no authorizer and a throttle of its own', () => {
    const [route] = routesOf(on).filter(({ RouteKey }) => RouteKey === 'POST /webhooks/usedesk')
    expect(route).toMatchObject({ AuthorizationType: 'NONE' })
    const [stage] = Object.values(resourcesOf(on, 'AWS::ApiGatewayV2::Stage'))
    expect(stage?.Properties.RouteSettings).toMatchObject({
      'POST /webhooks/usedesk': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    })
  })

  test('deliver reads its secret, writes replies and their files; the template has no token', () => {
    expect(actionsOf(permissionsOf(on).deliver)).toMatch(/sqs:SendMessage/)
    expect(actionsOf(permissionsOf(on).deliver)).toMatch(/s3:PutObject/)
    expect(actionsOf(permissionsOf(on).deliver)).toMatch(/secretsmanager:GetSecretValue/)
    expect(variablesOf(on, 'deliver').USEDESK_API_URL).toBe('https://secure.usedesk.com/uapi')
    const made = Object.values(resourcesOf(on, 'AWS::SecretsManager::Secret')).map(({ Properties }) => Properties)
    expect(made).toContainEqual(
      expect.objectContaining({
        GenerateSecretString: expect.objectContaining({ SecretStringTemplate: '{"apiToken":""}' }),
      }),
    )
  })

  test('an answer that did not become a reply raises an alarm', () => {
    expect(alarmsOf(on)).toContain('HelpdeskTwitter-usedesk-answers-lost')
  })
})
