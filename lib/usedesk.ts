import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { HandlerFunction } from './handler-function.ts'

/**
 * Usedesk, where it is switched on: the address of its API, and a secret with JSON `{"apiToken","webhookSecret"}`. An
 * administrator puts the token in after the deployment; the template never contains it. Off, there is no secret.
 */
export class Usedesk extends Construct {
  /** Undefined while it is off. */
  readonly secretArn: string | undefined
  readonly #apiUrl: string | undefined

  constructor(scope: Construct, id: string, { apiUrl }: { readonly apiUrl: string | undefined }) {
    super(scope, id)
    this.#apiUrl = apiUrl
    this.secretArn = apiUrl === undefined ? undefined : this.#makeSecret()
  }

  get isOn(): boolean {
    return this.#apiUrl !== undefined
  }

  #makeSecret(): string {
    const secret = new Secret(this, 'Secret', {
      description: 'Usedesk: apiToken (of its API channel), webhookSecret (in the address that it calls)',
      // Never change this: CloudFormation would generate a new secret and overwrite the real one.
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ apiToken: '' }),
        generateStringKey: 'webhookSecret',
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Only a person can renew the token of a channel, in Usedesk.',
    })
    return secret.secretArn
  }

  /** Tells the function whether Usedesk is switched on. */
  grantKnow(user: HandlerFunction): void {
    user.addVariable('USEDESK_API_URL', this.#apiUrl ?? '')
  }

  /** Lets the function work with Usedesk. */
  grantUse(user: HandlerFunction): void {
    this.grantKnow(user)
    if (this.secretArn === undefined) {
      user.addNothing('USEDESK_SECRETS')
      return
    }
    user.addResource('USEDESK_SECRETS', this.secretArn, {
      actions: ['secretsmanager:GetSecretValue'],
      resources: [this.secretArn],
    })
  }
}
