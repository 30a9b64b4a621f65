import { describe, expect, test } from '@jest/globals'
import { Match } from 'aws-cdk-lib/assertions'
import { deployedFunction, productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()
const routes = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties)

function handlerOf(route: Record<string, unknown>): string {
  const target = JSON.stringify(route.Target)
  const [integration] = Object.entries(resourcesOf(template, 'AWS::ApiGatewayV2::Integration')).filter(([id]) =>
    target.includes(`"${id}"`),
  )
  return JSON.stringify(integration?.[1].Properties.IntegrationUri).includes('WebhookFunction') ? 'webhook' : 'api'
}

describe('routes', () => {
  test('send X to the webhook and all others to the API, and only API calls need a token', () => {
    expect(
      routes.map((route) => `${route.RouteKey} -> ${handlerOf(route)}, ${route.AuthorizationType}`).sort(),
    ).toEqual([
      'ANY / -> api, NONE',
      'ANY /api/{proxy+} -> api, JWT',
      'ANY /webhooks/twitter -> webhook, NONE',
      'ANY /{proxy+} -> api, NONE',
      'GET /api/channels/twitter/callback -> api, NONE',
      'GET /api/docs -> api, NONE',
      'GET /api/openapi.json -> api, NONE',
    ])
  })

  test('use the payload format that the handlers read', () => {
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Integration'))) {
      expect(Properties).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' })
    }
  })
})

test('a token must come from our user pool and from one of its clients', () => {
  const clients = Object.keys(resourcesOf(template, 'AWS::Cognito::UserPoolClient'))
  expect(clients).toHaveLength(2)
  const [pool] = Object.keys(resourcesOf(template, 'AWS::Cognito::UserPool'))
  template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
    AuthorizerType: 'JWT',
    JwtConfiguration: {
      Issuer: { 'Fn::GetAtt': [pool, 'ProviderURL'] },
      Audience: clients.map((client) => ({ Ref: client })),
    },
  })
})

test('the stage throttles and logs every request as JSON, without its query', () => {
  const [stage] = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Stage'))
  expect(stage?.Properties).toMatchObject({
    StageName: '$default',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: expect.any(Number), ThrottlingBurstLimit: expect.any(Number) },
  })
  const { Format } = (stage?.Properties.AccessLogSettings ?? {}) as { Format: string }
  expect(JSON.parse(Format)).toMatchObject({ routeKey: '$context.routeKey', status: '$context.status' })
  expect(JSON.parse(Format)).toMatchObject({ person: '$context.authorizer.claims.username' })
  expect(Format).not.toMatch(/query|rawPath/i)
})

test.each([
  ['RefusedDeliveries', '{ ($.routeKey = "ANY /webhooks/twitter") && (($.status = "5*") || ($.status = "429")) }'],
  ['FailedCalls', '{ ($.routeKey != "ANY /webhooks/twitter") && ($.status = "5*") }'],
])('%s are counted in the access log, whoever answered', (MetricName, FilterPattern) => {
  template.hasResourceProperties('AWS::Logs::MetricFilter', {
    LogGroupName: { Ref: Match.stringLikeRegexp('AccessLog') },
    FilterPattern,
    MetricTransformations: [{ MetricName, MetricNamespace: 'HelpdeskTwitter', MetricValue: '1' }],
  })
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName, Namespace: 'HelpdeskTwitter', Threshold: 0 })
})

test('each route has a share of its own: what strangers ask for takes nothing from X', () => {
  const [stage] = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Stage'))
  const settings = stage?.Properties.RouteSettings as Record<string, { ThrottlingRateLimit: number }>
  expect(Object.keys(settings).sort()).toEqual(routes.map(({ RouteKey }) => String(RouteKey)).sort())
  const open = Object.keys(settings).filter((key) => !/webhooks|proxy\+\}$/.test(key) || key === 'ANY /{proxy+}')
  for (const key of open) {
    expect(settings[key]?.ThrottlingRateLimit).toBeLessThan(settings['ANY /webhooks/twitter']?.ThrottlingRateLimit ?? 0)
  }
  // CloudFormation must make a route before the stage throttles it.
  const { DependsOn } = stage as unknown as { DependsOn: string[] }
  expect(DependsOn).toEqual(expect.arrayContaining(Object.keys(resourcesOf(template, 'AWS::ApiGatewayV2::Route'))))
})

test('the beginning and the end of the alarm on refused deliveries reach reconcile', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      resources: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('RefusedDeliveries'), 'Arn'] }],
    },
    Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Reconcile'), 'Arn'] } })],
  })
})

test('the webhook shares the executions of the account, so that a small one can deploy, unless some are reserved', () => {
  expect(deployedFunction(template, 'webhook')).not.toHaveProperty('ReservedConcurrentExecutions')
  const reserved = productTemplate({ webhookReserved: 100 })
  expect(deployedFunction(reserved, 'webhook').ReservedConcurrentExecutions).toBe(100)
  expect(deployedFunction(reserved, 'api')).not.toHaveProperty('ReservedConcurrentExecutions')
})
