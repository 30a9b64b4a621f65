import { RemovalPolicy } from 'aws-cdk-lib'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { HandlerFunction } from './handler-function.ts'

/**
 * Seals the tokens with which X lets us act for an account, so that who reads the table does not have them.
 * It outlives the stack like the table: without it every account would have to be connected again.
 */
export class TokensKey extends Construct {
  readonly #key: Key

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.#key = new Key(this, 'Key', {
      description: 'Seals the tokens of connected X accounts',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
  }

  /** The function connects accounts: it may seal their tokens, and open them to act for the account. */
  encryptIn(connector: HandlerFunction): void {
    connector.give('TOKENS_KEY', this.#key.keyArn, {
      actions: ['kms:Encrypt', 'kms:Decrypt'],
      on: [this.#key.keyArn],
    })
  }

  /** The function acts for accounts: it may open their tokens, and nothing else. */
  decryptIn(user: HandlerFunction): void {
    user.give('TOKENS_KEY', this.#key.keyArn, { actions: ['kms:Decrypt'], on: [this.#key.keyArn] })
  }
}
