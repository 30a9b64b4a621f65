import { createEventQueue } from '../adapters/aws/event-queue.ts'
import { createMailer } from '../adapters/aws/mail.ts'
import { createVault } from '../adapters/aws/vault.ts'
import { createXSecrets } from '../adapters/aws/x-secrets.ts'
import { createX } from '../adapters/x/x.ts'
import { awsAccess } from './aws.ts'
import { administratorsIn, eventSourceIn, readEnvironment } from './environment.ts'
import { log } from './log.ts'
import { openStores } from './tables.ts'
import { createTell } from './tell.ts'

const now = () => new Date()

/** What upkeep works with. */
export function upkeepDependencies() {
  const environment = readEnvironment('upkeep')
  const { TABLE_NAME, EVENTS_QUEUE_URL, X_SECRETS, TOKENS_KEY, X_API_URL, PUBLIC_URL, MAIL_FROM } = environment
  const secrets = createXSecrets(X_SECRETS, awsAccess('secretsmanager'), now)
  const eventSource = eventSourceIn(environment.EVENT_SOURCE)
  const { channels, health } = openStores(TABLE_NAME, now)
  return {
    channels,
    health,
    events: createEventQueue(awsAccess('sqs'), EVENTS_QUEUE_URL),
    x: createX(X_API_URL, secrets, eventSource),
    eventSource,
    vault: createVault(TOKENS_KEY, awsAccess('kms')),
    tell: createTell(createMailer(MAIL_FROM, administratorsIn(environment.ADMINISTRATORS)), log),
    webhookUrl: `${PUBLIC_URL}/webhooks/twitter`,
    publicUrl: PUBLIC_URL,
    log,
  }
}
