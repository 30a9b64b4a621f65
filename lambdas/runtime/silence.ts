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

/** What watching over silence works with. */
export function silenceDependencies() {
  const { TABLE_NAME, X_SECRETS, TOKENS_KEY, X_API_URL, PUBLIC_URL, EVENT_SOURCE, ADMINISTRATORS, MAIL_FROM } =
    readEnvironment('silence')
  const secrets = createXSecrets(X_SECRETS, awsAccess('secretsmanager'), now)
  return {
    channels: openStores(TABLE_NAME, now).channels,
    x: createX(X_API_URL, secrets, eventSourceIn(EVENT_SOURCE)),
    vault: createVault(TOKENS_KEY, awsAccess('kms')),
    tell: createTell(createMailer(MAIL_FROM, administratorsIn(ADMINISTRATORS)), log),
    webhookUrl: `${PUBLIC_URL}/webhooks/twitter`,
    publicUrl: PUBLIC_URL,
  }
}
