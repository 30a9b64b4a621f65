/** Called by SQS with groups of events, in order per endpoint and ticket: sends them to the endpoints. */
import { createEncryption, rememberDecrypted } from '../adapters/aws/encryption.ts'
import { createMessageVisibility } from '../adapters/aws/message-visibility.ts'
import { createEventSending } from '../adapters/webhooks/send.ts'
import { awsAccess } from '../runtime/aws.ts'
import { batchHandler } from '../runtime/batch.ts'
import { openBucketOnFirstUse } from '../runtime/bucket-on-first-use.ts'
import { now } from '../runtime/clock.ts'
import { localEndpointsIn, readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { createDelivering } from '../use-cases/deliver-events.ts'

const environment = readEnvironment('deliver')

const deliver = createDelivering({
  ...openStores(tableIn(environment), now),
  sending: createEventSending(localEndpointsIn(environment.LOCAL_ENDPOINTS)),
  encryption: rememberDecrypted(createEncryption(environment.TOKENS_KEY, awsAccess('kms'))),
  bucket: openBucketOnFirstUse(environment.MEDIA_BUCKET),
  now,
  log,
})

/** Longer than the last attempt of a group may take. */
const MAX_RECORD_MS = 15_000

export const handler = batchHandler('outgoing', deliver, createMessageVisibility(awsAccess('sqs')), log, MAX_RECORD_MS)
