import { join } from 'node:path'
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3'
import { BucketDeployment, CacheControl, type ISource, Source } from 'aws-cdk-lib/aws-s3-deployment'
import { Construct } from 'constructs'
import { cacheControl, hashedFolder } from '../build/console-headers.ts'

export type ConsoleUploadProps = {
  /** The folder of the console's build. */
  readonly files: string
  readonly bucket: Bucket
  /** Configuration of this installation; the browser reads it as `/config.json`. */
  readonly config: { readonly signInUrl: string; readonly clientId: string; readonly hasSearch: boolean }
}

/**
 * Uploads the built console during deployment: first the hashed files, then the page that refers to them.
 * Older hashed files stay, so an open page keeps working after a deployment.
 */
export class ConsoleUpload extends Construct {
  readonly #role: Role
  readonly #log: LogGroup
  readonly #bucket: Bucket

  constructor(scope: Construct, id: string, { files, bucket, config }: ConsoleUploadProps) {
    super(scope, id)
    this.#bucket = bucket
    this.#log = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${Stack.of(this).stackName}-console-upload`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.#log.grantWrite(this.#role)
    this.#allow('s3:ListBucket', bucket.bucketArn)
    this.#allow('s3:PutObject', bucket.arnForObjects('*'))
    const hashed = this.#upload('Hashed', hashedFolder, [Source.asset(join(files, hashedFolder))], cacheControl.hashed)
    const page = [Source.asset(files, { exclude: [hashedFolder] }), Source.jsonData('config.json', config)]
    this.#upload('Page', undefined, page, cacheControl.other).node.addDependency(hashed)
    this.#acknowledgeFindings()
  }

  #upload(
    name: string,
    folder: string | undefined,
    sources: readonly ISource[],
    cacheControlHeader: string,
  ): BucketDeployment {
    const bound = sources.map((source, index) => {
      const asset = source.bind(new Construct(this, `${name}${index}`), {
        handlerRole: this.#role.withoutPolicyUpdates(),
      })
      this.#allow('s3:GetObject', asset.bucket.arnForObjects(asset.zipObjectKey))
      return { bind: () => asset }
    })
    const deployment = new BucketDeployment(this, name, {
      sources: bound,
      destinationBucket: this.#bucket,
      ...(folder && { destinationKeyPrefix: folder }),
      cacheControl: [CacheControl.fromString(cacheControlHeader)],
      prune: false,
      retainOnDelete: true,
      // CDK's own role would allow much more than the upload needs.
      role: this.#role.withoutPolicyUpdates(),
      logGroup: this.#log,
    })
    deployment.node.addDependency(this.#role)
    return deployment
  }

  #allow(action: string, resource: string): void {
    this.#role.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources: [resource] }))
  }

  #acknowledgeFindings(): void {
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(this.#bucket.node.defaultChild as CfnBucket)}.Arn>/*]`,
      reason:
        'File names are hashes of their content, so they are not known in advance. The bucket holds only the console.',
    })
    const uploader = Stack.of(this).node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'))
    if (!uploader)
      throw new Error('CDK names its upload function differently than expected: adapt the acknowledgements here')
    Validations.of(uploader).acknowledge(
      ...['Serverless-LambdaLatestVersion', 'AwsSolutions-L1'].map((id) => ({
        id,
        reason: 'CDK defines this function and its runtime. It runs only during a deployment.',
      })),
      {
        id: 'Serverless-LambdaDLQ',
        reason: 'CloudFormation invokes it: when it fails, the deployment fails.',
      },
      {
        id: 'Serverless-LambdaTracing',
        reason: 'It runs only during a deployment, and its log says what it did.',
      },
    )
  }
}
