import { RemovalPolicy } from 'aws-cdk-lib'
import { type IKey, Key } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { HandlerFunction } from './handler-function.ts'

/**
 * Encrypts the access tokens of connected accounts, so a reader of the table cannot use them. It survives the deletion
 * of the stack: without it every account would have to be connected again.
 */
export class TokensKey extends Construct {
  readonly #key: IKey

  /** @param adopted the ARN of a key to use instead of making one */
  constructor(scope: Construct, id: string, { adopted }: { readonly adopted?: string | undefined } = {}) {
    super(scope, id)
    this.#key = adopted === undefined ? this.#make() : Key.fromKeyArn(this, 'Key', adopted)
  }

  get arn(): string {
    return this.#key.keyArn
  }

  #make(): Key {
    return new Key(this, 'Key', {
      description: 'Encrypts the tokens of connected X accounts',
      enableKeyRotation: true,
      // A key of a first deployment that failed has encrypted nothing and would cost $1 a month.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    })
  }

  /** Lets the function encrypt tokens, to connect accounts, and decrypt them, to act for accounts. */
  grantEncryptDecrypt(api: HandlerFunction): void {
    api.addResource('TOKENS_KEY', this.#key.keyArn, {
      actions: ['kms:Encrypt', 'kms:Decrypt'],
      resources: [this.#key.keyArn],
    })
  }

  /** Lets the function decrypt tokens, to act for accounts, and keys of encrypted messages. */
  grantDecrypt(user: HandlerFunction): void {
    user.addResource('TOKENS_KEY', this.#key.keyArn, { actions: ['kms:Decrypt'], resources: [this.#key.keyArn] })
  }

  /** Lets the function decrypt tokens and secrets of endpoints, but no key of encrypted messages. */
  grantDecryptTokens(user: HandlerFunction): void {
    user.addResource('TOKENS_KEY', this.#key.keyArn, {
      actions: ['kms:Decrypt'],
      resources: [this.#key.keyArn],
      conditions: { StringNotLike: { 'kms:EncryptionContext:belongsTo': '* chat key *' } },
    })
  }
}
