import { describe, expect, test } from '@jest/globals'
import { contentSecurityPolicy } from '../../build/console-headers.ts'
import { productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()
const [distribution] = Object.entries(resourcesOf(template, 'AWS::CloudFront::Distribution'))
if (!distribution) throw new Error('no front door')
const [door, { Properties }] = distribution
const { DefaultCacheBehavior: behavior, Origins } = Properties.DistributionConfig as {
  DefaultCacheBehavior: Record<string, unknown>
  Origins: Record<string, unknown>[]
}

describe('the files of the console', () => {
  const bucket = Object.entries(resourcesOf(template, 'AWS::S3::Bucket')).find(([id]) => id.startsWith('Console'))

  test('are in a bucket that is private, encrypted and survives the deletion of the stack', () => {
    expect(bucket?.[1]).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: { ServerSideEncryptionConfiguration: [expect.anything()] },
      },
    })
  })

  test('are readable only by our distribution, over TLS', () => {
    const arn = { 'Fn::GetAtt': [bucket?.[0], 'Arn'] }
    const [policy] = Object.values(resourcesOf(template, 'AWS::S3::BucketPolicy'))
    const parts = ['arn:', { Ref: 'AWS::Partition' }, ':cloudfront::', { Ref: 'AWS::AccountId' }]
    const sourceArn = { 'Fn::Join': ['', [...parts, ':distribution/', { Ref: door }]] }
    expect(policy?.Properties.PolicyDocument).toMatchObject({
      Statement: [
        { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        {
          Effect: 'Allow',
          Action: 's3:GetObject',
          Principal: { Service: 'cloudfront.amazonaws.com' },
          Condition: { StringEquals: { 'AWS:SourceArn': sourceArn } },
          Resource: { 'Fn::Join': ['', [arn, '/*']] },
        },
      ],
    })
    const [control] = Object.keys(resourcesOf(template, 'AWS::CloudFront::OriginAccessControl'))
    expect(Origins).toContainEqual(
      expect.objectContaining({ OriginAccessControlId: { 'Fn::GetAtt': [control, 'Id'] } }),
    )
  })

  test('are served compressed over TLS, and cannot be written', () => {
    expect(behavior).toMatchObject({
      AllowedMethods: ['GET', 'HEAD'],
      Compress: true,
      ViewerProtocolPolicy: 'redirect-to-https',
    })
  })
})

describe('the single page', () => {
  const [fallback] = Object.entries(resourcesOf(template, 'AWS::CloudFront::Function')).filter(([id]) =>
    id.startsWith('ConsoleSinglePage'),
  )
  const code = String(fallback?.[1].Properties.FunctionCode)
  const handler = new Function(`${code}; return handler`)() as (event: unknown) => { uri: string }
  const answered = (uri: string) => handler({ request: { method: 'GET', uri, querystring: {} } }).uri

  test('is chosen by a function on the behaviour of the console', () => {
    expect(behavior.FunctionAssociations).toEqual([
      { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': [fallback?.[0], 'FunctionARN'] } },
    ])
    expect(fallback?.[1].Properties).toMatchObject({
      AutoPublish: true,
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
    })
  })

  test.each(['/', '/channels', '/channels/twitter-2244994945', '/signed-in', '/tickets/', '/v1.2/tickets'])(
    'answers %s',
    (uri) => expect(answered(uri)).toBe('/index.html'),
  )

  test.each(['/index.html', '/assets/main-3f9a.js', '/favicon.ico', '/.well-known/security.txt'])(
    'does not answer %s, which is a file or is not there',
    (uri) => expect(answered(uri)).toBe(uri),
  )
})

test('the headers force TLS, allow only our own scripts and forbid frames', () => {
  const [policy] = Object.entries(resourcesOf(template, 'AWS::CloudFront::ResponseHeadersPolicy'))
  expect(behavior.ResponseHeadersPolicyId).toEqual({ Ref: policy?.[0] })
  expect(policy?.[1].Properties.ResponseHeadersPolicyConfig).toMatchObject({
    SecurityHeadersConfig: {
      StrictTransportSecurity: { AccessControlMaxAgeSec: 365 * 24 * 3600, Override: true },
      ContentSecurityPolicy: { Override: true },
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY' },
      ReferrerPolicy: { ReferrerPolicy: 'same-origin' },
    },
  })
  expect(JSON.stringify(policy)).not.toMatch(/unsafe|script-src/)
})

test('pages load from named hosts only: our own, those of X, the storage and the sign-in of the region', () => {
  const [policy] = Object.values(resourcesOf(template, 'AWS::CloudFront::ResponseHeadersPolicy'))
  const text = JSON.stringify(policy?.Properties)
  expect(text).not.toMatch(/https:[ ;"]/)
  for (const host of ['pbs.twimg.com', 'video.twimg.com', 'abs.twimg.com', '*.s3.', '*.auth.']) {
    expect(text).toContain(`https://${host}`)
  }
})

test('storage may serve media and take files, but no scripts', () => {
  const policy = contentSecurityPolicy({ storage: ['http://localhost:*'] })
  expect(policy).toMatch(/connect-src 'self' http:\/\/localhost:\*;/)
  expect(policy).toMatch(/img-src 'self' [^;]*http:\/\/localhost:\* blob: data:;/)
  expect(policy).toMatch(/default-src 'self';/)
  expect(policy).not.toMatch(/unsafe|script-src/)
})
