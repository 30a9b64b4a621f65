import { createEncryption } from '../adapters/aws/encryption.ts'
import { createXSecrets } from '../adapters/aws/x-secrets.ts'
import { awsAccess } from './aws.ts'
import { now } from './clock.ts'

/** What a handler needs to call X: the address of its API, the keys of the app, and the encryption of the tokens. */
export function xAccess(environment: { X_API_URL: string; X_SECRETS: string; TOKENS_KEY: string }) {
  const secrets = createXSecrets(environment.X_SECRETS, awsAccess('secretsmanager'), now)
  return {
    access: { apiUrl: environment.X_API_URL, secrets },
    encryption: createEncryption(environment.TOKENS_KEY, awsAccess('kms')),
  }
}
