import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, HttpMethods, type IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { bucket as prefixes } from '../lambdas/runtime/resources.ts'
import type { HandlerFunction } from './handler-function.ts'

export type MediaBucketProps = {
  /** Origin of the console: its pages may upload files to the bucket and show them. */
  readonly consoleUrl: string
  /** The name of a bucket to use instead of making one. Its CORS must admit the console. */
  readonly adopted?: string | undefined
}

/**
 * Pictures, GIFs and videos of customers and agents. People read it only through presigned URLs that expire within
 * minutes. It survives the deletion of the stack: X deletes media, so they cannot be downloaded again.
 */
export class MediaBucket extends Construct {
  readonly #bucket: IBucket

  constructor(scope: Construct, id: string, { consoleUrl, adopted }: MediaBucketProps) {
    super(scope, id)
    this.#bucket = adopted === undefined ? this.#make(consoleUrl) : Bucket.fromBucketName(this, 'Media', adopted)
  }

  get name(): string {
    return this.#bucket.bucketName
  }

  #make(consoleUrl: string): Bucket {
    const unused = Duration.days(prefixes.unusedDays)
    const made = new Bucket(this, 'Media', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // Files never change, and a deleted file must not remain as an old version.
      versioned: false,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      lifecycleRules: [
        { id: 'unused-uploads', prefix: `${prefixes.uploads}/`, expiration: unused },
        { id: 'incomplete-uploads', abortIncompleteMultipartUploadAfter: unused },
      ],
      cors: [
        {
          allowedMethods: [HttpMethods.GET, HttpMethods.PUT],
          allowedOrigins: [consoleUrl],
          allowedHeaders: ['content-type'],
          maxAge: 3600,
        },
      ],
    })
    Validations.of(made).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'An access log would hold presigned URLs, which work for anyone until they expire. The log of the API says ' +
        'who gets a URL, CloudTrail what the functions do.',
    })
    return made
  }

  /** Lets the function store media from X, read media for X, and delete both. */
  grantTransfer(media: HandlerFunction): void {
    media.addResource(
      'MEDIA_BUCKET',
      this.#bucket.bucketName,
      { actions: ['s3:PutObject', 's3:AbortMultipartUpload'], resources: [this.#underPrefix(prefixes.received)] },
      { actions: ['s3:GetObject'], resources: [this.#underPrefix(prefixes.sent)] },
      {
        actions: ['s3:DeleteObject'],
        resources: [this.#underPrefix(prefixes.received), this.#underPrefix(prefixes.sent)],
      },
      // The files of a message that was deleted on X are found by their prefix.
      { actions: ['s3:ListBucket'], resources: [this.#bucket.bucketArn] },
    )
    this.#acknowledgeWildcards(media)
  }

  /** Lets the function find and delete files by the beginnings of their names. */
  grantErase(erase: HandlerFunction): void {
    const all = [prefixes.received, prefixes.uploads, prefixes.sent].map((prefix) => this.#underPrefix(prefix))
    erase.addResource(
      'MEDIA_BUCKET',
      this.#bucket.bucketName,
      { actions: ['s3:DeleteObject'], resources: all },
      { actions: ['s3:ListBucket'], resources: [this.#bucket.bucketArn] },
    )
    this.#acknowledgeWildcards(erase)
  }

  /** Lets the function presign downloads. */
  grantPresignDownload(user: HandlerFunction): void {
    user.addResource('MEDIA_BUCKET', this.#bucket.bucketName, {
      actions: ['s3:GetObject'],
      resources: [this.#underPrefix(prefixes.received), this.#underPrefix(prefixes.sent)],
    })
    this.#acknowledgeWildcards(user)
  }

  /** Lets the function presign downloads and uploads, and copy the uploads of a reply to `sent/`. */
  grantPresign(api: HandlerFunction): void {
    api.addResource(
      'MEDIA_BUCKET',
      this.#bucket.bucketName,
      {
        actions: ['s3:GetObject'],
        resources: [this.#underPrefix(prefixes.received), this.#underPrefix(prefixes.sent)],
      },
      { actions: ['s3:GetObject', 's3:PutObject'], resources: [this.#underPrefix(prefixes.uploads)] },
      { actions: ['s3:PutObject'], resources: [this.#underPrefix(prefixes.sent)] },
      // Without it S3 answers 403, not 404, for a missing upload. A prefix condition does not apply to that check.
      { actions: ['s3:ListBucket'], resources: [this.#bucket.bucketArn] },
    )
    this.#acknowledgeWildcards(api)
  }

  /** ARN of every file under a prefix. */
  #underPrefix(prefix: string): string {
    return this.#bucket.arnForObjects(`${prefix}/*`)
  }

  #acknowledgeWildcards(user: HandlerFunction): void {
    const made = this.#bucket.node.defaultChild
    const bucket =
      made instanceof CfnBucket
        ? `<${Stack.of(this).getLogicalId(made)}.Arn>`
        : `arn:<AWS::Partition>:s3:::${this.#bucket.bucketName}`
    const findings = [prefixes.received, prefixes.uploads, prefixes.sent].map((prefix) => ({
      id: `AwsSolutions-IAM5[Resource::${bucket}/${prefix}/*]`,
      reason: 'File names follow from messages, so a prefix is the narrowest resource that a policy can name.',
    }))
    Validations.of(user).acknowledge(...findings)
  }
}
