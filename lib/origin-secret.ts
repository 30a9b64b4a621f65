import { Fn, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { HandlerFunction } from './handler-function.ts'

/**
 * The secret that CloudFront adds to each request, so that nobody reaches the functions by the gateway's own address.
 * It is changed in three deployments, one a step: both are accepted, the new one is sent, the old one is gone. In none
 * does CloudFront send what a function does not accept, whichever of them is deployed first.
 */
export class OriginSecret extends Construct {
  /** What CloudFront sends. */
  readonly sent: string
  readonly #accepted: readonly string[]

  /** @param step from 1 */
  constructor(scope: Construct, id: string, { step }: { readonly step: number }) {
    super(scope, id)
    const { accepted, sent } = generationsAt(step)
    const values = new Map(accepted.map((generation) => [generation, this.#make(generation)]))
    this.#accepted = [...values.values()]
    this.sent = values.get(sent) ?? ''
  }

  /** Lets the function accept what CloudFront sends. */
  grantAccept(handler: HandlerFunction): void {
    handler.addVariable('ORIGIN_SECRETS', Fn.join(',', [...this.#accepted]))
  }

  #make(generation: number): string {
    const secret = new Secret(this, `Generation${generation}`, {
      description: 'Tells the functions that a request came through CloudFront',
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
      removalPolicy: RemovalPolicy.DESTROY,
    })
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'CloudFront and the functions get the value at a deployment, so a deployment changes it: originSecretStep.',
    })
    // Resolved by CloudFormation; the template names the secret only.
    return secret.secretValue.unsafeUnwrap()
  }
}

/** The secrets of a step, by number. */
export function generationsAt(step: number): { readonly accepted: readonly number[]; readonly sent: number } {
  const changes = Math.floor((step - 1) / 3)
  const [old, next] = [changes + 1, changes + 2]
  const phase = (step - 1) % 3
  if (phase === 0) return { accepted: [old], sent: old }
  return { accepted: [old, next], sent: phase === 1 ? old : next }
}
