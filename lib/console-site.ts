import { Aws, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { consoleHeaders, contentSecurityPolicy } from '../build/console-headers.ts'

/** The page finds its own way: every address that is not a file's gets the one page. */
const singlePageFallback = `function handler(event) {
  const request = event.request
  const name = request.uri.slice(request.uri.lastIndexOf('/') + 1)
  if (!name.includes('.')) request.uri = '/index.html'
  return request
}
`

/** The files of the console, in a bucket that only the front door can read, and how browsers get them. */
export class ConsoleSite extends Construct {
  /** How the front door hands the files out. */
  readonly behavior: BehaviorOptions
  /** Where the files are put. */
  readonly files: Bucket

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const files = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // A bucket with files in it cannot be deleted without a function that empties it first; and a console that is
      // gone by mistake is worse than a few files that stay.
      removalPolicy: RemovalPolicy.RETAIN,
    })
    this.files = files
    Validations.of(files).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It holds the files of a web page, which anyone may have, and only the front door reads them.',
    })

    // CloudFront's names are the account's, whatever the region.
    const prefix = `${Stack.of(this).stackName}-${Aws.REGION}`
    const originAccessControl = new S3OriginAccessControl(this, 'Access', {
      originAccessControlName: `${prefix}-console`,
    })
    const fallback = new EdgeFunction(this, 'SinglePage', {
      functionName: `${prefix}-single-page`,
      comment: 'Every address of the console that is not a file is its page',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(singlePageFallback),
    })
    this.behavior = {
      origin: S3BucketOrigin.withOriginAccessControl(files, { originAccessControl }),
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      compress: true,
      functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: fallback }],
      responseHeadersPolicy: new ResponseHeadersPolicy(this, 'Headers', {
        responseHeadersPolicyName: `${prefix}-console`,
        securityHeadersBehavior: {
          strictTransportSecurity: {
            accessControlMaxAge: Duration.seconds(consoleHeaders.strictTransportSecuritySeconds),
            override: true,
          },
          contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicy(), override: true },
          contentTypeOptions: { override: true },
          frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
          referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.SAME_ORIGIN, override: true },
        },
      }),
    }
  }
}
