import { createEncryption } from '../adapters/aws/encryption.ts'
import { createXSecrets } from '../adapters/aws/x-secrets.ts'
import { awsAccess } from './aws.ts'
import { now } from './clock.ts'

/** What every handler that calls X needs: where X is, the keys of the app, and the key that decrypts accounts' tokens. */
export function xAccess(environment: { X_API_URL: string; X_SECRETS: string; TOKENS_KEY: string }) {
  const secrets = createXSecrets(environment.X_SECRETS, awsAccess('secretsmanager'), now)
  return {
    access: { apiUrl: environment.X_API_URL, secrets },
    encryption: createEncryption(environment.TOKENS_KEY, awsAccess('kms')),
  }
}
