import { createEventQueue } from '../adapters/aws/event-queue.ts'
import { createTroubleNotes } from '../adapters/aws/trouble.ts'
import { createXSecrets } from '../adapters/aws/x-secrets.ts'
import { awsAccess } from './aws.ts'
import { readEnvironment } from './environment.ts'
import { log } from './log.ts'
import { table } from './resources.ts'

const now = () => new Date()

/** What the webhook works with. A file of its own, so that its bundle has nothing that another handler needs. */
export function webhookDependencies() {
  const { EVENTS_QUEUE_URL, X_SECRETS, TABLE_NAME } = readEnvironment('webhook')
  return {
    secrets: createXSecrets(X_SECRETS, awsAccess('secretsmanager'), now),
    queue: createEventQueue(awsAccess('sqs'), EVENTS_QUEUE_URL),
    trouble: createTroubleNotes(awsAccess('dynamodb'), TABLE_NAME, table.trouble),
    now,
    log,
  }
}
