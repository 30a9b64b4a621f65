/**
 * Called by X through API Gateway with its CRC (GET) and its deliveries (POST). Imports neither the AWS SDK nor middy, so
 * that it answers within X's 3 seconds even after a cold start (docs/decisions/lean-webhook.md).
 */
import { createEventQueue } from '../adapters/aws/event-queue.ts'
import { createOutageNotes } from '../adapters/aws/outage-notes.ts'
import { createXSecrets } from '../adapters/aws/x-secrets.ts'
import { awsAccess } from '../runtime/aws.ts'
import { now } from '../runtime/clock.ts'
import { listIn, readEnvironment } from '../runtime/environment.ts'
import { log } from '../runtime/log.ts'
import { table } from '../runtime/resources.ts'
import { createWebhookReceiver } from '../use-cases/receive-webhook.ts'

const { EVENTS_QUEUE_URL, X_SECRETS, TABLE_NAME, ORIGIN_SECRETS } = readEnvironment('webhook')

export const handler = createWebhookReceiver({
  secrets: createXSecrets(X_SECRETS, awsAccess('secretsmanager'), now),
  queue: createEventQueue(awsAccess('sqs'), EVENTS_QUEUE_URL),
  outageNotes: createOutageNotes(awsAccess('dynamodb'), TABLE_NAME, table.outage),
  originSecrets: listIn(ORIGIN_SECRETS),
  now,
  log,
})
