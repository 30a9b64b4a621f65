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

/** CloudFront function: the console is a single page, so every path without a file extension gets `index.html`. */
const singlePageFallback = `function handler(event) {
  const request = event.request
  const name = request.uri.slice(request.uri.lastIndexOf('/') + 1)
  if (!name.includes('.')) request.uri = '/index.html'
  return request
}
`

/** The files of the console in a bucket that only CloudFront reads, and the CloudFront behaviour that serves them. */
export class ConsoleSite extends Construct {
  /** The CloudFront behaviour that serves the files. */
  readonly behavior: BehaviorOptions
  /** The bucket of the files. */
  readonly files: Bucket

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const files = new Bucket(this, 'Files', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // CloudFormation cannot delete a bucket that has files, and files left behind cost less than a console deleted by
      // mistake.
      removalPolicy: RemovalPolicy.RETAIN,
    })
    this.files = files
    Validations.of(files).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'It holds the public files of a web page, and only CloudFront reads it.',
    })

    // CloudFront names are unique per account, across regions.
    const prefix = `${Stack.of(this).stackName}-${Aws.REGION}`
    const originAccessControl = new S3OriginAccessControl(this, 'Access', {
      originAccessControlName: `${prefix}-console`,
    })
    const fallback = new EdgeFunction(this, 'SinglePage', {
      functionName: `${prefix}-single-page`,
      comment: 'Serves index.html for every path of the console without a file extension',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromInline(singlePageFallback),
    })
    // Bucket and sign-in domain know the distribution's address, so the distribution cannot know theirs: of both only the
    // region is named.
    const origins = {
      storage: [`https://*.s3.${Aws.REGION}.amazonaws.com`],
      signIn: [`https://*.auth.${Aws.REGION}.amazoncognito.com`],
    }
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
          contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicy(origins), override: true },
          contentTypeOptions: { override: true },
          frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
          referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.SAME_ORIGIN, override: true },
        },
      }),
    }
  }
}
