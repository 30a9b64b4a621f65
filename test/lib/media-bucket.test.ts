import { expect, test } from '@jest/globals'
import { permissionsOf, productTemplate, resourcesOf } from './synthesis.ts'

const template = productTemplate()
const [id, bucket] =
  Object.entries(resourcesOf(template, 'AWS::S3::Bucket')).find(([name]) => name.startsWith('MediaBucket')) ?? []
const [door] = Object.keys(resourcesOf(template, 'AWS::CloudFront::Distribution'))

test('media are private, encrypted, unversioned and survive the deletion of the stack', () => {
  expect(bucket).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate' })
  expect(bucket?.Properties).toMatchObject({
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  })
  expect(bucket?.Properties).not.toHaveProperty('VersioningConfiguration')
})

test('the bucket requires TLS, and its own policy grants nothing', () => {
  const policy = Object.values(resourcesOf(template, 'AWS::S3::BucketPolicy')).find(({ Properties }) =>
    JSON.stringify(Properties.Bucket).includes(String(id)),
  )
  expect(policy?.Properties.PolicyDocument).toMatchObject({
    Statement: [{ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
  })
})

test('unused and incomplete uploads expire after a day', () => {
  expect(bucket?.Properties.LifecycleConfiguration).toEqual({
    Rules: [
      expect.objectContaining({ Prefix: 'uploads/', ExpirationInDays: 1, Status: 'Enabled' }),
      expect.objectContaining({
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        Status: 'Enabled',
      }),
    ],
  })
  expect(bucket?.Properties.LifecycleConfiguration).not.toMatchObject({ Rules: [{}, { Prefix: expect.anything() }] })
})

test('only the origin of the console may use it in browsers', () => {
  const origin = { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [door, 'DomainName'] }]] }
  expect(bucket?.Properties.CorsConfiguration).toEqual({
    CorsRules: [
      { AllowedMethods: ['GET', 'PUT'], AllowedOrigins: [origin], AllowedHeaders: ['content-type'], MaxAge: 3600 },
    ],
  })
})

test('the media function writes only received media, reads only sent media, and alone may delete both', () => {
  const placesOf = (name: 'media' | 'api' | 'sender' | 'router', action: string) =>
    permissionsOf(template)
      [name].filter(({ Action }) => [Action].flat().includes(action))
      .flatMap(({ Resource }) => [...JSON.stringify(Resource).matchAll(/"\/(\w+)\/\*"/g)].map(([, place]) => place))
      .sort()
  expect(placesOf('media', 's3:PutObject')).toEqual(['received'])
  expect(placesOf('media', 's3:GetObject')).toEqual(['sent'])
  expect(placesOf('media', 's3:DeleteObject')).toEqual(['received', 'sent'])
  for (const name of ['api', 'router', 'sender'] as const) expect(placesOf(name, 's3:DeleteObject')).toEqual([])
  expect(placesOf('api', 's3:PutObject')).toEqual(['sent', 'uploads'])
  expect(placesOf('api', 's3:GetObject')).toEqual(['received', 'sent', 'uploads'])
  for (const name of ['router', 'sender'] as const) expect(placesOf(name, 's3:GetObject')).toEqual([])
})

test('the page of the console may show them and hand them in', () => {
  const policy = JSON.stringify(resourcesOf(template, 'AWS::CloudFront::ResponseHeadersPolicy'))
  for (const part of ["img-src 'self' https:", "media-src 'self' https:", "connect-src 'self' https:"]) {
    expect(policy).toContain(part)
  }
})
