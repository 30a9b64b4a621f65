import { describe, expect, test } from '@jest/globals'
import { CachePolicy, OriginRequestPolicy } from 'aws-cdk-lib/aws-cloudfront'
import { productTemplate, resourcesOf } from './synthesis.ts'

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
    '/api/*',
    '/webhooks/*',
  ])
  const [bucket] = Object.keys(resourcesOf(template, 'AWS::S3::Bucket'))
  expect(originOf(door.DefaultCacheBehavior).DomainName).toEqual({ 'Fn::GetAtt': [bucket, 'RegionalDomainName'] })
})

describe.each(door.CacheBehaviors.map((behavior) => [behavior.PathPattern, behavior] as const))('%s', (_, behavior) => {
  test('is never cached', () => {
    expect(behavior.CachePolicyId).toBe(CachePolicy.CACHING_DISABLED.cachePolicyId)
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
    expect(behavior).not.toHaveProperty('FunctionAssociations')
    expect(behavior).not.toHaveProperty('LambdaFunctionAssociations')
  })
})

test('cookies are forwarded where an account is connected alone, so that polls may be conditional', () => {
  const [[id, policy] = []] = Object.entries(resourcesOf(template, 'AWS::CloudFront::OriginRequestPolicy'))
  expect(door.CacheBehaviors.map(({ OriginRequestPolicyId }) => OriginRequestPolicyId)).toEqual([
    OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER.originRequestPolicyId,
    { Ref: id },
    { Ref: id },
  ])
  expect(policy?.Properties.OriginRequestPolicyConfig).toMatchObject({
    CookiesConfig: { CookieBehavior: 'none' },
    HeadersConfig: { HeaderBehavior: 'allExcept', Headers: ['Host'] },
    QueryStringsConfig: { QueryStringBehavior: 'all' },
  })
})

test('the distribution replaces no response by an error page', () => {
  expect(door).not.toHaveProperty('CustomErrorResponses')
})

test('browsers may use HTTP/2 and HTTP/3', () => {
  expect(door.HttpVersion).toBe('http2and3')
})
