import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { HandlerFunction } from './handler-function.ts'

/**
 * The credentials of the X app, as JSON `{"consumerKey","consumerSecret","consumerSecretPrevious"}`.
 * An administrator stores them after the first deployment; the template never contains them.
 */
export class XSecrets extends Construct {
  readonly arn: string

  /** @param adopted the ARN of a secret to use instead of making one */
  constructor(scope: Construct, id: string, { adopted }: { readonly adopted?: string | undefined } = {}) {
    super(scope, id)
    this.arn = adopted ?? this.#make()
  }

  #make(): string {
    const secret = new Secret(this, 'Secret', {
      description: 'Credentials of the X app: consumerKey, consumerSecret, consumerSecretPrevious',
      // Random at first: with a known placeholder anyone could sign deliveries as X.
      // Never change this: CloudFormation would generate a new secret and overwrite the real one.
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ consumerKey: '', consumerSecretPrevious: '' }),
        generateStringKey: 'consumerSecret',
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        "Only a person can renew the consumer secret, in X's developer console. During the change the previous secret " +
        'stays valid as consumerSecretPrevious.',
    })
    return secret.secretArn
  }

  /** Lets the function read the credentials. */
  grantRead(reader: HandlerFunction): void {
    reader.addResource('X_SECRETS', this.arn, { actions: ['secretsmanager:GetSecretValue'], resources: [this.arn] })
  }
}
