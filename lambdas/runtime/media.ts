import { createReplyQueue } from '../adapters/aws/due-queue.ts'
import { createVault } from '../adapters/aws/vault.ts'
import { createXSecrets } from '../adapters/aws/x-secrets.ts'
import { createMediaSource } from '../adapters/media/source.ts'
import { createX } from '../adapters/x/x.ts'
import { awsAccess } from './aws.ts'
import { openBucket } from './bucket.ts'
import { readEnvironment } from './environment.ts'
import { log } from './log.ts'
import { openStores } from './tables.ts'

const now = () => new Date()

/** What moving media works with. */
export function mediaDependencies() {
  const { TABLE_NAME, REPLIES_QUEUE_URL, MEDIA_BUCKET, X_SECRETS, TOKENS_KEY, X_API_URL } = readEnvironment('media')
  const secrets = createXSecrets(X_SECRETS, awsAccess('secretsmanager'), now)
  return {
    ...openStores(TABLE_NAME, now),
    bucket: openBucket(MEDIA_BUCKET),
    source: createMediaSource(X_API_URL, secrets),
    // It subscribes to nothing.
    x: createX(X_API_URL, secrets, 'account-activity'),
    vault: createVault(TOKENS_KEY, awsAccess('kms')),
    replyQueue: createReplyQueue(awsAccess('sqs'), REPLIES_QUEUE_URL),
    pause: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
    now,
    log,
  }
}
