import { describe, expect, test } from '@jest/globals'
import { Template } from 'aws-cdk-lib/assertions'
import { CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront'
import { edgeFunction } from '../../lambdas/core/api/edge.ts'
import { FirewallStack } from '../../lib/firewall.ts'
import { deployedFunction, productApp, productTemplate, resourcesOf } from './synthesis.ts'

type Behavior = Record<string, unknown> & { readonly PathPattern?: string; readonly TargetOriginId: string }
type Origin = Record<string, unknown> & { readonly Id: string; readonly DomainName: unknown }
type Configuration = Record<string, unknown> & {
  readonly CacheBehaviors: readonly Behavior[]
  readonly DefaultCacheBehavior: Behavior
  readonly Origins: readonly Origin[]
}

const template = productTemplate()
const [distribution] = Object.values(resourcesOf(template, 'AWS::CloudFront::Distribution'))
const door = distribution?.Properties.DistributionConfig as Configuration

function originOf({ TargetOriginId }: Behavior): Origin {
  const [found] = door.Origins.filter(({ Id }) => Id === TargetOriginId)
  if (!found) throw new Error(`no origin ${TargetOriginId}`)
  return found
}

test('calls of the API and deliveries of X go to the gateway, everything else to the console', () => {
  expect(door.CacheBehaviors.map(({ PathPattern }) => PathPattern)).toEqual([
    '/api/channels/twitter/*',
    '/api/openapi.json',
    '/api/docs',
    '/api/*',
    '/webhooks/*',
  ])
  const [bucket] = Object.keys(resourcesOf(template, 'AWS::S3::Bucket'))
  expect(originOf(door.DefaultCacheBehavior).DomainName).toEqual({ 'Fn::GetAtt': [bucket, 'RegionalDomainName'] })
})

const isDescription = ({ PathPattern = '' }: Behavior) => ['/api/openapi.json', '/api/docs'].includes(PathPattern)

describe.each(
  door.CacheBehaviors.filter((one) => !isDescription(one)).map((behavior) => [behavior.PathPattern, behavior] as const),
)('%s', (_, behavior) => {
  test('is never cached', () => {
    expect(behavior.CachePolicyId).toBe(CachePolicy.CACHING_DISABLED.cachePolicyId)
  })

  test('tells browsers to guess no type, and to call by TLS only', () => {
    expect(behavior.ResponseHeadersPolicyId).toBe(ResponseHeadersPolicy.SECURITY_HEADERS.responseHeadersPolicyId)
  })

  test('accepts every method', () => {
    expect(behavior.AllowedMethods).toEqual(['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'])
  })

  test('uses TLS only, on both sides', () => {
    const [api] = Object.keys(resourcesOf(template, 'AWS::ApiGatewayV2::Api'))
    expect(behavior.ViewerProtocolPolicy).toBe('https-only')
    expect(originOf(behavior)).toMatchObject({
      DomainName: { 'Fn::Join': ['', expect.arrayContaining([{ Ref: api }, '.execute-api.'])] },
      CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
    })
  })

  test('returns the response of the gateway: a 404 stays a 404', () => {
    const associations = (behavior.FunctionAssociations ?? []) as { EventType: string }[]
    expect(associations.filter(({ EventType }) => EventType !== 'viewer-request')).toEqual([])
    expect(behavior).not.toHaveProperty('LambdaFunctionAssociations')
  })
})

test('calls of the API pass the function that refuses those without a token; the webhook and the description do not', () => {
  const guardedPaths = door.CacheBehaviors.filter((one) => 'FunctionAssociations' in one)
  expect(guardedPaths.map(({ PathPattern }) => PathPattern)).toEqual(['/api/channels/twitter/*', '/api/*'])
  const functions = Object.values(resourcesOf(template, 'AWS::CloudFront::Function'))
  const codes = functions.map(({ Properties }) => String(Properties.FunctionCode))
  const [FunctionCode = ''] = codes.filter((code) => code.includes('ORIGINS'))
  expect(FunctionCode).toBe(edgeFunction([]))
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
  expect(FunctionCode.length).toBeLessThan(10_240)
})

test('pages of other origins get their headers from CloudFront when they are named, and never with credentials', () => {
  expect(resourcesOf(template, 'AWS::CloudFront::ResponseHeadersPolicy')).not.toHaveProperty('FrontDoorApiHeaders')
  const origins = ['https://helpdesk.example.com']
  const open = productTemplate({ corsOrigins: origins })
  const policies = Object.values(resourcesOf(open, 'AWS::CloudFront::ResponseHeadersPolicy'))
  const [policy] = policies.flatMap(({ Properties }) => {
    const config = Properties.ResponseHeadersPolicyConfig as { CorsConfig?: object }
    return config.CorsConfig ? [config.CorsConfig] : []
  })
  expect(policy).toMatchObject({
    AccessControlAllowCredentials: false,
    AccessControlAllowOrigins: { Items: origins },
    AccessControlAllowHeaders: { Items: expect.arrayContaining(['authorization', 'if-match', 'idempotency-key']) },
    AccessControlExposeHeaders: { Items: expect.arrayContaining(['etag']) },
  })
})

test('cookies are forwarded where an account is connected alone, so that polls may be conditional', () => {
  const [[id, policy] = []] = Object.entries(resourcesOf(template, 'AWS::CloudFront::OriginRequestPolicy'))
  expect(
    door.CacheBehaviors.filter((one) => !isDescription(one)).map(({ OriginRequestPolicyId }) => OriginRequestPolicyId),
  ).toEqual([OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER.originRequestPolicyId, { Ref: id }, { Ref: id }])
  expect(policy?.Properties.OriginRequestPolicyConfig).toMatchObject({
    CookiesConfig: { CookieBehavior: 'none' },
    HeadersConfig: { HeaderBehavior: 'allExcept', Headers: ['Host'] },
    QueryStringsConfig: { QueryStringBehavior: 'all' },
  })
})

test('the distribution replaces no response by an error page, and keeps none that is an error', () => {
  const errors = door.CustomErrorResponses as { ErrorCode: number; ErrorCachingMinTTL: number }[]
  expect(errors.map(({ ErrorCode }) => ErrorCode)).toEqual(expect.arrayContaining([403, 404, 500, 502, 503, 504]))
  for (const error of errors) expect(error).toEqual({ ErrorCode: error.ErrorCode, ErrorCachingMinTTL: 0 })
})

test('the description of the API is answered from the cache, whatever query a stranger invents', () => {
  const [description, page] = door.CacheBehaviors.filter(isDescription)
  expect({ ...page, PathPattern: '' }).toEqual({ ...description, PathPattern: '' })
  expect(description).toMatchObject({
    CachePolicyId: CachePolicy.CACHING_OPTIMIZED.cachePolicyId,
    AllowedMethods: ['GET', 'HEAD'],
    ViewerProtocolPolicy: 'https-only',
  })
  expect(description).not.toHaveProperty('OriginRequestPolicyId')
})

describe('the secret of the front door', () => {
  const sentIn = (from: Template) => {
    const [one] = Object.values(resourcesOf(from, 'AWS::CloudFront::Distribution'))
    const { Origins } = (one?.Properties.DistributionConfig ?? {}) as Configuration
    const headers = Origins.flatMap(({ OriginCustomHeaders = [] }) => OriginCustomHeaders as { HeaderName: string }[])
    expect(headers.map(({ HeaderName }) => HeaderName)).toEqual(headers.map(() => 'x-origin-secret'))
    expect(headers.length).toBeGreaterThan(0)
    return JSON.stringify(headers[0])
  }
  const acceptedIn = (from: Template, name: 'webhook' | 'api') =>
    JSON.stringify((deployedFunction(from, name).Environment as { Variables: object }).Variables)
  const generationsIn = (text: string) => [
    ...new Set([...text.matchAll(/Generation(\d+?)[0-9A-F]{8}\b/g)].map(([, n]) => Number(n))),
  ]

  test('is in no template, only its name', () => {
    expect(sentIn(template)).toContain('{{resolve:secretsmanager:')
    for (const name of ['webhook', 'api'] as const) expect(generationsIn(acceptedIn(template, name))).toEqual([1])
  })

  test('changes in three deployments, in none of which something is sent that is not accepted before and after', () => {
    const states = [1, 2, 3, 4, 5].map((originSecretStep) => {
      const from = productTemplate({ originSecretStep })
      expect(acceptedIn(from, 'webhook').includes('Generation')).toBe(true)
      expect(generationsIn(acceptedIn(from, 'api'))).toEqual(generationsIn(acceptedIn(from, 'webhook')))
      return { sent: generationsIn(sentIn(from)), accepted: generationsIn(acceptedIn(from, 'webhook')) }
    })
    expect(states).toEqual([
      { sent: [1], accepted: [1] },
      { sent: [1], accepted: [1, 2] },
      { sent: [2], accepted: [1, 2] },
      { sent: [2], accepted: [2] },
      { sent: [2], accepted: [2, 3] },
    ])
    for (const [index, { sent }] of states.entries()) {
      for (const near of [states[index - 1], states[index], states[index + 1]]) {
        if (near) expect(near.accepted).toEqual(expect.arrayContaining(sent))
      }
    }
  })
})

test('a firewall is one that lies where CloudFront wants it, in a stack of its own', () => {
  const app = productApp()
  const stack = new FirewallStack(app, 'Firewall', { stackName: 'HelpdeskTwitter', requests: 5000 })
  expect(stack.region).toBe('us-east-1')
  Template.fromStack(stack).hasResourceProperties('AWS::WAFv2::WebACL', {
    Scope: 'CLOUDFRONT',
    Rules: [{ Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 5000, EvaluationWindowSec: 300 } } }],
  })
  expect(door).not.toHaveProperty('WebACLId')
  const firewallArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/Firewall-x/1-2-3'
  const [guarded] = Object.values(resourcesOf(productTemplate({ firewallArn }), 'AWS::CloudFront::Distribution'))
  expect(guarded?.Properties.DistributionConfig).toMatchObject({ WebACLId: firewallArn })
})

test('browsers may use HTTP/2 and HTTP/3', () => {
  expect(door.HttpVersion).toBe('http2and3')
})
