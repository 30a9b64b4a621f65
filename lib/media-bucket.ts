import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { bucket as places } from '../lambdas/runtime/resources.ts'
import type { HandlerFunction } from './handler-function.ts'

export type MediaBucketProps = {
  /** The address of the console: browsers that show it may put files here and show them. */
  readonly consoleUrl: string
}

/**
 * Pictures, GIFs and films of customers and agents. Nobody reads it but by a signed link of some minutes. It outlives
 * the stack like the table: X forgets its media, so they cannot be had again.
 */
export class MediaBucket extends Construct {
  readonly #bucket: Bucket

  constructor(scope: Construct, id: string, { consoleUrl }: MediaBucketProps) {
    super(scope, id)
    const unused = Duration.days(places.unusedDays)
    this.#bucket = new Bucket(this, 'Media', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // Nothing is ever changed here, and what goes shall be gone.
      versioned: false,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'unused-uploads', prefix: `${places.uploads}/`, expiration: unused },
        { id: 'parts-of-nothing', abortIncompleteMultipartUploadAfter: unused },
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
    Validations.of(this.#bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'A log of requests would hold signed links, which open what they name while they work. Who gets a link is in ' +
        'the log of the API, what the functions do in CloudTrail.',
    })
  }

  /** The function keeps what customers send, and reads what agents send to bring it to X. */
  moveIn(mover: HandlerFunction): void {
    mover.give(
      'MEDIA_BUCKET',
      this.#bucket.bucketName,
      { actions: ['s3:PutObject', 's3:AbortMultipartUpload'], on: [this.#within(places.received)] },
      { actions: ['s3:GetObject'], on: [this.#within(places.sent)] },
    )
    this.#acknowledgePlaces(mover)
  }

  /** The function gives out links, for looking and for handing in, and keeps what a reply takes. */
  linkFrom(linker: HandlerFunction): void {
    linker.give(
      'MEDIA_BUCKET',
      this.#bucket.bucketName,
      { actions: ['s3:GetObject'], on: [this.#within(places.received), this.#within(places.sent)] },
      { actions: ['s3:GetObject', 's3:PutObject'], on: [this.#within(places.uploads)] },
      { actions: ['s3:PutObject'], on: [this.#within(places.sent)] },
      // Without it S3 answers 403 for what was never handed in, and not 404; a prefix as a condition would not match there.
      { actions: ['s3:ListBucket'], on: [this.#bucket.bucketArn] },
    )
    this.#acknowledgePlaces(linker)
  }

  /** Everything in one place of the bucket: files have no other names in a policy. */
  #within(place: string): string {
    return this.#bucket.arnForObjects(`${place}/*`)
  }

  #acknowledgePlaces(user: HandlerFunction): void {
    const { node } = this.#bucket
    const bucket = Stack.of(this).getLogicalId(node.defaultChild as CfnBucket)
    const findings = [places.received, places.uploads, places.sent].map((place) => ({
      id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${place}/*]`,
      reason: 'Files are named as messages come: the place in the bucket is the narrowest that can be said beforehand.',
    }))
    Validations.of(user).acknowledge(...findings)
  }
}
