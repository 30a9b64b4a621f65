import { createMediaQueue } from '../adapters/aws/due-queue.ts'
import { createVault } from '../adapters/aws/vault.ts'
import { createXSecrets } from '../adapters/aws/x-secrets.ts'
import { createX } from '../adapters/x/x.ts'
import { awsAccess } from './aws.ts'
import { readEnvironment } from './environment.ts'
import { log } from './log.ts'
import { openStores } from './tables.ts'

const now = () => new Date()

/** What the sender works with. */
export function senderDependencies() {
  const { TABLE_NAME, MEDIA_QUEUE_URL, X_SECRETS, TOKENS_KEY, X_API_URL } = readEnvironment('sender')
  const secrets = createXSecrets(X_SECRETS, awsAccess('secretsmanager'), now)
  return {
    ...openStores(TABLE_NAME, now),
    // The sender subscribes to nothing.
    x: createX(X_API_URL, secrets, 'account-activity'),
    mediaQueue: createMediaQueue(awsAccess('sqs'), MEDIA_QUEUE_URL),
    vault: createVault(TOKENS_KEY, awsAccess('kms')),
    now,
    log,
  }
}
