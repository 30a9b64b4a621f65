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
  readonly to: Bucket
  /** What differs from one installation to the next; the browser reads it as `/config.json`. */
  readonly config: { readonly signInUrl: string; readonly clientId: string }
}

/**
 * Puts the built console into its bucket while the stack is deployed: first what the page needs, then the page.
 * What was there before stays, so that whoever has the page of before open can go on with it.
 */
export class ConsoleUpload extends Construct {
  readonly #role: Role
  readonly #log: LogGroup
  readonly #to: Bucket

  constructor(scope: Construct, id: string, { files, to, config }: ConsoleUploadProps) {
    super(scope, id)
    this.#to = to
    this.#log = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${Stack.of(this).stackName}-console-upload`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    this.#log.grantWrite(this.#role)
    this.#allow('s3:ListBucket', to.bucketArn)
    this.#allow('s3:PutObject', to.arnForObjects('*'))
    const hashed = this.#put('Hashed', hashedFolder, [Source.asset(join(files, hashedFolder))], cacheControl.hashed)
    const page = [Source.asset(files, { exclude: [hashedFolder] }), Source.jsonData('config.json', config)]
    this.#put('Page', undefined, page, cacheControl.other).node.addDependency(hashed)
    this.#acknowledgeFindings()
  }

  #put(what: string, folder: string | undefined, sources: readonly ISource[], control: string): BucketDeployment {
    const bound = sources.map((source, index) => {
      const found = source.bind(new Construct(this, `${what}${index}`), {
        handlerRole: this.#role.withoutPolicyUpdates(),
      })
      this.#allow('s3:GetObject', found.bucket.arnForObjects(found.zipObjectKey))
      return { bind: () => found }
    })
    const deployment = new BucketDeployment(this, what, {
      sources: bound,
      destinationBucket: this.#to,
      ...(folder && { destinationKeyPrefix: folder }),
      cacheControl: [CacheControl.fromString(control)],
      prune: false,
      retainOnDelete: true,
      // CDK would allow much more than copying needs.
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
      id: `AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(this.#to.node.defaultChild as CfnBucket)}.Arn>/*]`,
      reason: 'The names of the files follow from their content. It may write nothing else than the console.',
    })
    const copying = Stack.of(this).node.children.find(({ node }) => node.id.startsWith('Custom::CDKBucketDeployment'))
    if (!copying) throw new Error('CDK copies files by another function than it used to')
    Validations.of(copying).acknowledge(
      ...['Serverless-LambdaLatestVersion', 'AwsSolutions-L1'].map((id) => ({
        id,
        reason: "It is CDK's own function, on the runtime for which CDK makes it, and runs during a deployment only.",
      })),
      {
        id: 'Serverless-LambdaDLQ',
        reason: 'CloudFormation calls it and hears of a failure at once: the deployment fails.',
      },
      {
        id: 'Serverless-LambdaTracing',
        reason: 'It runs during a deployment only, and its log says what it did.',
      },
    )
  }
}
