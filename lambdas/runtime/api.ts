import { createReplyQueue } from '../adapters/aws/due-queue.ts'
import { createVault } from '../adapters/aws/vault.ts'
import { createXSecrets } from '../adapters/aws/x-secrets.ts'
import { createX } from '../adapters/x/x.ts'
import { awsAccess } from './aws.ts'
import { openBucket } from './bucket.ts'
import { eventSourceIn, readEnvironment } from './environment.ts'
import { log } from './log.ts'
import { openStores } from './tables.ts'

const now = () => new Date()

/** What the HTTP API works with. @throws Error for an EVENT_SOURCE that X does not have */
export function apiDependencies() {
  const { TABLE_NAME, REPLIES_QUEUE_URL, MEDIA_BUCKET, X_SECRETS, TOKENS_KEY, X_API_URL, PUBLIC_URL, EVENT_SOURCE } =
    readEnvironment('api')
  const secrets = createXSecrets(X_SECRETS, awsAccess('secretsmanager'), now)
  return {
    ...openStores(TABLE_NAME, now),
    replyQueue: createReplyQueue(awsAccess('sqs'), REPLIES_QUEUE_URL),
    bucket: openBucket(MEDIA_BUCKET),
    x: createX(X_API_URL, secrets, eventSourceIn(EVENT_SOURCE)),
    vault: createVault(TOKENS_KEY, awsAccess('kms')),
    publicUrl: PUBLIC_URL,
    now,
    log,
  }
}
