import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { HandlerFunction } from './handler-function.ts'

/**
 * The credentials of the X app, as JSON `{"consumerKey","consumerSecret","consumerSecretPrevious"}`.
 * An administrator fills them in after the first deployment; the template never holds them.
 */
export class XSecrets extends Construct {
  readonly arn: string
  readonly #secret: Secret

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.#secret = new Secret(this, 'Secret', {
      description: 'Credentials of the X app: consumerKey, consumerSecret, consumerSecretPrevious',
      // Random until it is filled in: with a known placeholder anybody could sign deliveries in X's name.
      // Never change this: CloudFormation would generate the secret anew, over the real one.
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ consumerKey: '', consumerSecretPrevious: '' }),
        generateStringKey: 'consumerSecret',
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    })
    this.arn = this.#secret.secretArn
    Validations.of(this.#secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        "X's consumer secret is renewed by a person in X's console, no call renews it. During the change the former " +
        'one is valid too, as consumerSecretPrevious.',
    })
  }

  /** The function may read the credentials, and nothing else. */
  giveTo(reader: HandlerFunction): void {
    reader.give('X_SECRETS', this.arn, { actions: ['secretsmanager:GetSecretValue'], on: [this.arn] })
  }
}
