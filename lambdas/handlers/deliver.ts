/**
 * Called by SQS with groups of events, in order per endpoint and ticket: sends them to the endpoints. And with what came from
 * Usedesk: writes agents' answers.
 */
import { createReplyQueue } from '../adapters/aws/due-queue.ts'
import { createEncryption, rememberDecrypted } from '../adapters/aws/encryption.ts'
import { createMessageVisibility } from '../adapters/aws/message-visibility.ts'
import { createEventSending } from '../adapters/webhooks/send.ts'
import type { QueuedWork } from '../core/outgoing/delivery.ts'
import { FROM_USEDESK, LOOK } from '../core/usedesk/usedesk.ts'
import { awsAccess } from '../runtime/aws.ts'
import { batchHandler } from '../runtime/batch.ts'
import { openBucketOnFirstUse } from '../runtime/bucket-on-first-use.ts'
import { now } from '../runtime/clock.ts'
import { auditDaysIn, localEndpointsIn, readEnvironment, tableIn } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { openStores } from '../runtime/stores.ts'
import { createAuditTrail } from '../use-cases/audit-trail.ts'
import { createDelivering } from '../use-cases/deliver-events.ts'

const environment = readEnvironment('deliver')
const mayBeLocal = localEndpointsIn(environment.LOCAL_ENDPOINTS)
const stores = openStores(tableIn(environment), now)
const bucket = openBucketOnFirstUse(environment.MEDIA_BUCKET)

/** Null while Usedesk is not switched on. */
const usedesk = environment.USEDESK_API_URL === '' ? null : await loadUsedesk()

const deliver = createDelivering({
  ...stores,
  sending: createEventSending(mayBeLocal),
  encryption: rememberDecrypted(createEncryption(environment.TOKENS_KEY, awsAccess('kms'))),
  tellUsedesk: usedesk?.tell ?? null,
  bucket,
  now,
  log,
})

async function loadUsedesk() {
  const { openUsedeskWork } = await import('./deliver-usedesk.ts')
  return openUsedeskWork(environment, mayBeLocal, {
    ...stores,
    bucket,
    replyQueue: createReplyQueue(awsAccess('sqs'), environment.REPLIES_QUEUE_URL),
    trail: createAuditTrail({ ...stores, auditDays: auditDaysIn(environment.AUDIT_DAYS), now }),
    now,
    log,
  })
}

/** What waits of Usedesk is dropped when it was switched off: `deliver` finds no such endpoint. */
function work(queued: QueuedWork): Promise<void> {
  if (!usedesk || queued.endpointId !== FROM_USEDESK) return deliver(queued)
  return queued.group === LOOK ? usedesk.look() : usedesk.take(queued)
}

/** Longer than the last attempt of a group may take. */
const MAX_RECORD_MS = 20_000

export const handler = batchHandler('outgoing', work, createMessageVisibility(awsAccess('sqs')), log, MAX_RECORD_MS)
